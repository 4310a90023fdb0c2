import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { randomFrom, type Random } from "@stopwise/core/random";
import { readLogs, type IngestReport } from "../index.ts";
import {
  complaintOfAny,
  complaintOfChange,
  complaintOfCopies,
  complaintOfCurve,
  complaintOfCut,
  complaintOfSpelling,
  numbersIn,
  type Complaint,
} from "./checks.ts";
import { damaged, truncated } from "./damage.ts";
import { GlobalObjects } from "./global-objects.ts";
import { withOtherKeyOrder } from "./key-order.ts";
import { changedCurve, seedCurve, type SeedFiles, type SeedLog } from "./seed-curve.ts";
import { seedLogs } from "./seed-logs.ts";

/** A file of a corpus that is only ever damaged: what is right for it is not known. */
export interface CorpusFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** How many inputs are tried, and which. */
export interface FuzzOptions {
  readonly seed: number;
  /** Number of the first input, counted from 0; default 0. */
  readonly from?: number;
  readonly count: number;
  readonly corpus?: readonly CorpusFile[];
  /** Called before each input is read. */
  readonly onInput?: (index: number) => void;
}

/** An input that was read wrongly. `seed` and `index` make it again. */
export interface FuzzFinding {
  readonly index: number;
  readonly kind: string;
  readonly format: string;
  readonly complaint: string;
}

/** What was tried and what was found. */
export interface FuzzReport {
  readonly nInputs: Readonly<Record<string, number>>;
  readonly findings: readonly FuzzFinding[];
  /** Heap in use at the end over that after a tenth of the inputs, in bytes, both after a collection. */
  readonly heapGrowth: number;
  readonly slowestSeconds: number;
}

/** Most processor time of one reading: wall time would measure what else the machine does. */
const slowestSeconds = 2;
const mostFindings = 20;

const collect = ((): (() => void) => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
})();

function heapInUse(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** A folder for each layout of files, whose files are replaced for each reading. */
class Scratch {
  readonly #root = mkdtempSync(join(tmpdir(), "stopwise-fuzz-"));
  readonly #layouts = new Map<string, { readonly root: string; written: readonly string[] }>();
  #slowest = 0;
  #slowestOfTrial = 0;

  /** Processor time of the slowest reading, in seconds. */
  get slowest(): number {
    return this.#slowest;
  }

  /** Processor time of the slowest reading since this was asked last, in seconds. */
  takeSlowest(): number {
    const seconds = this.#slowestOfTrial;
    this.#slowestOfTrial = 0;
    return seconds;
  }

  async read(files: SeedFiles): Promise<IngestReport> {
    const root = this.#write(files);
    const began = process.cpuUsage();
    const report = await readLogs(["."], { root });
    const seconds = secondsOf(process.cpuUsage(began));
    this.#slowest = Math.max(this.#slowest, seconds);
    this.#slowestOfTrial = Math.max(this.#slowestOfTrial, seconds);
    return report;
  }

  /** Folders stay: to remove and make them again would cost more than all reading. */
  #write(files: SeedFiles): string {
    const paths = Object.keys(files);
    const layout = this.#layoutOf([...new Set(paths.map((path) => dirname(path)))]);
    for (const path of layout.written) if (!paths.includes(path)) unlinkSync(join(layout.root, path));
    layout.written = paths;
    for (const [path, content] of Object.entries(files)) writeFileSync(join(layout.root, path), content);
    return layout.root;
  }

  #layoutOf(folders: readonly string[]) {
    const key = folders.join("\n");
    const known = this.#layouts.get(key);
    if (known !== undefined) return known;
    const layout = { root: join(this.#root, String(this.#layouts.size)), written: [] };
    for (const folder of folders) mkdirSync(join(layout.root, folder), { recursive: true });
    this.#layouts.set(key, layout);
    return layout;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

const secondsOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;

interface Trial {
  readonly random: Random;
  readonly scratch: Scratch;
  readonly seed: SeedLog;
  readonly corpus: readonly CorpusFile[];
}

const oneOf = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)]!;

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? Buffer.from(content) : content;

const withCopy = (files: SeedFiles): SeedFiles => ({
  ...files,
  ...Object.fromEntries(Object.entries(files).map(([path, content]) => [`copy/${path}`, content])),
});

/** The kinds of inputs, each with its share of ten. */
const kinds: readonly (readonly [string, number, (trial: Trial) => Promise<Complaint>])[] = [
  [
    "damaged",
    5,
    async ({ random, scratch, seed, corpus }) => {
      const own = random() < 0.5 || corpus.length === 0;
      const { path, bytes } = own
        ? { path: seed.path, bytes: bytesOf(seed.files(seedCurve(random))[seed.path]!) }
        : oneOf(corpus, random);
      // Under another format's name its reader meets what it does not expect.
      const name = random() < 0.15 ? oneOf(seedLogs, random).path : path;
      return complaintOfAny(await scratch.read({ [name]: damaged(bytes, random) }));
    },
  ],
  [
    "cut",
    2,
    async ({ random, scratch, seed }) => {
      const whole = seed.files(seedCurve(random));
      const files = { ...whole, [seed.path]: truncated(bytesOf(whole[seed.path]!), random) };
      const report = await scratch.read(files);
      const isText = typeof whole[seed.path] === "string";
      return complaintOfAny(report) ?? (isText ? complaintOfCut(report, numbersIn(whole)) : undefined);
    },
  ],
  [
    "one value changed",
    1,
    async ({ random, scratch, seed }) => {
      const curve = seedCurve(random);
      const changed = changedCurve(curve, random);
      const before = await scratch.read(seed.files(curve));
      const after = await scratch.read(seed.files(changed.curve));
      return (
        complaintOfCurve(before, seed, curve) ??
        complaintOfCurve(after, seed, changed.curve) ??
        complaintOfChange(before, after, changed.at)
      );
    },
  ],
  [
    "keys in another order",
    1,
    async ({ random, scratch, seed }) => {
      const files = seed.files(seedCurve(random));
      const text = files[seed.path]!;
      const other = typeof text === "string" ? withOtherKeyOrder(text, random) : undefined;
      const before = await scratch.read(files);
      if (other === undefined) return complaintOfAny(before);
      return complaintOfSpelling(before, await scratch.read({ ...files, [seed.path]: other }));
    },
  ],
  [
    "a copy beside it",
    1,
    async ({ random, scratch, seed }) => {
      const files = seed.files(seedCurve(random));
      return complaintOfCopies(await scratch.read(files), await scratch.read(withCopy(files)));
    },
  ],
];

function kindOf(random: Random): (typeof kinds)[number] {
  let left = random() * kinds.reduce((sum, [, share]) => sum + share, 0);
  return kinds.find(([, share]) => (left -= share) < 0) ?? kinds[0]!;
}

async function complaintOf(trial: Trial, check: (trial: Trial) => Promise<Complaint>): Promise<Complaint> {
  try {
    return await check(trial);
  } catch (error) {
    return `crashed: ${error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 3).join(" ") : String(error)}`;
  }
}

/** The generator of one input: its own, so that an input can be made again by its index alone. */
const randomAt = (seed: number, index: number): Random =>
  randomFrom(Math.imul(seed, 0x9e3779b1) + index * 0x85ebca6b);

/**
 * Reads mutated logs of every format: damaged ones must cost only themselves (no exception, no hang, no growth of
 * memory, no change of shared objects, valid records), and of those that stay valid exactly what was changed may
 * change. Stops after 20 findings. Deterministic for a seed.
 */
export async function fuzzReaders(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, from = 0, count, corpus = [], onInput } = options;
  const scratch = new Scratch();
  const globals = new GlobalObjects();
  const findings: FuzzFinding[] = [];
  const nInputs: Record<string, number> = {};
  let heapAtStart = heapInUse();
  for (let index = from; index < from + count && findings.length < mostFindings; index += 1) {
    onInput?.(index);
    if (index === from + Math.floor(count / 10)) heapAtStart = heapInUse();
    const random = randomAt(seed, index);
    const [kind, , check] = kindOf(random);
    const log = oneOf(seedLogs, random);
    nInputs[kind] = (nInputs[kind] ?? 0) + 1;
    let complaint = await complaintOf({ random, scratch, seed: log, corpus }, check);
    const seconds = scratch.takeSlowest();
    if (seconds > slowestSeconds) complaint ??= `took ${seconds.toFixed(1)} s`;
    const changed = globals.changed();
    if (changed !== undefined) complaint ??= `${changed} was changed`;
    if (complaint !== undefined) findings.push({ index, kind, format: log.format, complaint });
    if (changed !== undefined) break;
  }
  scratch.remove();
  return { nInputs, findings, heapGrowth: heapInUse() - heapAtStart, slowestSeconds: scratch.slowest };
}
