import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/**
 * Starts a worker from an entry that stands beside the caller: `NAME.ts` from source, where the worker needs the
 * TypeScript loader first, `NAME.js` in a bundle.
 *
 * @param name - of the entry, without extension, e.g. `./replay-worker`
 * @param base - `import.meta.url` of the caller
 * @param workerData - what it is told at its start
 */
export function startWorker(name: string, base: string, workerData: unknown): Worker {
  const isSource = base.endsWith(".ts");
  const entry = new URL(`${name}${isSource ? ".ts" : ".js"}`, base);
  if (!isSource) return new Worker(entry, { workerData });
  const root = pathToFileURL(createRequire(import.meta.url).resolve("tsx/package.json"));
  const loader = new URL("../../workers/dist/esm/api/index.mjs", root).href;
  const code = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}); });`;
  return new Worker(code, { eval: true, workerData, execArgv: [] });
}
