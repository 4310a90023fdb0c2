import { expect, test } from "vitest";
import { readEventFile } from "../files/event-file.ts";
import { crc32c } from "../files/protobuf-wire.ts";
import { describeReader, readFiles, type ReaderFixture } from "../testing/reader-contract.ts";
import { tfevents } from "./tfevents.ts";

type Bytes = readonly number[];

function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
}

const little = (length: 4 | 8, write: (view: DataView) => void): Bytes => {
  const view = new DataView(new ArrayBuffer(length));
  write(view);
  return [...new Uint8Array(view.buffer)];
};
const double = (value: number) => little(8, (view) => view.setFloat64(0, value, true));
const float = (value: number) => little(4, (view) => view.setFloat32(0, value, true));
const uint32 = (value: number) => little(4, (view) => view.setUint32(0, value, true));
const uint64 = (value: number) => little(8, (view) => view.setBigUint64(0, BigInt(value), true));

const scalarField = (number: number, value: number): Bytes => [...varint(number << 3), ...varint(value)];
const bytesField = (number: number, bytes: Bytes): Bytes => [
  ...varint((number << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const textField = (number: number, words: string): Bytes =>
  bytesField(number, [...new TextEncoder().encode(words)]);

const simple = (tag: string, value: number): Bytes =>
  bytesField(1, [...textField(1, tag), (2 << 3) | 5, ...float(value)]);
const plugin = (name: string): Bytes => bytesField(9, bytesField(1, textField(1, name)));
const tensor = (tag: string, value: number): Bytes =>
  bytesField(1, [
    ...textField(1, tag),
    ...bytesField(8, [...scalarField(1, 1), ...bytesField(4, float(value))]),
    ...plugin("scalars"),
  ]);
const words = (tag: string, value: string): Bytes =>
  bytesField(1, [
    ...textField(1, tag),
    ...bytesField(8, [...scalarField(1, 7), ...textField(8, value)]),
    ...plugin("text"),
  ]);

const event = (wall: number, step: number, ...values: Bytes[]): Bytes => [
  (1 << 3) | 1,
  ...double(wall),
  ...(step === 0 ? [] : scalarField(2, step)),
  ...bytesField(5, values.flat()),
];
const start = (wall: number, step: number): Bytes => [
  (1 << 3) | 1,
  ...double(wall),
  ...scalarField(2, step),
  ...bytesField(7, scalarField(1, 1)),
];

const masked = (bytes: Bytes): number => {
  const crc = crc32c(Uint8Array.from(bytes));
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};
const record = (bytes: Bytes): Bytes => {
  const length = uint64(bytes.length);
  return [...length, ...uint32(masked(length)), ...bytes, ...uint32(masked(bytes))];
};
const file = (...events: Bytes[]): Uint8Array => {
  const version = [(1 << 3) | 1, ...double(1), ...textField(3, "brain.Event:2")];
  return Uint8Array.from([version, ...events].flatMap(record));
};

const training = event(
  10,
  5,
  simple("train/loss", 2),
  simple("train/learning_rate", 0.5),
  simple("train/epoch", 1),
);
const first = event(
  11,
  10,
  simple("eval/loss", 1.5),
  simple("eval/exact_match", 0.1),
  simple("eval/runtime", 3),
);
const second = event(12, 20, simple("eval/loss", 1), tensor("eval/exact_match", 0));
const args = JSON.stringify({
  learning_rate: 0.001,
  max_steps: 40,
  per_device_train_batch_size: 8,
  output_dir: "x",
});

const name = "events.out.tfevents.1700000000.host.1.0";
const fixtures: ReaderFixture[] = [
  {
    name: "simple values, tensors, arguments; zero is a value",
    files: {
      [`runs/a/${name}`]: file(event(9, 0, words("args/text_summary", args)), training, first, second),
    },
    earlier: { [`runs/a/${name}`]: file(training, first, event(12, 20, simple("eval/exact_match", 0))) },
    primary: `runs/a/${name}`,
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 20,
          metrics: ["eval/loss", "eval/exact_match"],
          firstEval: { step: 10, "eval/loss": 1.5, "eval/exact_match": Math.fround(0.1) },
          best: { "eval/exact_match": { min: 0, max: Math.fround(0.1) } },
        },
        record: {
          metric: "exact_match",
          plannedSteps: 40,
          hyper: { lr: 0.001, batchSize: 8 },
          points: [
            { step: 10, quality: 0.1, evalLoss: 1.5, trainLoss: 2, lr: 0.5 },
            { step: 20, quality: 0 },
          ],
        },
      },
    ],
  },
  {
    name: "train and validation folders are one run",
    files: {
      [`logs/train/${name}`]: file(
        event(10, 0, tensor("epoch_loss", 2)),
        event(11, 1, tensor("epoch_loss", 1)),
      ),
      [`logs/validation/${name}`]: file(
        event(10, 0, tensor("epoch_loss", 2.5), tensor("epoch_accuracy", 0.25)),
        event(
          11,
          1,
          tensor("epoch_loss", 1.5),
          tensor("epoch_accuracy", 0.5),
          tensor("evaluation_loss_vs_iterations", 9),
        ),
      ),
    },
    primary: `logs/validation/${name}`,
    runs: [
      {
        facts: { metrics: ["validation/epoch_loss", "validation/epoch_accuracy"] },
        record: {
          group: null,
          metric: "accuracy",
          points: [{ quality: 0.25, evalLoss: 2.5, trainLoss: 2 }, { quality: 0.5 }],
        },
      },
    ],
  },
  {
    name: "a split behind the metric",
    files: {
      [name]: file(
        event(1, 1, simple("Loss/val", 1), simple("Accuracy/val", 0.5), simple("Loss/train", 3)),
        event(2, 2, simple("Accuracy/val", 0.75)),
      ),
    },
    primary: name,
    runs: [{ record: { metric: "accuracy", points: [{ quality: 0.5, trainLoss: 3 }, { quality: 0.75 }] } }],
  },
  {
    name: "a session start drops what was abandoned",
    files: {
      [name]: file(
        first,
        second,
        event(13, 30, simple("eval/exact_match", 0.9)),
        start(20, 20),
        event(21, 20, simple("eval/exact_match", 0.5)),
      ),
    },
    primary: name,
    runs: [{ record: { points: [{ step: 10 }, { step: 20, quality: 0.5 }] } }],
  },
  {
    name: "training scalars alone",
    files: { [name]: file(training) },
    primary: name,
    status: "skipped",
    reason: /training scalars only/,
    runs: [{ facts: { nEvalPoints: 0, lastStep: 5 } }],
  },
];

describeReader(tfevents, fixtures);

test("a tag may end in its split; add_scalars writes each series of a tag into a folder", async () => {
  const series = "exp/loss_val/events.out.tfevents.1700000000.host.2.0";
  const found = await readFiles({
    [`exp/${name}`]: file(
      event(10, 1, simple("acc_val", 0.25), simple("losses/val_loss", 2), simple("train/eval_time", 1)),
      event(11, 2, simple("acc_val", 0.5), simple("losses/val_loss", 1), simple("contest", 1)),
    ),
    [series]: file(event(10, 1, simple("loss", 2)), event(11, 2, simple("loss", 1))),
    [`exp_test/${name}`]: file(event(10, 1, simple("loss", 2)), event(11, 2, simple("acc", 1))),
  });
  const metrics = (path: string) => found.find((entry) => entry.path === path)?.runs[0]?.facts.metrics;
  expect(metrics(`exp/${name}`)).toEqual(["acc_val", "losses/val_loss"]);
  expect(metrics(series)).toEqual(["val/loss"]);
  expect(metrics(`exp_test/${name}`)).toEqual([]);
});

test("CRC-32C of the check string", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
});

test("a later file that begins lower drops the abandoned steps; the shorter file names the longer", async () => {
  const later = "events.out.tfevents.1700000099.host.2.0";
  const found = await readFiles({
    [name]: file(first, event(13, 30, simple("eval/exact_match", 0.9))),
    [later]: file(
      event(50, 15, simple("eval/exact_match", 0.2)),
      event(51, 25, simple("eval/exact_match", 0.3)),
    ),
  });
  expect(found.map(({ partOf }) => partOf)).toEqual([undefined, name]);
  expect(found[0]?.runs[0]?.record?.points.map(({ step }) => step)).toEqual([10, 15, 25]);
});

test("a wrong checksum ends the reading and its offset is named", async () => {
  const whole = file(first, second);
  const broken = whole.slice();
  broken[broken.length - 6]! ^= 0xff;
  expect(readEventFile(whole).damagedAt).toBeUndefined();
  expect(readEventFile(whole.slice(0, -3)).damagedAt).toBeUndefined();
  expect(readEventFile(whole.slice(0, -3)).scalars).toHaveLength(3);
  const { damagedAt } = readEventFile(broken);
  expect(damagedAt).toBeGreaterThan(0);
  const [entry] = await readFiles({ [name]: broken });
  expect(entry).toMatchObject({
    status: "read",
    warnings: [expect.stringContaining(`damaged at byte ${damagedAt!}`), expect.anything()],
  });
});
