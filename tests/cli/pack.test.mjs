// convlab datasets pack: what the web page fetches, from IDX files and folders of images.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import zlib from 'node:zlib';
import {greyPng} from '../png.mjs';
import {convlab, idx, imagesMagic, labelsMagic, temporaryFolder} from './helpers.mjs';

const train = 2050; // 1,334 images of 28 × 28 pixels and their labels fit into a mebibyte
const imageBytes = 28 * 28;
const bytes = (count, valueOf) => Buffer.from(Uint8Array.from({length: count}, (_, i) => valueOf(i)));

function writeMnist(folder) {
  const place = path.join(folder, 'mnist');
  fs.mkdirSync(place, {recursive: true});
  const write = (file, content) => fs.writeFileSync(path.join(place, file), content);
  write('train-images-idx3-ubyte.gz', zlib.gzipSync(
    idx(imagesMagic, [train, 28, 28], bytes(train * imageBytes, (i) => (i / imageBytes) % 251))));
  write('train-labels-idx1-ubyte', idx(labelsMagic, [train], bytes(train, (i) => i % 10)));
  write('t10k-images-idx3-ubyte', idx(imagesMagic, [3, 28, 28], bytes(3 * imageBytes, (i) => i % 256)));
  write('t10k-labels-idx1-ubyte.gz', zlib.gzipSync(idx(labelsMagic, [3], bytes(3, (i) => i))));
  return place;
}

/** Writes photos of random bytes, which do not compress, in folders of their classes. */
function writePhotos(folder, perClass) {
  let state = 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
  for (const part of ['train', 'val']) {
    for (const name of ['cats', 'dogs']) {
      const place = path.join(folder, part, name);
      fs.mkdirSync(place, {recursive: true});
      for (let i = 0; i < perClass; ++i)
        fs.writeFileSync(path.join(place, `${name}${i}.png`), greyPng(300, 200 + i, bytes(300 * (200 + i), random)));
    }
  }
}

const catalogOf = (out) => JSON.parse(fs.readFileSync(path.join(out, 'catalog.json'))).datasets;
const sha256 = (content) => createHash('sha256').update(content).digest('hex');

/** Checks the files of a split against its catalog, and returns their bytes as they are used. */
const usedShards = (out, {count, bytes: total, shards}) => {
  assert.equal(shards.reduce((sum, shard) => sum + shard.count, 0), count);
  assert.equal(shards.reduce((sum, shard) => sum + shard.bytes, 0), total);
  return shards.map((shard) => {
    const file = fs.readFileSync(path.join(out, shard.file));
    assert.equal(file.length, shard.bytes);
    const used = shard.file.endsWith('.gz') ? zlib.gunzipSync(file) : file;
    assert.equal(used.length, shard.size);
    assert.equal(sha256(used), shard.sha256);
    assert.equal(used.toString('latin1', 0, 8), 'CVLSHRD2');
    return used;
  });
};

function packed(...args) {
  const result = convlab('datasets', 'pack', ...args);
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}

const headerOf = (shard) => [8, 12, 16, 20, 24, 28].map((at) => shard.readUInt32LE(at));

test('shards of at most a mebibyte, in the order of training, and a catalog that lists them', (t) => {
  const folder = temporaryFolder(t);
  const out = path.join(folder, 'out');
  writeMnist(folder);
  packed('mnist', '--data-dir', folder, '--out', out);
  const [mnist, ...others] = catalogOf(out);
  assert.deepEqual(others, []);
  assert.equal(mnist.title, 'MNIST');
  assert.equal(mnist.classes.length, 10);
  const {splits} = mnist;
  assert.deepEqual(splits.train.shards.map(({file, count}) => [file, count]),
    [['mnist/train-0000.bin.gz', 1334], ['mnist/train-0001.bin.gz', 716]]);
  const [first, second] = usedShards(out, splits.train);
  assert.equal(first.length, 32 + 1334 * (2 + imageBytes));
  assert.deepEqual(headerOf(second), [0, 716, 28, 28, 1, 10]);
  // Positions 1,334 and 1,335 of src/data/spread_order.h, whose stride is 1,267 (tests/data/spread_order_test.cpp).
  const at = [1334, 1335].map((position) => position * 1267 % train);
  assert.deepEqual([32, 34].map((place) => second.readUInt16LE(place)), at.map((image) => image % 10));
  const images = 32 + 2 * 716;
  assert.deepEqual([second[images], second[images + imageBytes]], at.map((image) => image % 251));
  const [test] = usedShards(out, splits.test);
  assert.deepEqual([...test.subarray(32, 38)], [0, 0, 1, 0, 2, 0]);
  assert.deepEqual([...test.subarray(38, 42)], [0, 1, 2, 3]);
  assert.ok(!fs.readFileSync(path.join(out, 'catalog.json'), 'utf8').includes(folder), 'no path is published');
});

test('IDX files under other names, mean and standard deviation, and the first images of each class', (t) => {
  const folder = temporaryFolder(t);
  const out = path.join(folder, 'out');
  const place = writeMnist(folder);
  const letters = path.join(folder, 'my letters');
  fs.mkdirSync(letters);
  for (const file of fs.readdirSync(place))
    fs.copyFileSync(path.join(place, file), path.join(letters, file.replace('t10k', 'letters-test')));
  packed('mnist', letters, '--data-dir', folder, '--out', out, '--limit', '5');
  const [mnist, own] = catalogOf(out);
  assert.deepEqual([own.name, own.licence], ['my-letters', '']);
  assert.equal(own.splits.train.count, 50);
  assert.deepEqual(usedShards(out, own.splits.train).map((shard) => shard.subarray(32)),
    usedShards(out, mnist.splits.train).map((shard) => shard.subarray(32)));
  assert.deepEqual(own.mean, mnist.mean);
  assert.ok(own.mean[0] > 50 && own.deviation[0] > 50, `${own.mean} ${own.deviation}`);
});

test('photos are packed as their files are, not compressed again, and large ones alone', (t) => {
  const folder = temporaryFolder(t);
  const photos = path.join(folder, 'photos');
  const out = path.join(folder, 'out');
  writePhotos(photos, 12);
  const large = greyPng(1100, 1100, bytes(1100 * 1100, (i) => (i * i >> 3) ^ (i * 7919 >> 5)));
  fs.writeFileSync(path.join(photos, 'val', 'dogs', 'zz.png'), large);
  packed(photos, '--out', out);
  const [{kind, classes, splits}] = catalogOf(out);
  assert.deepEqual([kind, classes], ['encoded', ['cats', 'dogs']]);
  const shards = usedShards(out, splits.train);
  assert.ok(splits.train.shards.every(({file}) => file.endsWith('.bin')), 'gzip saves nothing');
  assert.ok(shards.length > 1);
  for (const shard of shards) assert.ok(shard.length <= 2 ** 20);
  // The first image of the spread order is the first file by name.
  const [, count] = headerOf(shards[0]);
  const size = shards[0].readUInt32LE(32 + 2 * count);
  const files = 32 + 6 * count;
  assert.deepEqual(shards[0].subarray(files, files + size), fs.readFileSync(path.join(photos, 'train/cats/cats0.png')));
  const last = usedShards(out, splits.test).at(-1);
  assert.ok(last.subarray(-large.length).equals(large));
});

/** The input normalization of a model file. */
function normalizationOf(file) {
  const bytes = fs.readFileSync(file);
  const {__metadata__: metadata} = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE())));
  return JSON.parse(metadata['convlab.architecture']).normalization;
}

test('a model is standardized by the statistics of the pack, bit for bit, whatever the size of its images', (t) => {
  const folder = temporaryFolder(t);
  const photos = path.join(folder, 'photos');
  const out = path.join(folder, 'out');
  writePhotos(photos, 12);
  packed(photos, '--out', out);
  const [{mean: [mean], deviation: [deviation]}] = catalogOf(out);
  const model = path.join(folder, 'model.safetensors');
  const trained = (...args) => {
    const result = convlab('train', '--model', 'mnist-mlp', '--data', photos, '--epochs', '1', '--threads', '1',
      '--save', model, ...args);
    assert.equal(result.status, 0, result.stderr);
    const {scale, offset} = normalizationOf(model);
    return [...scale, ...offset].map(Math.fround);
  };
  const standard = [1 / deviation, -mean / deviation].map(Math.fround);
  assert.deepEqual(trained('--standardize', '--image-size', '24'), standard);
  assert.deepEqual(trained('--standardize', '--image-size', '28', '--resize', 'stretch'), standard);
  const centered = [1 / 255, -mean / 255].map(Math.fround);
  assert.deepEqual(trained('--featurewise-center', '--image-size', '28', '--cache-images', 'auto'), centered);
  assert.deepEqual(trained('--featurewise-center', '--standardize', '--image-size', '28'), standard);
  // Of Keras' arguments the second implies the first.
  const keras = path.join(folder, 'generator.json');
  for (const [given, expected] of [[{featurewise_center: true}, centered],
                                   [{featurewise_std_normalization: true}, standard],
                                   [{featurewise_center: true, featurewise_std_normalization: true}, standard]]) {
    fs.writeFileSync(keras, JSON.stringify(given));
    assert.deepEqual(trained('--augment', keras, '--image-size', '28'), expected);
  }
});

test('what is up to date is not written again; a missing shard, and what has changed, is', (t) => {
  const folder = temporaryFolder(t);
  const out = path.join(folder, 'out');
  const place = writeMnist(folder);
  const args = ['mnist', '--data-dir', folder, '--out', out];
  packed(...args);
  const shard = path.join(out, 'mnist/train-0000.bin.gz');
  const unlisted = path.join(out, 'mnist/train-0002.bin.gz');
  const {mtimeMs} = fs.statSync(shard);
  assert.match(packed(...args), /mnist: up to date/);
  assert.equal(fs.statSync(shard).mtimeMs, mtimeMs);
  fs.rmSync(shard);
  fs.writeFileSync(unlisted, 'of an older pack');
  packed(...args);
  assert.ok(fs.existsSync(shard));
  assert.ok(!fs.existsSync(unlisted));
  fs.writeFileSync(path.join(place, 'train-labels-idx1-ubyte'), idx(labelsMagic, [train], bytes(train, () => 7)));
  packed(...args);
  const [first] = usedShards(out, catalogOf(out)[0].splits.train);
  assert.equal(first.readUInt16LE(32 + 2 * 100), 7);
  assert.deepEqual(fs.readdirSync(out).sort(), ['catalog.json', 'mnist']);
});

test('another data set is added; those that were packed before stay', (t) => {
  const folder = temporaryFolder(t);
  const out = path.join(folder, 'out');
  writeMnist(folder);
  writePhotos(path.join(folder, 'photos'), 2);
  packed('mnist', '--data-dir', folder, '--out', out);
  packed(path.join(folder, 'photos'), '--out', out);
  assert.deepEqual(catalogOf(out).map(({name}) => name), ['mnist', 'photos']);
});

test('a damaged file is reported, and the old pack is left as it was', (t) => {
  const folder = temporaryFolder(t);
  const out = path.join(folder, 'out');
  const place = writeMnist(folder);
  const args = ['mnist', '--data-dir', folder, '--out', out];
  packed(...args);
  const contents = () => fs.readdirSync(out, {recursive: true}).sort()
    .filter((file) => fs.statSync(path.join(out, file)).isFile())
    .map((file) => [file, sha256(fs.readFileSync(path.join(out, file)))]);
  const before = contents();
  const labels = path.join(place, 't10k-labels-idx1-ubyte.gz');
  fs.writeFileSync(labels, zlib.gzipSync(idx(labelsMagic, [3], bytes(3, () => 10))));
  const result = convlab('datasets', 'pack', ...args);
  assert.equal(result.status, 1);
  assert.ok(result.stderr.includes(`${labels}: byte 8`), result.stderr);
  assert.deepEqual(contents(), before);
});

test('unknown, missing and equally named data sets are reported', (t) => {
  const folder = temporaryFolder(t);
  const out = path.join(folder, 'out');
  const refused = (...args) => {
    const {status, stderr} = convlab('datasets', 'pack', ...args);
    assert.equal(status, 1);
    return stderr;
  };
  assert.match(refused('emnist', '--out', out), /unknown data set 'emnist'.*one of: mnist, fashion-mnist/s);
  assert.match(refused('mnist', '--out', out, '--data-dir', folder), /mnist: not found.*convlab datasets fetch mnist/s);
  assert.match(refused('--out', out), /NAME\|PATH/);
  assert.match(refused('mnist'), /--out/);
  for (const place of ['a/photos', 'b/photos']) writePhotos(path.join(folder, place), 1);
  assert.match(refused(path.join(folder, 'a/photos'), path.join(folder, 'b/photos'), '--out', out),
    /two data sets would be packed as photos/);
  assert.match(refused('mnist', '--out', '/dev/null/x'), /\/dev\/null\/x/);
});
