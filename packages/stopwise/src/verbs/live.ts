import { Conversation, errorMessage } from "@stopwise/live";
import { InvalidInputError } from "@stopwise/core";
import type { Command } from "commander";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { liveSurroundings } from "../library/live-surroundings.ts";
import { fetchTeamModel } from "../library/model-source.ts";

/** Characters of a line at most; a message with its state is far below. */
const longestLine = 4_000_000;

const tooLong = new InvalidInputError(
  `a line is longer than ${longestLine} characters.`,
  "Send one JSON object a line.",
);

/** Cuts what comes into lines; a line that is too long is left out and told of. */
class Lines {
  #rest = "";
  #skips = false;

  *take(chunk: string): Generator<string | InvalidInputError> {
    const parts = (this.#rest + chunk).split("\n");
    this.#rest = parts.pop()!;
    for (const line of parts) {
      if (this.#skips) this.#skips = false;
      else if (line.trim() !== "") yield line;
    }
    if (this.#rest.length <= longestLine) return;
    if (!this.#skips) yield tooLong;
    this.#skips = true;
    this.#rest = "";
  }

  get last(): string {
    return this.#skips ? "" : this.#rest;
  }
}

async function live(flags: StoreFlags): Promise<void> {
  await fetchTeamModel(flags.store);
  const conversation = new Conversation(liveSurroundings(flags.store));
  const lines = new Lines();
  const answer = (line: string | InvalidInputError): void => {
    const message = typeof line === "string" ? conversation.answer(line) : errorMessage(line);
    process.stdout.write(`${JSON.stringify(message)}\n`);
  };
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) for (const line of lines.take(chunk as string)) answer(line);
  if (lines.last.trim() !== "") answer(lines.last);
}

/** `stopwise live`. */
export function defineLive(command: Command): void {
  command.option("--json", "as always here: a JSON line each way");
  addStoreFlag(command)
    .addHelpText(
      "after",
      `
Send a start, then each evaluation, then the end; every line is answered with one line:
  {"type":"start","run":"r1","task":{"datasetSize":20000,"family":"t5","maxSteps":8000},"request":{"maxEmLoss":0.01}}
  {"type":"checkpoint","step":200,"quality":0.61,"evalLoss":0.93}
  {"type":"end","end":"completed"}

A message that cannot be taken is answered with an error and its fix, and the run goes on. What was answered is kept: a
process that is killed is gone on with by a start that carries the state of the last decision. The run is in the
store at the next ingest, retrain or serve.

Example:
  stopwise live --store .stopwise < messages.jsonl`,
    )
    .action(live);
}
