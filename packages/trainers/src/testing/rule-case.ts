/** A file that a rule is about, and one that is near to it and right. */
export interface RuleCase {
  readonly file: string;
  readonly wrong: string;
  readonly right: string;
  /** What must stand on the line that is named; the key of the rule's setting where left out. */
  readonly on: string;
  readonly release?: string;
}
