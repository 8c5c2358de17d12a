/* Runs build/web/explorer.js as the page does, against the program `vae` on this machine: check.js EXPLORER VAE SCRATCH.
 * What the module decodes and encodes has the program's bytes; a broken checkpoint gets one line, and a good one
 * loads after it. */
'use strict';
const { execFileSync } = require('child_process');
const { createHash } = require('crypto');
const fs = require('fs');
const path = require('path');

const [explorer, vae, scratch] = process.argv.slice(2);
const N = 12; // rows, other than a multiple of any kernel's width

function fail(message) {
  throw new Error(message);
}
const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');
const run = (...words) => execFileSync(vae, words, { stdio: ['ignore', 'pipe', 'pipe'] });

/* --- files of the program --- */

/* A .npy file of float32, [rows][columns]. */
function writeNpy(file, values, rows, columns) {
  const about = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const header = Buffer.from('\x93NUMPY\x01\x00\0\0' + about.padEnd(117) + '\n', 'latin1');
  header.writeUInt16LE(118, 8);
  fs.writeFileSync(file, Buffer.concat([header, Buffer.from(values.buffer)]));
}

/* The floats of a .npy file of doubles, as the program writes them. */
function readNpy(file) {
  const bytes = fs.readFileSync(file);
  const start = 10 + bytes.readUInt16LE(8);
  const data = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  return Float32Array.from(new Float64Array(data));
}

/* --- the module --- */

/* Its functions over JavaScript's arrays. */
function wrap(module) {
  const text = (name) => () => module.UTF8ToString(module[`_explorer_${name}`]());
  const number = (name) => module[`_explorer_${name}`]();
  function call(name, inputs, counts, outputs) {
    const room = [...inputs, ...outputs].map((a) => module._malloc(a.byteLength));
    inputs.forEach((a, i) => new a.constructor(module.HEAPU8.buffer, room[i], a.length).set(a));
    const status = module[`_explorer_${name}`](...room.slice(0, inputs.length), ...counts, ...room.slice(inputs.length));
    outputs.forEach((a, i) => a.set(new a.constructor(module.HEAPU8.buffer, room[inputs.length + i], a.length)));
    room.forEach((p) => module._free(p));
    if (status) fail(`explorer_${name}: ${text('message')()}`);
    return outputs;
  }
  return {
    text,
    number,
    call,
    load(bytes) {
      module.FS.writeFile('/model.safetensors', bytes);
      return text('load')();
    },
  };
}

/* --- checks --- */

const codes = (n, latent) => Float32Array.from({ length: n * latent }, (_, i) => (((i * 37) % 101) - 50) / 16);
const pixels = (n, width) => Float32Array.from({ length: n * width }, (_, i) => ((i * 29 + (i >> 7)) % 256) / 255);

function same(what, a, b) {
  const [x, y] = [a, b].map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength));
  if (!x.equals(y)) fail(`${what}: ${sum(x)}, natively ${sum(y)}`);
  console.log(`${what}: ${sum(x)}`);
}

function checkModel(e, name, words) {
  const at = path.join(scratch, name);
  const model = path.join(at, 'model.safetensors');
  run('train', '--data', 'synthetic', '--out', at, '--samples', '3000', '--quiet', ...words);
  const message = e.load(fs.readFileSync(model));
  if (message) fail(`${name}: ${message}`);
  const [latent, width] = [e.number('latent'), e.number('width')];
  if (width !== e.number('rows') * e.number('columns') * e.number('channels')) fail(`${name}: sizes do not agree`);

  const z = codes(N, latent);
  writeNpy(`${at}/z.npy`, z, N, latent);
  run('decode', model, '--codes', `${at}/z.npy`, '--out', `${at}/x.npy`);
  const [x] = e.call('decode', [z], [N], [new Float32Array(N * width)]);
  same(`${name}: decode`, x, readNpy(`${at}/x.npy`));
  return [latent, width];
}

async function main() {
  const module = await require(path.resolve(explorer))();
  const e = wrap(module);
  checkModel(e, 'bernoulli', ['--hidden', '100', '--latent', '2']);
}

main().catch((error) => {
  console.error(`check.js: ${error.message}`);
  process.exitCode = 1;
});
