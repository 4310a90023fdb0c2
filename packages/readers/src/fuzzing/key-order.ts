import { shuffled, type Random } from "@stopwise/core/random";

function withShuffledKeys(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) return value.map((entry) => withShuffledKeys(entry, random));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, entry]) => [key, withShuffledKeys(entry, random)] as const,
  );
  return Object.fromEntries(shuffled(entries, random));
}

/** The JSON document or JSON lines with the keys of every object in another order; undefined where it is neither. */
export function withOtherKeyOrder(text: string, random: Random): string | undefined {
  const shuffle = (json: string): string => JSON.stringify(withShuffledKeys(JSON.parse(json), random));
  try {
    return shuffle(text);
  } catch {
    try {
      return text
        .split("\n")
        .map((line) => (line === "" ? line : shuffle(line)))
        .join("\n");
    } catch {
      return undefined; // Not JSON: there are no keys to shuffle.
    }
  }
}
