import { parentPort, workerData } from "node:worker_threads";
import { trainLearned, type LearnedTask } from "@stopwise/meta-model";

parentPort!.postMessage(trainLearned(workerData as LearnedTask));
