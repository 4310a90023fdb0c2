import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { LogFile, LogReader } from "../contract.ts";
import { yamlValue } from "../mapping/settings-text.ts";
import type { KnownFacts } from "../mapping/raw-run.ts";
import { readGenericCsv } from "./csv.ts";
import { flattened } from "./jsonl.ts";

/** Settings of a YAML file; Python tags (`!!python/object`) are read as text and nothing is constructed. */
export async function factsOfYaml(path: string): Promise<KnownFacts> {
  const text = await readFile(path, "utf8").catch(() => "");
  const content = yamlValue(text);
  return typeof content === "object" && content !== null ? factsOfConfig(flattened({ ...content })) : {};
}

const firstLine = (file: LogFile): string => file.headText.split(/\r?\n/, 1)[0]!.toLowerCase();

/**
 * `metrics.csv` of Lightning's CSV logger, with its `epoch` column or below a `version_N` folder: sparse rows, training and validation values on different ones, joined
 * by step. `hparams.yaml` beside it gives the settings; it may be absent or empty.
 */
export const lightningMetricsCsv: LogReader = {
  format: "lightning-metrics-csv",
  title: "Lightning metrics.csv",
  description: {
    recognised: "`metrics.csv` with `step` and `epoch`, or below `version_N`",
    quality: "columns with an evaluation prefix or suffix, rows joined by step",
    plan: "`max_steps` and `max_epochs` of `hparams.yaml`",
    end: "not told",
    notRead: "Python objects in `hparams.yaml`, which are never constructed",
  },
  detect: (file) => {
    if (file.name !== "metrics.csv") return 0;
    const names = firstLine(file)
      .replace(/^\uFEFF/, "")
      .split(",");
    const isInVersion = /(^|\/)(lightning_logs\/|version_\d+\/)/.test(file.path);
    return names.includes("step") && (names.includes("epoch") || isInVersion) ? 0.9 : 0;
  },
  read: async ([file]) => {
    const known = await factsOfYaml(join(dirname(file!.absolute), "hparams.yaml"));
    return readGenericCsv(file!, { known, bareScoresAreTraining: true });
  },
};
