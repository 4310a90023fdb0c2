/** An error of the records that are written, not of the database they are written to. */
class SourceError extends Error {
  readonly original: unknown;

  constructor(original: unknown) {
    super("the source of the records failed");
    this.original = original;
  }
}

/** The records of a source; its errors are marked as its own. */
export async function* fromSource<T>(records: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  const source = (async function* () {
    yield* records;
  })();
  for (;;) {
    let next: IteratorResult<T>;
    try {
      next = await source.next();
    } catch (error) {
      throw new SourceError(error);
    }
    if (next.done === true) return;
    yield next.value;
  }
}

/** Throws the error that a source threw, where this is one. */
export function rethrowOriginal(error: unknown): void {
  if (error instanceof SourceError) throw error.original;
}
