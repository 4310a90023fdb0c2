import { InvalidInputError } from "@stopwise/core";
import { isMlflowServer } from "./mlflow-server.ts";

/** A W&B project by its path, as it is written behind `wandb:`. */
const project = /^wandb:(?:\/\/)?(.*)$/;

/** The line that writes the runs of a W&B project as one JSON-lines file a run. */
const exportLine = (name: string): string =>
  `python -c "import wandb, json; [open(r.id + '.jsonl', 'w').writelines(json.dumps(row) + chr(10) for row in r.scan_history()) for r in wandb.Api().runs('${name}')]"`;

/**
 * Splits what is named on the command line into servers and paths on the disk.
 *
 * @throws {InvalidInputError} for `wandb:`, with the line that exports the runs instead
 */
export function splitServers(paths: readonly string[]): { servers: string[]; local: string[] } {
  const wandb = paths.map((path) => project.exec(path)).find((found) => found !== null);
  if (wandb !== undefined) {
    const name = /^[\w.-]+\/[\w.-]+$/.test(wandb[1]!) ? wandb[1]! : "ENTITY/PROJECT";
    throw new InvalidInputError(
      "runs on a W&B server are read from an export, not over the network.",
      `Export them, then ingest the folder: ${exportLine(name)}`,
    );
  }
  return {
    servers: paths.filter(isMlflowServer),
    local: paths.filter((path) => !isMlflowServer(path)),
  };
}
