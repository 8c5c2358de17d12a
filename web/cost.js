/* Runs the three builds of cost.c in turn, five times, and writes medians: cost.js OUT COMMIT NATIVE NODE NODE_LIBC. */
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const [out, commit, native, exact, libc] = process.argv.slice(2);
const TURNS = 5;
const BUILDS = [
  { build: 'native', command: [native] },
  { build: 'wasm', command: [process.execPath, exact] },
  { build: "wasm, emscripten's fmaf, which is not exact", command: [process.execPath, libc], only: 'generic' },
];

const rates = new Map();
for (let turn = 0; turn < TURNS; turn++)
  for (const { build, command, only } of BUILDS) {
    process.stderr.write(`cost: turn ${turn + 1} of ${TURNS}, ${build}\n`);
    for (const line of execFileSync(command[0], command.slice(1), { encoding: 'utf8' }).trim().split('\n')) {
      const { isa, what, gflops } = JSON.parse(line);
      const key = JSON.stringify({ build, isa, what });
      if (!only || isa === only) rates.set(key, [...(rates.get(key) || []), ...gflops]);
    }
  }

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q) => sorted[Math.round(q * (sorted.length - 1))];
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)], rounds: sorted.length };
}

const host = { cpu: os.cpus()[0].model, node: process.version, v8: process.versions.v8, commit };
const rows = [...rates].map(([key, values]) => JSON.stringify({ ...JSON.parse(key), gflops: spread(values) }));
fs.mkdirSync(path.dirname(out), { recursive: true });
fs.writeFileSync(`${out}.tmp`, `{"host": ${JSON.stringify(host)},\n"rows": [\n${rows.join(',\n')}\n]}\n`);
fs.renameSync(`${out}.tmp`, out);
for (const [key, values] of rates) {
  const { build, isa, what } = JSON.parse(key);
  console.log(`${what}, ${build}, ${isa}: ${spread(values).median} GFLOP/s`);
}
