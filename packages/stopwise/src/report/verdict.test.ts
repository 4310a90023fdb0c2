import { describe, expect, test } from "vitest";
import type { ReportRow } from "./report-data.ts";
import { sampleReport } from "./testing/sample-report.ts";
import { verdictOf } from "./verdict.ts";

const { rows } = sampleReport();
const row = (fields: Partial<ReportRow>): ReportRow => ({ ...rows[0]!, ...fields });
const mean = { kind: "mean", maxEmLoss: 0.01 } as const;
const tail = { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 } as const;

describe("a row's bound is", () => {
  test.each([
    ["held", { bound: mean, meanEmLoss: 0.01, held: true }],
    ["not excluded", { bound: mean, meanEmLoss: 0.0522, held: true }],
    ["broken", { bound: mean, meanEmLoss: 0.0522, held: false }],
    ["held", { bound: tail, meanEmLoss: 0.5, shareOverBound: 0.1, held: true }],
    ["not excluded", { bound: tail, meanEmLoss: 0, shareOverBound: 0.12, held: true }],
    ["broken", { bound: tail, meanEmLoss: 0, shareOverBound: 0.3, held: false }],
  ])("%s: %j", (verdict, fields) => {
    expect(verdictOf(row(fields))).toBe(verdict);
  });
});
