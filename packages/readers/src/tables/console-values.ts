import { cellNumber } from "./markdown-table.ts";

const numeral = /[+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf)\b/iy;
const wrapper = /\s*(?:tensor\(|np\.float\d{1,3}\(|['"])?\s{0,4}/y;
const magnitude: Readonly<Record<string, number>> = { k: 1e3, K: 1e3, M: 1e6, B: 1e9, G: 1e9 };

/** The number that begins at `from`, and where it ends; undefined for a clock time or text. */
function numberAt(line: string, from: number): { value: number; end: number } | undefined {
  wrapper.lastIndex = from;
  wrapper.exec(line);
  numeral.lastIndex = wrapper.lastIndex === 0 ? from : wrapper.lastIndex;
  const found = numeral.exec(line)?.[0];
  if (found === undefined) return undefined;
  const end = numeral.lastIndex;
  const digits = found.replace(/,$/, "");
  const value = cellNumber(digits);
  const [next = "", after = ""] = [line[end], line[end + 1]];
  if (value === undefined || (next === ":" && after >= "0" && after <= "9")) return undefined;
  const factor = /\w/.test(after) ? undefined : magnitude[next];
  return { value: factor === undefined ? value : value * factor, end };
}

const isNameCharacter = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 95 || // _
  code === 64 || // @
  code === 47 || // /
  code === 46 || // .
  code === 32 ||
  code === 45; // -

/** A place without a separator before a name: `step 1 eval_loss: 2.0`. */
const placeBefore = /^.{0,40}\b(?:step|epoch|iter|iteration|update|batch)\s\d[\d./]{0,20}\s/i;

/** The name without what stands before it in the line: timestamps, the level of a message, separators. */
const lastWords = (name: string): string =>
  name
    .split(/ -+ |\s\s|[|,]/)
    .at(-1)!
    .trim()
    .replace(/^(?:DEBUG|INFO|WARN(?:ING)?|ERROR)\s/, "")
    .replace(placeBefore, "")
    .trim();

/** Where a bracketed remark such as `(ms)` that ends at `end` begins. */
function withoutBracket(line: string, end: number, from: number): number {
  if (line[end - 1] !== ")") return end;
  const open = line.lastIndexOf("(", end - 1);
  return open >= from && end - open <= 40 ? open : end;
}

/** The name that ends before the separator at `end`, not further left than `from`. */
function nameBefore(line: string, from: number, end: number): string {
  let stop = end;
  while (stop > from && line[stop - 1] === " ") stop -= 1;
  const mark = line[stop - 1];
  if (mark === '"' || mark === "'") {
    const open = line.lastIndexOf(mark, stop - 2);
    return open < from ? "" : line.slice(open + 1, stop - 1).trim();
  }
  const bare = withoutBracket(line, stop, from);
  let start = bare;
  while (start > from && isNameCharacter(line.charCodeAt(start - 1))) start -= 1;
  const name = lastWords(line.slice(start, stop)).replace(/^[^A-Za-z]+/, "");
  return /^[A-Za-z]/.test(name) ? name : "";
}

/** Numbers behind `:` or `=`, by the name before it. */
function namedValues(line: string, values: Map<string, number>): void {
  let from = 0;
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code !== 58 && code !== 61) continue; // : and =
    const found = numberAt(line, at + 1);
    const name = found === undefined ? "" : nameBefore(line, from, at);
    from = at + 1;
    if (found === undefined || name === "") continue;
    values.set(name, found.value);
    from = found.end;
    at = found.end - 1;
  }
}

const splitName = /^(?:train|training|val|valid|validation|eval|test|dev)(?:[ _][\w ]*)?$/i;
const bareNumber = /^[+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$|^[+-]?(?:nan|inf)$/i;

/** Numbers that stand behind a name with a split alone: `val loss 4.2345`. */
function unnamedValues(line: string, values: Map<string, number>): void {
  for (const part of line.split(/[:|;]|, |,$/)) {
    const words = part.trim().split(/\s+/);
    const at = words.findIndex((word) => bareNumber.test(word));
    const name = at < 2 ? "" : words.slice(0, at).join(" ");
    const value = name.length > 80 || !splitName.test(name) ? undefined : cellNumber(words[at]!);
    if (value !== undefined && !values.has(name)) values.set(name, value);
  }
}

/** litgpt prints `loss train: 2.1, val: 2.05`. */
function spelledOut(values: Map<string, number>): Map<string, number> {
  const loss = values.get("val");
  if (loss === undefined || !values.has("loss train")) return values;
  values.delete("val");
  return values.set("val loss", loss);
}

/** The numbers that a console line names, by name as written. */
export function valuesIn(line: string): Map<string, number> {
  const values = new Map<string, number>();
  namedValues(line, values);
  unnamedValues(line, values);
  return spelledOut(values);
}
