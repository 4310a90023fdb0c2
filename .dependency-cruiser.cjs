// Imports point one way only: core <- {readers, store, features, policies} <- meta-model <- adapters <- stopwise.
const mayImport = {
  core: [],
  readers: ["core"],
  store: ["core"],
  features: ["core"],
  policies: ["core"],
  "meta-model": ["core", "features", "policies"],
  adapters: ["core", "policies", "meta-model"],
  live: ["core", "readers", "store", "features", "policies", "meta-model"],
};
const direction = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `direction-${name}`,
  severity: "error",
  comment: `packages/${name} may import only ${allowed.join(", ") || "no other package"}`,
  from: { path: `^packages/${name}/` },
  to: { path: "^packages/", pathNot: [name, ...allowed].map((it) => `^packages/${it}/`) },
}));
const pure = {
  name: "pure-packages-do-no-io",
  severity: "error",
  comment: "core, features, policies and meta-model are pure: no disk, network or clock",
  from: {
    path: "^packages/(core|features|policies|meta-model)/src/",
    pathNot: "\\.test\\.ts$|/worker|/testing/",
  },
  to: { dependencyTypes: ["core"], pathNot: "^(node:)?(worker_threads|os|crypto)$" },
};
module.exports = {
  forbidden: [
    ...direction,
    pure,
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
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
