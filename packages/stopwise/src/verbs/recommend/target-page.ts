import { targetList, type TargetRow } from "@stopwise/trainers";
import { renderTable } from "../../command-line/table.ts";

function kindsOf({ expresses }: TargetRow, fidelity: string): string {
  const kinds = Object.entries(expresses).filter(([, told]) => told === fidelity);
  return kinds.map(([kind]) => kind).join(", ") || "none";
}

/** What `recommend --target list` shows: every trainer and what it can express; docs/trainers.md has the whole table. */
export function targetPage(): string {
  return renderTable(targetList(), [
    { title: "target", value: ({ target }) => target },
    { title: "also", value: ({ aliases }) => aliases.join(", ") },
    { title: "release", value: ({ version }) => version },
    { title: "exact", value: (row) => kindsOf(row, "exact") },
    { title: "approximate", value: (row) => kindsOf(row, "approximate") },
  ]);
}
