// docs/trainers.md and docs/doctor.md, from the trainers and the rules themselves: npm run docs:trainers.
import { writeFileSync } from "node:fs";
import { doctorDocument, trainersDocument } from "./documents.ts";

const docs = new URL("../../../../docs/", import.meta.url);
writeFileSync(new URL("trainers.md", docs), trainersDocument());
writeFileSync(new URL("doctor.md", docs), doctorDocument());
