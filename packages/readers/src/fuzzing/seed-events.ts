import { crc32c } from "../files/protobuf-wire.ts";
import type { SeedCurve, SeedLog } from "./seed-curve.ts";

/** The bytes of a protobuf field that holds bytes; both lengths stay under 128. */
const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);

function simpleValue(tag: string, value: number): Buffer {
  const single = Buffer.alloc(5);
  single[0] = (2 << 3) | 5;
  single.writeFloatLE(value, 1);
  return field(1, Buffer.concat([field(1, Buffer.from(tag)), single]));
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

function event(step: number, values: readonly Buffer[]): Buffer {
  const wall = Buffer.alloc(9);
  wall[0] = (1 << 3) | 1;
  wall.writeDoubleLE(1.7e9 + step, 1);
  return Buffer.concat([wall, Buffer.from([2 << 3, ...varint(step)]), field(5, Buffer.concat(values))]);
}

const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

function framed(data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeUInt32LE(data.length, 0);
  const checks = Buffer.alloc(8);
  checks.writeUInt32LE(masked(length), 0);
  checks.writeUInt32LE(masked(data), 4);
  return Buffer.concat([length, checks.subarray(0, 4), data, checks.subarray(4)]);
}

function eventFile({ every, scores, losses, training }: SeedCurve): Uint8Array {
  const events = scores.map((score, index) =>
    event((index + 1) * every, [
      simpleValue("train/loss", training[index]!),
      simpleValue("eval/accuracy", score),
      simpleValue("eval/loss", losses[index]!),
    ]),
  );
  return Buffer.concat(events.map(framed));
}

/** TensorBoard's event file. */
export const eventSeed: SeedLog = {
  format: "tfevents",
  path: "tb/events.out.tfevents.1700000000.host.1.0",
  score: "eval/accuracy",
  loss: "eval/loss",
  isSingle: true,
  files: (curve) => ({ "tb/events.out.tfevents.1700000000.host.1.0": eventFile(curve) }),
};
