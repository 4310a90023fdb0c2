import { modelFacts } from "@stopwise/core";

const hubId = /^[\w.-]{1,96}(\/[\w.-]{1,96})?$/;
/** Folders of a machine that tell nothing of the model in them. */
const cachedModel = /models--([\w.-]{1,96}?)--([\w.-]{1,96})(\/|$)/;

/**
 * The name of a model as users know it: an id of the hub as it stands, the id behind a folder of the hub's cache, else
 * the part of a path that names a known family.
 *
 * @returns `undefined` where the text names no model
 * @example modelName("/data/models/Qwen2.5-7B-Instruct/") // "Qwen2.5-7B-Instruct"
 */
export function modelName(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > 1000) return undefined;
  const text = value.trim().replaceAll("\\", "/").replace(/\/$/, "");
  const cached = cachedModel.exec(text);
  if (cached !== null) return `${cached[1]}/${cached[2]}`;
  const isPath = /^(\.{0,2}\/|~|[a-z]:\/)/i.test(text) || text.split("/").length > 2;
  if (!isPath)
    return hubId.test(text) && !/^(none|null|true|false|auto|default|\d+)$/i.test(text) ? text : undefined;
  const parts = text.split("/").filter((part) => hubId.test(part));
  return parts.findLast((part) => modelFacts(part).family !== null);
}

const genericName =
  /^(none|null|unknown|an unknown|custom|generator|imagefolder|json|csv|text|parquet|data(set)?s?|train(ing)?([_-]?(data|set|split))?|all|files?|input|default|main|val(id)?|test|true|false|\d+)$/;

/**
 * The name of a data set as a task name: without its owner, sample counts (`#500`), folders and file endings, in small
 * letters.
 *
 * @returns `undefined` where the text names none
 * @example dataSetName("AI-ModelScope/alpaca-gpt4-data-zh#500") // "alpaca-gpt4-data-zh"
 */
export function dataSetName(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > 500) return undefined;
  const names = value
    .split(/[,+\s]+/)
    .map((part) =>
      part
        .replace(/#\d+$/, "")
        .replace(/\/{1,9}$/, "")
        .replace(/^.*[/\\]/, "")
        .replace(/\.(jsonl?|csv|tsv|parquet|txt|arrow|ndjson)(\.gz|\.zst)?$/i, "")
        .toLowerCase(),
    )
    .filter((part) => /^[\w.:-]{2,96}$/.test(part) && !genericName.test(part));
  if (names.length === 0) return undefined;
  return [...new Set(names)].slice(0, 4).join("+");
}
