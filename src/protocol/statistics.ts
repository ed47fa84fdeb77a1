// What is said of a set of scored films: figures with their intervals, curves, and the questions that are asked. Computes nothing.

/** A figure and its 95 % interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** The films of one target whose label is known, side by side. */
export interface ScoredFilms {
  /** [films] 0 or 1. */
  labels: Uint8Array;
  /** [films] Logits; the higher, the more likely positive. */
  scores: Float64Array;
  /** [films] The film's patient, by any number. */
  patients: Uint32Array;
}

/**
 * From (0, 0) to (1, 1), all [points]. A film is called positive where its score is at least the threshold; the first threshold is Infinity,
 * with which none is.
 */
export interface RocCurve {
  fpr: Float64Array;
  tpr: Float64Array;
  thresholds: Float64Array;
}

/** From the lowest threshold to the highest; precision and recall have one point more, (1, 0), which belongs to no threshold. */
export interface PrecisionRecallCurve {
  precision: Float64Array;
  recall: Float64Array;
  thresholds: Float64Array;
}

/** The films whose probability lies in (from, to], or in [0, to] for the first. */
export interface ReliabilityBin {
  from: number;
  to: number;
  films: number;
  meanProbability: number;
  /** Wilson's interval. */
  positiveShare: Estimate;
}

/** Whether films that are called 20 % are positive in 20 of 100. */
export interface Calibration {
  /** Mean square of what probability and label differ by. */
  brier: number;
  /** Expected calibration error over 15 bins of equal width. */
  ece: number;
  /** Ten bins of equal width, those that hold films. */
  reliability: ReliabilityBin[];
}

/** What a network's logits become before they are made probabilities: `logit / temperature + shift`. */
export interface Correction {
  /** Log odds: what the share of positives, or their weight, was in training against what it is where the network is used. */
  shift: number;
  temperature: number;
}

/** How an operating point is asked for. A probability is meant as corrected, where there is a correction. */
export type ThresholdRule =
  | { by: "probability"; value: number }
  | { by: "score"; value: number }
  | { by: "youden" }
  | { by: "sensitivity"; value: number }
  | { by: "specificity"; value: number };

export interface ConfusionMatrix {
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
}

/** Null where it is a share of nothing, as the PPV is where no film is called positive. */
export interface OperatingPoint extends ConfusionMatrix {
  /** A film is called positive where its score is at least this; Infinity where none is to be. By it the same point is found again. */
  threshold: number;
  /** The same as a probability, corrected where there is a correction. */
  probability: number;
  sensitivity: Estimate | null;
  specificity: Estimate | null;
  /** Among these films; where their share of positives is not that of the place of use, `atPrevalence` counts. */
  ppv: Estimate | null;
  npv: Estimate | null;
  accuracy: Estimate | null;
  f1: Estimate | null;
  atPrevalence: PredictiveValues | null;
}

export interface PredictiveValues {
  prevalence: number;
  ppv: Estimate | null;
  npv: Estimate | null;
}

/** Two models' AUROCs on the same films, with DeLong's intervals. */
export interface AurocComparison {
  first: Estimate;
  second: Estimate;
  /** First less second. */
  difference: Estimate;
  /** Null, as is `p`, where the two differ by the same on every film, so that nothing tells how much of it is chance. */
  z: number | null;
  /** Two-sided. */
  p: number | null;
}

/** Figures whose intervals come from drawing patients, or differences of two models' figures. Null where that can tell nothing. */
export interface PatientBootstrap {
  auroc: Estimate | null;
  averagePrecision: Estimate | null;
  /** Rounds that counted, and those left out because they drew films of one class only. */
  rounds: number;
  leftOut: number;
}

/** At an operating point, with intervals from drawing patients; null where that can tell nothing. */
export interface RatesByPatient {
  sensitivity: Estimate | null;
  specificity: Estimate | null;
}

/** Two models on the same films, the first less the second. */
export interface ModelComparison {
  films: number;
  positives: number;
  patients: number;
  /** As if every film were of another patient; null with fewer than two films of a class. */
  auroc: AurocComparison | null;
  byPatient: PatientBootstrap;
}

/** How logits are to be read where the network is used. */
export interface PlaceOfUse {
  correction?: Correction | null;
  /** Share of positives there, in (0, 1), for which PPV and NPV are given too. */
  prevalence?: number | null;
}

export interface BootstrapOptions {
  seed: number;
  /** 2,000 where left out. */
  rounds?: number;
}

/** One target on one set of films. Null where the films cannot tell, as with one class only. */
export interface TargetSummary {
  films: number;
  positives: number;
  patients: number;
  /** Fewer than ten patients of a class: intervals are too narrow. */
  small: boolean;
  prevalence: Estimate | null;
  /** DeLong's interval, as if every film were of another patient. */
  auroc: Estimate | null;
  averagePrecision: number | null;
  byPatient: PatientBootstrap;
  /** Thinned for drawing. */
  roc: RocCurve | null;
  precisionRecall: PrecisionRecallCurve | null;
  calibration: Calibration | null;
}

export interface GroupSummary {
  group: number;
  films: number;
  positives: number;
  patients: number;
  prevalence: Estimate | null;
  auroc: Estimate | null;
  sensitivity: Estimate | null;
  specificity: Estimate | null;
  /** Fewer than ten patients of a class. */
  small: boolean;
}

/** How a reader wants a target's logits to be read. Shares are of positives, in (0, 1). */
export interface ReadingChoices {
  rule: ThresholdRule;
  /** What the network was trained on, weights of classes counted in; null where that is not known, and nothing is corrected for it. */
  trainedShare: number | null;
  /** Where the network is used; null where that is not known. */
  useShare: number | null;
  /** Whether logits are divided by the temperature that fits these films best. */
  scaled: boolean;
}

/** What the choices make of a target's films. */
export interface TargetReading {
  /** From logits to probabilities at the place of use. */
  correction: Correction;
  /** [films] So corrected. */
  probabilities: Float64Array;
  /** Fitted on these films; null where they have none. */
  temperature: number | null;
  /** Of the corrected probabilities, at the share of positives that these films have. */
  calibration: Calibration | null;
  operatingPoint: OperatingPoint | null;
  /** At the operating point; one list a grouping, empty where there is no point. */
  groups: GroupSummary[][];
  /** All positive films against explicit negatives (0) and against blank ones (1); empty where there are not both. */
  negatives: GroupSummary[];
}

/** What else is known of the films that are read. */
export interface FilmParts {
  /** Of each grouping every film's group, by number. */
  groupings: Uint8Array[];
  /** [films] 1 where the label is a blank cell; null where that is not known. */
  blanks: Uint8Array | null;
}

/** The statistics worker's. All throw LabError scoreNotFinite or badSettings. */
export interface StatisticsApi {
  /** AUROCs with DeLong's intervals, one a set of films. */
  estimateAurocs(targets: ScoredFilms[]): Promise<(Estimate | null)[]>;
  /** What no choice changes. */
  summarise(films: ScoredFilms, seed: number): Promise<TargetSummary>;
  read(films: ScoredFilms, choices: ReadingChoices, parts: FilmParts): Promise<TargetReading>;
  /** At a threshold of scores, in the rounds that `summarise` draws with this seed. */
  boundRates(films: ScoredFilms, threshold: number, seed: number): Promise<RatesByPatient>;
  compare(first: ScoredFilms, secondScores: Float64Array, seed: number): Promise<ModelComparison>;
}
