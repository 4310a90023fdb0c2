// Stands in for node:child_process in the bundle: commander asks for it at load time, for verbs that are programs of
// their own, which stopwise has none of; loading the real one takes a tenth of the start-up time.

/** Never called. */
export function spawn(): never {
  throw new Error("stopwise has no verbs that are programs of their own");
}
