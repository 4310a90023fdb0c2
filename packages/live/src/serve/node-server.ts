import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { InvalidInputError } from "@stopwise/core";
import { serviceApp, type ServiceSettings } from "./service-app.ts";

/** Where a service listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** A service that listens. */
export interface RunningService {
  readonly url: string;
  /** Answers what has come in, takes nothing new, and is done. */
  readonly stop: () => Promise<void>;
}

/** A connection that has been quiet for this long is closed at a stop. */
const graceMilliseconds = 2000;

function listenFault(error: NodeJS.ErrnoException, where: string): Error {
  if (error.code === "EADDRINUSE")
    return new InvalidInputError(`${where} is in use.`, "Name another with --port.");
  if (error.code === "EACCES")
    return new InvalidInputError(`${where} is not allowed.`, "Use --port from 1024 on.");
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new InvalidInputError(
      `${where} is no address of this machine.`,
      "Name one of its own with --host.",
    );
  }
  return error;
}

/**
 * Starts the service.
 *
 * @param settings of the service
 * @param address where it listens
 * @throws InvalidInputError where the address cannot be listened on
 */
export async function serveLive(settings: ServiceSettings, address: ListenAddress): Promise<RunningService> {
  const app = serviceApp(settings);
  const server = createAdaptorServer({ fetch: app.fetch });
  const { host, port } = address;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenFault(error, `${host}:${port}`)));
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  const name = host.includes(":") ? `[${host}]` : host;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      if ("closeIdleConnections" in server) server.closeIdleConnections();
      setTimeout(
        () => "closeAllConnections" in server && server.closeAllConnections(),
        graceMilliseconds,
      ).unref();
    });
  return { url: `http://${name}:${bound.port}`, stop };
}
