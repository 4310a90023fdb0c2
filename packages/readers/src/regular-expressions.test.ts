import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Regular-expression literals of a source text, found where a literal may begin. */
function literalsIn(source: string): { source: string; flags: string }[] {
  const code = source.replaceAll(/^\s*(?:\/\/|\*|\/\*\*?).*$/gm, "");
  const literal =
    /(?<=[(,=:?|&![\n]\s*)\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])*)\/([dgimsuy]*)/g;
  return [...code.matchAll(literal)].map(([, body = "", flags = ""]) => ({ source: body, flags }));
}

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !/^(testing|fuzzing)/.test(path),
);

const literals = sources.flatMap((path) =>
  literalsIn(readFileSync(join(import.meta.dirname, path), "utf8")).map((literal) => ({ path, ...literal })),
);

/** What the longest texts are made of that a slow expression would try at every place. */
const pumps = [
  " ",
  "\n",
  "\t",
  "a",
  "0",
  "_",
  "-",
  ".",
  "=",
  "|",
  "[",
  "{",
  '"',
  "'",
  ":",
  "/",
  "#",
  "*",
  "<",
  ",",
];

/** The words and marks that an expression names, as its own beginning and as pumps of their own. */
function wordsOf(source: string): string[] {
  const plain = source.replaceAll(/\\[bBdDsSwW]/g, " ").replaceAll("\\", "");
  return [...new Set(plain.match(/[A-Za-z][A-Za-z_]*[:=]? ?|[<|'"{[(*#-]+/g) ?? [])].slice(0, 12);
}

function milliseconds(expression: RegExp, text: string): number {
  const start = process.cpuUsage();
  expression.lastIndex = 0;
  expression.test(text);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/**
 * How an expression grows from a text to one of eight times its length: 8 where it is linear, 64 where quadratic. The
 * long text is tried only where the short one took measurable time, and the better of two tries counts.
 */
function grows({ source, flags }: { source: string; flags: string }, prefix: string, pump: string): boolean {
  const expression = new RegExp(source, flags);
  const text = (length: number) => prefix + pump.repeat(Math.ceil(length / pump.length)) + "\u0000";
  const [short, long] = [text(2_000), text(16_000)];
  const least = (attempt: string) =>
    Math.min(milliseconds(expression, attempt), milliseconds(expression, attempt));
  const before = least(short);
  if (before < 1) return false;
  return least(long) > Math.max(30 * before, 60);
}

test("the expressions of the package are found", () => {
  expect(literals.length).toBeGreaterThan(200);
});

test("a slow expression would be seen", () => {
  expect(grows({ source: String.raw`^\s*\|?\s*$|(\s+)x`, flags: "" }, "", " ")).toBe(true);
  expect(grows({ source: String.raw`^\s{0,3}\|?\s{0,3}$`, flags: "" }, "", " ")).toBe(false);
});

test("no expression of the package grows faster than its text", { timeout: 120_000 }, () => {
  const slow = literals.filter((literal) => {
    const words = wordsOf(literal.source);
    const prefixes = ["", ...words.slice(0, 3)];
    return [...pumps, ...words].some((pump) => prefixes.some((prefix) => grows(literal, prefix, pump)));
  });
  expect(slow.map(({ path, source, flags }) => `${path}: /${source}/${flags}`)).toEqual([]);
});
