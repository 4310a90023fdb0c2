import type { KnownFacts } from "../mapping/raw-run.ts";

const told = (facts: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== null));

/** A fact that is stated goes before one that was estimated, wherever they stand. */
function withoutOutdone(
  facts: KnownFacts,
  name: "params" | "datasetSize",
  others: readonly KnownFacts[],
): KnownFacts {
  const isEstimate = facts.hyper?.[`${name}Estimated`] === true;
  const isStated = others.some(
    (other) => other[name] !== undefined && other.hyper?.[`${name}Estimated`] !== true,
  );
  if (!isEstimate || !isStated) return facts;
  const hyper = Object.fromEntries(
    Object.entries(facts.hyper ?? {}).filter(([key]) => key !== `${name}Estimated`),
  );
  return { ...facts, [name]: undefined, hyper };
}

/**
 * Facts of several sources as one: each fact from the first that tells it, settings one by one.
 *
 * @param sources - the most trusted first
 */
export function layFacts(sources: readonly KnownFacts[]): KnownFacts {
  const cleaned = sources.map((facts) =>
    (["params", "datasetSize"] as const).reduce((left, name) => withoutOutdone(left, name, sources), facts),
  );
  const isEstimate = (facts: KnownFacts, name: string): boolean => facts.hyper?.[`${name}Estimated`] === true;
  let [joined, hyper]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const facts of cleaned.toReversed()) {
    joined = { ...joined, ...told({ ...facts }) };
    for (const [name, value] of Object.entries(told({ ...facts.hyper }))) {
      // An estimated setting gives way to a stated one of a less trusted source.
      if (isEstimate(facts, name) && hyper[name] !== undefined && hyper[`${name}Estimated`] !== true) {
        hyper = { ...hyper, [`${name}Estimated`]: false };
      } else if (!(name.endsWith("Estimated") && hyper[name] === false)) hyper = { ...hyper, [name]: value };
    }
  }
  return { ...joined, hyper };
}
