// scripts/pack on small files: node --test tests/data
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import zlib from 'node:zlib';

const script = fileURLToPath(new URL('../../scripts/lib/pack.mjs', import.meta.url));
const train = 2050; // one shard and two images
let folder;

before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-pack-'));
});
after(() => fs.rmSync(folder, {recursive: true}));

function idx(dims, valueOf) {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header.writeUInt32BE(0x0800 + dims.length, 0);
  dims.forEach((dim, i) => header.writeUInt32BE(dim, 4 + 4 * i));
  const values = Uint8Array.from({length: dims.reduce((a, b) => a * b)}, (_, i) => valueOf(i));
  return Buffer.concat([header, values]);
}

function writeMnist(name) {
  const data = path.join(folder, name);
  fs.mkdirSync(path.join(data, 'mnist'), {recursive: true});
  const write = (file, bytes) => fs.writeFileSync(path.join(data, 'mnist', file), bytes);
  write('train-images-idx3-ubyte.gz', zlib.gzipSync(idx([train, 28, 28], (i) => (i / 784) % 251)));
  write('train-labels-idx1-ubyte', idx([train], (i) => i % 10));
  write('t10k-images-idx3-ubyte', idx([3, 28, 28], (i) => i % 256));
  write('t10k-labels-idx1-ubyte.gz', zlib.gzipSync(idx([3], (i) => i)));
  return data;
}

function pack(...args) {
  const env = {PATH: process.env.PATH, HOME: folder};
  return spawnSync(process.execPath, [script, ...args], {encoding: 'utf8', env});
}

test('pack: shards hold 2,048 images, spread over the file, and the catalog lists them', () => {
  const out = path.join(folder, 'out');
  const result = pack(out, '--only', 'mnist', '--data-dir', writeMnist('whole'));
  assert.equal(result.status, 0, result.stderr);
  const {datasets} = JSON.parse(fs.readFileSync(path.join(out, 'catalog.json')));
  assert.deepEqual(datasets.map(({name}) => name), ['mnist']);
  const {splits} = datasets[0];
  assert.deepEqual(splits.train.shards.map(({file, count}) => [file, count]),
    [['mnist/train-000.bin.gz', 2048], ['mnist/train-001.bin.gz', 2]]);
  assert.equal(splits.test.count, 3);
  const packed = fs.readFileSync(path.join(out, splits.train.shards[1].file));
  assert.equal(packed.length, splits.train.shards[1].bytes);
  // Positions 2,048 and 2,049 of src/data/spread_order.h (see tests/data/spread_order_test.cpp).
  const shard = zlib.gunzipSync(packed);
  assert.equal(shard.toString('latin1', 0, 8), 'CVLSHRD1');
  assert.equal(createHash('sha256').update(shard).digest('hex'), splits.train.shards[1].sha256,
    'the hash is that of the inflated bytes');
  assert.deepEqual([8, 12, 16, 20, 24].map((at) => shard.readUInt32LE(at)), [2, 28, 28, 1, 10]);
  assert.deepEqual([...shard.subarray(28, 30)], [1566 % 10, 783 % 10]);
  assert.deepEqual([shard[30], shard[30 + 784], shard.length], [1566 % 251, 783 % 251, 30 + 2 * 784]);
});

test('pack: up-to-date files are not written again; a missing shard is', () => {
  const out = path.join(folder, 'again');
  const args = [out, '--only', 'mnist', '--data-dir', writeMnist('again-data')];
  pack(...args);
  const shard = path.join(out, 'mnist/train-000.bin.gz');
  const {mtimeMs} = fs.statSync(shard);
  assert.match(pack(...args).stdout, /mnist: up to date/);
  assert.equal(fs.statSync(shard).mtimeMs, mtimeMs);
  fs.rmSync(shard);
  assert.equal(pack(...args).status, 0);
  assert.ok(fs.existsSync(shard));
});

test('pack: a damaged file is reported and the existing shards are kept', () => {
  const out = path.join(folder, 'damaged');
  const data = writeMnist('damaged-data');
  const args = [out, '--only', 'mnist', '--data-dir', data];
  pack(...args);
  const before = fs.readFileSync(path.join(out, 'mnist/test-000.bin.gz'));
  const labels = path.join(data, 'mnist/t10k-labels-idx1-ubyte.gz');
  fs.writeFileSync(labels, zlib.gzipSync(idx([3], () => 10)));
  const result = pack(...args);
  assert.equal(result.status, 1);
  assert.ok(result.stderr.includes(`${labels}: byte 8: found label 10, expected 0 to 9`), result.stderr);
  assert.deepEqual(fs.readFileSync(path.join(out, 'mnist/test-000.bin.gz')), before);
});

test('pack: an unknown data set and a missing folder are reported', () => {
  assert.match(pack(folder, '--only', 'emnist').stderr, /unknown data set emnist; known: mnist, fashion-mnist/);
  const result = pack();
  assert.equal(result.status, 1);
  assert.match(result.stderr, /OUT_DIR is missing/);
});
