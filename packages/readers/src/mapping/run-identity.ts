import { createHash } from "node:crypto";
import type { RunRecord } from "@stopwise/core";
import { mergeEvaluations, type RawRun } from "./raw-run.ts";

const hashOf = (parts: unknown): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);

/** Folders that hold a state of the training in the folder above: `checkpoint-500`, `epoch_3`, `best_model`. */
const checkpointFolder =
  /^((global_?)?(checkpoint|ckpt|epoch|step|iter|iteration)s?[-_=]?\d+|(best|last|final|latest)([-_](model|checkpoint|ckpt|run))?|(model|checkpoint|ckpt)[-_](best|last|final|latest))$/i;

/** The last parts of a log's path, without checkpoint folders, which change while a run grows. */
function tailOf(path: string, nParts: number): string {
  const parts = path.split(/[/\\]/).filter((part) => part !== "" && !checkpointFolder.test(part));
  return parts.slice(-nParts).join("/");
}

/**
 * The folder of a run: folders of checkpoints belong to the one above.
 *
 * @param path - of a log, with forward slashes; a folder's ends in `/`
 * @example runFolderOf("out/checkpoint-500/trainer_state.json") // "out"
 */
export function runFolderOf(path: string): string {
  const parts = path.replace(/\/$/, "").split("/").slice(0, -1);
  while (checkpointFolder.test(parts.at(-1) ?? "")) parts.pop();
  return parts.join("/");
}

const nDigits = (value: number): number =>
  value.toString().replace(/e.*$/, "").replace(/\D/g, "").replace(/^0+/, "").length;

/**
 * The id of a run: a hash of its first evaluation after step 0, of which run of the log it is, and of the end of
 * the log's path. It does not change when the log grows or is found from elsewhere. The more digits the evaluation
 * has, the less of the path is needed to tell runs apart, and the further a log may move and stay the same run.
 */
export function runIdentity(run: RawRun, absolutePath: string): string {
  const evaluations = mergeEvaluations(run.evaluations);
  const first = evaluations.find((row) => row.step === null || row.step > 0) ?? evaluations[0];
  const values = Object.entries(first?.values ?? {})
    .filter(([, value]) => Number.isFinite(value))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const isTelling = values.some(([, value]) => nDigits(value) >= 6);
  const tail = tailOf(absolutePath, isTelling ? 2 : 4);
  return hashOf([tail, run.key, first?.step ?? null, first?.epoch ?? null, values]);
}

/** Another id for a run whose identity collides with that of a different run. */
export function distinctIdentity(id: string, path: string): string {
  return hashOf([id, path]);
}

/** Equal for two records exactly when curve, metric, settings and task are equal: a copied log. */
export function contentFingerprint(record: RunRecord): string {
  const { metric, task, model, hyper, points } = record;
  return hashOf([metric, task ?? null, model ?? null, hyper, points]);
}

/** Whether one curve is the beginning of the other: two states of one growing log. */
export function isSameCurve(left: RunRecord, right: RunRecord): boolean {
  const length = Math.min(left.points.length, right.points.length);
  return JSON.stringify(left.points.slice(0, length)) === JSON.stringify(right.points.slice(0, length));
}
