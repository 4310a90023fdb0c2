// Trains the model that ships with the package on the experience packs: run by the build, not part of what is published.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { runRecordSchema } from "@stopwise/core";
import { openExperience, serializeModel, trainModel } from "@stopwise/meta-model";
import { usualLimits } from "./library/trainer-limits.ts";
import { shippedPacks } from "./retraining/shipped-packs.ts";

const here = new URL("..", import.meta.url);
const datasets = new URL("../../datasets/", here);
const { version } = JSON.parse(readFileSync(new URL("package.json", here), "utf8")) as { version: string };

const packs = shippedPacks.map((name) =>
  openExperience(readFileSync(new URL(`experience/${name}.experience`, datasets))),
);
// The sweep's runs are in a pack; their curves are read for advice on cadence, less data and regularisation.
const sweep = gunzipSync(readFileSync(new URL("qa-sweep.jsonl.gz", datasets)))
  .toString("utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => ({ ...runRecordSchema.parse(JSON.parse(line)), regime: "from-scratch" as const }));
const nRuns = packs.reduce((sum, { header }) => sum + header.nRuns, 0);
const nGroups = packs.reduce((sum, { header }) => sum + header.nGroups, 0);
const model = trainModel(sweep, {
  version: `stopwise ${version}`,
  trainedOn: `${nRuns} runs in ${nGroups} groups, the experience packs that ship with stopwise`,
  ownPart: false,
  usualLimits,
  experience: packs.map(({ past }) => past),
  onProgress: (message) => process.stderr.write(`model: ${message}\n`),
});
const bytes = serializeModel(model);
mkdirSync(new URL("model/", here), { recursive: true });
writeFileSync(new URL("model/stopwise.model", here), bytes);
const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
process.stderr.write(`model: ${nRuns} runs in ${nGroups} groups, ${bytes.length} bytes, ${digest}\n`);
