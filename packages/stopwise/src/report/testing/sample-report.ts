import type { ReportBound, ReportCurve, ReportData, ReportRow } from "../report-data.ts";

const bounds: readonly ReportBound[] = [
  ...[0.0025, 0.005, 0.01, 0.02].map((maxEmLoss) => ({ kind: "mean" as const, maxEmLoss })),
  ...[0.05, 0.1, 0.2].map((alpha) => ({ kind: "tail" as const, maxEmLoss: 0.01, alpha })),
];

/** Saving and share of the allowed loss that is used, at a bound of half a point. */
const methods: Readonly<Record<string, readonly [saving: number, used: number]>> = {
  "never-stop": [0, 0],
  "patience-1": [0.52, 11],
  "patience-3": [0.32, 5.4],
  "patience-5": [0.22, 3.1],
  "patience-10": [0.11, 1.4],
  "best-fixed": [0.17, 1.18],
  recommend: [0.26, 0.9],
  learned: [0.33, 0.8],
  hindsight: [0.53, 1],
};

const knowsNoBound = (method: string): boolean => /^(never|patience)/.test(method);

function rowOf(given: Pick<ReportRow, "method" | "selection" | "bound" | "metricClass">): ReportRow {
  const { method, bound, selection } = given;
  const [saving, used] = methods[method]!;
  const size = bound.kind === "mean" ? bound.maxEmLoss : (bound.alpha ?? 0.1) / 20;
  const scale = knowsNoBound(method) ? 1 : Math.sqrt(size / 0.005) ** 0.5;
  const careful = selection === "certified" ? 0.6 : selection === "frontier" ? 1.08 : 1;
  const meanSaving = Math.min(0.9, saving * scale * careful);
  const meanEmLoss = used * (knowsNoBound(method) ? 0.005 : size * (selection === "frontier" ? 1 : careful));
  const shareOverBound = Math.min(1, used * 0.8 * (bound.alpha ?? 0.1) * careful);
  return {
    ...given,
    weighting: "group",
    meanSaving,
    meanEmLoss,
    meanClippedLoss: meanEmLoss,
    p95EmLoss: meanEmLoss * 4,
    shareOverBound,
    shareOfHindsight: meanSaving / (0.53 * scale),
    noiseFloor: 0.0016,
    low: Math.max(0, meanSaving - 0.04),
    high: meanSaving === 0 ? 0 : meanSaving + 0.04,
    nRuns: 581,
    nGroups: 184,
    held: bound.kind === "mean" ? meanEmLoss <= bound.maxEmLoss : shareOverBound <= (bound.alpha ?? 0.1),
  };
}

function sampleRows(): ReportRow[] {
  return ["all", "match", "overlap"].flatMap((metricClass) =>
    bounds.flatMap((bound) =>
      Object.keys(methods).flatMap((method) => {
        const selections = knowsNoBound(method)
          ? (["promise"] as const)
          : method === "hindsight"
            ? (["frontier"] as const)
            : (["promise", "certified", "frontier"] as const);
        return selections.map((selection) => rowOf({ method, selection, bound, metricClass }));
      }),
    ),
  );
}

function sampleCurve(index: number): ReportCurve {
  const n = 12 + 5 * index;
  const cost = Array.from({ length: n }, (_, i) => (i + 1) * 500);
  const quality = cost.map((_, i) => 0.35 + (0.4 * i) / (i + 3) - 0.01 * ((i * 7 + index) % 4));
  const best = Math.max(...quality);
  const shares = { "patience-3": 0.3, recommend: 0.5, learned: 0.55, hindsight: 0.7 };
  return {
    id: `run-${index}`,
    group: `task ${index} <of ${index + 1}>`,
    metric: "exact_match",
    why: "shown because it is the sample",
    costUnit: "steps",
    cost,
    quality: index === 1 ? quality.map((value, i) => (i === 4 ? null : value)) : quality,
    stops: Object.entries(shares).map(([method, share]) => {
      const stopIndex = Math.floor(share * (n - 1));
      return {
        method,
        stopIndex,
        saving: 1 - cost[stopIndex]! / cost.at(-1)!,
        emLoss: best - Math.max(...quality.slice(0, stopIndex + 1)),
      };
    }),
  };
}

/** A report of made-up measurements that has every picture; for the tests of the pictures alone. */
export function sampleReport(): ReportData {
  return {
    data: "sample & co",
    nRuns: 581,
    nGroups: 184,
    lossKind: "points",
    bound: { kind: "mean", maxEmLoss: 0.005 },
    rows: sampleRows(),
    curvesNote: "Stops are made up.",
    curves: [0, 1, 2, 3].map(sampleCurve),
    importance: {
      measure: "rise of the squared error",
      features: [
        { feature: "family", importance: 0.004, spread: 0.002 },
        { feature: "datasetSize", importance: 0.031, spread: 0.004 },
        { feature: "dropout", importance: -0.001, spread: 0.001 },
      ],
    },
    recommendation: {
      task: "20,000 examples, t5",
      status: "certified",
      sentence: "Stop when quality has not improved for 4 evaluations.",
      statement: "P(EM loss > 1 pt) is at most 10 %.",
      predicted: { saving: { mean: 0.31, low: 0.1, high: 0.5 }, emLoss: { mean: 0.003, low: 0, high: 0.01 } },
      learned: {
        status: "uncertified",
        sentence: "Stop when little is left to be gained.",
        predicted: {
          saving: { mean: 0.4, low: 0.2, high: 0.6 },
          emLoss: { mean: 0.002, low: 0, high: 0.01 },
        },
      },
      pareto: [
        { sentence: "a", saving: 0, emLoss: 0 },
        { sentence: "b", saving: 0.2, emLoss: 0.001 },
        { sentence: "dominated", saving: 0.15, emLoss: 0.002 },
        { sentence: "c", saving: 0.31, emLoss: 0.003 },
        { sentence: "d", saving: 0.5, emLoss: 0.02 },
      ],
      evidence: [
        { run: "light", group: "g2", weight: 0.1, saving: 0.2, emLoss: 0 },
        { run: "heavy", group: "g1", weight: 0.4, saving: 0.5, emLoss: 0.0123 },
      ],
    },
    model: "sha256:0123",
  };
}
