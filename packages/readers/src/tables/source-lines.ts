/** A field of a template: `{val_loss:.4f}`, `{step}`, `{metrics[name]}`. */
const template =
  /\{[A-Za-z_][\w.]{0,60}(\[[^\]{}]{0,60}\])?(\([^){}]{0,60}\))?(![rsa])?(:[<>=^+, -]{0,3}\d{0,3}(\.\d{1,2})?[a-zA-Z%]?)?\}/;
const printfTemplate = /%(\.\d{1,2})?[dfeg]\b/;

/** Beginnings of lines that only source code has. */
const statement =
  /^\s{0,200}(def \w|class \w|import \w|from [\w.]{1,80} import\b|return\b|if [^:]{1,200}:\s{0,20}(#.*)?$|elif\b|else:|for \w[\w, ]{0,80} in\b|while [^:]{1,200}:\s{0,20}$|with \w[^:]{0,200}:\s{0,20}$|try:|except\b|raise\b|assert\b|@\w|print\d?\(|print0\(|self\.\w|parser\.add_argument|#(?!\d)|"""|'''|\/\/|const \w|let \w|function \w|logger\.\w|logging\.\w)/;
const assignment = /^\s{0,200}[A-Za-z_][\w.[\]'"]{0,80}\s?(:\s?\w{1,20}\s?)?[+*/-]?=\s?[^=]/;
/** How a line of a log begins: with a place, a date, a bracket of a logger, a dictionary. */
const logLine =
  /^\W{0,10}(global[_ ]?step|step|epoch|iter|iteration|update|batch)s?\W{0,4}\d|^\W?\d{4}-\d\d-\d\d|^\s{0,10}[{[]['"]?\w|^\s{0,4}\d{1,3}%\|/i;
const rule = /^\s{0,20}([=*#-])\1{9,}/;

const isIndented = (line: string): boolean => /^[ \t]/.test(line);

/** Lines of an indented or open block that show that code goes on. */
const nClues = 3;

/**
 * Tells the source code that some trainers print into their log from the log itself: what stands in it is no data.
 * Code begins with a few statements in a row and ends at a rule or at a line that begins as logs do.
 */
export class SourceLines {
  #isInside = false;
  #nClues = 0;
  #isText = false;

  /** Whether the next line is source code or a template. */
  isSource(line: string): boolean {
    const isStatement = statement.test(line);
    const isTemplate = template.test(line) || (printfTemplate.test(line) && /["'(]/.test(line));
    if (this.#isText || this.#isInside) return this.#goesOn(line, isStatement || isTemplate);
    this.#nClues = isStatement ? this.#nClues + 1 : line.trim() === "" || isIndented(line) ? this.#nClues : 0;
    if (
      this.#nClues >= nClues ||
      /^\s{0,200}(def \w{1,80}\(|class \w{1,80}[(:]|from [\w.]{1,80} import )/.test(line)
    ) {
      this.#isInside = true;
      this.#toggleText(line);
    }
    return isStatement || isTemplate || this.#isInside;
  }

  #toggleText(line: string): void {
    const nMarks = line.split('"""').length + line.split("'''").length - 2;
    if (nMarks % 2 === 1) this.#isText = !this.#isText;
  }

  #goesOn(line: string, isCode: boolean): boolean {
    const isRule = rule.test(line) && !isCode;
    const isLog =
      !isCode &&
      !this.#isText &&
      !isIndented(line) &&
      !assignment.test(line) &&
      logLine.test(line) &&
      !/[,(\\]\s{0,5}$/.test(line);
    if (isRule || isLog) {
      this.#isInside = false;
      this.#isText = false;
      this.#nClues = 0;
      return isRule;
    }
    this.#toggleText(line);
    return true;
  }
}
