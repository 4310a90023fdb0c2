import { sha256 } from "@stopwise/core";

/** A file name of a run, the same for the same run; what a file system may not take is left to a hash. */
export function fileNameOf(id: string): string {
  if (/^[a-z0-9_][a-z0-9_.~-]{0,99}$/.test(id)) return id;
  const readable = id.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, 60);
  return `${readable}-${sha256(id).slice(0, 16)}`;
}
