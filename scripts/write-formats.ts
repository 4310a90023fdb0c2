import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { logReaders } from "../packages/readers/src/formats/index.ts";
import { formatsPage } from "../packages/readers/src/pages/formats-page.ts";

// Writes docs/formats.md from what the readers say of themselves.
writeFileSync(join(import.meta.dirname, "../docs/formats.md"), formatsPage(logReaders));
