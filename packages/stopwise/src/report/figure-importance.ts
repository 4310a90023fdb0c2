import type { Markish } from "@observablehq/plot";
import type { Markup } from "./markup.ts";
import type { FeatureImportance, Importances } from "./report-data.ts";
import { roundTicks } from "./scale.ts";
import type { Draughtsman } from "./svg.ts";

const rowHeight = 22;

const shortValue = (value: number): string => String(Number(value.toPrecision(2))).replace("-", "\u2212");

/**
 * Permutation importance as bars, the most important feature on top, with a whisker of one standard deviation over the
 * shuffles on each side. Ties keep the order they came in.
 *
 * @param importances at least one feature
 */
export function importanceFigure(importances: Importances, draughtsman: Draughtsman): Markup {
  const { plot } = draughtsman;
  const features = importances.features.toSorted((a, b) => b.importance - a.importance);
  const low = Math.min(0, ...features.map(({ importance, spread }) => importance - spread));
  const high = Math.max(1e-9, ...features.map(({ importance, spread }) => importance + spread));
  const ticks = roundTicks(low, high, 4);
  const name = (feature: FeatureImportance): string => feature.feature;
  const marks: Markish[] = [
    plot.gridX(ticks, { stroke: "var(--grid)", strokeOpacity: 1 }),
    plot.axisX(ticks, {
      label: importances.measure,
      labelAnchor: "center",
      labelArrow: "none",
      fontSize: 11,
      tickFormat: shortValue,
    }),
    plot.axisY({ label: null, tickSize: 0, fontSize: 12 }),
    plot.barX(features, {
      y: name,
      x: "importance",
      fill: "var(--recommend)",
      insetTop: 2,
      insetBottom: 2,
      title: ({ feature, importance, spread }: FeatureImportance) =>
        `${feature}: ${shortValue(importance)} \u00b1 ${shortValue(spread)}`,
    }),
    plot.ruleY(features, {
      y: name,
      x1: ({ importance, spread }: FeatureImportance) => importance - spread,
      x2: ({ importance, spread }: FeatureImportance) => importance + spread,
      stroke: "var(--ink)",
      strokeWidth: 1.2,
    }),
    plot.ruleX([0], { stroke: "var(--ink)" }),
  ];
  return draughtsman.draw(
    {
      width: 720,
      height: features.length * rowHeight + 56,
      marginLeft: 130,
      marginRight: 20,
      marginTop: 8,
      marginBottom: 40,
      x: { domain: [low, high], nice: false },
      y: { domain: features.map(name), padding: 0.1 },
      marks,
    },
    {
      name: "importance",
      title: "Permutation importance of the task features",
      description: `${importances.measure}. ${features
        .map(({ feature, importance }) => `${feature} ${shortValue(importance)}`)
        .join(", ")}.`,
    },
  );
}
