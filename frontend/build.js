// Builds app/static/vendor/ and its VENDOR.toml. `node build.js` writes; `node build.js --check` compares with what is there.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "app", "static", "vendor");
const check = process.argv.includes("--check");
const out = mkdtempSync(join(tmpdir(), "lang-nghe-vendor-"));
const modules = join(here, "node_modules");
const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const packageOf = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));

/* ---- fonts: the content hash is in the name, because the style sheet refers to them by it ------------------- */
mkdirSync(join(out, "fonts"));
const fonts = {};
for (const script of ["vietnamese", "latin"]) {
  const data = readFileSync(join(modules, "@fontsource-variable/source-sans-3/files", `source-sans-3-${script}-wght-normal.woff2`));
  fonts[script] = `fonts/source-sans-3-${script}.${sha256(data).slice(0, 8)}.woff2`;
  writeFileSync(join(out, fonts[script]), data);
}

/* ---- style sheet -------------------------------------------------------------------------------------------- */
// GOV.UK's part comes before the marker. Taken out of it: print rules (ours are in _print.scss), fallbacks for browsers
// without custom properties, font families (ours is inherited) and Internet Explorer hacks.
function dropBlocks(css, opening) {
  let result = "";
  let from = 0;
  for (;;) {
    opening.lastIndex = from;
    const match = opening.exec(css);
    if (!match) return result + css.slice(from);
    result += css.slice(from, match.index);
    let depth = 0;
    let at = match.index;
    for (; ; at++) {
      if (css[at] === "{") depth++;
      if (css[at] === "}" && --depth === 0) break;
    }
    from = at + 1;
  }
}
const compiled = sass.compile(join(here, "scss", "app.scss"), {
  style: "compressed",
  loadPaths: [join(modules, "govuk-frontend", "dist")],
}).css;
let [theirs, ours] = compiled.split("/*! ln */");
if (!ours) throw new Error("the marker between GOV.UK's part and ours is missing");
theirs = dropBlocks(theirs, /@media print\s*\{/g);
theirs = dropBlocks(theirs, /@media screen and \(-ms-high-contrast[^{]*\{/g);
theirs = dropBlocks(theirs, /@media screen\S+ and \(min-width: ?40\.0625em\)\s*\{/g);
theirs = theirs
  .replace(/var\((--govuk-[a-z-]+), ?#[0-9a-f]+\)/g, "var($1)")
  .replace(/-webkit-font-smoothing:antialiased;-moz-osx-font-smoothing:grayscale;?/g, "")
  .replace(/font-family:inherit;?/g, "")
  .replace(/(^|[{}])[^{}@]+\{\}/g, "$1");
const css = (theirs + ours)
  .replace("__FONT_VIETNAMESE__", fonts.vietnamese)
  .replace("__FONT_LATIN__", fonts.latin)
  .replace(/\n/g, "");
for (const forbidden of [/data:/, /transport/i, /crest/i, /crown/i, /https?:/]) {
  if (forbidden.test(css)) throw new Error(`app.css contains ${forbidden}`);
}
writeFileSync(join(out, "app.css"), css);

// Map pages have a sheet of their own: Leaflet's, without its pictures (we have no tiles and our own pins) and its rules for
// Internet Explorer, then ours.
const leaflet = readFileSync(join(modules, "leaflet/dist/leaflet.css"), "utf8")
  .replace(/\/\*[^]*?\*\//g, "")
  .replace(/[^{};]*url\([^)]*\)[^;}]*;/g, "")
  .replace(/[^{}]*(?:leaflet-oldie|lvml|leaflet-vml-shape|leaflet-control-layers)[^{}]*\{[^{}]*\}/g, "");
const minified = { style: "compressed", loadPaths: [join(here, "scss")] };
const mapCss = sass.compileString(leaflet, minified).css + sass.compileString('@use "map";', minified).css;
if (/data:|https?:|url\(/.test(mapCss)) throw new Error("map.css fetches something");
writeFileSync(join(out, "map.css"), mapCss);

/* ---- scripts ------------------------------------------------------------------------------------------------ */
await build({
  entryPoints: ["boot", "embed", "forms", "map", "passkey", "staff"].map((name) => join(here, "js", `${name}.js`)),
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2020"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});

/* ---- VENDOR.toml -------------------------------------------------------------------------------------------- */
const about = [
  {
    name: "govuk-frontend",
    licence: "MIT",
    licence_file: "LICENSES/govuk-frontend-MIT.txt",
    note: "compiled with our theme from frontend/scss and frontend/js; no fonts or images of theirs",
    files: ["app.css", "boot.js", "forms.js"],
  },
  {
    name: "leaflet",
    licence: "BSD-2-Clause",
    licence_file: "LICENSES/leaflet-BSD-2-Clause.txt",
    note: "bundled with our map.js and _map.scss from frontend; none of its pictures",
    files: ["map.js", "map.css"],
  },
  {
    name: "@fontsource-variable/source-sans-3",
    licence: "OFL-1.1",
    licence_file: "LICENSES/source-sans-3-OFL.txt",
    note: "unchanged; latin and vietnamese",
    files: Object.values(fonts),
  },
  { name: "lang-nghe", licence: "as this repository", note: "our own, from frontend/js", files: ["embed.js", "passkey.js", "staff.js"] },
];
let toml = "# Written by `npm run build` in frontend/. Every file here is listed; tests/unit/test_vendor.py checks the sums.\n";
for (const entry of about) {
  const version = entry.name === "lang-nghe" ? "-" : packageOf(entry.name).version;
  const source = entry.name === "lang-nghe" ? "frontend/js" : `npm package ${entry.name}`;
  toml += `\n[[package]]\nname = "${entry.name}"\nversion = "${version}"\nlicence = "${entry.licence}"\n`;
  if (entry.licence_file) toml += `licence_file = "${entry.licence_file}"\n`;
  toml += `source = "${source}"\nnote = "${entry.note}"\n`;
  for (const file of entry.files) {
    toml += `\n[[package.file]]\npath = "${file}"\nsha256 = "${sha256(readFileSync(join(out, file)))}"\n`;
  }
}
writeFileSync(join(out, "VENDOR.toml"), toml);

/* ---- hand over ---------------------------------------------------------------------------------------------- */
const list = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
for (const file of list(out)) {
  const data = readFileSync(join(out, file));
  const packed = file.endsWith(".woff2") ? data.length : brotliCompressSync(data).length;
  console.log(`${file.padEnd(52)} ${String(data.length).padStart(7)} ${String(packed).padStart(7)} br`);
}
if (check) {
  const same = (file) => existsSync(join(target, file)) && readFileSync(join(target, file)).equals(readFileSync(join(out, file)));
  const wrong = list(out).filter((file) => !same(file));
  rmSync(out, { recursive: true });
  if (wrong.length) {
    console.error(`not what the sources give: ${wrong.join(", ")}`);
    process.exit(1);
  }
} else {
  mkdirSync(target, { recursive: true });
  // The .br and .gz twins of old files go too (scripts/compress_static.py writes them anew). Files that other builds put beside ours (a map library, the staff editor) stay; only what we made before goes.
  const before = join(target, "VENDOR.toml");
  if (existsSync(before)) {
    for (const [, file] of readFileSync(before, "utf8").matchAll(/^path = "([^"]+)"/gm)) {
      for (const name of [file, `${file}.br`, `${file}.gz`]) rmSync(join(target, name), { force: true });
    }
  }
  cpSync(out, target, { recursive: true });
  rmSync(out, { recursive: true });
}
