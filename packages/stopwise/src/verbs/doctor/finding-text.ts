import type { Finding } from "@stopwise/trainers/doctor";

/** Findings as people read them: a file's after its name, each with its fix and its source. */
export function findingsText(findings: readonly Finding[]): string {
  const files = [...new Set(findings.map(({ file }) => file))];
  return files
    .map((file) => {
      const own = findings.filter((finding) => finding.file === file);
      return [file, ...own.map(findingText)].join("\n");
    })
    .join("\n\n");
}

function findingText({ rule, line, severity, message, fix, source }: Finding): string {
  const place = line === undefined ? "" : `line ${line}, `;
  return `  ${place}${severity} ${rule}: ${message}\n    fix: ${fix}\n    see: ${source}`;
}

const data = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** A finding as an annotation of GitHub Actions. */
export function githubAnnotation({ rule, file, line, severity, message, fix }: Finding): string {
  const place = line === undefined ? "" : `,line=${line}`;
  return `::${severity} file=${property(file)}${place},title=${property(`stopwise ${rule}`)}::${data(`${message} ${fix}`)}`;
}
