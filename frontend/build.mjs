// Builds the front end into build/static/: one style sheet, one script for every page, one for pages with charts, and the icon sheet.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "..", "build", "static", "manyuan");
await mkdir(out, { recursive: true });

await build({
  entryPoints: { app: path.join(here, "src/app.js"), charts: path.join(here, "src/charts.js"), capture: path.join(here, "src/capture.js"), "capture-worker": path.join(here, "src/capture-worker.js"), style: path.join(here, "src/style.css") },
  bundle: true,
  minify: true,
  outdir: out,
  target: ["es2020"],
  loader: { ".eot": "empty" },
  legalComments: "linked",
  logLevel: "warning",
});

// The icons that templates use: {% icon "name" %} looks them up in one sheet, taken from the icon package at build time.
const names = (await readFile(path.join(here, "src/icons.txt"), "utf8")).split(/\s+/).filter(Boolean);
const symbols = [];
for (const name of names) {
  const file = path.join(here, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
  const text = await readFile(file, "utf8").catch(() => {
    throw new Error(`frontend/src/icons.txt: no icon named "${name}" in @tabler/icons`);
  });
  const inner = text.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").trim();
  symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`);
}
await writeFile(path.join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);

// The font that reports are set in (SIL Open Font Licence 1.1), with its licence: a PDF shows Chinese on a machine without fonts.
const font = path.join(here, "node_modules/@expo-google-fonts/noto-sans-sc");
await copyFile(path.join(font, "400Regular/NotoSansSC_400Regular.ttf"), path.join(out, "NotoSansSC-Regular.ttf"));
await copyFile(path.join(font, "LICENSE_FONT"), path.join(out, "NotoSansSC-LICENSE.txt"));

// Pictures of our own (the mark, the favicon) are copied as they are.
for (const file of await readdir(path.join(here, "static"))) await copyFile(path.join(here, "static", file), path.join(out, file));
console.log(`front end built: ${names.length} icons -> build/static/manyuan`);
