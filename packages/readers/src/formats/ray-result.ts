import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { LogFile, LogReader } from "../contract.ts";
import { parsePythonJson } from "../files/python-json.ts";
import type { KnownFacts } from "../mapping/raw-run.ts";
import { flattened, readingOfRows, readJsonRows } from "./jsonl.ts";

/** Settings of the trial: `params.json` beside the results. */
async function settingsBeside(file: LogFile): Promise<KnownFacts> {
  const text = await readFile(join(dirname(file.absolute), "params.json"), "utf8").catch(() => "{}");
  try {
    const settings: unknown = parsePythonJson(text);
    return typeof settings === "object" && settings !== null ? factsOfConfig(flattened({ ...settings })) : {};
  } catch {
    return {}; // Damaged settings cost the settings, not the curve.
  }
}

/** The experiment: the folder above the trial's. */
const sweepOf = (file: LogFile): string | undefined => file.path.split("/").at(-3);

const bookkeeping = /^(config\.|time_|timestamp$|date$|pid$|hostname$|node_ip$|warmup_time$|experiment_)/;

/**
 * Ray Tune's `result.json`: JSON lines despite the name, one per report, settings in `params.json`. A restarted
 * trial repeats its iterations; the later ones win.
 */
export const rayResult: LogReader = {
  format: "ray-result",
  title: "Ray Tune result.json",
  description: {
    recognised: "`result.json` with `training_iteration`",
    quality: "fields with an evaluation prefix or suffix, else bare scores",
    plan: "`params.json` beside it",
    end: "not told",
    notRead: "the configuration and machine fields of each row",
  },
  detect: (file) => (file.name === "result.json" && /"training_iteration"\s*:/.test(file.headText) ? 0.9 : 0),
  read: async ([file], hints) => {
    const json = await readJsonRows(file!);
    const names = json.names.filter((name) => !bookkeeping.test(name));
    const known = { ...(await settingsBeside(file!)), sweep: sweepOf(file!) };
    return [readingOfRows(file!, { ...json, names }, { known, metric: hints?.metric })];
  },
};
