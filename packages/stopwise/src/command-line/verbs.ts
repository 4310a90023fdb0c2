import type { Verb } from "./verb.ts";

/** Every verb, in the order of the help page. To add one: a file in `../verbs/`, a line here. */
export const verbs: readonly Verb[] = [
  {
    name: "demo",
    summary: "what stopping saves and costs on held-out tasks, and two runs as pictures",
    load: async () => (await import("../verbs/demo.ts")).defineDemo,
  },
  {
    name: "ingest",
    summary: "find and read every run log under the paths, into the store",
    load: async () => (await import("../verbs/ingest.ts")).defineIngest,
  },
  {
    name: "runs",
    summary: "list, show and export what is stored",
    load: async () => (await import("../verbs/runs.ts")).defineRuns,
  },
  {
    name: "store",
    summary: "copy, check and back up a store; list its models",
    load: async () => (await import("../verbs/store.ts")).defineStore,
  },
  {
    name: "retrain",
    summary: "learn from what is stored; put the model into use unless it is worse",
    load: async () => (await import("../verbs/retrain.ts")).defineRetrain,
  },
  {
    name: "recommend",
    summary: "which policy for this task, with its evidence and certificate",
    load: async () => (await import("../verbs/recommend.ts")).defineRecommend,
  },
  {
    name: "evaluate",
    summary: "the referee: decision quality of every estimator, criterion and baseline",
    load: async () => (await import("../verbs/evaluate.ts")).defineEvaluate,
  },
  {
    name: "replay",
    summary: "what a given policy would have done",
    load: async () => (await import("../verbs/replay.ts")).defineReplay,
  },
  {
    name: "live",
    summary: "one live run over standard input and output, a JSON line each way",
    load: async () => (await import("../verbs/live.ts")).defineLive,
  },
  {
    name: "watch",
    summary: "follow a live log and decide; on a stop run a command, send a signal or write a flag",
    load: async () => (await import("../verbs/watch.ts")).defineWatch,
  },
  {
    name: "serve",
    summary: "HTTP service for live runs in any language, and the web page",
    load: async () => (await import("../verbs/serve.ts")).defineServe,
  },
  {
    name: "doctor",
    summary: "what in a trainer's settings will not do what its author thinks, with the fix",
    load: async () => (await import("../verbs/doctor.ts")).defineDoctor,
  },
  {
    name: "report",
    summary: "one HTML page with the curves, trade-offs, calibration, evidence and evaluation",
    load: async () => (await import("../verbs/report.ts")).defineReport,
  },
];
