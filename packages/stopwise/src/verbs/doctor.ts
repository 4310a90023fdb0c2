import { existsSync, writeFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { InvalidInputError } from "@stopwise/core";
import {
  configurationsOf,
  diagnose,
  patchOf,
  settingsInUse,
  UnreadConfiguration,
  type Finding,
  type SettingsInUse,
} from "@stopwise/trainers/doctor";
import type { Command } from "commander";
import { exitStatus } from "../command-line/failure.ts";
import { oneOf } from "../command-line/flags.ts";
import { counted, note, print, printJson } from "../command-line/output.ts";
import { findConfigurations, type FoundFile } from "./doctor/find-configurations.ts";
import { findingsText, githubAnnotation } from "./doctor/finding-text.ts";
import { costsOf, pastRuns, type PastCost } from "./doctor/past-cost.ts";

interface DoctorFlags {
  readonly json?: true;
  readonly fix?: true;
  readonly format: "text" | "github";
  readonly targetVersion?: string;
}

/** What the doctor saw in one file. */
interface Seen {
  readonly file: FoundFile;
  readonly findings: readonly Finding[];
  readonly inUse: readonly SettingsInUse[];
}

const patchFile = "stopwise-doctor.patch";

/** A path as findings and patches name it: from the working folder, with slashes. */
function shown(path: string): string {
  const own = relative(process.cwd(), path);
  return (own.startsWith("..") || own === "" ? path : own).split(sep).join("/");
}

function look(file: FoundFile, release: string | undefined): Seen {
  const name = shown(file.path);
  const inUse = configurationsOf(file.text, name, release).flatMap((config) => settingsInUse(config) ?? []);
  return { file, findings: diagnose(file.text, name, release), inUse };
}

/** Looks into every file; what is no configuration is told of where it was named itself. */
function lookInto(path: string, files: readonly FoundFile[], release: string | undefined): Seen[] {
  const reasons: string[] = [];
  const seen = files.flatMap((file): Seen[] => {
    try {
      return [look(file, release)];
    } catch (error) {
      if (!(error instanceof UnreadConfiguration)) throw error;
      reasons.push(`${shown(file.path)}: ${error.message}`);
      return [];
    }
  });
  if (seen.length > 0) return seen;
  const why = reasons.length === 1 ? `: ${reasons[0]!.slice(reasons[0]!.indexOf(": ") + 2)}` : "";
  throw new InvalidInputError(
    `no trainer's settings were found in ${path}${why}.`,
    "Name an Axolotl, LLaMA-Factory, ms-swift or Lightning YAML, TrainingArguments as JSON, a trainer_state.json, a W&B config.yaml or a Python file that makes the trainer.",
  );
}

/** Writes what the fixes change as one patch, never the files themselves. */
function writePatch(seen: readonly Seen[]): void {
  const patch = seen
    .map(({ file, findings }) => {
      const edits = findings.flatMap(({ edit }) => (edit === undefined ? [] : [edit]));
      return patchOf(file.text, shown(file.path), edits);
    })
    .join("");
  if (patch === "") {
    note("No fix can be written as a patch.");
    return;
  }
  const isNew = !existsSync(patchFile);
  writeFileSync(patchFile, patch);
  note(`${isNew ? "Wrote" : "Wrote anew"} ${patchFile}: look at it, then git apply ${patchFile}.`);
}

/** A finding as the contract has it, without the edit of the text. */
function published(finding: Finding): Omit<Finding, "edit"> {
  const shownToo = { ...finding };
  delete shownToo.edit;
  return shownToo;
}

function show(findings: readonly Finding[], cost: readonly PastCost[], flags: DoctorFlags): void {
  if (flags.json === true) {
    printJson({ findings: findings.map(published), ...(cost.length === 0 ? {} : { cost }) });
    return;
  }
  if (flags.format === "github") {
    for (const finding of findings) print(githubAnnotation(finding));
    return;
  }
  if (findings.length > 0) print(`${findingsText(findings)}\n`);
  for (const { sentence, nLeftOut } of cost) {
    const left =
      nLeftOut === 0 ? "" : ` (${counted(nLeftOut, "run")} left out: stopped, killed or too short)`;
    print(`${sentence}${left}\n`);
  }
  const errors = findings.filter(({ severity }) => severity === "error").length;
  print(`${counted(errors, "error")}, ${counted(findings.length - errors, "warning")}`);
}

async function doctor(path: string, flags: DoctorFlags): Promise<void> {
  const { files, skipped } = findConfigurations(path);
  const isFolder = files.length !== 1 || files[0]!.path !== path;
  const seen = lookInto(path, files, flags.targetVersion);
  for (const { path: name, reason } of skipped) note(`${shown(name)}: passed over, ${reason}.`);
  const inUse = seen.flatMap((each) => each.inUse);
  const cost = isFolder && inUse.length > 0 ? costsOf(inUse, await pastRuns(path)) : [];
  const findings = seen.flatMap((each) => each.findings);
  if (flags.fix === true) writePatch(seen);
  show(findings, cost, flags);
  if (findings.some(({ severity }) => severity === "error")) process.exitCode = exitStatus.abstained;
}

function releaseNumber(text: string): string {
  if (/^\d+\.\d+(\.\w+)*$/.test(text)) return text;
  throw new InvalidInputError(
    `--target-version must be a release such as 5.18.0, got ${text}.`,
    "Run `pip show transformers` to find yours.",
  );
}

/** `stopwise doctor`. */
export function defineDoctor(command: Command): void {
  command
    .argument("<path>", "a trainer's YAML or JSON, a Python file, or a folder of them with their logs")
    .option("--fix", `write what the fixes change to ${patchFile}; the files themselves stay as they are`)
    .option(
      "--format <format>",
      "text, or github for annotations in CI",
      oneOf("--format", ["text", "github"]),
      "text",
    )
    .option("--target-version <release>", "release of transformers, e.g. 4.40.2", releaseNumber)
    .option("--json", "one JSON document on stdout")
    .action(doctor)
    .addHelpText(
      "after",
      `
Python files are parsed, never run: only constants are taken. On a folder with logs it also says what the settings in
use cost on the past runs. A comment "doctor: allow HF-5" on a line takes that finding back. Exit status 3: errors.

Examples:
  stopwise doctor axolotl.yml
  stopwise doctor train.py --fix
  stopwise doctor out/ --json
  stopwise doctor configs/ --format github`,
    );
}
