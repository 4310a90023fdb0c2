const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A name from a file as it may be shown on a terminal: control characters, which could move the cursor or change what
 * is shown, are written out, and so are marks that turn the direction of writing.
 *
 * @example printable("a\u001b[31m") // "a\\x1b[31m"
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029]/gu, (char) => {
    const code = char.codePointAt(0)!;
    return (
      named[char] ??
      (code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`)
    );
  });
}
