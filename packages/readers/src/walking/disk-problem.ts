/** What the disk did not give: shown with its reason, never a failure of the whole ingest. */
export interface DiskProblem {
  readonly path: string;
  /** `skipped`: nothing is wrong with the user's data; `failed`: the user can set it right. */
  readonly status: "skipped" | "failed";
  readonly reason: string;
}

const codeOf = (error: unknown): string | undefined => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
};

const cannotBeRead: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "its links lead in a circle",
  EIO: "the disk gives an error",
  ESTALE: "the network folder is stale",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
};

/**
 * The problem behind an error of the disk; `undefined` where the error is none.
 *
 * @param error - as thrown by `node:fs`
 * @param path - as it is shown
 */
export function diskProblem(error: unknown, path: string): DiskProblem | undefined {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR")
    return {
      path,
      status: "skipped",
      reason: "vanished while it was looked at (a checkpoint that rotated?).",
    };
  if (code === "ENOTFILE") return { path, status: "skipped", reason: "is no regular file." };
  const told = code === undefined ? undefined : cannotBeRead[code];
  if (told === undefined) return undefined;
  const reason = `${path}: cannot be read (${told}). Check its permissions, or leave it out.`;
  return { path, status: "failed", reason };
}

/** The kinds of files that are no logs, whatever their name, by the test of a directory entry. */
const specialKinds = [
  ["isFIFO", "a named pipe"],
  ["isSocket", "a socket"],
  ["isCharacterDevice", "a device"],
  ["isBlockDevice", "a device"],
] as const;

/** What a special file is in words, `undefined` for files and folders. */
export function specialKind(
  entry: Readonly<Record<(typeof specialKinds)[number][0], () => boolean>>,
): string | undefined {
  return specialKinds.find(([test]) => entry[test]())?.[1];
}
