import { parseRunFacts } from "@stopwise/readers";
import { expect, test } from "vitest";
import { withNewEntries } from "./facts-file.ts";

const skeleton = [
  "# Facts that the logs lack.",
  "runs:",
  '  - path: "a/**" # 2 runs',
  "    # task: squad",
  '  - path: "b/**" # 1 run',
  "    # family: t5",
  "",
].join("\n");

test("new entries go to the end, what the user wrote stays as it is", () => {
  const mine = 'runs: # mine\n  - path: ["a/**", "c/**"]\n    task: squad # sure\n\n';
  const extended = withNewEntries(mine, skeleton)!;
  expect(extended).toBe(`${mine.trimEnd()}\n  - path: "b/**" # 1 run\n    # family: t5\n`);
  expect(parseRunFacts(extended).runs).toEqual([{ path: ["a/**", "c/**"], task: "squad" }, { path: "b/**" }]);
});

test.each([
  ["", 2],
  ["# only a comment\n", 2],
  ["runs: []\n", 2],
  ["runs:\n- path: x\n  task: t\n", 3],
])("%j is extended to a file of %d entries", (mine, nEntries) => {
  const extended = withNewEntries(mine, skeleton)!;
  expect(parseRunFacts(extended).runs).toHaveLength(nEntries);
});

test("nothing new, or a file in flow style: it is left alone", () => {
  expect(withNewEntries(skeleton, skeleton)).toBeUndefined();
  expect(withNewEntries('{ runs: [{ path: "x", task: t }] }\n', skeleton)).toBeUndefined();
});
