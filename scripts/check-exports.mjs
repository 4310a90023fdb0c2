// Names that an inner package exports and no other package, bench or test imports: dead ends that knip cannot see, since
// it takes what a package exports for used.
//   node scripts/check-exports.mjs
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const statement = /(?:import|export)\s+(type\s+)?(?:\*\s+as\s+\w+|\{([^}]*)\})\s+from\s+"([^"]+)"/g;

function filesUnder(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ts") && !/(^|[\\/])(node_modules|dist)[\\/]/.test(name))
    .map((name) => join(root, folder, name));
}

const partsOf = (list) =>
  list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
const nameOf = (part) => part.replace(/^type /, "").split(/\s+as\s+/)[0];

const used = new Set();
for (const file of ["packages", "bench", "test"].flatMap(filesUnder)) {
  for (const [, , names, from] of readFileSync(file, "utf8").matchAll(statement)) {
    if (names === undefined || !from.startsWith("@stopwise/")) continue;
    const name = from.split("/").slice(0, 2).join("/");
    for (const part of partsOf(names)) used.add(`${name} ${nameOf(part)}`);
  }
}

let nUnused = 0;
for (const folder of readdirSync(join(root, "packages"))) {
  const index = join(root, "packages", folder, "src/index.ts");
  if (folder === "stopwise" || !existsSync(index)) continue;
  for (const [, isType, names] of readFileSync(index, "utf8").matchAll(statement)) {
    if (isType || names === undefined) continue;
    for (const part of partsOf(names).filter((part) => !part.startsWith("type "))) {
      if (used.has(`@stopwise/${folder} ${nameOf(part)}`)) continue;
      console.log(`packages/${folder}/src/index.ts exports ${nameOf(part)}, which no other package uses.`);
      nUnused++;
    }
  }
}
if (nUnused > 0)
  console.log(`${nUnused} exports without a user: remove each from the index, or what it stands for.`);
process.exitCode = nUnused > 0 ? 1 : 0;
