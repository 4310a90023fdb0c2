import * as z from "zod/mini";
import { decisionSchema } from "./decision.ts";
import {
  liveAdviceSchema,
  liveCheckpointSchema,
  liveDecisionSchema,
  liveEndSchema,
  liveErrorSchema,
  liveRecordedSchema,
  liveStartSchema,
} from "./live-messages.ts";
import { outcomeSchema } from "./outcome.ts";
import { policySchema } from "./policy.ts";
import { recommendationSchema } from "./recommendation.ts";
import { runRecordSchema } from "./run.ts";
import { taskSchema } from "./task.ts";

const documents = {
  decision: decisionSchema,
  "live-advice": liveAdviceSchema,
  "live-checkpoint": liveCheckpointSchema,
  "live-decision": liveDecisionSchema,
  "live-end": liveEndSchema,
  "live-error": liveErrorSchema,
  "live-recorded": liveRecordedSchema,
  "live-start": liveStartSchema,
  outcome: outcomeSchema,
  policy: policySchema,
  recommendation: recommendationSchema,
  "run-record": runRecordSchema,
  task: taskSchema,
} as const;

/** Names of the documents that have a JSON Schema. */
export type DocumentName = keyof typeof documents;

/**
 * The JSON Schemas (draft 2020-12) of every document that others read or write, made from the schemas that this
 * package validates with. Fields with a default may be left out.
 *
 * @returns by name: decision, live-..., outcome, policy, recommendation, run-record, task
 */
export function jsonSchemas(): Record<DocumentName, object> {
  const entries = Object.entries(documents).map(([name, schema]) => [
    name,
    z.toJSONSchema(schema, { io: "input" }),
  ]);
  return Object.fromEntries(entries) as Record<DocumentName, object>;
}
