import { workerData } from "node:worker_threads";
import { serveReplay, type ReplayTask } from "./serve-replay.ts";

serveReplay(workerData as ReplayTask);
