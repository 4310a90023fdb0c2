import type { RunRecord } from "../../packages/core/src/index.ts";
import type { Past } from "../../packages/meta-model/src/index.ts";
import { mayBeNamed, type PackSources } from "./sources.ts";

/** Counts of what each item is called, the most first. */
function counts<T>(items: readonly T[], nameOf: (item: T) => string): [string, number][] {
  const found = new Map<string, number>();
  for (const item of items) found.set(nameOf(item), (found.get(nameOf(item)) ?? 0) + 1);
  return [...found].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const sizeOf = ({ params }: RunRecord): string => {
  if (!params) return "unknown";
  const floor = Math.floor(Math.log10(params));
  const unit = (power: number): string =>
    power >= 9
      ? `${10 ** (power - 9)}B`
      : power >= 6
        ? `${10 ** (power - 6)}M`
        : `${10 ** Math.max(power - 3, 0)}k`;
  return `${unit(floor)} to ${unit(floor + 1)}`;
};

/** Years that are known of the files, not of the runs. */
const years: Readonly<Record<string, string>> = {
  finetune: "2021 and 2022, hub model cards",
  "finetune-recent": "2023 to 2026, public repositories",
  loss: "hub model cards of 2021 and 2022; pre-training logs without a year",
  "loss-recent": "2023 to 2026, public repositories",
  pretrain: "not stated",
  algorithmic: "not stated",
  taskset: "not stated",
  "datasets/qa-sweep": "2026, our own",
};

const notFor: Readonly<Record<string, string>> = {
  "fine-tuning":
    "Mostly encoders and speech models of up to 1.5B parameters that their authors chose to publish, finished and with default settings; language models of 7B and more are few, preference tuning is absent. Most runs are of 2021 and 2022: on later ones promises lose more than they say.",
  "fine-tuning-loss":
    "Few groups; small language models and encoders. Losses of preference tuning are absent.",
  "pre-training": "Three families (Pythia, one multilingual GPT, one RoBERTa), judged on benchmark tasks.",
  "pre-training-loss":
    "One speed-running project makes more than half of the runs, and seven text-classification tasks another large part; nothing above 1B parameters.",
  "from-scratch":
    "Models of a few thousand to a few million parameters on synthetic questions, and arithmetic.",
};

function sourcesTable(records: readonly RunRecord[]): string {
  const bySource = new Map<string, RunRecord[]>();
  for (const run of records) {
    const key = `${run.source ?? "unknown"} ${String(run["commit"] ?? "")}`;
    bySource.set(key, [...(bySource.get(key) ?? []), run]);
  }
  const rows = [...bySource.values()]
    .sort((a, b) => b.length - a.length || ((a[0]!.source ?? "") < (b[0]!.source ?? "") ? -1 : 1))
    .map((runs) => {
      const [first] = runs;
      const licences = counts(runs, (run) => String(run["license"] ?? "none stated"));
      const commit = first!["commit"];
      return [
        first!.source ?? "unknown",
        typeof commit === "string" ? commit.slice(0, 12) : "",
        licences.map(([name, n]) => `${name} ${n}`).join(", "),
        runs.length,
      ];
    });
  return table(["source", "commit", "licence", "runs"], rows);
}

/** The card of a pack: where its runs come from, what they are like, and what it is not good for. */
export function cardOf(
  { name, files }: PackSources,
  records: readonly RunRecord[],
  { past, nBytes }: { past: Past; nBytes: number },
): string {
  const nNamed = past.runs.filter(({ license }) => mayBeNamed(license)).length;
  const told = (title: string, nameOf: (run: RunRecord) => string): string =>
    `### By ${title}\n\n${table([title, "runs"], counts(records, nameOf).slice(0, 16))}`;
  return `# Experience pack: ${name}

Made by \`npx tsx datasets/experience/build.ts\`; ${nBytes} bytes. ${past.runs.length} runs in ${new Set(past.runs.map(({ group }) => group)).size} groups.

For each run the pack holds its task facts, its outcomes under the portfolio and at most a dozen binned rows of what was seen in it. The curves are not in it. ${nNamed} runs are named; the other ${past.runs.length - nNamed}, whose source states no licence or one that forbids passing it on, take part without any name: their source, model, task and group cannot be read from the pack.

What can be told from it nevertheless: how far the best score so far was below the final best at the stops of the portfolio, in sixteen bits, and levels to within an eightieth.

## What it is not good for

${notFor[name] ?? ""}

## Sources

${sourcesTable(records)}

## Counts

${told("regime", (run) => run.regime ?? "")}

${told("family", (run) => run.family ?? "unknown")}

${told("size", sizeOf)}

${told("metric", (run) => run.metric)}

### By year

${table(
  ["file", "years"],
  files.map((file) => [file, years[file] ?? "not stated"]),
)}
`;
}
