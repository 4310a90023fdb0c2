export { FollowedRun, type FollowEvent } from "./followed-run.ts";
export { logChanges, type LookSettings } from "./log-changes.ts";
export { actOnce, checkActs, type StopActs } from "./stop-act.ts";
