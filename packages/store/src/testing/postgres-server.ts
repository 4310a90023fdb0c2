import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** Where Debian's package and others put the programs of a server; the newest version first. */
function binaries(): string | undefined {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return [...versions.map((version) => join(root, version, "bin")), "/usr/local/pgsql/bin"].find((folder) =>
    existsSync(join(folder, "initdb")),
  );
}

/** Whether a real PostgreSQL can be started here; says so where it cannot, since its tests are skipped then. */
export function hasPostgres(): boolean {
  const found = binaries() !== undefined;
  if (found) return true;
  if (process.env["STOPWISE_REQUIRE_POSTGRES"] === "1") {
    throw new Error("PostgreSQL is not installed, and STOPWISE_REQUIRE_POSTGRES=1 asks for it");
  }
  console.log("skipped: PostgreSQL is not installed (apt-get install postgresql, or npm run test:postgres)");
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/**
 * A real PostgreSQL server of its own: on a free port of the loopback, its data in a scratch folder. The server refuses to
 * run as root; then it runs as the user `postgres` that the package makes.
 */
export class PostgresServer {
  readonly folder: string;
  readonly port: number;
  private schemas = 0;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** Makes a new data folder and starts a server on it. */
  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync("/tmp/stopwise-postgres-");
    chmodSync(folder, 0o777);
    const server = new PostgresServer(folder, await freePort());
    try {
      server.run("initdb", "-D", server.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync");
      server.startAgain();
    } catch (error) {
      server.remove();
      throw error;
    }
    return server;
  }

  private get data(): string {
    return join(this.folder, "data");
  }

  private run(program: string, ...args: readonly string[]): void {
    const path = join(binaries()!, program);
    const isRoot = process.getuid?.() === 0;
    const [command, all] = isRoot ? ["runuser", ["-u", "postgres", "--", path, ...args]] : [path, [...args]];
    execFileSync(command, all, { cwd: this.folder, stdio: ["ignore", "ignore", "pipe"] });
  }

  /** Starts the server on its data, e.g. after a kill. */
  startAgain(): void {
    const options = `-p ${this.port} -k ${this.folder} -c listen_addresses=127.0.0.1 -c max_connections=60`;
    this.run("pg_ctl", "-D", this.data, "-o", options, "-w", "-l", join(this.folder, "log"), "start");
  }

  /** Stops it at once, as a power cut would: what was committed has to be in its log. */
  kill(): void {
    this.run("pg_ctl", "-D", this.data, "-m", "immediate", "-w", "stop");
  }

  /** The address of an empty schema of its own. */
  address(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres?schema=s${this.schemas++}`;
  }

  /** Stops the server and removes its data. */
  remove(): void {
    const isRoot = process.getuid?.() === 0;
    const stop = [join(binaries()!, "pg_ctl"), "-D", this.data, "-m", "immediate", "stop"];
    const [command, ...args] = isRoot ? ["runuser", "-u", "postgres", "--", ...stop] : stop;
    spawnSync(command!, args, { cwd: "/", stdio: "ignore" });
    rmSync(this.folder, { recursive: true, force: true });
  }
}
