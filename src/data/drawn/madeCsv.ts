// A label CSV with CheXpert's counts (train.csv of 2019) and no films behind it. For tests and benchmarks only.
import { createRandom, shuffle } from "../../nn/random";

export const CHEXPERT_COUNTS = {
  rows: 223_414,
  patients: 64_540,
  /** Cardiomegaly: 1.0, 0.0, -1.0 and blank. */
  positives: 27_000,
  zeros: 11_116,
  uncertain: 8_087,
} as const;

const HEADER =
  "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices";
const PREFIX = "CheXpert-v1.0-small/";

/** `rows` rows in CheXpert's proportions, and the paths of their films in the folder. The whole of CheXpert has exactly its counts. */
export function makeChexpertCsv(rows: number = CHEXPERT_COUNTS.rows): { csv: string; films: string[] } {
  const scaled = (count: number) => Math.round((count * rows) / CHEXPERT_COUNTS.rows);
  const random = createRandom(0, "drawn", 3);
  const labels = new Uint8Array(rows);
  const ends = [CHEXPERT_COUNTS.positives, CHEXPERT_COUNTS.zeros, CHEXPERT_COUNTS.uncertain].map(scaled);
  let from = 0;
  for (const [i, count] of ends.entries()) {
    labels.fill(i + 1, from, from + count);
    from += count;
  }
  shuffle(labels, random);
  const cells = ["", "1.0", "0.0", "-1.0"];
  const patients = Math.max(1, scaled(CHEXPERT_COUNTS.patients));
  const films: string[] = [];
  const lines = [HEADER];
  for (let row = 0; row < rows; row++) {
    // A patient's films stand together, as in the real file.
    const number = Math.floor((row * patients) / rows);
    const study = 1 + row - Math.ceil((number * rows) / patients);
    const film = `train/patient${String(1 + number).padStart(5, "0")}/study${study}/view1_frontal.jpg`;
    films.push(film);
    const others = random.int(2) === 0 ? "1.0,,-1.0,,,,0.0,,,," : ",,,,,1.0,,,,,1.0";
    const sex = row % 2 === 0 ? "Female" : "Male";
    const view = random.int(3) === 0 ? "PA" : "AP";
    lines.push(`${PREFIX}${film},${sex},${20 + (row % 70)},Frontal,${view},,,${cells[labels[row] ?? 0]},${others}`);
  }
  return { csv: `${lines.join("\n")}\n`, films };
}
