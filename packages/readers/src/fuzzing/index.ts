export { fuzzReaders, type CorpusFile, type FuzzReport } from "./fuzz.ts";
