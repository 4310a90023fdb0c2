/** One piece of a glob. */
type Token =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "any" }
  /** Any text within a folder. */
  | { readonly kind: "star" }
  /** Any text across folders. */
  | { readonly kind: "globstar" }
  /** Nothing, or folders with the slash after them. */
  | { readonly kind: "folders" };

/** The pieces of a glob; stars beside each other are one, which keeps matching linear. */
function tokensOf(glob: string): Token[] {
  const tokens: Token[] = [];
  const text = glob.replace(/^\.\//, "");
  for (let at = 0; at < text.length; at += 1) {
    const previous = tokens.at(-1)?.kind;
    if (text.startsWith("**", at)) {
      const crosses = text[at + 2] === "/";
      if (crosses) tokens.push({ kind: "folders" });
      else if (previous !== "globstar") tokens.push({ kind: "globstar" });
      at += crosses ? 2 : 1;
    } else if (text[at] === "*") {
      if (previous !== "star" && previous !== "globstar") tokens.push({ kind: "star" });
    } else tokens.push(text[at] === "?" ? { kind: "any" } : { kind: "char", char: text[at]! });
  }
  return tokens;
}

/** Places in a glob that a match may stand at; those that follow without taking a character are added. */
function closure(tokens: readonly Token[], places: Set<number>): Set<number> {
  // A set grows while it is walked: places that are added are walked too.
  for (const place of places) {
    const kind = tokens[place]?.kind;
    if (kind === "star" || kind === "globstar" || kind === "folders") places.add(place + 1);
  }
  return places;
}

/** Whether a place may be kept (or left) by a character. */
function placesAfter(token: Token, place: number, char: string): number[] {
  switch (token.kind) {
    case "char":
      return token.char === char ? [place + 1] : [];
    case "any":
      return char === "/" ? [] : [place + 1];
    case "star":
      return char === "/" ? [] : [place];
    case "globstar":
      return [place];
    case "folders":
      return [];
  }
}

const parsed = new Map<string, readonly Token[]>();

function tokensCached(glob: string): readonly Token[] {
  let tokens = parsed.get(glob);
  if (tokens === undefined) {
    tokens = tokensOf(glob);
    parsed.set(glob, tokens);
  }
  return tokens;
}

/**
 * Whether a path glob fits a path: `**` crosses folders, `*` and `?` do not. It takes time in proportion to the
 * length of the path times that of the glob, whatever the stars.
 *
 * @param glob - relative, a leading `./` is dropped
 * @param path - with forward slashes
 * @example fitsGlob("runs/**", "runs/a/log.csv") // true
 */
export function fitsGlob(glob: string, path: string): boolean {
  const tokens = tokensCached(glob);
  let places = closure(tokens, new Set([0]));
  /** `**` before a slash: any number of whole folders. */
  const begins = new Set([...places].filter((place) => tokens[place]?.kind === "folders"));
  for (let at = 0; at < path.length && (places.size > 0 || begins.size > 0); at += 1) {
    const char = path[at]!;
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token !== undefined) for (const after of placesAfter(token, place, char)) next.add(after);
    }
    if (char === "/") for (const place of begins) next.add(place + 1);
    places = closure(tokens, next);
    for (const place of places) if (tokens[place]?.kind === "folders") begins.add(place);
  }
  return places.has(tokens.length);
}

/** Whether a glob fits a path or a folder above it. */
export const fitsWithin = (glob: string, path: string): boolean =>
  fitsGlob(glob, path) || fitsGlob(`${glob.replace(/\/$/, "")}/**`, path);
