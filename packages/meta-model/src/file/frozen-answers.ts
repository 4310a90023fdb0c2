/** Answers as text that JSON can hold; +infinity, never stop, is written out. */
export function frozenAnswers(answers: ReadonlyMap<string, unknown>): string {
  return JSON.stringify([...answers], (_, value: unknown) => (value === Infinity ? "Infinity" : value));
}

/** Answers from the text that `frozenAnswers` gave. */
export function thawedAnswers(text: string): Map<string, unknown> {
  const revive = (_: string, value: unknown): unknown => (value === "Infinity" ? Infinity : value);
  return new Map(JSON.parse(text, revive) as [string, unknown][]);
}
