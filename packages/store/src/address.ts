import { hostname, userInfo } from "node:os";
import { InvalidInputError } from "@stopwise/core";

/** Whether a store's address names a PostgreSQL server; else it is a folder. */
export function isPostgres(address: string): boolean {
  return /^postgres(ql)?:\/\//i.test(address);
}

/** A store's address for people: a password is left out. */
export function addressInWords(address: string): string {
  return isPostgres(address) ? address.replace(/^([a-z]+:\/\/[^:/@]*):[^@/]*@/i, "$1:***@") : address;
}

/**
 * The address as it is, when it can be one.
 *
 * @throws {InvalidInputError} when it is a URL of a kind that no driver knows
 */
export function requireAddress(address: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(address)?.[1];
  if (scheme === undefined || isPostgres(address)) return address;
  throw new InvalidInputError(
    `--store must be a folder or postgres://..., got ${scheme}://...`,
    "Name a folder, or a PostgreSQL database as postgres://user@host:5432/database.",
  );
}

/** Who writes, `user@host`: for records of who told or promoted what. */
export function writerName(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A user id without a name, as in some containers.
    return `${process.getuid?.() ?? "unknown"}@${hostname()}`;
  }
}
