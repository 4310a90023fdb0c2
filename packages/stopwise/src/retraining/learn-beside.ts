import { availableParallelism } from "node:os";
import { trainLearned, type LearnedTask, type Section } from "@stopwise/meta-model";
import { startWorker } from "@stopwise/policies/threads";

/** The in-run criterion's sections of a model file. */
export type LearnedSections = Record<string, Section>;

/** An in-run criterion that another thread learns. */
export interface Learning {
  /** What it has learned; where no worker could be had or it failed, this thread learns it, and meets the same error. */
  sections(): Promise<LearnedSections>;
  /** Ends the thread; nothing is asked of it any more. */
  abandon(): void;
}

/** Whether a second thread can work beside this one. */
export function canWorkBeside(): boolean {
  return availableParallelism() > 1;
}

/** Learns the in-run criterion in a worker, from now on; the task's arrays are copied. */
export function learnBeside(task: LearnedTask): Learning {
  const worker = startWorker("./learning-worker", import.meta.url, task);
  // Until it is asked, it keeps no process alive that has failed elsewhere.
  worker.unref();
  const answered = new Promise<LearnedSections>((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
    worker.on("exit", () => reject(new Error("the worker ended without an answer")));
  });
  // Its failure is met when it is asked for.
  answered.catch(() => undefined);
  return {
    sections: () => {
      worker.ref();
      return answered.catch(() => trainLearned(task));
    },
    abandon: () => void worker.terminate(),
  };
}
