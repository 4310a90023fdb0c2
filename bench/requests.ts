// What the shipped model answers to usual requests, as a table: `tsx bench/requests.ts ../shared/requests.json`, after
// `tsx packages/stopwise/src/ship-model.ts`.
import { readFileSync } from "node:fs";
import { deserializeModel, type LearnedAnswer } from "@stopwise/meta-model";
import { adviseFrom } from "../packages/stopwise/src/library/advice.ts";
import type { Request } from "../packages/stopwise/src/library/request.ts";

interface Usual {
  readonly what: string;
  readonly task: Request;
  readonly target?: string;
  readonly maxLossIncrease?: number;
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("Name a file of requests.");
const model = deserializeModel(
  readFileSync(new URL("../packages/stopwise/model/stopwise.model", import.meta.url)),
);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
console.log(`${model.trainedOn}; ${model.bytes.length} bytes\n`);
console.log("| request | answer | saves | loses | why | learned stopper |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const { what, task, ...wanted } of JSON.parse(readFileSync(file, "utf8")) as Usual[]) {
  const { status, sentence, predicted, certificate, advice } = adviseFrom(model, { ...task, ...wanted });
  const learned = advice["learned"] as LearnedAnswer | undefined;
  const beside =
    learned === undefined
      ? "none"
      : `${learned.status}, ${percent(learned.predicted.saving.mean)} saved, ${percent(learned.predicted.emLoss.mean)} lost`;
  console.log(
    `| ${what} | ${status}: ${sentence} | ${percent(predicted.saving.mean)} | ${percent(predicted.emLoss.mean)} | ${certificate.reason ?? `${certificate.nGroups} groups`} | ${beside} |`,
  );
}
