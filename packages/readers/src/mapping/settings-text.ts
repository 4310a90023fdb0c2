import { parse } from "yaml";
import { parsePythonJson } from "../files/python-json.ts";

/** Settings files are small; a larger one is data. */
const maxBytes = 1 << 18;
const maxDepth = 24;
const maxEntries = 4000;

/** Settings by their names, nested names joined by `.`; of lists of objects the places are parts of the name. */
export type Settings = ReadonlyMap<string, unknown>;

/**
 * Whether brackets, block lists or indentation of a text nest deeper than settings ever do. One pass.
 *
 * @param text - YAML or JSON
 */
export function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (const line of text.split("\n")) {
    const lead = /^[\s-]*/.exec(line.slice(0, 1000))![0];
    if (lead.length > 400 || lead.split("-").length > maxDepth + 4) return true;
    for (let at = lead.length; at < line.length; at += 1) {
      const char = line.charCodeAt(at);
      if (char === 0x5b || char === 0x7b) depth += 1;
      else if ((char === 0x5d || char === 0x7d) && depth > 0) depth -= 1;
      if (depth > maxDepth) return true;
    }
  }
  return false;
}

/**
 * The value of a small YAML text: bounded in size, nesting and aliases, and never constructing what a tag names.
 *
 * @returns `undefined` where it does not parse or goes beyond the bounds
 */
export function yamlValue(text: string): unknown {
  if (text.length > maxBytes || nestsTooDeep(text)) return undefined;
  try {
    return parse(text, { logLevel: "silent", maxAliasCount: 50, uniqueKeys: false });
  } catch {
    return undefined; // Settings in another spelling stay unknown; the curve stands without them.
  }
}

/** The value of a small JSON text as Python writes it, bounded in the same way. */
export function jsonValue(text: string): unknown {
  if (text.length > maxBytes || nestsTooDeep(text)) return undefined;
  try {
    return parsePythonJson(text);
  } catch {
    return undefined; // As above.
  }
}

type Adding = { readonly into: Map<string, unknown>; readonly name: string; readonly depth: number };

function add(value: unknown, { into, name, depth }: Adding): void {
  if (into.size >= maxEntries || depth > maxDepth) return;
  if (typeof value !== "object" || value === null) {
    if (name !== "" && value !== null && value !== undefined) into.set(name, value);
    return;
  }
  const entries = Array.isArray(value)
    ? value.slice(0, 16).map((entry, at) => [String(at), entry] as const)
    : Object.entries(value);
  for (const [key, entry] of entries) {
    add(entry, { into, name: name === "" ? key : `${name}.${key}`, depth: depth + 1 });
  }
}

/** The plain values of nested settings by their joined names. */
export function settingsOfValue(value: unknown): Settings {
  const into = new Map<string, unknown>();
  add(value, { into, name: "", depth: 0 });
  return into;
}
