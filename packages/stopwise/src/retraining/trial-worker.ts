import { parentPort, workerData } from "node:worker_threads";
import { fitTrial, type TrialTask } from "./trial.ts";

const { trials, seed } = workerData as TrialTask;
parentPort!.postMessage(trials.map((runs) => fitTrial(runs, seed)));
