import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { entry } from "./command-line.ts";

/** An answer of the service. */
export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** `stopwise serve` on a free port of the loopback. */
export class ServiceProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
  #stderr = "";

  private constructor(child: ChildProcess, { url, token }: { url: string; token: string }) {
    this.child = child;
    this.url = url;
    this.token = token;
    child.stderr?.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
  }

  static async start(folder: string, ...args: readonly string[]): Promise<ServiceProcess> {
    const env = { ...process.env, STOPWISE_STORE: "", STOPWISE_TOKEN: "" };
    const child = spawn(process.execPath, [entry, "serve", "--json", "--port", "0", ...args], {
      cwd: folder,
      env,
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    return new ServiceProcess(child, JSON.parse(line.toString()) as { url: string; token: string });
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Any request, with the token. */
  async ask(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Answered> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    return {
      status: response.status,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
    };
  }

  post(path: string, body: object): Promise<Answered> {
    return this.ask("POST", path, JSON.stringify(body));
  }

  /** Ends it with a signal and waits. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    const exited = once(this.child, "exit");
    this.child.kill(signal);
    const [status] = (await exited) as [number | null];
    return status;
  }
}
