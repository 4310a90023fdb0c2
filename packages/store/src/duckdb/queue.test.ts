import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { StoreBusyError } from "@stopwise/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withStore } from "../open.ts";
import { databaseFile } from "./database.ts";
import { WaitingLine } from "./queue.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stopwise-queue-"));
  file = databaseFile(folder);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

test("the turn goes to the one that came first, and to the next when it leaves", () => {
  const [first, second, third] = [new WaitingLine(file), new WaitingLine(file), new WaitingLine(file)];
  expect(first.isEmpty()).toBe(true);
  for (const line of [first, second, third]) line.join();
  expect([first, second, third].map((line) => line.isTurn())).toEqual([true, false, false]);
  first.leave();
  expect([second, third].map((line) => line.isTurn())).toEqual([true, false]);
  // Who comes now stands behind those that wait, also when the lock is free at this moment.
  expect(new WaitingLine(file).isEmpty()).toBe(false);
  second.leave();
  third.leave();
  expect(new WaitingLine(file).isEmpty()).toBe(true);
});

test("a ticket of a process that was killed holds nobody up", () => {
  const waiting = `${file}.waiting`;
  mkdirSync(waiting, { recursive: true });
  writeFileSync(join(waiting, "000000000001"), `${hostname()} 999999999`);
  writeFileSync(join(waiting, "000000000002"), "");
  const line = new WaitingLine(file);
  line.join();
  expect(line.isTurn()).toBe(true);
  expect(readdirSync(waiting)).toEqual(["000000000003"]);
});

test("a ticket of another machine counts as long as it moves", () => {
  const waiting = `${file}.waiting`;
  mkdirSync(waiting, { recursive: true });
  writeFileSync(join(waiting, "000000000001"), "another-host 1");
  const line = new WaitingLine(file);
  line.join();
  expect(line.isTurn()).toBe(false);
  const now = vi.spyOn(performance, "now");
  const later = performance.now() + 60_000;
  now.mockReturnValue(later);
  expect(line.isTurn()).toBe(true);
  expect(existsSync(join(waiting, "000000000001"))).toBe(false);
  now.mockRestore();
});

test("the wait ends by the monotonic clock, also when the wall clock is set back an hour", async () => {
  await withStore(folder, {}, async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const start = performance.now();
    const waiting = withStore(folder, { waitSeconds: 0.3 }, () => Promise.resolve());
    const held = expect(waiting).rejects.toThrow(StoreBusyError);
    vi.setSystemTime(Date.now() - 3_600_000);
    await held;
    expect(performance.now() - start).toBeLessThan(5000);
    await expect(waiting).rejects.toThrow(
      new RegExp(`held by this process \\(${process.pid}\\); waited 0.3 s`),
    );
  });
});

test("a long wait is told once, with who holds the store", async () => {
  const told: string[] = [];
  await withStore(folder, {}, async () => {
    const waiting = withStore(folder, { waitSeconds: 2.4, onWait: (line) => told.push(line) }, () =>
      Promise.resolve(),
    );
    await expect(waiting).rejects.toThrow(StoreBusyError);
  });
  expect(told).toEqual([
    expect.stringMatching(/store\.duckdb is held by this process .* waiting for up to 2.4 s/),
  ]);
});
