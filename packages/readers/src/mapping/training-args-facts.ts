import { plainAttributes, readPickle } from "../files/pickle-values.ts";
import { zipEntry } from "../files/zip-entries.ts";
import { factsOfConfig } from "./config-facts.ts";
import type { KnownFacts } from "./raw-run.ts";

const maxPickleBytes = 1 << 20;

/** The pickle of a `torch.save` file: an entry of a zip archive, or in old files the whole. */
function pickleOf(bytes: Uint8Array): Uint8Array | undefined {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  return isZip ? zipEntry(bytes, "/data.pkl", maxPickleBytes) : undefined;
}

/**
 * What a Trainer's `training_args.bin` tells, read as data without executing anything. A file that describes anything
 * but training arguments, or in opcodes that are not read, tells nothing.
 *
 * @param bytes - the file
 */
export function trainingArgsFacts(bytes: Uint8Array): KnownFacts {
  const pickle = pickleOf(bytes);
  if (pickle === undefined) return {};
  let read: ReturnType<typeof plainAttributes>;
  try {
    read = plainAttributes(readPickle(pickle));
  } catch (error) {
    if (error instanceof RangeError) return {}; // Not readable as plain data: left alone.
    throw error;
  }
  if (read === undefined || !/(Arguments|Config)$/.test(read.name)) return {};
  const { attributes } = read;
  const steps = attributes.get("max_steps");
  if (typeof steps === "number" && steps > 0) attributes.delete("num_train_epochs");
  // The Trainer's own count of the devices of a process.
  const devices = attributes.get("_n_gpu");
  if (typeof devices === "number" && devices > 1) attributes.set("n_gpu", devices);
  return factsOfConfig(Object.fromEntries(attributes), { onlyKnown: true });
}
