import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInputError } from "@stopwise/core";
import { serveLive, type RunningService } from "@stopwise/live/serve";
import type { Command } from "commander";
import { positive, wholeNumber } from "../command-line/flags.ts";
import { counted, note, print } from "../command-line/output.ts";
import { packageVersion } from "../command-line/package-version.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { absorbLive } from "../library/absorb-live.ts";
import { liveFolder, liveSurroundings } from "../library/live-surroundings.ts";
import { fetchTeamModel } from "../library/model-source.ts";
import { modelFacts } from "../library/model-facts.ts";

interface ServeFlags extends StoreFlags {
  readonly host: string;
  readonly port: number;
  readonly maxBody: number;
  readonly maxRate: number;
  readonly json?: true;
}

const shortestToken = 16;

/** The token of the environment, else one that is made once and kept, so that clients go on after a restart. */
function tokenOf(folder: string): string {
  const told = process.env["STOPWISE_TOKEN"];
  if (told !== undefined && told !== "") {
    if (told.length >= shortestToken && /^[\x21-\x7e]+$/.test(told)) return told;
    throw new InvalidInputError(
      `STOPWISE_TOKEN must be ${shortestToken} or more printable characters without blanks.`,
      "Make one with: openssl rand -hex 16",
    );
  }
  const file = join(folder, "token");
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  mkdirSync(folder, { recursive: true });
  const token = randomBytes(16).toString("hex");
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return token;
}

/** A store that is busy now takes the runs the next time; they wait on the disk. */
async function absorb(store: string): Promise<void> {
  try {
    const n = await absorbLive(store);
    if (n > 0) note(`stopwise: ${counted(n, "live run")} brought into ${store}`);
  } catch (error) {
    note(`stopwise: live runs stay in ${liveFolder(store)} for now: ${(error as Error).message}`);
  }
}

function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
}

function announce({ url }: RunningService, token: string, flags: ServeFlags): void {
  if (flags.json === true) {
    print(JSON.stringify({ url, token, store: flags.store, page: `${url}/#token=${token}` }));
    return;
  }
  print(`stopwise serves the live runs of ${flags.store} at ${url}\n`);
  print(`token   ${token}\npage    ${url}/#token=${token}\nAPI     ${url}/openapi.json\n`);
  print("End with Ctrl-C.");
}

async function serve(flags: ServeFlags): Promise<void> {
  if (flags.port > 65_535) {
    throw new InvalidInputError(`--port must be at most 65535, got ${flags.port}.`, "Leave it out for 7473.");
  }
  await fetchTeamModel(flags.store);
  const around = liveSurroundings(flags.store);
  const token = tokenOf(around.folder);
  await absorb(flags.store);
  const settings = {
    around,
    token,
    version: packageVersion(),
    maxBodyBytes: flags.maxBody,
    maxRequestsPerSecond: flags.maxRate,
    modelFacts: () => modelFacts(flags.store),
  };
  const service = await serveLive(settings, { host: flags.host, port: flags.port });
  const signalled = untilSignal();
  announce(service, token, flags);
  const signal = await signalled;
  note(`stopwise: ${signal}, stopping; runs that go on are gone on with at the next start`);
  await service.stop();
  await absorb(flags.store);
}

/** `stopwise serve`. */
export function defineServe(command: Command): void {
  command
    .option("--host <address>", "where to listen; other machines reach it only if you say so", "127.0.0.1")
    .option("--port <n>", "port; 0 takes a free one", wholeNumber("--port"), 7473)
    .option("--max-body <bytes>", "largest body of a request", positive("--max-body"), 1_000_000)
    .option("--max-rate <n>", "requests a second, of all clients together", positive("--max-rate"), 5_000)
    .option("--json", "say address and token as one JSON line");
  addStoreFlag(command)
    .addHelpText(
      "after",
      `
Every request but the page, /health and /openapi.json needs the token (Authorization: Bearer): STOPWISE_TOKEN, else one
that is made once and kept in the store's folder. The service speaks plain HTTP: put it behind a proxy with TLS before
you listen on more than the loopback.

Examples:
  stopwise serve
  STOPWISE_TOKEN=... stopwise serve --host 0.0.0.0 --port 8080 --store /data/stopwise`,
    )
    .action(serve);
}
