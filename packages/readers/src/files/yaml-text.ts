import { parseDocument } from "yaml";

/** Larger and deeper documents are no settings; a parser would take minutes or die of them. */
const mostCharacters = 1 << 20;
const mostLevels = 64;

/** The deepest nesting that brackets and indentation of a document may make, told in one pass. */
function deepestLevel(text: string): number {
  let [brackets, deepest] = [0, 0];
  const indents: number[] = [];
  for (const line of text.split("\n")) {
    const indent = /^[ \t]*(?:- ?)*/.exec(line)![0];
    if (indent.length === line.trimEnd().length) continue;
    while (indents.length > 0 && indents.at(-1)! >= indent.length) indents.pop();
    indents.push(indent.length);
    const nDashes = indent.split("-").length - 1;
    for (const character of line) {
      if (character === "[" || character === "{") brackets += 1;
      else if ((character === "]" || character === "}") && brackets > 0) brackets -= 1;
      if (brackets > deepest) deepest = brackets;
    }
    deepest = Math.max(deepest, brackets + indents.length + nDashes);
    if (deepest > mostLevels) return deepest;
  }
  return deepest;
}

/**
 * Parses a YAML document as plain data: Python's tags are read as text, nothing is constructed. A document that is
 * damaged, larger than 1 MiB or nested deeper than 64 levels is refused.
 *
 * @returns the content; undefined where it is refused
 */
export function parseYaml(text: string): unknown {
  if (text.length > mostCharacters || deepestLevel(text) > mostLevels) return undefined;
  try {
    const document = parseDocument(text, { logLevel: "silent" });
    return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined; // Aliases without an anchor, or too many of them: no settings either.
  }
}
