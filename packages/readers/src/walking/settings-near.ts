import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { KnownFacts } from "../mapping/raw-run.ts";
import { runFolderOf } from "../mapping/run-identity.ts";
import { jsonValue, settingsOfValue, yamlValue } from "../mapping/settings-text.ts";
import { factsInFolder } from "./folder-facts.ts";
import { layFacts } from "./laid-facts.ts";

const posix = (path: string): string => path.replaceAll("\\", "/");
const maxBytes = 1 << 18;
const settingsName = /\.ya?ml$|(args|config|params|settings|training|sft|dpo|lora)[\w.-]{0,40}\.json$/i;
/** A tree with more settings files than these has them for other things than training. */
const maxFiles = 2000;

/** Folders that a trainer makes inside the run's folder for its loggers; their settings lie above. */
const loggerFolder =
  /^(runs?|logs?|logging|tensorboard|tb|tb_logs|lightning_logs|wandb|(offline-)?run-\d{8}_\d{6}-.+|latest-run|files|eval|metrics|[A-Z][a-z]{2}\d{2}_\d{2}-\d{2}-\d{2}_.+|version_\d+|train|validation|val)$/;

/** What a trainer leaves in the folder of a run. */
const trainerFile =
  /^(trainer_state\.json|training_args\.(bin|yaml|json)|adapter_config\.json|all_results\.json|args\.json|checkpoint-\d+)$/;

const folderOf = (path: string): string => posix(path).replace(/\/$/, "").split("/").slice(0, -1).join("/");

async function isOutputFolder(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).some((name) => trainerFile.test(name));
}

/**
 * The folders whose settings are a log's: its own, for a checkpoint the run's, and above a logger's folder the run's if a
 * trainer wrote there. Other folders above may hold the settings of other runs.
 */
async function foldersOf(absolute: string, root: string): Promise<string[]> {
  const own = folderOf(absolute);
  const isInside = own === root || own.startsWith(`${root}/`);
  const folders = [own];
  const output = runFolderOf(posix(absolute));
  if (output !== own) folders.push(output);
  let above = output;
  for (let level = 0; level < 4 && loggerFolder.test(above.split("/").at(-1)!); level += 1) {
    above = folderOf(above);
    if (isInside && above.length < root.length) break;
    if (await isOutputFolder(above)) {
      folders.push(above);
      break;
    }
  }
  return folders;
}

/** What trainers call the folder that a run writes into. */
const outputNames = ["output_dir", "logging_dir", "save_dir", "output_path", "out_dir"];

/** Facts that lie near the logs of one ingest: in their folders, and in settings files that name those folders. */
export class SettingsNear {
  private readonly root: string;
  private readonly ofFolder = new Map<string, Promise<KnownFacts>>();
  private readonly files: string[] = [];
  private ofOutput: Promise<Map<string, KnownFacts>> | undefined;

  /**
   * Begins without settings files.
   *
   * @param root - absolute; nothing above it is looked at
   */
  constructor(root: string) {
    this.root = posix(resolve(root));
  }

  /** Notes a file of the walk that may hold settings. */
  note(path: string): void {
    if (settingsName.test(path) && this.files.length < maxFiles) this.files.push(path);
  }

  /**
   * The facts near a log, the nearest first.
   *
   * @param absolute - of the log
   */
  async factsFor(absolute: string): Promise<KnownFacts> {
    const folders = await foldersOf(absolute, this.root);
    const found = await Promise.all(folders.map((folder) => this.inFolder(folder)));
    const byOutput = await (this.ofOutput ??= this.readOutputs());
    const named = folders.map((folder) => byOutput.get(folder)).find((facts) => facts !== undefined);
    return layFacts(named === undefined ? found : [...found, named]);
  }

  private inFolder(folder: string): Promise<KnownFacts> {
    let facts = this.ofFolder.get(folder);
    if (facts === undefined) {
      facts = factsInFolder(folder);
      this.ofFolder.set(folder, facts);
    }
    return facts;
  }

  /** The facts of settings files that name a run's folder, by that folder. */
  private async readOutputs(): Promise<Map<string, KnownFacts>> {
    const outputs = new Map<string, KnownFacts>();
    const isUnclear = new Set<string>();
    for (const path of this.files) {
      const value = await valueIn(resolve(this.root, path));
      if (value === undefined) continue;
      const settings = Object.fromEntries(settingsOfValue(value));
      for (const folder of this.foldersNamed(settings, path)) {
        if (outputs.has(folder)) isUnclear.add(folder);
        outputs.set(folder, factsOfConfig(settings, { onlyKnown: true }));
      }
    }
    // Two files that claim one folder: nobody knows which of them was used last.
    for (const folder of isUnclear) outputs.delete(folder);
    return outputs;
  }

  /** Where the named folder may lie: below the root, or below the settings file's own folder. */
  private foldersNamed(settings: Readonly<Record<string, unknown>>, path: string): Set<string> {
    const folders = new Set<string>();
    for (const [name, value] of Object.entries(settings)) {
      if (typeof value !== "string" || value === "" || value.length > 500) continue;
      if (!outputNames.includes(name.split(".").at(-1)!)) continue;
      for (const base of [this.root, dirname(resolve(this.root, path))]) {
        const folder = posix(resolve(base, value));
        if (folder !== this.root && folder.startsWith(`${this.root}/`)) folders.add(folder);
      }
    }
    return folders;
  }
}

async function valueIn(absolute: string): Promise<unknown> {
  try {
    const found = await stat(absolute);
    if (!found.isFile() || found.size > maxBytes || found.size === 0) return undefined;
    const text = await readFile(absolute, "utf8");
    if (!outputNames.some((name) => text.includes(name))) return undefined;
    return absolute.endsWith(".json") ? jsonValue(text) : yamlValue(text);
  } catch {
    return undefined; // A settings file that cannot be read tells nothing.
  }
}
