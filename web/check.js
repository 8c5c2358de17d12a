/* Runs explorer.js as the page does, against the program `vae` on this machine: check.js EXPLORER VAE. What it
 * decodes, encodes and bounds has the program's bytes on every instruction set; a broken checkpoint gets one line and
 * leaves the model that was there. */
'use strict';
const { execFileSync } = require('child_process');
const { createHash } = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');

const [explorer, vae] = process.argv.slice(2).map((file) => path.resolve(file));
const N = 13; // rows; a multiple of no kernel's width
const DRAWS = 20;

const MODELS = [
  { name: 'bernoulli', words: ['--hidden', '100', '--latent', '2'], like: [28, 28, 1, 2] },
  {
    name: 'gaussian',
    words: ['--channels', 'rgb', '--likelihood', 'gaussian', '--hidden', '60', '--latent', '5'],
    like: [28, 28, 3, 5],
  },
];

function must(good, message) {
  if (!good) throw new Error(message);
}

/* --- files of the program --- */

/* A .npy file of floats. */
function writeNpy(file, values, shape) {
  const about = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const header = Buffer.from(`\x93NUMPY\x01\0\x76\0${about.padEnd(117)}\n`, 'latin1');
  fs.writeFileSync(file, Buffer.concat([header, Buffer.from(values.buffer)]));
}

/* The numbers of a .npy file of doubles, as the program writes it. */
function readNpy(file) {
  const bytes = fs.readFileSync(file);
  const data = bytes.subarray(10 + bytes.readUInt16LE(8));
  return new Float64Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
}

/* --- the module's functions over arrays --- */

function wrap(module) {
  const text = (name) => module.UTF8ToString(module[`_explorer_${name}`]());
  const number = (name) => module[`_explorer_${name}`]();

  /* Memory may grow, and the module's views with it. */
  const put = (bytes, at) => module.HEAPU8.set(new Uint8Array(bytes.buffer), at);
  const get = (bytes, at) => new Uint8Array(bytes.buffer).set(module.HEAPU8.subarray(at, at + bytes.byteLength));

  function call(name, input, counts, ...outputs) {
    const room = [input, ...outputs].map((a) => module._malloc(a.byteLength));
    put(input, room[0]);
    const status = module[`_explorer_${name}`](room[0], ...counts, ...room.slice(1));
    outputs.forEach((a, i) => get(a, room[i + 1]));
    room.forEach((p) => module._free(p));
    must(status === 0, `explorer_${name}: ${text('message')}`);
    return outputs;
  }

  function useIsa(name) {
    const at = module._malloc(name.length + 1);
    put(Uint8Array.from(Buffer.from(`${name}\0`)), at);
    module._explorer_use_isa(at);
    module._free(at);
  }

  function load(bytes) {
    module.FS.writeFile('/model.safetensors', bytes);
    return text('load');
  }

  return { text, number, call, useIsa, load };
}

/* --- checks --- */

const codes = (n) => Float32Array.from({ length: n }, (_, i) => (((i * 37) % 101) - 50) / 16);
const pixels = (n) => Float32Array.from({ length: n }, (_, i) => ((i * 29 + (i >> 7)) % 256) / 255);

function same(what, got, wanted) {
  const [a, b] = [got, wanted].map((x) => createHash('sha256').update(Buffer.from(x.buffer)).digest('hex'));
  must(a === b, `${what}: SHA-256 ${a}; of the program's ${b}`);
  console.log(`${what}: ${a.slice(0, 16)}... as the program's`);
}

/* What the program makes of a model: z to x, x to codes, and to each row's bound and log p(x). */
function byProgram(folder, { words, like }) {
  const run = (...all) => execFileSync(vae, all, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const [rows, columns, channels, latent] = like;
  const z = codes(N * latent);
  const x = pixels(N * rows * columns * channels);
  const model = 'model.safetensors';
  run('train', '--data', 'synthetic', '--out', '.', '--samples', '3000', '--quiet', ...words);
  writeNpy(path.join(folder, 'z.npy'), z, [N, latent]);
  writeNpy(path.join(folder, 'x.npy'), x, channels > 1 ? [N, rows, columns, channels] : [N, rows, columns]);
  run('decode', model, '--codes', 'z.npy', '--out', 'decoded.npy');
  run('encode', model, '--data', 'x.npy', '--codes', 'posterior', '--out', 'encoded.npy');
  run('eval', model, '--data', 'x.npy', '--importance-samples', `${DRAWS}`, '--grey',
    '--per-image', 'bounds.npy');
  const read = (name) => readNpy(path.join(folder, `${name}.npy`));
  const bounds = read('bounds'); // [N][...]: the bound, log p(x), ...
  const column = (j) => Float64Array.from({ length: N }, (_, i) => bounds[(i * bounds.length) / N + j]);
  return {
    z,
    x,
    model: fs.readFileSync(path.join(folder, model)),
    decoded: read('decoded'),
    encoded: read('encoded'),
    bound: column(0).reduce((a, b) => a + b / N, 0),
    logP: column(1),
  };
}

function checkModel(e, isa, { name, like }, native) {
  const [rows, columns, channels, latent] = like;
  const width = rows * columns * channels;
  e.useIsa(isa);
  const message = e.load(native.model);
  must(message === '' && e.text('isa') === isa, `${name}: ${message || `computes by ${e.text('isa')}`}`);
  const found = ['rows', 'columns', 'channels', 'latent', 'width'].map(e.number);
  must(`${found}` === `${[...like, width]}` && e.text('kind') === name, `${name}: ${e.text('kind')}, ${found}`);

  const at = `${name}, ${isa}`;
  const [x] = e.call('decode', native.z, [N], new Float32Array(N * width));
  same(`${at}: decode`, x, Float32Array.from(native.decoded));
  const [mu, logvar] = e.call('encode', native.x, [N], new Float32Array(N * latent), new Float32Array(N * latent));
  const both = Float32Array.from({ length: 2 * N * latent }, (_, i) => {
    const [row, j] = [Math.floor(i / (2 * latent)), i % (2 * latent)];
    return j < latent ? mu[row * latent + j] : logvar[row * latent + j - latent];
  });
  same(`${at}: encode`, both, Float32Array.from(native.encoded));
  const [logP] = e.call('log_p', native.x, [N, DRAWS], new Float64Array(N));
  same(`${at}: log p(x)`, logP, native.logP);
  const [[elbo, recon, kl]] = e.call('bound', native.x, [N], new Float64Array(3));
  must(Math.abs(elbo - native.bound) < 1e-9 * Math.abs(elbo), `${at}: bound ${elbo}, the program's ${native.bound}`);
  must(Math.abs(elbo - (recon - kl)) < 1e-9 * Math.abs(elbo), `${at}: bound ${elbo} of ${recon} and ${kl}`);
  return mu;
}

/* Axes of unit length at right angles, along which the codes' variances are the squares of what is said. */
function checkPrincipal(e, codes) {
  const latent = e.number('latent');
  const floats = (n) => new Float32Array(n);
  const [mean, axes, deviations] = e.call(
    'principal', codes, [N], floats(latent), floats(latent * latent), floats(latent)
  );
  const close = (a, b, size) => must(Math.abs(a - b) < 1e-5 * (size + 1e-3), `principal components: ${a}, not ${b}`);
  for (let k = 0; k < latent; k++) {
    const axis = axes.subarray(k * latent, (k + 1) * latent);
    for (let l = 0; l <= k; l++) {
      const dot = axis.reduce((sum, a, j) => sum + a * axes[l * latent + j], 0);
      close(dot, l === k ? 1 : 0, 1);
    }
    let variance = 0;
    for (let i = 0; i < N; i++)
      variance += axis.reduce((sum, a, j) => sum + a * (codes[i * latent + j] - mean[j]), 0) ** 2 / N;
    close(deviations[k] ** 2, variance, deviations[0] ** 2);
    must(k === 0 || deviations[k] <= deviations[k - 1], 'principal components are not in order');
  }
}

/* One line, and the model stays. */
function checkBroken(e, good) {
  const replaced = (from, to) => {
    must(good.includes(from), `the checkpoint has no ${from}`);
    return Buffer.from(good.toString('latin1').replace(from, to), 'latin1');
  };
  /* Another value of a setting, as long as the old one. */
  const setting = (name, value) => {
    const [whole, before, old] = new RegExp(`("${name}": ?")([^"]*)"`).exec(good.toString('latin1'));
    return replaced(whole, `${before}${value.padEnd(old.length).slice(0, old.length)}"`);
  };
  const long = Buffer.from(good);
  long.writeUInt32LE(0x7fffffff, 0);
  const broken = {
    empty: Buffer.alloc(0),
    cut: good.subarray(0, good.length >> 1),
    'cut in the header': good.subarray(0, 100),
    garbage: Buffer.from(pixels(5000).buffer),
    'a header of 2 GiB': long,
    'NaN in the header': replaced('"data_offsets":[0,', '"data_offsets":[NaN,'),
    'NaN in a setting': setting('lr', 'nan'),
    'a setting without a number': setting('latent', '?'),
  };
  const width = e.number('width');
  for (const [what, bytes] of Object.entries(broken)) {
    const says = e.load(bytes);
    must(/^model\.safetensors: [^\n]{10,200}$/.test(says), `${what}: "${says}"`);
    must(e.number('width') === width, `${what}: the model is gone`);
    console.log(`${what}: ${says}`);
  }
  must(e.load(good) === '', 'a good checkpoint after broken ones');
}

async function main() {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'explorer-'));
  try {
    const e = wrap(await require(explorer)());
    must(e.number('width') === 0 && e.text('kind') === '', 'a model before there is one');
    must(e.load(Buffer.from('nothing')) !== '' && e.number('width') === 0, 'a model of nothing');
    for (const model of MODELS) {
      const folder = path.join(scratch, model.name);
      fs.mkdirSync(folder);
      const native = byProgram(folder, model);
      for (const isa of ['generic', 'wasm']) checkPrincipal(e, checkModel(e, isa, model, native));
      checkBroken(e, native.model);
    }
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
}

main().catch((error) => {
  console.error(`check.js: ${error.message}`);
  process.exitCode = 1;
});
