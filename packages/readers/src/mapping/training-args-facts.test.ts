import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { zipEntry } from "../files/zip-entries.ts";
import { readPickle } from "../files/pickle-values.ts";
import { trainingArgsFacts } from "./training-args-facts.ts";

const fixture = (name: string): Uint8Array => readFileSync(resolve(import.meta.dirname, "../fixtures", name));

test("training arguments are read as data", () => {
  expect(trainingArgsFacts(fixture("training-args.bin"))).toMatchObject({
    plannedEpochs: 2,
    plannedSteps: undefined,
    hyper: {
      lr: 2e-5,
      batchSize: 32,
      scheduler: "cosine",
      warmupRatio: 0.03,
      weightDecay: 0.01,
      labelSmoothing: 0.1,
      seed: 1_234_567_890_123,
      epochs: 2,
    },
  });
});

test("a call of another function is named, never made, and tells nothing", () => {
  const bytes = fixture("hostile-args.bin");
  expect(trainingArgsFacts(bytes)).toEqual({});
  const described = readPickle(zipEntry(bytes, "/data.pkl", 1 << 20)!);
  expect(described).toMatchObject({ global: "posix system", args: ["touch /tmp/stopwise-was-here"] });
  expect(existsSync("/tmp/stopwise-was-here")).toBe(false);
});

test("every cut and every changed byte tells right facts or none, and ends", () => {
  const whole = fixture("training-args.bin");
  const pickle = Uint8Array.from(zipEntry(whole, "/data.pkl", 1 << 20)!);
  const attempt = (bytes: Uint8Array): void => {
    try {
      readPickle(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
  };
  for (let at = 0; at < pickle.length; at += 1) {
    attempt(pickle.subarray(0, at));
    const changed = Uint8Array.from(pickle);
    changed[at] = (changed[at]! + 1 + ((at * 31) % 250)) % 256;
    attempt(changed);
  }
  for (let at = 0; at < whole.length; at += 37)
    expect(() => trainingArgsFacts(whole.subarray(0, at))).not.toThrow();
});

test.each([
  ["a reference to storage", "(X\u0002\u0000\u0000\u0000abQ."],
  ["text integers of old protocols", "I1\n."],
  ["nothing", ""],
  ["no stack", "."],
  ["a mark alone", "(."],
])("%s is refused", (_, text) => {
  expect(() => readPickle(Buffer.from(text, "latin1"))).toThrow(RangeError);
});

test("an archive's entry is unpacked up to its bound only", () => {
  const content = Buffer.alloc(5_000_000);
  const packed = deflateRawSync(content);
  const name = Buffer.from("a/data.pkl");
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  const archive = (stated: number): Buffer => {
    entry.writeUInt32LE(stated, 24);
    return Buffer.concat([local, name, packed, entry, name, end]);
  };
  expect(zipEntry(archive(content.length), "/data.pkl", 1e7)).toHaveLength(content.length);
  expect(zipEntry(archive(content.length), "/data.pkl", 1e6)).toBeUndefined();
  // It states fewer bytes than it unpacks to.
  expect(zipEntry(archive(1000), "/data.pkl", 1e6)).toBeUndefined();
});
