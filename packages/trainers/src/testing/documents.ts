import { doctorRules } from "../doctor.ts";
import { semantics } from "../registry.ts";
import { targetList } from "../target-list.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|");
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

const signs = { exact: "exact", approximate: "~", impossible: "-" };

/** docs/trainers.md: what each trainer can express. */
export function trainersDocument(): string {
  const rows = targetList();
  const kinds = Object.keys(rows[0]!.expresses);
  const rules = [...semantics.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `# Trainers

Written by \`npm run docs:trainers\` from the trainers themselves; do not edit.

\`stopwise recommend --target NAME\` picks among the policies that a trainer carries out exactly and gives its own
settings. **exact**: the trainer stops where the replay of the policy does. **~**: approximate; the settings say what
changes, and by how much on past runs where these are given. **-**: refused, with what to use instead.

${table(
  ["target", ...kinds],
  rows.map(({ target, expresses }) => [`\`${target}\``, ...kinds.map((kind) => signs[expresses[kind]!])]),
)}

## What each is

${table(
  ["target", "also", "names as of", "how"],
  rows.map(({ target, aliases, version, advice }) => [`\`${target}\``, aliases.join(", "), version, advice]),
)}

## Rules that replay speaks

\`stopwise replay --semantics NAME\` stops as the trainer's own class does.

${table(
  ["name", "also", "source"],
  rules.map(({ name, aliases, source }) => [`\`${name}\``, aliases.join(", "), source]),
)}
`;
}

/** docs/doctor.md: every rule of the doctor. */
export function doctorDocument(): string {
  const ordered = [...doctorRules].sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
  return `# What the doctor looks for

Written by \`npm run docs:trainers\` from the rules themselves; do not edit.

\`stopwise doctor PATH\` reads the settings of a run (Axolotl, LLaMA-Factory, ms-swift and LightningCLI YAML,
TrainingArguments as JSON, \`trainer_state.json\`, W&B's \`config.yaml\`, a Together request, or the calls in a Python
file, which is parsed and never run) and says what will not do what its author thinks. Only constants are taken; what is
computed stays unknown and fires nothing. A comment \`doctor: allow HF-5\` on a line takes that finding back. There are
${ordered.length} rules.

${table(
  ["rule", "for", "", "fires when", "source"],
  ordered.map(({ id, kinds, severity, when, source }) => [id, kinds.join(", "), severity, when, source]),
)}
`;
}
