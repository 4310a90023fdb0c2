import * as all from "./doctor/all.ts";
import type { Configuration } from "./doctor/configuration.ts";
import { pythonConfigurations } from "./doctor/python-configuration.ts";
import type { DoctorRule, Found } from "./doctor/rule.ts";
import { structuredConfiguration, UnreadConfiguration } from "./doctor/structured-configuration.ts";

export { patchOf, type TextEdit } from "./doctor/patch.ts";
export { settingsInUse, type SettingsInUse } from "./doctor/settings-in-use.ts";
export { type Configuration, type DoctorRule, UnreadConfiguration };

/** Every rule, by trainer. */
export const doctorRules: readonly DoctorRule[] = Object.values(all).flat();

/** Something that will not do what its author thinks. */
export interface Finding {
  readonly rule: string;
  readonly file: string;
  /** 1-based; absent where nothing stands that it is about. */
  readonly line?: number;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly fix: string;
  readonly source: string;
  /** A change of the text that does what the fix says, where one does. */
  readonly edit?: { readonly from: number; readonly to: number; readonly text: string };
}

function editOf(config: Configuration, edit: Found["edit"], file: string): Finding["edit"] | undefined {
  if (edit === undefined) return undefined;
  const standing = config.setting(edit.key);
  const isPython = file.endsWith(".py");
  const written =
    typeof edit.value === "boolean" && isPython
      ? edit.value
        ? "True"
        : "False"
      : typeof edit.value === "string" && !isPython && !file.endsWith(".json")
        ? edit.value
        : JSON.stringify(edit.value);
  if (standing?.range !== undefined) return { from: standing.range[0], to: standing.range[1], text: written };
  if (standing !== undefined) return undefined;
  const added = config.insertion?.(edit.key, edit.value);
  return added && { from: added.at, to: added.at, text: added.text };
}

/** Whether a line allows a rule: `doctor: allow HF-5` in a comment on it. */
function isAllowed(line: string | undefined, rule: string): boolean {
  const allowed = /\bdoctor: allow ((?:[A-Z]+-\d+[, ]*)+)/.exec(line ?? "")?.[1];
  return allowed?.split(/[, ]+/).includes(rule) ?? false;
}

/**
 * What the doctor says about a file, in the order of its lines. A comment `doctor: allow HF-5` on the line of a finding
 * takes it back.
 *
 * @param text of a YAML, JSON or Python file
 * @param file its name: what it ends in tells how it is read
 * @param release of the trainer, where it is known
 * @throws {UnreadConfiguration} when it is none that the doctor knows
 */
export function diagnose(text: string, file: string, release?: string): Finding[] {
  const lines = text.split("\n");
  return configurationsOf(text, file, release)
    .flatMap(findingsOf)
    .filter(({ rule, line }) => line === undefined || !isAllowed(lines[line - 1], rule));
}

function findingsOf(config: Configuration): Finding[] {
  const findings = doctorRules
    .filter(({ kinds }) => kinds.includes(config.kind))
    .flatMap((rule): Finding[] => {
      const found = rule.check(config);
      if (found === undefined) return [];
      const line = found.at === undefined ? undefined : config.setting(found.at)?.line;
      const edit = editOf(config, found.edit, config.file);
      return [
        {
          rule: rule.id,
          file: config.file,
          ...(line === undefined ? {} : { line }),
          severity: rule.severity,
          message: found.message,
          fix: found.fix,
          source: rule.source,
          ...(edit === undefined ? {} : { edit }),
        },
      ];
    });
  return findings.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/**
 * The trainings that a file sets up.
 *
 * @param text of a YAML, JSON or Python file
 * @param file its name: what it ends in tells how it is read
 * @param release of the trainer, where it is known
 * @throws {UnreadConfiguration} when it is none that the doctor knows
 */
export function configurationsOf(text: string, file: string, release?: string): Configuration[] {
  if (nestsDeeperThan(text, deepest)) throw new UnreadConfiguration("it nests too deep");
  return readConfigurations(text, file, release);
}

/** Brackets inside each other that settings may have: parsers of deeper ones take long, or no end. */
const deepest = 200;

function nestsDeeperThan(text: string, most: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    // ( [ { and their closing ones, by their codes.
    if (char === 40 || char === 91 || char === 123) depth++;
    else if (char === 41 || char === 93 || char === 125) depth = Math.max(0, depth - 1);
    if (depth > most) return true;
  }
  return false;
}

function readConfigurations(text: string, file: string, release?: string): Configuration[] {
  if (!file.endsWith(".py")) return [structuredConfiguration(text, file, release)];
  const found = pythonConfigurations(text, file, release);
  if (found.length > 0) return found;
  throw new UnreadConfiguration("it calls no trainer's stopper or arguments that the doctor knows");
}
