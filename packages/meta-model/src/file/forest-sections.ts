import type { ForestTree } from "@stopwise/learners";
import type { Container, Section } from "./container.ts";

const fields = {
  feature: Int16Array,
  threshold: Float64Array,
  unknownLeft: Uint8Array,
  left: Int32Array,
  size: Int32Array,
  members: Int32Array,
} as const;

type Field = keyof typeof fields;
const names = Object.keys(fields) as Field[];

/** The trees of a forest as arrays over all trees, with where each tree starts. */
export function forestSections(prefix: string, trees: readonly ForestTree[]): Record<string, Section> {
  const sections: Record<string, Section> = {
    [`${prefix}.nodes`]: Int32Array.from(trees, (tree) => tree.feature.length),
    [`${prefix}.held`]: Int32Array.from(trees, (tree) => tree.members.length),
  };
  for (const name of names) {
    const total = trees.reduce((sum, tree) => sum + tree[name].length, 0);
    const joined = new fields[name](total);
    let at = 0;
    for (const tree of trees) {
      joined.set(tree[name], at);
      at += tree[name].length;
    }
    sections[`${prefix}.${name}`] = joined;
  }
  return sections;
}

/** Reads what `forestSections` wrote. @throws ModelFileError when a part is missing */
export function readForest(prefix: string, container: Container): ForestTree[] {
  const nodes = container.section(`${prefix}.nodes`, "i32");
  const held = container.section(`${prefix}.held`, "i32");
  let [node, member] = [0, 0];
  return Array.from(nodes, (count, tree) => {
    const [from, first] = [node, member];
    node += count;
    member += held[tree]!;
    return {
      feature: container.section(`${prefix}.feature`, "i16").subarray(from, node),
      threshold: container.section(`${prefix}.threshold`, "f64").subarray(from, node),
      unknownLeft: container.section(`${prefix}.unknownLeft`, "u8").subarray(from, node),
      left: container.section(`${prefix}.left`, "i32").subarray(from, node),
      size: container.section(`${prefix}.size`, "i32").subarray(from, node),
      members: container.section(`${prefix}.members`, "i32").subarray(first, member),
    };
  });
}
