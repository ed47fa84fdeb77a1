// Patients by consecutive numbers, in the order of their first films.

export interface Patients {
  count: number;
  /** [films] From 0. */
  of: Uint32Array;
}

/** Patients with films of the class that fewer have films of. */
export function countRarer(labels: ArrayLike<number>, patients: Patients): number {
  return Math.min(...[0, 1].map((label) => countPatientsWith(label, labels, patients)));
}

/** Patients with films of the class. */
export function countPatientsWith(label: number, labels: ArrayLike<number>, { of }: Patients): number {
  return new Set(of.filter((_, film) => labels[film] === label)).size;
}

export function numberPatients(patients: ArrayLike<number>): Patients {
  const numbers = new Map<number, number>();
  const of = Uint32Array.from(patients, (patient) => {
    const number = numbers.get(patient) ?? numbers.size;
    numbers.set(patient, number);
    return number;
  });
  return { count: numbers.size, of };
}
