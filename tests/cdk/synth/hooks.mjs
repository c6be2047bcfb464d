// Lets Node run the sample apps as ts-node would: imports without endings, and __dirname.
import { existsSync, readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";

registerHooks({
  resolve(specifier, context, next) {
    const relative = specifier.startsWith(".") && context.parentURL?.endsWith(".ts");
    for (const ending of relative ? [".ts", "/index.ts"] : []) {
      const url = new URL(specifier + ending, context.parentURL);
      if (existsSync(fileURLToPath(url))) return { url: url.href, format: "module", shortCircuit: true };
    }
    return next(specifier, context);
  },
  load(url, context, next) {
    if (!url.endsWith(".ts")) return next(url, context);
    const names = "const __filename = import.meta.filename, __dirname = import.meta.dirname; ";
    const written = readFileSync(fileURLToPath(url), "utf8").replace(/^#!.*/, "");
    const text = stripTypeScriptTypes(written, { mode: "transform" });
    return { format: "module", source: names + text, shortCircuit: true };
  },
});
