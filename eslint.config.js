import jsdoc from "eslint-plugin-jsdoc";
import tseslint from "typescript-eslint";

const clock = "a pure package takes no time from the clock: pass it in";

/** Same input and seed, same output: no clock, no chance, no environment. Disk and network are the import lint's. */
const pure = {
  "no-restricted-globals": ["error", ...["process", "performance", "setTimeout", "setInterval", "fetch"]],
  "no-restricted-properties": [
    "error",
    { object: "Math", property: "random", message: "take a seeded generator of @stopwise/core/random" },
    { object: "Date", property: "now", message: clock },
    { object: "globalThis", property: "process", message: "pass in what the environment says" },
  ],
  "no-restricted-syntax": [
    "error",
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
  ],
  "@typescript-eslint/no-restricted-imports": [
    "error",
    {
      paths: [
        { name: "node:crypto", allowImportNames: ["createHash"] },
        { name: "crypto", message: "import createHash from node:crypto" },
      ],
    },
  ],
};

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "datasets/**", ".turbo/**", "packages/stopwise/model/**"] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ["**/*.ts"] })),
  {
    files: ["**/*.ts"],
    plugins: { jsdoc },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-params": ["error", 4],
      "max-lines": ["error", { max: 320, skipBlankLines: true, skipComments: true }],
      eqeqeq: "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "jsdoc/require-jsdoc": [
        "error",
        { publicOnly: true, require: { FunctionDeclaration: true, ClassDeclaration: true } },
      ],
      "jsdoc/require-description": "error",
      "jsdoc/check-param-names": "error",
    },
  },
  {
    files: ["packages/{core,features,policies,trainers,answers,learners,meta-model,referee}/src/**/*.ts"],
    ignores: ["**/*.test.ts", "**/testing/**", "**/*.fixture.ts", "packages/policies/src/replay/threads/**"],
    rules: pure,
  },
  { files: ["**/*.test.ts"], rules: { "max-lines": "off", "jsdoc/require-jsdoc": "off" } },
);
