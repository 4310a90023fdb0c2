const guarded: readonly (readonly [string, object])[] = [
  ["Object.prototype", Object.prototype],
  ["Array.prototype", Array.prototype],
  ["String.prototype", String.prototype],
  ["Number.prototype", Number.prototype],
  ["Function.prototype", Function.prototype],
  ["Map.prototype", Map.prototype],
  ["Set.prototype", Set.prototype],
  ["Promise.prototype", Promise.prototype],
  ["JSON", JSON],
  ["Math", Math],
];

/** Notices properties that code under test adds to, or takes from, the objects that all code shares. */
export class GlobalObjects {
  readonly #keys = guarded.map(([, object]) => Reflect.ownKeys(object).length);

  /** The name of an object that has changed since, undefined where none has. */
  changed(): string | undefined {
    return guarded.find(([, object], index) => Reflect.ownKeys(object).length !== this.#keys[index])?.[0];
  }
}
