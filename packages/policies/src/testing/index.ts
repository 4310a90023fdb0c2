export * from "./curves.ts";
export * from "./shared.ts";
