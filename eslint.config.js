import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/*", "!src", "!src/analysis", "!src/analysis/report", "!src/analysis/report/assets/**"] },
  js.configs.recommended,
  {
    files: ["src/analysis/report/assets/**/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: { ...globals.browser } },
    rules: {
      "no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "prefer-const": "error", "no-var": "error", "eqeqeq": "error", "no-shadow": "off",
      "no-control-regex": "off", "no-eval": "error", "no-new-func": "error", "no-implied-eval": "error",
      "no-restricted-properties": ["error",
        { property: "innerHTML", message: "Texts enter a page only as textContent." },
        { property: "outerHTML", message: "Texts enter a page only as textContent." }],
    },
  },
];
