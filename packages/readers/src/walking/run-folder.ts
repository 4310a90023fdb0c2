import type { LogFile } from "../contract.ts";
import { runFolderOf } from "../mapping/run-identity.ts";
import type { KnownFacts } from "../mapping/raw-run.ts";
import { factsInFolder } from "./folder-facts.ts";
import { layFacts } from "./laid-facts.ts";

const posix = (path: string): string => path.replaceAll("\\", "/");

/**
 * Facts that lie beside a trainer's log: in its own folder and, for a checkpoint, in the folder of the run. Missing or
 * damaged companions add nothing.
 */
export function factsBeside(file: LogFile): Promise<KnownFacts> {
  const own = posix(file.absolute).split("/").slice(0, -1).join("/");
  const output = runFolderOf(posix(file.absolute));
  const folders = own === output ? [own] : [own, output];
  return Promise.all(folders.map((folder) => factsInFolder(folder))).then((found) => layFacts(found));
}
