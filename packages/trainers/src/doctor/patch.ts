/** A change of a text: what stands in `[from, to)` becomes `text`. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Applies edits that do not overlap; of two that do, the first is taken. */
function edited(text: string, edits: readonly TextEdit[]): string {
  const sorted = [...edits].sort((a, b) => a.from - b.from || a.to - b.to);
  let at = 0;
  let result = "";
  let last: TextEdit | undefined;
  for (const edit of sorted) {
    const repeats =
      last !== undefined && last.from === edit.from && last.to === edit.to && last.text === edit.text;
    if (edit.from < at || repeats) continue;
    result += text.slice(at, edit.from) + edit.text;
    at = edit.to;
    last = edit;
  }
  return result + text.slice(at);
}

const linesOf = (text: string): string[] => text.split("\n");

/** Lines of context around a change, as `diff -u` has. */
const context = 3;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Pieces of both texts that differ, by their lines; a change of a line never makes the lines after it differ. */
function changedSpans(
  before: readonly string[],
  after: readonly string[],
): { old: Span; now: Span } | undefined {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail++;
  }
  if (head === before.length && head === after.length) return undefined;
  return { old: { from: head, to: before.length - tail }, now: { from: head, to: after.length - tail } };
}

/**
 * A unified diff that makes edits of a file, for `git apply` or `patch -p1`; empty where nothing changes.
 *
 * @param text of the file
 * @param file its path from where the patch is applied
 * @param edits what to change
 */
export function patchOf(text: string, file: string, edits: readonly TextEdit[]): string {
  const before = linesOf(text);
  const after = linesOf(edited(text, edits));
  const spans = changedSpans(before, after);
  if (spans === undefined) return "";
  const { old, now } = spans;
  // What follows the last newline is no line.
  const end = (lines: readonly string[]): number => (lines.at(-1) === "" ? lines.length - 1 : lines.length);
  const start = Math.max(0, old.from - context);
  const until = Math.min(end(before), old.to + context);
  const nOld = until - start;
  const nNow = nOld + (now.to - now.from) - (old.to - old.from);
  const noNewline = until === before.length ? ["\\ No newline at end of file"] : [];
  return [
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ -${start + 1},${nOld} +${start + 1},${nNow} @@`,
    ...before.slice(start, old.from).map((line) => ` ${line}`),
    ...before.slice(old.from, old.to).map((line) => `-${line}`),
    ...(old.to === before.length ? noNewline : []),
    ...after.slice(now.from, now.to).map((line) => `+${line}`),
    ...before.slice(old.to, until).map((line) => ` ${line}`),
    ...noNewline,
    "",
  ].join("\n");
}
