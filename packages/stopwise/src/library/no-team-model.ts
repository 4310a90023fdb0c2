// Stands in for ./team-model.ts in the file that runs `recommend` alone: a store on a server needs a driver, which would
// have to be read at every start. `cli.ts` hands such a call to the whole command line.

/** Never called. */
export function teamModel(): never {
  throw new Error("recommend alone reads no store on a server");
}
