const marker = "\u0000number:";

/** Where the string that begins at `from` ends. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** The document with bare numbers that are not finite as marked strings; its own strings as they are. */
function withMarkedNumbers(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length;) {
    const bare = /[-IN]/.test(text[at]!) ? /-?Infinity\b|NaN\b/y : undefined;
    if (bare !== undefined) bare.lastIndex = at;
    const found = bare?.exec(text)?.[0];
    if (found === undefined) at = text[at] === '"' ? endOfString(text, at) : at + 1;
    else {
      parts.push(text.slice(from, at), JSON.stringify(marker + found));
      at += found.length;
      from = at;
    }
  }
  return parts.join("") + text.slice(from);
}

function reviveMarked(_key: string, value: unknown): unknown {
  return typeof value === "string" && value.startsWith(marker) ? Number(value.slice(marker.length)) : value;
}

/**
 * Parses JSON as Python's `json.dump` writes it: bare `NaN`, `Infinity` and `-Infinity` become numbers.
 * Strings are left alone, a leading byte-order mark is skipped.
 *
 * @param text - the whole document or one line of JSON lines
 * @throws {SyntaxError} when the text is no JSON even so
 * @example parsePythonJson('{"loss": NaN}') // { loss: NaN }
 */
export function parsePythonJson(text: string): unknown {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    return JSON.parse(body);
  } catch (error) {
    if (!/NaN|Infinity/.test(body)) throw error;
    return JSON.parse(withMarkedNumbers(body), reviveMarked);
  }
}

const spelled: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["null", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["+inf", Number.POSITIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["-infinity", Number.NEGATIVE_INFINITY],
]);

/** Longer texts spell no number. */
const longestNumber = 64;

/**
 * The number that a logged JSON value stands for: numbers as they are, non-finite values in any spelling that
 * trainers write (`"NaN"`, `"inf"`, the string `"null"`), `undefined` for everything else, null included.
 * A dictionary with a single numeric entry is that entry.
 */
export function loggedNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "string") {
    if (value.length > longestNumber) return undefined;
    const text = value.trim().toLowerCase();
    const known = spelled.get(text);
    if (known !== undefined) return known;
    return text !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.values(value).filter((entry) => typeof entry === "number");
  return entries.length === 1 ? entries[0] : undefined;
}
