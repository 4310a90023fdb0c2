// Builds the experience packs that ship, with their cards: `npx tsx datasets/experience/build.ts [CURVES_FOLDER]`. The
// reference curves themselves stay where they are; the same files give the same bytes.
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { runRecordSchema, type RunRecord } from "../../packages/core/src/index.ts";
import {
  experienceGrid,
  packExperience,
  pastOf,
  unnamed,
  type Past,
} from "../../packages/meta-model/src/index.ts";
import { cardOf } from "./card.ts";
import { mayBeNamed, packSources, regimeOfSource, type PackSources } from "./sources.ts";

const here = new URL("./", import.meta.url);
const root = new URL("../../", here);
const curves = new URL(`${process.argv[2] ?? "../shared/curves"}/`, root);
/** The sweep is our own. */
const ownLicense = "Apache-2.0";

function recordsOf(name: string): RunRecord[] {
  const isOwn = name.includes("/");
  const file = new URL(`${name}.jsonl.gz`, isOwn ? root : curves);
  const base = name.slice(name.lastIndexOf("/") + 1);
  return gunzipSync(readFileSync(file))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const run = runRecordSchema.parse(JSON.parse(line));
      return { ...run, regime: regimeOfSource(base, run), ...(isOwn ? { license: ownLicense } : {}) };
    });
}

const files = new Map<string, RunRecord[]>();
const runsOf = ({ files: names, isMember }: PackSources): RunRecord[] =>
  names.flatMap((name) => {
    const records = files.get(name) ?? recordsOf(name);
    files.set(name, records);
    return records.filter((run) => isMember(run, run.regime!));
  });

for (const sources of packSources) {
  const records = runsOf(sources);
  const past: Past = pastOf(records, experienceGrid());
  const told = unnamed(past, { name: sources.name, isLeftOut: ({ license }) => !mayBeNamed(license) });
  const bytes = packExperience(told, sources.name);
  writeFileSync(new URL(`${sources.name}.experience`, here), bytes);
  writeFileSync(
    new URL(`${sources.name}.md`, here),
    cardOf(sources, records, { past: told, nBytes: bytes.length }),
  );
  process.stderr.write(`${sources.name}: ${past.runs.length} runs, ${bytes.length} bytes\n`);
}
