/** What went wrong, as a stable machine-readable word. */
export type ErrorCode = "INVALID_INPUT" | "LOG_FORMAT" | "INSUFFICIENT_DATA" | "STORE_BUSY" | "MODEL_FILE";

/**
 * Base of every error that stopwise raises on purpose. The message is one line that names the rule, the value
 * got and the mend; `hint` repeats the mend alone.
 */
export class StopwiseError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, rule: string, hint: string) {
    super(`${rule} ${hint}`);
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }
}

/** An argument, flag or field has a value that is not allowed: fix the argument. */
export class InvalidInputError extends StopwiseError {
  constructor(rule: string, hint: string) {
    super("INVALID_INPUT", rule, hint);
  }
}

/** A log file cannot be read as what it claims to be. */
export class LogFormatError extends StopwiseError {
  readonly file: string;
  readonly line: number | undefined;
  readonly field: string | undefined;

  constructor(where: { file: string; line?: number; field?: string }, rule: string, hint: string) {
    const place = where.line === undefined ? where.file : `${where.file}:${where.line}`;
    const field = where.field === undefined ? "" : ` ${where.field}:`;
    super("LOG_FORMAT", `${place}:${field} ${rule}`, hint);
    this.file = where.file;
    this.line = where.line;
    this.field = where.field;
  }
}

/** Too few runs or groups for what was asked. */
export class InsufficientDataError extends StopwiseError {
  readonly has: number;
  readonly needs: number;

  constructor(counts: { has: number; needs: number; what: string }, hint: string) {
    super("INSUFFICIENT_DATA", `needs ${counts.needs} ${counts.what}, has ${counts.has}.`, hint);
    this.has = counts.has;
    this.needs = counts.needs;
  }
}

/** Another process holds the experiment store: retry. */
export class StoreBusyError extends StopwiseError {
  constructor(rule: string, hint: string) {
    super("STORE_BUSY", rule, hint);
  }
}

/** A model file is damaged, of another version, or not a model file. */
export class ModelFileError extends StopwiseError {
  constructor(rule: string, hint: string) {
    super("MODEL_FILE", rule, hint);
  }
}
