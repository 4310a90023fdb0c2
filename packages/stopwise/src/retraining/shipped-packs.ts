/** The experience packs that ship with the package, by name. */
export const shippedPacks = [
  "fine-tuning",
  "fine-tuning-loss",
  "pre-training",
  "pre-training-loss",
  "from-scratch",
] as const;
