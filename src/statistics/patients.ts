// Patients by consecutive numbers, in the order of their first films.

export interface Patients {
  count: number;
  /** [films] From 0. */
  of: Uint32Array;
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
