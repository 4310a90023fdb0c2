import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Curve, type LiveStart, type MetricClass, type Policy, canonicalJson } from "@stopwise/core";
import {
  adaptiveThreshold,
  nextRun,
  recordAudit,
  type AdaptiveThreshold,
  type StopperContext,
} from "@stopwise/policies";
import { withLock } from "./folder-lock.ts";

/** Which runs share their feedback: those of one kind, judged by the same bound. */
export interface Population {
  readonly regime: string | null;
  readonly metricClass: MetricClass;
  readonly using: "learned" | "start";
  readonly maxLoss: number;
  readonly alpha: number;
}

/** How far a population's runs are from the level that was asked for. */
export interface FeedbackRate extends Population {
  readonly nRuns: number;
  /** Runs whose loss is known: they went to their plan, watched or because nothing stopped them. */
  readonly nJudged: number;
  readonly nViolations: number;
  /**
   * Share of runs that lost, or would have lost, more than the bound; a run that was drawn to be watched stands for all
   * that were not, with weight 1 / audit share. Null before the first.
   */
  readonly rate: number | null;
  /** The level that the threshold is set by now; feedback lowers it, and raises it again to the one asked for. */
  readonly alphaNow: number;
}

interface Entry {
  readonly population: Population;
  readonly base: string;
  readonly nRuns: number;
  readonly nJudged: number;
  readonly nViolations: number;
  readonly weight: number;
  readonly weightViolated: number;
  readonly alphaNow: number;
  /** Null where the policy has no threshold that could move. */
  readonly adaptive: AdaptiveThreshold | null;
}

interface Book {
  readonly version: 1;
  readonly populations: Readonly<Record<string, Entry>>;
}

/** A run that is about to start. */
export interface Starting {
  readonly population: Population;
  readonly policy: Policy;
  /** Thresholds that the policy could have, any order. */
  readonly grid: readonly number[];
  readonly auditShare: number;
  /** Groups that the certificate stands on: how much feedback it takes to move it. */
  readonly nGroups: number;
}

/** A run that ended and is known to its plan. */
export interface Judged {
  readonly population: Population;
  readonly curve: Curve;
  readonly context: StopperContext;
  /** Whether it was watched only: by the coin, or in shadow mode. */
  readonly watched: boolean;
  /** Share of such runs that are watched, (0, 1]. */
  readonly auditShare: number;
  /** Whether the policy at work would have stopped it, and what it would have lost. */
  readonly wouldStop: boolean;
  readonly loss: number;
}

const standardAuditShare = 0.1;

/** Step of the feedback: see {@link FeedbackBook}. */
const gamma = 0.05;

/** The level rises to at most this many times the one asked for, so that a long calm does not blunt it for what comes. */
const highestLevel = 2;

/** The coin of the audits; one seed for all stores, so that a sequence of runs is treated alike everywhere. */
const coinSeed = 2;

/** The share of runs that are watched to their plan: as asked, else one in ten. */
export function auditShareOf({ auditShare }: LiveStart): number {
  return auditShare ?? standardAuditShare;
}

const keyOf = (population: Population): string => canonicalJson(population);

/** What a threshold starts from: as many safe runs as the certificate has groups, so that it begins at the certified one. */
function startOf({ population, policy, grid, auditShare, nGroups }: Starting): AdaptiveThreshold | null {
  if ("of" in policy || policy.threshold === null) return null;
  const own = policy.threshold;
  const patient = grid.filter((threshold) => threshold > own);
  const adaptive = adaptiveThreshold({
    policy,
    grid: [own, ...patient],
    alpha: population.alpha,
    maxEmLoss: population.maxLoss,
    gamma,
    auditShare,
    seed: coinSeed,
  });
  const needed = Math.ceil(1 / population.alpha);
  const nPrior = Math.min(Math.max(nGroups, needed), adaptive.memory / 2);
  const nEager = Math.max(0, Math.floor(population.alpha * (nPrior + 1) + 1e-9) - 1);
  const safeFrom = Array.from({ length: nPrior }, (_, i) => (i < nEager ? 1 : 0));
  return { ...adaptive, safeFrom };
}

function entryOf(starting: Starting, before: Entry | undefined): Entry {
  const base = canonicalJson(starting.policy);
  if (before?.base === base) return before;
  const { alphaNow = starting.population.alpha, nRuns = 0 } = before ?? {};
  const fresh = startOf(starting);
  const adaptive = fresh === null ? null : { ...fresh, alphaNow, nRuns };
  const none = { nJudged: 0, nViolations: 0, weight: 0, weightViolated: 0 };
  return { ...none, ...before, population: starting.population, base, nRuns, alphaNow, adaptive };
}

/** The next run of an entry: its policy, whether it is watched, and the entry with the run counted. */
function nextOf(entry: Entry, starting: Starting): { policy: Policy; audited: boolean; entry: Entry } {
  const counted = { ...entry, nRuns: entry.nRuns + 1 };
  const coin = { ...(entry.adaptive ?? coinOnly), nRuns: entry.nRuns, auditShare: starting.auditShare };
  const next = nextRun(coin);
  if (entry.adaptive === null) return { policy: starting.policy, audited: next.audited, entry: counted };
  return { policy: next.policy, audited: next.audited, entry: { ...counted, adaptive: next.adaptive } };
}

const coinOnly = adaptiveThreshold({
  policy: { version: 1, criterion: "staleness", threshold: 1 },
  grid: [1],
  alpha: 0.1,
  maxEmLoss: 0.01,
  seed: coinSeed,
});

/**
 * Feedback moves the level by `weight` x gamma (alpha - violated): a watched run that the policy would have stopped has
 * weight 1 and stands for all that were stopped; one that is never stopped is seen always, and has the weight of the
 * audit share. The answer's own threshold is the most eager one on the grid, so that its certificate stands.
 */
function moved(entry: Entry, judged: Judged): AdaptiveThreshold | null {
  const { adaptive, population } = entry;
  if (adaptive === null) return null;
  const weight = judged.wouldStop ? 1 : judged.auditShare;
  const after = recordAudit({ ...adaptive, gamma: gamma * weight }, judged.curve, judged.context);
  const alphaNow = Math.min(highestLevel * population.alpha, after.alphaNow);
  const safeFrom = judged.watched ? after.safeFrom : adaptive.safeFrom;
  return { ...after, gamma, alphaNow, safeFrom };
}

/** A run that was stopped, and one that nobody drew, cannot tell what stopping costs. */
const canTell = ({ watched, wouldStop }: Judged): boolean => watched || !wouldStop;

function judgedEntry(entry: Entry, judged: Judged): Entry {
  const violated = judged.wouldStop && judged.loss > judged.population.maxLoss + 1e-12 ? 1 : 0;
  const weight = judged.wouldStop ? 1 / judged.auditShare : 1;
  const adaptive = moved(entry, judged);
  return {
    ...entry,
    adaptive,
    alphaNow: adaptive?.alphaNow ?? entry.alphaNow,
    nJudged: entry.nJudged + 1,
    nViolations: entry.nViolations + violated,
    weight: entry.weight + weight,
    weightViolated: entry.weightViolated + violated * weight,
  };
}

/**
 * The feedback of a store folder, one entry a population, kept in one file that is replaced in one step.
 *
 * Adaptive conformal inference on the threshold, one-sided: alphaNow, the level that the threshold is set by, starts at
 * the level alpha that was asked for and moves by gamma (alpha - violated) after a run that can tell, never above twice
 * alpha; no threshold is more eager than the answer's own. Over T such runs, drawn by chance, the share of violations is
 * at most alpha + (alpha + gamma) / (gamma T) whatever the order of the runs and however they drift, since a level below
 * zero stops no run.
 *
 * @see Gibbs and Candes (2021), "Adaptive conformal inference under distribution shift", proposition 4.1.
 */
export class FeedbackBook {
  readonly #folder: string;

  /**
   * The feedback of a folder; nothing is read or written yet.
   *
   * @param folder of the journals
   */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get #file(): string {
    return join(this.#folder, "feedback.json");
  }

  #read(): Book {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as Book;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { version: 1, populations: {} };
      throw error;
    }
  }

  #change<T>(key: string, change: (entry: Entry | undefined) => { entry: Entry; result: T }): T {
    mkdirSync(this.#folder, { recursive: true });
    return withLock(join(this.#folder, "feedback.lock"), () => {
      const book = this.#read();
      const { entry, result } = change(book.populations[key]);
      const after: Book = { ...book, populations: { ...book.populations, [key]: entry } };
      const draft = `${this.#file}.${process.pid}.tmp`;
      writeFileSync(draft, JSON.stringify(after));
      renameSync(draft, this.#file);
      return result;
    });
  }

  /** The policy of the next run, its threshold as feedback has moved it, and whether that run is drawn to be watched. */
  next(starting: Starting): { readonly policy: Policy; readonly audited: boolean } {
    return this.#change(keyOf(starting.population), (before) => {
      const { entry, ...result } = nextOf(entryOf(starting, before), starting);
      return { entry, result };
    });
  }

  /** Takes what a run that went to its plan tells; one that cannot tell changes nothing. */
  judge(judged: Judged): void {
    if (!canTell(judged)) return;
    this.#change(keyOf(judged.population), (entry) => {
      if (entry === undefined) throw new Error("a run is judged whose start was not counted");
      return { entry: judgedEntry(entry, judged), result: undefined };
    });
  }

  /** Every population, in the order of their names. */
  rates(): FeedbackRate[] {
    const entries = Object.entries(this.#read().populations).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([, entry]) => rateOf(entry));
  }

  /** One population's; undefined before its first run. */
  rate(population: Population): FeedbackRate | undefined {
    const entry = this.#read().populations[keyOf(population)];
    return entry && rateOf(entry);
  }
}

function rateOf(entry: Entry): FeedbackRate {
  const { population, nRuns, nJudged, nViolations, weight, weightViolated, alphaNow } = entry;
  return {
    ...population,
    nRuns,
    nJudged,
    nViolations,
    rate: weight === 0 ? null : weightViolated / weight,
    alphaNow,
  };
}
