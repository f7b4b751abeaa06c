/* Makes the C file of the page that every report is: node bundle.mjs NODE_MODULES OUT.c
 *
 *   page.html, page.css, page.js and what it imports, the library ──esbuild──> one page, cut in two where the data go:
 *   report_page_head ... {the JSON that report.c writes} ... report_page_tail
 *
 * The page may run this one script and ask for nothing: its content policy has the script's hash and no address.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [modules, out] = process.argv.slice(2).map((path) => resolve(path));
const here = dirname(fileURLToPath(import.meta.url));
const { build } = createRequire(join(modules, "x"))("esbuild");

async function bundle(name) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(here, name)], bundle: true, minify: true, write: false, metafile: true, format: "iife", charset: "utf8", logLimit: 5,
    target: "es2020", nodePaths: [modules], absWorkingDir: dirname(modules), legalComments: "none"});
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0));
  return { text: outputFiles[0].text.trim().replaceAll("</script", "<\\/script"), inputs: used };
}

/* The packages that are in the bundle, each licence once: copies must carry it. */
function notices(inputs) {
  const names = new Set(inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean));
  const texts = new Map();
  for (const name of [...names].sort()) {
    const { version } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
    let licence = "";
    for (const file of ["LICENSE", "LICENSE.md", "LICENSE.txt", "License.md"]) {
      try { licence ||= readFileSync(join(modules, name, file), "utf8"); } catch { /* under another of these names */ }
    }
    if (!licence) throw new Error(`${name}: no licence file`);
    const owner = /^Copyright.*$/m.exec(licence)?.[0] ?? "";
    const body = licence.replace(/^Copyright.*$/m, "").trim().replaceAll("--", "- -");
    texts.set(body, [...(texts.get(body) ?? []), `${name} ${version}: ${owner}`]);
  }
  return [...texts].map(([body, owners]) => owners.join("\n") + "\n\n" + body).join("\n\n");
}

function cArray(name, text) {
  const bytes = Buffer.from(text, "utf8");
  let lines = "";
  for (let i = 0; i < bytes.length; i += 32) lines += "  " + [...bytes.subarray(i, i + 32)].join(",") + ",\n";
  return `const unsigned char ${name}[] = {\n${lines}};\nconst size_t ${name}_bytes = sizeof ${name};\n`;
}

const script = await bundle("page.js");
const style = await bundle("page.css");
const parts = {
  POLICY: `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash("sha256").update(script.text).digest("base64")}'`,
  NOTICES: notices(script.inputs), STYLE: style.text, SCRIPT: script.text};
const page = readFileSync(join(here, "page.html"), "utf8").replace(/\{\{(POLICY|NOTICES|STYLE|SCRIPT)\}\}/g, (_, name) => parts[name]);
const [head, tail] = page.split("{{DATA}}");
writeFileSync(out, `/* Made by report/bundle.mjs. */\n#include "output/report_page.h"\n\n${cArray("report_page_head", head)}\n${cArray("report_page_tail", tail)}`);
console.log(`report page: ${Math.round((head.length + tail.length) / 1000)} kB`);
