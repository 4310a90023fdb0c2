export { constant } from "./constant.ts";
export { forest } from "./forest.ts";
export { kernel } from "./kernel.ts";
export { nearestTask } from "./nearest-task.ts";
export { ridge } from "./ridge.ts";
