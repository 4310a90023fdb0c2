// Mutated logs over all readers: tsx bench/fuzz-readers.ts [COUNT] [SEED] [FROM] [CORPUS_FOLDER...]
// A child process reads; this one watches it, since a reading that hangs cannot tell so itself.
import { fork } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fuzzReaders, type CorpusFile, type FuzzReport } from "@stopwise/readers/fuzzing";

const [count = 20_000, seed = 1, from = 0] = process.argv.slice(2, 5).map(Number);
const named = process.argv.slice(5);
const shared = resolve(import.meta.dirname, "../../shared");
const corpusFolders =
  named.length > 0 ? named : ["cases", "logs", "damage"].map((name) => join(shared, name));

const largestCorpusFile = 200_000;
const beatEvery = 100;
/** Without a beat for so long the reader hangs: 100 inputs take a second on an idle machine. */
const patienceSeconds = 120;
const heapGrowthLimit = 64 << 20;

function corpusOf(folder: string): CorpusFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => ({ path: path.replaceAll("\\", "/"), absolute: join(folder, path) }))
    .filter(({ absolute }) => statSync(absolute).isFile() && statSync(absolute).size <= largestCorpusFile)
    .map(({ path, absolute }) => ({ path, bytes: readFileSync(absolute) }));
}

function print({ nInputs, findings, heapGrowth, slowestSeconds }: FuzzReport, nCorpus: number): void {
  for (const [kind, n] of Object.entries(nInputs)) console.log(`${String(n).padStart(9)}  ${kind}`);
  console.log(`${String(nCorpus).padStart(9)}  corpus files`);
  for (const { index, kind, format, complaint } of findings) {
    console.log(`${format}, ${kind}: ${complaint}\n    again: tsx bench/fuzz-readers.ts 1 ${seed} ${index}`);
  }
  const mib = (heapGrowth / (1 << 20)).toFixed(1);
  console.log(
    `slowest reading ${slowestSeconds.toFixed(2)} s of processor time, heap growth ${mib} MiB, ${findings.length} findings`,
  );
}

async function work(): Promise<void> {
  const corpus = corpusFolders.flatMap(corpusOf);
  const onInput = (index: number): void => {
    if (index % beatEvery === 0) process.send?.(index);
  };
  const report = await fuzzReaders({ seed, from, count, corpus, onInput });
  print(report, corpus.length);
  process.exitCode = report.findings.length > 0 || report.heapGrowth > heapGrowthLimit ? 1 : 0;
  process.disconnect();
}

function watch(): void {
  const child = fork(import.meta.filename, process.argv.slice(2), {
    env: { ...process.env, STOPWISE_FUZZ_CHILD: "1" },
  });
  let last = from;
  let beat = setTimeout(() => undefined, 0);
  const expectBeat = (): void => {
    clearTimeout(beat);
    beat = setTimeout(() => {
      console.log(`hangs at one of the inputs ${last} to ${last + beatEvery - 1}: run them by themselves`);
      child.kill("SIGKILL");
    }, patienceSeconds * 1000);
  };
  child.on("message", (index) => {
    last = Number(index);
    expectBeat();
  });
  child.on("exit", (code) => {
    clearTimeout(beat);
    process.exitCode = code ?? 1;
  });
  expectBeat();
}

if (process.env["STOPWISE_FUZZ_CHILD"] === "1") await work();
else watch();
