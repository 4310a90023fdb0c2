import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = join(root, "packages/stopwise");
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  packageManager: string;
};

let folder: string;

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: exit ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** The tarball that a packer makes, in a folder of its own. */
function packed(name: string, command: string, args: readonly string[]): string {
  const into = mkdtempSync(join(folder, `${name}-`));
  run(command, [...args, "pack", "--pack-destination", into], source);
  return join(
    into,
    readdirSync(into).find((file) => file.endsWith(".tgz"))!,
  );
}

const tarballs = new Map<string, string>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stopwise-package-"));
  tarballs.set("npm", packed("npm", "npm", []));
  tarballs.set("pnpm", packed("pnpm", "npx", ["--yes", packageManager]));
  for (const [name, tarball] of tarballs) {
    const place = join(folder, `user-${name}`);
    run("mkdir", ["-p", place], folder);
    writeFileSync(join(place, "package.json"), '{"name":"user","private":true,"type":"module"}');
    run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], place);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const user = (name: string): string => join(folder, `user-${name}`);

test.each(["npm", "pnpm"])("what %s packs installs and answers", (name) => {
  const bin = join(user(name), "node_modules/.bin/stopwise");
  const task = ["--model", "bert-base-uncased", "--epochs", "3", "--evals", "12", "--metric", "accuracy"];
  const answer = JSON.parse(run(bin, ["recommend", ...task, "--json"], user(name))) as { status: string };
  expect(["certified", "uncertified"]).toContain(answer.status);
  // DuckDB is the one dependency outside the bundle: a verb that loads it shows that it was installed.
  writeFileSync(
    join(user(name), "run.jsonl"),
    '{"id":"a","metric":"em","points":[{"step":1,"quality":0.5}]}\n',
  );
  run(bin, ["ingest", "run.jsonl"], user(name));
  expect(JSON.parse(run(bin, ["runs", "--json"], user(name)))).toBeTruthy();
});

test("what is packed names no version that only this workspace can resolve", () => {
  for (const tarball of tarballs.values()) {
    const text = run("tar", ["-xzOf", tarball, "package/package.json"], folder);
    const { dependencies } = JSON.parse(text) as { dependencies: Readonly<Record<string, string>> };
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+/);
  }
});

test("schemas can be imported", () => {
  const code =
    'import schema from "stopwise/schemas/policy.schema.json" with { type: "json" }; console.log(typeof schema);';
  expect(run(process.execPath, ["--input-type=module", "-e", code], user("npm")).trim()).toBe("object");
});

/** The TypeScript examples of a document. */
const examplesOf = (document: string): string[] =>
  [...readFileSync(join(root, document), "utf8").matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(
    ([, code]) => code!,
  );

/** What the README's loop is given by the trainer around it. */
const around = `
import type { Json } from "stopwise";
const evaluations = Array.from({ length: 12 }, (_, i) => (
  { step: 700 * (i + 1), tokens: 700_000 * (i + 1), em: Math.min(0.6, 0.1 * (i + 1)), evalLoss: 2 / (i + 1) }
));
let saved: Json | undefined;
const saveCheckpoint = (checkpoint: { stopper: Json }): void => { saved = checkpoint.stopper; };
`;

test("the README's example compiles under strict tsc, libraries checked, and runs", () => {
  const [example] = examplesOf("README.md");
  expect(example).toBeDefined();
  writeFileSync(join(user("npm"), "example.ts"), `${around}${example!}\nconsole.log("ran to its end");\n`);
  const options = {
    strict: true,
    skipLibCheck: false,
    target: "ES2023",
    lib: ["ES2023", "DOM"],
    types: [],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    outDir: "out",
    exactOptionalPropertyTypes: true,
  };
  writeFileSync(
    join(user("npm"), "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, include: ["example.ts"] }),
  );
  run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"], user("npm"));
  expect(run(process.execPath, ["out/example.js"], user("npm"))).toContain("ran to its end");
});
