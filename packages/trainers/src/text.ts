/** A value of a setting as Python writes it. */
export function pythonValue(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  const entries = Object.entries(value).map(([key, of]) => `${JSON.stringify(key)}: ${pythonValue(of)}`);
  return `{${entries.join(", ")}}`;
}

/**
 * A call with keyword arguments, one a line.
 *
 * @param name class or function
 * @param settings by keyword
 * @param before lines that stand before them, such as the user's own arguments
 */
export function pythonCall(name: string, settings: object, before: readonly string[] = []): string {
  const own = Object.entries(settings).map(([key, value]) => `${key}=${pythonValue(value)},`);
  return [`${name}(`, ...[...before, ...own].map((line) => `    ${line}`), ")"].join("\n");
}

const plainScalar = /^[A-Za-z_][\w./-]*$/;
const words = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]);

function yamlScalar(value: unknown): string {
  if (typeof value !== "string") return String(value);
  return plainScalar.test(value) && !words.has(value.toLowerCase()) ? value : JSON.stringify(value);
}

/**
 * Settings as YAML in block style.
 *
 * @param value an object of scalars, lists and objects
 * @param indent spaces before each line
 */
export function yamlText(value: object, indent = ""): string {
  return Object.entries(value)
    .map(([key, of]: [string, unknown]) => yamlEntry(key, of, indent))
    .join("\n");
}

function yamlEntry(key: string, value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) =>
      typeof item === "object" && item !== null
        ? `${indent}  - ${yamlText(item, `${indent}    `).trimStart()}`
        : `${indent}  - ${yamlScalar(item)}`,
    );
    return value.length === 0 ? `${indent}${key}: []` : [`${indent}${key}:`, ...items].join("\n");
  }
  if (typeof value === "object" && value !== null)
    return `${indent}${key}:\n${yamlText(value, `${indent}  `)}`;
  return `${indent}${key}: ${yamlScalar(value)}`;
}
