// Packs data sets for the page: shards of 2,048 images and a catalog that lists them (src/data/formats/shard.h).

import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import zlib from 'node:zlib';

const usage = `Usage: scripts/pack OUT_DIR [--only NAME]... [--data-dir DIR]

Reads the IDX files of the data sets of assets/catalog.json and writes OUT_DIR/catalog.json and
OUT_DIR/NAME/{train,test}-NNN.bin.gz. What is up to date stays as it is.

  --only NAME      pack this data set only and leave the others of OUT_DIR alone
  --data-dir DIR   look in DIR/NAME first (with --only also in DIR itself), then in $CONVLAB_DATA,
                   the user's cache, the system's data set folders and node_modules`;

const shardSize = 2048;
const magic = 'CVLSHRD1';

class UserError extends Error {}

function parseArguments(args) {
  const options = {out: null, only: [], dataDir: null};
  const rest = [...args];
  const value = (name) => {
    if (rest.length === 0) throw new UserError(`${name} needs a value\n${usage}`);
    return rest.shift();
  };
  while (rest.length > 0) {
    const argument = rest.shift();
    if (argument === '--only') {
      options.only.push(value('--only'));
    } else if (argument === '--data-dir') {
      options.dataDir = value('--data-dir');
    } else if (argument === '--help') {
      options.help = true;
    } else if (argument.startsWith('-') || options.out !== null) {
      throw new UserError(`unexpected argument ${argument}\n${usage}`);
    } else {
      options.out = argument;
    }
  }
  if (options.out === null && !options.help) throw new UserError(`OUT_DIR is missing\n${usage}`);
  return options;
}

const gzip = promisify(zlib.gzip);

const script = fileURLToPath(import.meta.url);
const root = path.dirname(path.dirname(path.dirname(script)));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const say = (text) => process.stdout.write(`pack: ${text}\n`);

// A reader that finds half a file is worse than one that finds the old one.
const writeFile = (file, bytes) => {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.writeFileSync(temporary, bytes);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, {force: true});
    throw error;
  }
};

const readText = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');

const packedBefore = (file) => {
  try {
    return JSON.parse(readText(file)).datasets ?? [];
  } catch {
    return [];
  }
};

const isFile = (file) => fs.statSync(file, {throwIfNoEntry: false})?.isFile() ?? false;

const searchPaths = (entry, options) => {
  const {CONVLAB_DATA, XDG_CACHE_HOME, HOME} = process.env;
  const folders = [];
  if (options.dataDir) {
    folders.push(path.join(options.dataDir, entry.name));
    if (options.only.length === 1) folders.push(options.dataDir);
  }
  if (CONVLAB_DATA) folders.push(path.join(CONVLAB_DATA, entry.name));
  const cache = XDG_CACHE_HOME || (HOME && path.join(HOME, '.cache'));
  if (cache) folders.push(path.join(cache, 'convlab', entry.name));
  folders.push(`/usr/local/share/datasets/${entry.name}`, `/usr/share/datasets/${entry.name}`);
  if (entry.npm) folders.push(path.join(root, 'node_modules', entry.npm));
  return folders;
};

const findFile = (folder, name) =>
  [name, `${name}.gz`].map((file) => path.join(folder, file)).find(isFile);

// {train: {images, labels}, test: {images, labels}} of the first folder that holds all four, or null.
const findSource = (entry, folders) => {
  for (const folder of folders) {
    const source = {};
    for (const [split, {images, labels}] of Object.entries(entry.splits)) {
      source[split] = {images: findFile(folder, images), labels: findFile(folder, labels)};
    }
    if (Object.values(source).every(({images, labels}) => images && labels)) return source;
  }
  return null;
};

const readIdx = (file, sides) => {
  let bytes = fs.readFileSync(file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = zlib.gunzipSync(bytes, {maxOutputLength: 2 ** 31});
    } catch (error) {
      throw new UserError(`${file}: damaged or truncated gzip data (${error.message})`);
    }
  } else if (file.endsWith('.gz') && bytes[0] !== 0) {
    throw new UserError(
      `${file}: not gzip: begins with ${bytes.toString('hex', 0, 2) || 'nothing'}, expected 1f8b`);
  }
  const headerSize = 8 + 4 * sides.length;
  const expected = `000008${sides.length === 0 ? '01' : '03'}`;
  const found = bytes.toString('hex', 0, 4);
  if (bytes.length < headerSize || found !== expected) {
    throw new UserError(
      `${file}: byte 0: found ${found || 'nothing'}, expected ${expected} (IDX) and a whole header`);
  }
  const count = bytes.readUInt32BE(4);
  sides.forEach((side, i) => {
    const actual = bytes.readUInt32BE(8 + 4 * i);
    if (actual !== side) {
      throw new UserError(`${file}: byte ${8 + 4 * i}: found ${actual}, expected ${side}`);
    }
  });
  const size = count * sides.reduce((product, side) => product * side, 1);
  const actualSize = bytes.length - headerSize;
  if (count === 0 || actualSize !== size) {
    throw new UserError(
      `${file}: found ${actualSize} bytes after the header, expected ${size} for ${count} items`);
  }
  return {count, bytes: bytes.subarray(headerSize)};
};

const readSplit = (entry, files) => {
  const images = readIdx(files.images, [entry.height, entry.width]);
  const labels = readIdx(files.labels, []);
  if (images.count !== labels.count) {
    throw new UserError(
      `${files.images} has ${images.count} images, but ${files.labels} ${labels.count} labels`);
  }
  const max = entry.classes.length - 1;
  const bad = labels.bytes.findIndex((label) => label > max);
  if (bad >= 0) {
    throw new UserError(
      `${files.labels}: byte ${8 + bad}: found label ${labels.bytes[bad]}, expected 0 to ${max}`);
  }
  return {count: images.count, images: images.bytes, labels: labels.bytes};
};

const gcd = (a, b) => (b === 0 ? a : gcd(b, a % b));

// The order of src/data/spread_order.h, so that page and command train on the same batches.
const spread = ({count, images, labels}, imageSize) => {
  let stride = Math.floor(count * 618 / 1000) + 1;
  while (gcd(stride, count) > 1) ++stride;
  const ordered = {count, images: Buffer.alloc(images.length), labels: Buffer.alloc(count)};
  for (let position = 0; position < count; ++position) {
    const image = position * stride % count;
    ordered.labels[position] = labels[image];
    images.copy(ordered.images, position * imageSize, image * imageSize, (image + 1) * imageSize);
  }
  return ordered;
};

const makeShard = (entry, split, start, count) => {
  const header = Buffer.alloc(magic.length + 20);
  header.write(magic, 'latin1');
  const {height, width, channels, classes} = entry;
  [count, height, width, channels, classes.length].forEach((value, i) =>
    header.writeUInt32LE(value, magic.length + 4 * i));
  const imageSize = height * width * channels;
  const labels = split.labels.subarray(start, start + count);
  const images = split.images.subarray(start * imageSize, (start + count) * imageSize);
  return Buffer.concat([header, labels, images]);
};

const packSplit = async (entry, name, split, out) => {
  const starts = [];
  for (let start = 0; start < split.count; start += shardSize) starts.push(start);
  let done = 0;
  const pack = async (start, index) => {
    const count = Math.min(shardSize, split.count - start);
    const shard = makeShard(entry, split, start, count);
    const bytes = await gzip(shard, {level: 9});
    const file = `${entry.name}/${name}-${String(index).padStart(3, '0')}.bin.gz`;
    writeFile(path.join(out, file), bytes);
    done += 1;
    if (done % 10 === 0 || done === starts.length) {
      say(`${entry.name}: ${name} ${done} of ${starts.length} shards`);
    }
    // Of the inflated bytes, which are what is used: a server may inflate the file on its way.
    return {file, count, bytes: bytes.length, sha256: sha256(shard)};
  };
  return {count: split.count, shards: await Promise.all(starts.map(pack))};
};

const publicEntry = ({get, npm, downloads, splits, ...entry}) => entry;

// Names no path: the folder is published.
const fingerprint = (entry, source) => {
  const files = Object.values(source).flatMap(({images, labels}) => [images, labels]);
  const stamps = files.map((file) => {
    const {size, mtimeMs} = fs.statSync(file);
    return [path.basename(file), size, mtimeMs];
  });
  return sha256(JSON.stringify([sha256(fs.readFileSync(script)), entry, stamps]));
};

const isWhole = (entry, out) => {
  const shards = Object.values(entry.splits ?? {}).flatMap((split) => split.shards ?? []);
  const there = ({file, bytes}) =>
    fs.statSync(path.join(out, file), {throwIfNoEntry: false})?.size === bytes;
  return shards.length > 0 && shards.every(there);
};

const packDataset = async (entry, source, out) => {
  const started = Date.now();
  const splits = {};
  for (const [name, files] of Object.entries(source)) splits[name] = readSplit(entry, files);
  splits.train = spread(splits.train, entry.height * entry.width * entry.channels);
  fs.mkdirSync(path.join(out, entry.name), {recursive: true});
  const packed = {...publicEntry(entry), splits: {}};
  for (const [name, split] of Object.entries(splits)) {
    packed.splits[name] = await packSplit(entry, name, split, out);
  }
  const shards = Object.values(packed.splits).flatMap((split) => split.shards);
  const kept = new Set(shards.map(({file}) => path.basename(file)));
  for (const file of fs.readdirSync(path.join(out, entry.name))) {
    if (/^(train|test)-\d+\.bin\.gz$/.test(file) && !kept.has(file)) {
      fs.rmSync(path.join(out, entry.name, file));
    }
  }
  const megabytes = shards.reduce((sum, {bytes}) => sum + bytes, 0) / 1e6;
  const seconds = (Date.now() - started) / 1000;
  say(`${entry.name}: ${shards.length} shards, ${megabytes.toFixed(1)} MB, in ${seconds.toFixed(1)} s`);
  return packed;
};

async function main() {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  // The page fetches only data sets that are published as IDX files.
  const entries = JSON.parse(fs.readFileSync(path.join(root, 'assets/catalog.json'), 'utf8')).datasets
    .filter((entry) => entry.format === 'idx');
  const names = entries.map(({name}) => name);
  for (const name of options.only) {
    if (!names.includes(name)) {
      throw new UserError(`unknown data set ${name}; known: ${names.join(', ')}`);
    }
  }
  const out = path.resolve(options.out);
  fs.mkdirSync(out, {recursive: true});
  const catalogFile = path.join(out, 'catalog.json');
  const before = packedBefore(catalogFile);
  const wanted = options.only.length > 0 ? names.filter((name) => options.only.includes(name)) : names;
  const datasets = [];
  const leftOut = [];
  const stamps = [];
  for (const entry of entries) {
    const old = before.find(({name}) => name === entry.name);
    const oldIsWhole = old !== undefined && isWhole(old, out);
    if (!wanted.includes(entry.name)) {
      if (oldIsWhole) datasets.push(old);
      continue;
    }
    const folders = searchPaths(entry, options);
    const source = findSource(entry, folders);
    if (source === null) {
      leftOut.push(
        `${entry.name}: not found in\n  ${folders.join('\n  ')}\n  To get it: ${entry.get}`);
      continue;
    }
    const stampFile = path.join(out, entry.name, '.packed');
    const stamp = fingerprint(entry, source);
    if (oldIsWhole && readText(stampFile) === stamp) {
      say(`${entry.name}: up to date`);
      datasets.push(old);
      continue;
    }
    fs.rmSync(stampFile, {force: true});
    datasets.push(await packDataset(entry, source, out));
    stamps.push([stampFile, stamp]);
  }
  for (const text of leftOut) process.stderr.write(`pack: left out ${text}\n`);
  if (leftOut.length === wanted.length) throw new UserError('found no data set to pack');
  const text = `${JSON.stringify({datasets}, null, 1)}\n`;
  if (readText(catalogFile) !== text) writeFile(catalogFile, text);
  for (const [file, stamp] of stamps) writeFile(file, stamp);
}

main().catch((error) => {
  process.stderr.write(`pack: ${error instanceof UserError ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
