// Runs the convlab command and creates small data sets for it.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const program = path.resolve(process.env.CONVLAB ?? path.join(root, 'build/native/convlab'));

const env = {...process.env, HOME: '/nonexistent', XDG_CACHE_HOME: '', CONVLAB_DATA: ''};

function run(file, args) {
  const result = spawnSync(file, args, {encoding: 'utf8', env, timeout: 120_000});
  if (result.error) throw result.error;
  return result;
}

/** Runs convlab in an environment without data sets; returns {status, stdout, stderr}. */
export function convlab(...args) {
  return run(program, args);
}

/** Runs convlab with a shell's ulimit -v of `kib` KiB of memory. */
export function convlabWithin(kib, ...args) {
  return convlabIn(`ulimit -v ${kib}; exec "$@"`, ...args);
}

/** Runs convlab in a shell's script, as its "$@". */
export function convlabIn(script, ...args) {
  return run('/bin/sh', ['-c', script, 'sh', program, ...args]);
}

/** Creates a folder that is removed when the test `t` ends. */
export function temporaryFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-cli-'));
  t.after(() => fs.rmSync(folder, {recursive: true, force: true}));
  return folder;
}

export function idx(kind, dims, bytes) {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header.writeUInt32BE(kind, 0);
  dims.forEach((dim, i) => header.writeUInt32BE(dim, 4 + 4 * i));
  return Buffer.concat([header, bytes]);
}

export const imagesMagic = 0x0803;
export const labelsMagic = 0x0801;

/** Returns images whose class is the position of a bright square; they are learned within a second. */
export function split(count) {
  const pixels = Buffer.alloc(count * 28 * 28);
  const labels = Buffer.alloc(count);
  let state = count;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let i = 0; i < count; ++i) {
    const label = (labels[i] = i % 10);
    const top = 3 + 12 * Math.floor(label / 5) + Math.floor(3 * random());
    const left = 1 + 5 * (label % 5) + Math.floor(2 * random());
    for (let y = 0; y < 28; ++y) {
      for (let x = 0; x < 28; ++x) {
        const inside = y >= top && y < top + 7 && x >= left && x < left + 4;
        pixels[(i * 28 + y) * 28 + x] = (inside ? 180 : 0) + 60 * random();
      }
    }
  }
  return {images: idx(imagesMagic, [count, 28, 28], pixels), labels: idx(labelsMagic, [count], labels)};
}

/** Writes a data set of 640 + 200 images to folder/mnist, half of its files gzipped. */
export function writeDataSet(folder) {
  const target = path.join(folder, 'mnist');
  fs.mkdirSync(target, {recursive: true});
  const train = split(640);
  const test = split(200);
  fs.writeFileSync(path.join(target, 'train-images-idx3-ubyte.gz'), gzipSync(train.images));
  fs.writeFileSync(path.join(target, 'train-labels-idx1-ubyte'), train.labels);
  fs.writeFileSync(path.join(target, 't10k-images-idx3-ubyte'), test.images);
  fs.writeFileSync(path.join(target, 't10k-labels-idx1-ubyte.gz'), gzipSync(test.labels));
  return target;
}

export const lines = (text) => text.split('\n').filter((line) => line !== '');
export const jsonLines = (text) => lines(text).map((line) => JSON.parse(line));
