import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidInputError, type Monitor } from "@stopwise/core";
import { readCurve } from "../index.ts";
import { cleanUp, writeFiles } from "../testing/reader-contract.ts";

cleanUp();

const curveOfFile = (name: string, content: string, monitor: Monitor = "quality") =>
  readCurve(join(writeFiles({ [name]: content }), name), monitor);

const qualities = [0.1, 0.3, 0.2, Number.NaN, 0.4];

describe("a curve of one run", () => {
  test.each([
    ["c.json", "[0.1, 0.3, 0.2, NaN, 0.4]"],
    ["c.json", '[0.1, 0.3, 0.2, "NaN", 0.4]'],
    ["c.json", '[{"quality":0.1},{"quality":0.3},{"quality":0.2},{"quality":NaN},{"quality":0.4}]'],
    ["c.csv", "0.1\n0.3\n0.2\nnan\n0.4\n"],
    ["c.csv", "0,1;0,3;0,2;nan;0,4"],
    ["c.txt", "\uFEFF# em\n1;0,1\r\n2;0,3\r\n3;0,2\r\n4;nan\r\n5;0,4\r\n"],
    ["c.tsv", "1\t0.1\n2\t0.3\n3\t0.2\n4\tnan\n5\t0.4\n"],
    ["c.csv", "step,em,eval_loss\n1,0.1,3\n2,0.3,2\n3,0.2,2\n4,,2\n5,0.4,1\n"],
    ["c.csv", "step,quality\n1,0.1\n2,0.3\n3,0.2\n4,nan\n5,0.4\n"],
    [
      "c.csv",
      "step,quality,evalLoss,trainLoss,lr\n1,0.1,3,3,.1\n2,0.3,2,3,.1\n3,0.2,2,3,.1\n4,nan,2,3,.1\n5,0.4,1,3,.1\n",
    ],
    ["c.csv", "step,val_accuracy\n1,0.1\n2,0.3\n3,0.2\n4,nan\n5,0.4\n"],
    ["c.csv", "step,score\n1,0.1\n2,0.3\n3,0.2\n4,nan\n5,0.4\n"],
    ["c.csv", "step,value\n1,0.1\n2,0.3\n3,0.2\n4,nan\n5,0.4\n"],
    ["c.csv", "step;val_accuracy\n1;0,1\n2;0,3\n3;0,2\n4;nan\n5;0,4\n"],
    ["c.csv", 'step,em\n1,"0,1"\n2,"0,3"\n3,"0,2"\n4,nan\n5,"0,4"\n'],
    ["c.csv", 'note,step,em\n"a, b",1,0.1\n"a, b",2,0.3\n"a, b",3,0.2\n"a, b",4,nan\n"a, b",5,0.4\n'],
    ["c.csv", '"a, b, c";step;em\nx;1;0.1\nx;2;0.3\nx;3;0.2\nx;4;nan\nx;5;0.4\n'],
  ])("%s %j", async (name, content) => {
    const curve = await curveOfFile(name, content);
    expect([...curve.quality]).toEqual(qualities);
    expect([...curve.step]).toEqual([1, 2, 3, 4, 5]);
  });

  test.each<[string, string, Monitor]>([
    ["c.json", "[4, 2, Infinity]", "evalLoss"],
    ["c.json", '[4, 2, "Infinity"]', "trainLoss"],
    ["c.json", "[4, 2, Infinity]", "gradNorm"],
    ["c.txt", "4\n2\ninf\n", "evalLoss"],
  ])("bare values stand for the monitor: %s %j %s", async (name, content, monitor) => {
    const curve = await curveOfFile(name, content, monitor);
    expect([...curve[monitor]]).toEqual([4, 2, Number.POSITIVE_INFINITY]);
    expect(curve.kind).toBe("loss");
  });

  test.each<[string, string, Monitor, number[]]>([
    ["c.csv", "step,evalLoss\n1,3\n2,2\n", "evalLoss", [3, 2]],
    ["c.csv", "step,quality,evalLoss\n1,0.2,3\n2,0.3,2\n", "evalLoss", [3, 2]],
    ["c.csv", "step,loss\n1,3\n2,2\n", "trainLoss", [3, 2]],
    ["c.csv", "step,quality,trainLoss,gradNorm\n1,0.2,3,7\n2,0.3,2,8\n", "gradNorm", [7, 8]],
    ["c.json", '[{"step":5,"value":3},{"step":9,"value":2}]', "evalLoss", [3, 2]],
    [
      "c.jsonl",
      '{"step":1,"quality":0.2,"evalLoss":3}\n{"step":2,"quality":0.3,"evalLoss":2}\n',
      "evalLoss",
      [3, 2],
    ],
  ])("named columns: %s %j %s", async (name, content, monitor, values) => {
    expect([...(await curveOfFile(name, content, monitor))[monitor]]).toEqual(values);
  });
});

const record = (id: string): string =>
  JSON.stringify({
    id,
    metric: "em",
    points: [
      { step: 1, quality: 0.1 },
      { step: 2, quality: 0.2 },
    ],
  });

describe("a run record", () => {
  test("in one line, and as an editor indents it", async () => {
    const indented = JSON.stringify(JSON.parse(record("a")), null, 2);
    for (const content of [record("a"), indented]) {
      expect([...(await curveOfFile("c.json", content)).quality]).toEqual([0.1, 0.2]);
    }
  });
});

describe("what is no single curve is refused in one line", () => {
  test.each<[string, string, Monitor, RegExp]>([
    ["c.jsonl", `${record("a")}\n${record("b")}\n`, "quality", /holds 2 runs: a, b\./],
    ["c.csv", "0,5\n0,6\n0,7\n", "quality", /0,5, a decimal comma or two columns/],
    ["c.csv", "step,em\n100,0,5\n200,0,6\n300,0,7\n", "quality", /decimal comma/],
    ["c.csv", "2\t0.1\n1\t0.3\n", "quality", /no rising step/],
    ["c.csv", "0.1\n0.3\nabc\n", "quality", /one number a line, got abc/],
    ["c.csv", "1 2 3\n4 5 6\n", "quality", /several columns and no header/],
    ["c.csv", "", "quality", /holds no evaluation/],
    ["c.json", "[]", "quality", /holds no evaluation/],
    ["c.json", "[0.1, 0.2", "quality", /no valid JSON/],
    ["c.json", '[0.1, "high"]', "quality", /must hold numbers, got "high" at \[1\]/],
    ["c.json", '[{"step":1,"quality":1.5}]', "quality", /points\[0\]\.quality must be in \[0, 1\]/],
    ["c.json", '[{"step":2,"quality":0.5},{"step":1,"quality":0.5}]', "quality", /steps that do not rise/],
    ["c.csv", "step,em\n1,0.1\n2,0.2\n", "gradNorm", /no values of gradNorm/],
    ["c.txt", "hello\n", "quality", /no log of a known format/],
  ])("%s %j %s", async (name, content, monitor, message) => {
    const refused = curveOfFile(name, content, monitor);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(InvalidInputError);
    await expect(refused).rejects.not.toThrow(/\n/);
  });
});
