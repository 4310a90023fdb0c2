import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { runRecordSchema, type RunRecord } from "@stopwise/core";
import { readLogs, recordsOf, type IngestedFile, type LogReader, type ReadOptions } from "../index.ts";
import { findLogs } from "../walking/find-logs.ts";

/** Contents by path below a temporary folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A small hand-written log of a format and what a reader must make of it. */
export interface ReaderFixture {
  readonly name: string;
  readonly files: Files;
  /** The path under which the run is listed. */
  readonly primary: string;
  /** Expected values for each run, as far as stated. */
  readonly runs: readonly { readonly facts?: unknown; readonly record?: unknown }[];
  readonly status?: "read" | "skipped" | "failed";
  readonly reason?: RegExp;
  readonly warnings?: readonly RegExp[];
  readonly options?: ReadOptions;
  /** The same log at an earlier time: the run must keep its id. */
  readonly earlier?: Files;
}

const folders: string[] = [];

/** Writes the files into a fresh temporary folder and returns it. */
export function writeFiles(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "stopwise-readers-"));
  folders.push(folder);
  write(folder, files);
  return folder;
}

function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Reads files as if they lay in the working folder. */
export async function readFiles(files: Files, options: ReadOptions = {}): Promise<IngestedFile[]> {
  const report = await readLogs(["."], { ...options, root: writeFiles(files) });
  return [...report.files];
}

/** Removes what `writeFiles` wrote, after the tests of a file. */
export function cleanUp(): void {
  afterAll(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
}

const damageOf = (content: string | Uint8Array, share: number): string | Uint8Array =>
  content.slice(0, Math.floor(content.length * share));

const garbage = Uint8Array.from({ length: 3000 }, (_, index) => (index * 7919 + (index >> 3) * 31) % 256);

const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 6018\n";

function expectHonest(files: readonly IngestedFile[]): void {
  for (const { path, status, reason, runs, partOf } of files) {
    if (status !== "read") {
      expect(reason, `${path} says why`).toBeTruthy();
      expect(reason).not.toContain("\n");
    }
    if (status === "failed") expect(reason).toContain(path);
    if (status === "read" && partOf === undefined) expect(runs.length).toBeGreaterThan(0);
    for (const { record } of runs) {
      if (record !== undefined) z.parse(runRecordSchema, record);
    }
  }
}

const withPrimary = ({ files, primary }: ReaderFixture, content: string | Uint8Array): Files => ({
  ...files,
  [primary]: content,
});

const contentOf = ({ files, primary }: ReaderFixture): string | Uint8Array | undefined => files[primary];

function describeFixture(reader: LogReader, fixture: ReaderFixture): void {
  const { files, primary, runs, options } = fixture;
  test(`${fixture.name}: gives the expected runs`, async () => {
    const found = await readFiles(files, options);
    expectHonest(found);
    const entry = found.find(({ path }) => path === primary);
    expect(entry?.format).toBe(reader.format);
    expect(entry?.status).toBe(fixture.status ?? "read");
    expect(entry?.runs).toHaveLength(runs.length);
    expect(entry?.runs).toMatchObject(runs);
    if (fixture.reason !== undefined) expect(entry?.reason).toMatch(fixture.reason);
    for (const warning of fixture.warnings ?? []) expect(entry?.warnings.join("\n")).toMatch(warning);
  });
  test.skipIf(fixture.earlier === undefined)(
    `${fixture.name}: the run keeps its id when its log grows`,
    async () => {
      const root = writeFiles(fixture.earlier!);
      const before = (await readLogs(["."], { ...options, root })).files;
      write(root, files);
      const now = (await readLogs(["."], { ...options, root })).files;
      const ids = (found: readonly IngestedFile[]) => recordsOf({ files: found }).map(({ id }) => id);
      expect(ids(before).length).toBeGreaterThan(0);
      expect(ids(now)).toEqual(ids(before));
    },
  );
}

/** A record without what depends on the folder. */
const toldBy = (record: RunRecord | undefined): unknown =>
  record === undefined ? undefined : { ...record, id: "", path: "", group: "" };

function describeDamage(fixture: ReaderFixture): void {
  const content = contentOf(fixture);
  if (content === undefined) return;
  test.each([0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97])("cut at %d of its length it is honest", async (share) => {
    expectHonest(await readFiles(withPrimary(fixture, damageOf(content, share))));
  });
  test("garbage under its name is never read", async () => {
    const found = await readFiles(withPrimary(fixture, garbage));
    expectHonest(found);
    expect(found.find(({ path }) => path === fixture.primary)?.status).not.toBe("read");
  });
  test("a Git LFS pointer in its place is named as such", async () => {
    const found = await readFiles(withPrimary(fixture, pointer));
    expect(found.find(({ path }) => path === fixture.primary)).toMatchObject({
      status: "skipped",
      reason: expect.stringContaining("Git LFS pointer") as string,
    });
  });
  test.skipIf(typeof content !== "string")(
    "Windows line ends and a byte-order mark change nothing",
    async () => {
      const windows = "\uFEFF" + String(content).replaceAll(/\r?\n/g, "\r\n");
      const [plain, marked] = [
        await readFiles(fixture.files),
        await readFiles(withPrimary(fixture, windows)),
      ];
      const told = (found: readonly IngestedFile[]) =>
        found.map(({ status, runs }) => [status, runs.map((run) => [run.facts, toldBy(run.record)])]);
      expect(told(marked)).toEqual(told(plain));
    },
  );
}

/**
 * The suite that every reader passes: its fixtures are claimed by it alone and give the expected facts and valid
 * run records, reading twice gives the same, and damaged, empty, binary and pointed-to files cost only themselves.
 *
 * @param reader - the reader under test
 * @param fixtures - at least one; the first is also damaged in every way
 */
export function describeReader(reader: LogReader, fixtures: readonly ReaderFixture[]): void {
  cleanUp();
  describe(`the ${reader.format} reader`, () => {
    for (const fixture of fixtures) describeFixture(reader, fixture);
    describeDamage(fixtures[0]!);
    test("is the only one to claim its file", async () => {
      const root = writeFiles(fixtures[0]!.files);
      const claimed = await findLogs(["."], { root });
      expect(claimed.map(({ format }) => format)).toContain(reader.format);
      expect(claimed.map(({ format }) => format)).not.toContain("ambiguous");
    });
    test("gives the same twice", async () => {
      const root = writeFiles(fixtures[0]!.files);
      expect(await readLogs(["."], { root })).toEqual(await readLogs([".", "."], { root }));
    });
  });
}
