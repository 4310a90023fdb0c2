import { consoleNumber } from "../consoles/console-number.ts";
import { consoleReader, type LineGrammar } from "../consoles/console-reader.ts";
import type { ConsoleEntry } from "../consoles/console-run.ts";

const lineParts =
  /^(?:\[[\d\- :.]+\] )?(\[valid\] |\[training\] )?((?:\[valid\] )?(?:Ep\. [\d.]+ : )?Up\. [\d,]+ : .*)$/;
const settingLine = /^(?:\[[\d\- :.]+\] )?\[config\] ([a-z][\w-]*): (\S.*?)$/;
const settingNames: Readonly<Record<string, string>> = {
  "after-epochs": "max_epochs",
  "learn-rate": "learning_rate",
  "lr-warmup": "warmup_steps",
  "label-smoothing": "label_smoothing",
  "early-stopping": "patience",
  seed: "seed",
};

/** A validation's score behind its place: `bleu : 8.1 : stalled 2 times (last best: 8.2)`. */
function validationOf(parts: readonly string[], patience: number | undefined): ConsoleEntry {
  const [name, value, note] = parts;
  const score = consoleNumber(value);
  const stalled = Number(/^stalled (\d+) times/.exec(note ?? "")?.[1] ?? 0);
  return {
    evaluation: name === undefined || score === undefined ? undefined : { [name]: score },
    end: patience !== undefined && patience > 0 && stalled >= patience ? "early-stopped" : undefined,
  };
}

/** Cost, rate and labels seen of a training line: `Sen. 32,000 : Cost 6.2 * 1,000 @ 10 after 2,000 : gNorm 1.2 : L.r. 3e-4`. */
function trainingOf(parts: readonly string[]): ConsoleEntry {
  const behind = (name: string): string | undefined =>
    parts.find((part) => part.startsWith(`${name} `))?.slice(name.length + 1);
  const cost = behind("Cost");
  return {
    training: {
      loss: consoleNumber(cost?.split(" ", 1)[0]),
      gradNorm: consoleNumber(behind("gNorm")),
      lr: consoleNumber(behind("L.r.")?.split(" ", 1)[0]),
      tokens: consoleNumber(/ after ([\d,]+)$/.exec(cost ?? "")?.[1]),
    },
  };
}

const marianGrammar = (): LineGrammar => {
  let patience: number | undefined;
  return (line) => {
    const setting = settingLine.exec(line);
    if (setting !== null) {
      const name = settingNames[setting[1]!];
      const value = consoleNumber(setting[2]);
      if (name === "patience") patience = value;
      return name === undefined || value === undefined ? undefined : { settings: { [name]: value } };
    }
    const found = lineParts.exec(line);
    if (found === null) return undefined;
    const parts = found[2]!.replace("[valid] ", "").split(" : ");
    const place = (mark: string): number | undefined =>
      consoleNumber(parts.find((part) => part.startsWith(mark))?.slice(mark.length));
    const rest = parts.filter((part) => !/^(Ep|Up)\. /.test(part));
    const isValid = found[1] === "[valid] " || found[2]!.startsWith("[valid] ");
    const told = isValid ? validationOf(rest, patience) : trainingOf(rest);
    return { step: place("Up. "), epoch: place("Ep. "), ...told };
  };
};

/**
 * Marian's `valid.log` and `train.log`: `[valid] Ep. 1 : Up. 1000 : bleu : 8.1 : new best`, one line a metric.
 */
export const marianValidLog = consoleReader({
  format: "marian-valid-log",
  title: "Marian log",
  description: {
    recognised: "lines `[valid] Ep. N : Up. N : metric : value` or `Ep. N : Up. N : Sen. ... : Cost ...`",
    quality: "every metric of `[valid]` lines at its update",
    plan: "`after-epochs` of the printed settings",
    end: "`early-stopped` where a metric has stalled as often as `early-stopping` says",
    notRead: "translations, speeds",
  },
  signature: /\[valid\] (?:Ep\. [\d.]+ : )?Up\. [\d,]+ : [\w-]+ : |\bEp\. [\d.]+ : Up\. [\d,]+ : Sen\. /,
  grammar: marianGrammar,
});
