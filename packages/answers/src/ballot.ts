/** Votes of the answers so far. */
export interface Ballot {
  /** Answers given so far, those without a vote included. */
  readonly nSamples: number;
  readonly votes: ReadonlyMap<string, number>;
  /** The answer with most votes, the first to reach them on ties; null before any vote. */
  readonly leader: string | null;
  readonly first: number;
  /** Votes of the runner-up; 0 where there is one answer only. */
  readonly second: number;
  /** The answers in order, null for none: for criteria that look at the latest ones. */
  readonly answers: readonly (string | null)[];
}

/** Counts answers one by one. */
export class BallotBox {
  readonly #votes = new Map<string, number>();
  readonly #answers: (string | null)[] = [];
  #leader: string | null = null;

  /** Takes the next answer, null for one that could not be read. O(answers that differ). */
  add(answer: string | null): Ballot {
    this.#answers.push(answer);
    if (answer !== null) {
      const votes = (this.#votes.get(answer) ?? 0) + 1;
      this.#votes.set(answer, votes);
      if (this.#leader === null || votes > this.#votes.get(this.#leader)!) this.#leader = answer;
    }
    return this.ballot();
  }

  /** The votes so far. */
  ballot(): Ballot {
    let second = 0;
    for (const [answer, votes] of this.#votes) if (answer !== this.#leader && votes > second) second = votes;
    return {
      nSamples: this.#answers.length,
      votes: this.#votes,
      leader: this.#leader,
      first: this.#leader === null ? 0 : this.#votes.get(this.#leader)!,
      second,
      answers: this.#answers,
    };
  }
}
