// compare.mjs SHOWN.json : what `opencode debug lsp diagnostics` printed against what `fluxcd-ls check` says.
import { readFileSync } from 'node:fs';

const file = process.env.FLUXLS_FILE;
const shown = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const lines = readFileSync(`${process.env.FLUXLS_FLEET}/${file}`, 'utf8').split(/\r?\n/);
const severities = ['?', 'error', 'warning', 'info', 'hint'];

// opencode speaks UTF-16; the command line counts code points.
const place = ({ line, character }) => `${line + 1}:${[...lines[line].slice(0, character)].length + 1}`;

const got = Object.entries(shown)
  .filter(([path]) => path.endsWith(`/${file}`))
  .flatMap(([, list]) => list)
  .map((d) => `${place(d.range.start)}-${place(d.range.end)} ${severities[d.severity]}: ${d.message} [${d.code}]`)
  .sort();
const want = JSON.parse(readFileSync(process.env.FLUXLS_EXPECTED, 'utf8'))
  .findings.filter((f) => f.path === file)
  .map(({ range: { start, end }, severity, message, rule }) =>
    `${start.line}:${start.column}-${end.line}:${end.column} ${severity}: ${message} [${rule}]`)
  .sort();

// A server that never starts gives an empty answer and exit code 0, so an empty list proves nothing.
if (want.length === 0) throw new Error('the file has no findings to see');
if (JSON.stringify(got) !== JSON.stringify(want)) {
  console.log(`shown\n${got.join('\n')}\nexpected\n${want.join('\n')}`);
  process.exit(1);
}
console.log(`opencode: ${want.length} diagnostics, as \`check\` has them`);
