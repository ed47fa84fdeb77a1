// The pictures of the README and the guide: what scripts/screenshots.ts takes for them, each as `NAME-light.png` and `NAME-dark.png` in docs/.
export const DOCS_PICTURES = [
  "dataset",
  "balance",
  "finder",
  "train",
  "train-phone",
  "evaluate",
  "films",
  "trials",
  "compare",
  "review",
];
export const SCHEMES = ["light", "dark"];
