// Puts the page of `stopwise serve` into one HTML text, packages/live/src/serve/page-html.ts, which the bundle carries:
// run after a change in packages/live/page. With --check it only says whether that was done.
import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";

const page = new URL("../packages/live/page/", import.meta.url);
const target = new URL("../packages/live/src/serve/page-html.ts", import.meta.url);
const read = (name) => readFileSync(new URL(name, page), "utf8");

const { outputText } = ts.transpileModule(read("main.ts"), {
  compilerOptions: { target: "ES2022", module: "ES2022", removeComments: true, verbatimModuleSyntax: true },
});
const script = outputText.replace(/^export \{\};\n/m, "").replaceAll("</", "<\\/");
const style = read("style.css").replace(/\s*\n\s*/g, "");
const html = read("index.html")
  .replace(/\s*\/\* style\.css \*\/\s*/, () => style)
  .replace(/<script>\s*\/\* main\.js \*\/\s*<\/script>/, () => `<script type="module">${script}</script>`)
  .replace(/\n\s+/g, "\n");
const text = `// Made by scripts/build-page.mjs from packages/live/page.\n/** The page, whole. */\nexport const pageHtml: string =\n  ${JSON.stringify(html)};\n`;
if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error(
    "packages/live/src/serve/page-html.ts is not made from packages/live/page: run node scripts/build-page.mjs",
  );
  process.exit(1);
}
