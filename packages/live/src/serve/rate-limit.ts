/** A bucket that holds a second's requests and is filled as time goes by. */
export class RateLimit {
  readonly #perSecond: number;
  #left: number;
  #at: number;

  /**
   * A limit on the requests of everyone together: the service knows one token.
   *
   * @param perSecond requests a second, > 0
   * @param now milliseconds
   */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
    this.#at = now;
  }

  /** Whether one more request may be answered now. */
  take(now: number): boolean {
    const filled = this.#left + ((now - this.#at) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond, filled);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
