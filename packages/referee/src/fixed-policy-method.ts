import {
  type Experience,
  isSafe,
  type LevelOutcomes,
  levelQualities,
  outcomesOfSettings,
  sampleOf,
} from "@stopwise/meta-model";
import type { CertifiedPath, Method } from "./method.ts";
import { shiftedSettings } from "./start-method.ts";

const everySetting = ({ table }: Experience, rows: readonly number[]): LevelOutcomes => ({
  nRuns: rows.length,
  nLevels: table.nSettings,
  saving: table.saving,
  emLoss: table.emLoss,
  rows,
});

/** The one policy, the same for every task, that saves most on the training groups with its risk under the bound. */
export const bestFixed: Method = {
  name: "best-fixed",
  severity: "largest",
  paths: ({ experience }, fold) => [
    {
      name: "every setting",
      train: everySetting(experience, fold.train),
      judged: everySetting(experience, fold.judged),
    },
  ],
  certifiedPath(study, fold, ask): CertifiedPath {
    const { experience } = study;
    const members = Array.from(fold.fit.keys()).filter(
      (index) => experience.complete[fold.fit[index]!]! && ask.counts(fold.fit[index]!),
    );
    const sample = sampleOf(members, (index) => experience.groups[fold.fit[index]!]!, "group");
    const qualities = levelQualities(everySetting(experience, fold.fit), sample, ask.bound);
    let base = 0;
    qualities.forEach((quality, setting) => {
      if (isSafe(quality, ask.bound, { caution: 0 }) && quality.saving > (qualities[base]?.saving ?? 0))
        base = setting;
    });
    const along = (rows: readonly number[]): LevelOutcomes =>
      outcomesOfSettings(
        experience.table,
        rows,
        shiftedSettings(
          study,
          rows.map(() => base),
        ),
      );
    return { calibration: along(fold.calibration), judged: along(fold.judged) };
  },
};
