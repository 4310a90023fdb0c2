// Imports point one way only; ARCHITECTURE.md draws the picture.
const mayImport = {
  core: [],
  readers: ["core"],
  store: ["core"],
  features: ["core"],
  policies: ["core"],
  trainers: ["core", "policies"],
  answers: ["core", "policies"],
  learners: ["core", "features", "policies"],
  "meta-model": ["core", "features", "policies", "learners"],
  referee: ["core", "features", "policies", "learners", "meta-model"],
  live: ["core", "features", "policies", "learners", "meta-model", "readers", "store"],
};
const direction = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `direction-${name}`,
  severity: "error",
  comment: `packages/${name} may import only ${allowed.join(", ") || "no other package"}`,
  from: { path: `^packages/${name}/` },
  to: { path: "^packages/", pathNot: [name, ...allowed].map((other) => `^packages/${other}/`) },
}));
const pure = {
  name: "pure-packages-do-no-io",
  severity: "error",
  comment: "these packages are pure: no disk, network, clock or process",
  from: {
    path: "^packages/(core|features|policies|trainers|answers|learners|meta-model|referee)/src/",
    pathNot: "\\.test\\.ts$|/replay/threads/|/testing/",
  },
  // Hashes and compression are pure; the code lint sees that nothing else of crypto is taken.
  to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|zlib)$" },
};
module.exports = {
  forbidden: [
    ...direction,
    pure,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^stopwise$" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
