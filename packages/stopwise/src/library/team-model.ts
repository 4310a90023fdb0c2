import { withRegistry } from "@stopwise/store";

/** The bytes of the model in use of a team's store; undefined where none was put into use there. */
export async function teamModel(address: string): Promise<Uint8Array | undefined> {
  return withRegistry(address, { mode: "read" }, async (registry) => {
    const entry = await registry.current();
    return entry && (await registry.read(entry));
  });
}
