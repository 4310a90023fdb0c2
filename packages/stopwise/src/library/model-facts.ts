import { FolderRegistry, isPostgres } from "@stopwise/store";
import { loadModel, storeFolder } from "./model-source.ts";

const day = 86_400_000;

/** What the model in use knows and how old it is, by name, for a person. */
export function modelFacts(store: string): Record<string, string> {
  const { version, trainedOn } = loadModel(store);
  if (isPostgres(store)) return { "in use": "the team's", version, "learned from": trainedOn };
  const entry = new FolderRegistry(storeFolder(store)).current();
  if (entry === undefined)
    return { "in use": "the model that ships with stopwise", version, "learned from": trainedOn };
  const days = Math.floor((Date.now() - Date.parse(entry.promotedAt)) / day);
  const age = days === 0 ? "today" : days === 1 ? "yesterday" : `${days} days ago`;
  return {
    "in use": `your own, put into use ${age}`,
    since: entry.promotedAt,
    version,
    "learned from": trainedOn,
  };
}
