import { printable } from "./printable.ts";

/** Exit status of the command line. */
export const exitStatus = {
  done: 0,
  /** Our fault. */
  fault: 1,
  /** The user's input. */
  input: 2,
  /** Abstained, or uncertified under `--require-certificate`. */
  abstained: 3,
} as const;

/** Whether an error is one that stopwise raises on purpose; the name decides, so that core need not be loaded. */
function isExpected(error: unknown): error is Error & { code: string; hint: string } {
  return error instanceof Error && "hint" in error && "code" in error;
}

const fileErrors: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder. Check the path.",
  EACCES: "permission denied. Check who may read or write it.",
  EPERM: "the system does not allow this. Check who may read or write it.",
  EISDIR: "this is a folder where a file is needed. Name a file.",
  ENOTDIR: "a part of this path is no folder. Check the path.",
  ENOSPC: "the disk is full. Make room and try again.",
  EROFS: "this place cannot be written to. Name another folder.",
};

function fileErrorLine(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("path" in error)) return undefined;
  const rule = fileErrors[String(error.code)];
  return rule === undefined ? undefined : `${String(error.path)}: ${rule}`;
}

/**
 * Says on stderr what went wrong, in one line, and gives the exit status that belongs to it. The stack of an
 * unexpected error is shown with STOPWISE_DEBUG=1.
 */
export function reportFailure(error: unknown): number {
  const oneLine = (text: string): string => printable(text.trim().replace(/\s*\n\s*/g, " "));
  const expected = isExpected(error) ? error.message : fileErrorLine(error);
  const debug = process.env["STOPWISE_DEBUG"] === "1";
  if (expected !== undefined) {
    process.stderr.write(`stopwise: ${oneLine(expected)}\n`);
    if (debug && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
    return exitStatus.input;
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = debug && error instanceof Error ? `\n${error.stack ?? ""}` : "";
  const hint = debug ? "" : " Run again with STOPWISE_DEBUG=1 for where, and please report it.";
  process.stderr.write(`stopwise: unexpected: ${oneLine(message)}${hint}${stack}\n`);
  return exitStatus.fault;
}
