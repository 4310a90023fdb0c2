import { InvalidInputError, StopwiseError, StoreBusyError } from "@stopwise/core";

type Fault = readonly [kind: typeof InvalidInputError | typeof StoreBusyError, rule: string, hint: string];

const again = "Try again; nothing of this call was stored.";
const unreachable: Fault = [
  InvalidInputError,
  "the server cannot be reached.",
  "Check host, port and that it runs.",
];
const closed: Fault = [StoreBusyError, "the server closed the connection.", again];
const starting: Fault = [StoreBusyError, "the server is starting, stopping or full.", again];
const full: Fault = [InvalidInputError, "the server's disk is full.", "Make room and try again."];
const damaged: Fault = [
  InvalidInputError,
  "the server says that its data is damaged.",
  "Restore it from a backup, e.g. stopwise store copy BACKUP postgres://...",
];

/** What codes of the driver and of PostgreSQL mean to a user. */
const faults: Readonly<Record<string, Fault>> = {
  ECONNREFUSED: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  EHOSTUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  ENOENT: unreachable,
  CONNECT_TIMEOUT: unreachable,
  ECONNRESET: closed,
  EPIPE: closed,
  CONNECTION_CLOSED: closed,
  CONNECTION_DESTROYED: closed,
  CONNECTION_ENDED: closed,
  "57P01": closed,
  "57P02": closed,
  "57P03": starting,
  "53300": starting,
  "40P01": starting,
  "40001": starting,
  "53100": full,
  "53200": [InvalidInputError, "the server is out of memory.", "Try again with less at a time."],
  "28P01": [
    InvalidInputError,
    "user or password is refused.",
    "Check them in the address, or set PGPASSWORD.",
  ],
  "28000": [InvalidInputError, "this user may not connect.", "Check the user in the address."],
  "3D000": [InvalidInputError, "there is no such database.", "Create it with createdb, or name another."],
  "42501": [InvalidInputError, "this user may not do this.", "Grant the user rights on the schema."],
  "25006": [InvalidInputError, "this server is read-only.", "Name the primary server to write."],
  "55P03": [StoreBusyError, "another process is writing.", again],
  XX001: damaged,
  XX002: damaged,
};

/**
 * What an error of the server or the way to it means to a user, in one line.
 *
 * @param error - as the driver throws it
 * @param store - the address as it may be shown
 */
export function postgresFault(error: unknown, store: string): unknown {
  if (error instanceof StopwiseError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const fault = faults[code];
  if (fault === undefined) return error;
  const [Kind, rule, hint] = fault;
  return new Kind(`${store}: ${rule}`, hint);
}

/** Whether the server may take a connection a moment later. */
export function isTransient(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["57P03", "53300"].includes(String(error.code));
}
