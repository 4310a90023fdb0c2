import type { LogReader } from "../contract.ts";

const intro = `# The log formats that are read

This page is written by \`npm run docs:formats\` from what the readers say of themselves; a test holds it to them.

A file is recognised by its path and its first bytes, never by its extension alone; of the readers that claim it the
most certain takes it, and a file that two claim alike is reported, not guessed. \`stopwise ingest --dry-run PATH\` says of
each file what it is and what was found. Values are taken as they are logged: the metric of a record is the one that
\`--metric\` names, else a score before a loss, and percentages are told by the whole curve. A reward is never taken
unless \`--metric\` names it. A last line that is incomplete is left out with a remark, and a damaged file costs itself
alone. Files that end in \`.gz\` are read as what is packed in them.
`;

const sentence = (text: string): string => {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
};

function sectionOf({ format, title, description }: LogReader): string {
  const { recognised, quality, plan, end, notRead } = description;
  const items = [
    ["Recognised", recognised],
    ["Quality", quality],
    ["Plan", plan],
    ["End", end],
    ["Not read", notRead],
  ] as const;
  const lines = items.map(([name, text]) => `- **${name}**: ${sentence(text)}`);
  return [`## ${title}`, "", `Named \`${format}\` in reports.`, "", ...lines, ""].join("\n");
}

/** The page of every format that is read, in the order of their names. */
export function formatsPage(readers: readonly LogReader[]): string {
  const sorted = [...readers].sort((left, right) => (left.format < right.format ? -1 : 1));
  return [intro, ...sorted.map(sectionOf)].join("\n");
}
