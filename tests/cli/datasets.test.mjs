// convlab datasets: fetch, with a mirror in this process; inspect; preview.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {runProgram, sendFile, startServer} from '../net/server.mjs';
import {greyPng} from '../png.mjs';
import {convlab, jsonLines, lines, program, temporaryFolder, writeDataSet} from './helpers.mjs';

const {datasets} = JSON.parse(fs.readFileSync(new URL('../../assets/catalog.json', import.meta.url), 'utf8'));
const mnist = datasets.find(({name}) => name === 'mnist');
const fashion = datasets.find(({name}) => name === 'fashion-mnist');

const skip = /without libcurl/.test(convlab('datasets', 'fetch', 'mnist', '--data-dir', '/dev/null').stderr)
  ? 'built without libcurl' : false;

/** Runs convlab datasets fetch with a mirror, and a cache in `folder`. */
const fetchFrom = (url, folder, args, started) => runProgram(program, ['datasets', 'fetch', ...args], {
  env: {...process.env, CONVLAB_DATA: '', CONVLAB_DATA_MIRROR: url, XDG_CACHE_HOME: path.join(folder, 'cache')},
  started,
});

/**
 * Returns the files of Fashion-MNIST as they are published, by name: Debian's package has the same
 * compressed bytes, but has removed the file's name and time from the headers. Nothing without it.
 */
function publishedFashion() {
  const times = [1504176606, 1504176606, 1504176627, 1504176627];
  const files = {};
  for (const [i, {file}] of fashion.downloads.entries()) {
    const packaged = path.join('/usr/share/datasets/fashion-mnist', file);
    if (!fs.existsSync(packaged)) return undefined;
    const bytes = fs.readFileSync(packaged);
    const header = Buffer.from(bytes.subarray(0, 10));
    header[3] = 8;  // a name follows
    header.writeUInt32LE(times[i], 4);
    const name = Buffer.from(`${path.basename(file, '.gz')}\0`);
    files[file] = Buffer.concat([header, name, bytes.subarray(10)]);
  }
  return files;
}

test('datasets fetch downloads a data set, with its licence, progress and checksums', {skip}, async (t) => {
  const files = publishedFashion();
  if (!files) return t.skip("Debian's dataset-fashion-mnist is not here");
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response, count) => {
    const bytes = files[path.basename(request.url)];
    sendFile(request, response, bytes, {cut: count === 1 ? 10_000_000 : Infinity});
  });
  const first = await fetchFrom(server.url, folder, ['fashion-mnist']);
  assert.equal(first.status, 0, first.stderr);
  const place = path.join(folder, 'cache/convlab/fashion-mnist');
  const printed = lines(first.stdout);
  assert.match(printed[0], /^Fashion-MNIST: /);
  assert.equal(printed[1], '  licence: MIT');
  assert.match(printed[2], /^ {2}source: H\. Xiao, .*arXiv:1708\.07747/);
  assert.equal(printed[3], `  4 files, 29.4 MiB, to ${place}`);
  assert.match(printed[4], /^train-images-idx3-ubyte\.gz {2}.*; trying again$/);
  assert.match(printed[5], /^train-images-idx3-ubyte\.gz {2}25\.2 MiB in \d+:\d\d, [\d.]+ [KMG]iB\/s, SHA-256 checked$/);
  assert.equal(printed[9], 'fashion-mnist is complete; --data fashion-mnist finds it');
  assert.equal(printed.length, 10, 'without a terminal nothing is redrawn');
  assert.deepEqual(fs.readdirSync(place).sort(), Object.keys(files).sort());
  assert.equal(server.requests[0].url, '/fashion-mnist/train-images-idx3-ubyte.gz');
  assert.match(server.requests[1].headers.range, /^bytes=\d+-$/);

  const count = server.requests.length;
  const second = await fetchFrom(server.url, folder, ['fashion-mnist']);
  assert.equal(second.status, 0, second.stderr);
  assert.equal(second.stdout.match(/ is there already, SHA-256 checked\n/g).length, 4);
  assert.equal(server.requests.length, count);
  const cache = path.join(folder, 'cache/convlab');
  assert.ok(convlab('datasets', '--data-dir', cache).stdout.includes(`in ${place}\n`));
  const trained = convlab('train', '--model', 'mnist-mlp', '--data', 'fashion-mnist', '--data-dir', cache,
                          '--epochs', '1', '--time-budget', '0.01');
  assert.equal(trained.status, 0, trained.stderr);
});

test('datasets fetch redraws its progress in a terminal', {skip}, async (t) => {
  if ((await runProgram('script', ['--version']).catch(() => ({status: 1}))).status !== 0)
    return t.skip('no script(1) here');
  const folder = temporaryFolder(t);
  const {bytes} = mnist.downloads[0];
  // Half of the file, then nothing until the progress had to be drawn, then an end.
  const server = await startServer(t, (_request, response, count) => {
    if (count > 1) return response.writeHead(404).end();
    response.writeHead(200, {'Content-Length': bytes, ETag: '"1"'}).write(Buffer.alloc(Math.ceil(bytes / 2)));
    setTimeout(() => response.destroy(), 500);
  });
  const command = `${program} datasets fetch mnist --data-dir ${folder}`;
  const {status, stdout} = await runProgram('script', ['--quiet', '--return', '--command', command, '/dev/null'],
    {env: {...process.env, TERM: 'xterm', CONVLAB_DATA_MIRROR: server.url}});
  assert.equal(status, 1, stdout);
  assert.match(stdout, /\rtrain-images-idx3-ubyte\.gz \[#* *\] \d+ % {2}[\d.]+ [KM]iB of 9\.5 MiB/);
});

test('datasets fetch: --data-dir, wrong bytes and missing files', {skip}, async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response, count) => {
    if (count === 1) sendFile(request, response, Buffer.alloc(mnist.downloads[0].bytes));
    else response.writeHead(404).end();
  });
  const args = ['mnist', '--data-dir', folder];
  const wrong = await fetchFrom(server.url, folder, args);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout, /^MNIST: .*\n {2}licence: none stated/);
  assert.ok(wrong.stderr.includes(`; expected ${mnist.downloads[0].sha256}. It is kept as `), wrong.stderr);
  const place = path.join(folder, 'mnist');
  assert.deepEqual(fs.readdirSync(place), ['train-images-idx3-ubyte.gz.bad']);
  const missing = await fetchFrom(server.url, folder, args);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /^convlab: \[fetch\] http:.*\/mnist\/train-images-idx3-ubyte\.gz: the server answers with HTTP status 404/);
  assert.deepEqual(fs.readdirSync(folder), ['mnist'], 'the cache is not used');
});

test('Ctrl-C keeps what has arrived and exits with 130', {skip}, async (t) => {
  const folder = temporaryFolder(t);
  let child;
  const server = await startServer(t, (_request, response) => {
    response.writeHead(200, {'Content-Length': mnist.downloads[0].bytes}).write(Buffer.alloc(5000));
    setTimeout(() => child.kill('SIGINT'), 200);
  });
  const result = await fetchFrom(server.url, folder, ['mnist'], (started) => (child = started));
  assert.equal(result.status, 130, result.stderr);
  assert.match(result.stdout, /\ninterrupted; what has arrived is kept, and the same command continues\n$/);
  const part = path.join(folder, 'cache/convlab/mnist/train-images-idx3-ubyte.gz.part');
  assert.equal(fs.statSync(part).size, 5000);
});

test('datasets fetch: bad arguments and mirrors are refused', {skip}, async (t) => {
  const refused = (args, pattern) => {
    const result = convlab('datasets', ...args);
    assert.equal(result.status, 1);
    assert.match(result.stderr, pattern);
  };
  refused(['fetch'], /^convlab: NAME is required; convlab datasets fetch --help lists the options\n$/);
  refused(['fetch', 'mnits'], /unknown data set 'mnits' \(did you mean 'mnist'\?\)/);
  refused(['fetch', 'mnist', 'extra'], /unexpected argument 'extra'; convlab datasets fetch --help/);
  refused(['fetch', 'mnist', '--data-di', 'x'], /unknown option '--data-di' \(did you mean '--data-dir'\?\)/);
  refused(['fetch', 'mnist', '--data-dir', ''], /--data-dir is empty/);
  refused(['fetch', 'mnist', '--data-dir', '/dev/null'], /\/dev\/null\/mnist: cannot be created/);
  refused(['ftech'], /unexpected argument 'ftech' \(did you mean 'fetch'\?\); convlab datasets --help/);
  const folder = temporaryFolder(t);
  const mirror = await fetchFrom('ftp://example.org', folder, ['mnist']);
  assert.match(mirror.stderr, /CONVLAB_DATA_MIRROR is 'ftp:\/\/example\.org'; expected an address/);
  assert.ok(convlab('datasets', 'fetch', '--help').stdout.includes('$CONVLAB_DATA_MIRROR/NAME/FILE'));
});

/** Returns {width, height, channels} of a PNG file. */
function pngSize(file) {
  const bytes = fs.readFileSync(file);
  assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
  return {width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), channels: bytes[25] === 0 ? 1 : 3};
}

/** Writes photos of two sizes: 5 cats, two of which are equal, 2 dogs, a test dog that equals a cat, two bad files. */
function writePhotos(folder) {
  const write = (name, bytes) => {
    const file = path.join(folder, 'photos', name);
    fs.mkdirSync(path.dirname(file), {recursive: true});
    fs.writeFileSync(file, bytes);
  };
  const photo = (width, height, value) => greyPng(width, height, Buffer.alloc(width * height, value));
  for (let i = 0; i < 4; ++i) write(`train/cat/${i}.png`, photo(12, 8, 10 * i));
  write('train/cat/copy.png', photo(12, 8, 30));
  write('train/dog/0.png', photo(12, 8, 200));
  write('train/dog/bad.png', 'no image');
  write('val/dog/0.png', photo(12, 8, 20));
  write('val/dog/1.png', photo(10, 10, 20));
  write('val/dog/empty.jpg', '');
  write('readme.txt', 'not an image');
  return path.join(folder, 'photos');
}

test('datasets inspect shows sizes, classes, duplicates and damage', (t) => {
  const folder = temporaryFolder(t);
  const photos = writePhotos(folder);
  const mean = path.join(folder, 'mean.png');
  const result = convlab('datasets', 'inspect', photos, '--out', mean);
  assert.equal(result.status, 0, result.stderr);
  const printed = lines(result.stdout);
  assert.deepEqual(printed.slice(0, 4), [
    'photos: 7 training images and 3 test images, 2 classes',
    '  sizes (width×height): 2 different, from 12×8 to 10×10; most frequent 12×8, 7 images',
    '  channels: 8 grey, 0 colour',
    '  values: 0 to 200',
  ]);
  const values = [0, 10, 20, 30, 30, 200];
  const average = values.reduce((a, b) => a + b) / 6;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - average) ** 2, 0) / 6);
  assert.equal(printed[4], `  training pixels at 12×8, 0 to 1: mean ${(average / 255).toFixed(4)}, ` +
    `standard deviation ${(deviation / 255).toFixed(4)}`);
  assert.ok(printed.includes('cat                  5            0            71.43 %'), result.stdout);
  assert.ok(printed.includes('note: no test images of cat'));
  assert.match(result.stdout, /note: the largest class has 2\.5 times as many training images as the smallest; /);
  assert.match(result.stdout, /\n1 training image equal to an earlier one:\n {2}.*cat\/\w+\.png = .*cat\/\w+\.png\n/);
  assert.match(result.stdout, /\n1 test image equal to a training image:\n {2}.*val\/dog\/0\.png = .*cat\/2\.png \(class dog, not cat\)\n/);
  assert.match(result.stdout, /\n2 unreadable images:\n {2}\[image\] .*dog\/bad\.png is no PNG, JPEG, BMP or GIF image.*\n {2}.*empty\.jpg.*\n$/);
  assert.deepEqual(pngSize(mean), {width: 12, height: 8, channels: 1});
});

test('datasets inspect --json has all figures; a clean data set says so', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const result = convlab('datasets', 'inspect', 'mnist', '--data-dir', folder, '--json', '-');
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stderr, /size \(width×height\): all 28×28\n/);
  assert.match(result.stderr, /\nno duplicates\nno unreadable images\n$/);
  const [json, ...more] = jsonLines(result.stdout);
  assert.equal(more.length, 0);
  assert.equal(json.event, 'inspection');
  assert.deepEqual(json.image, [28, 28, 1]);
  assert.equal(json.train.images, 640);
  assert.deepEqual(json.train.images_per_class, Array(10).fill(64));
  assert.deepEqual(json.test.images_per_class, Array(10).fill(20));
  assert.deepEqual(json.train.duplicates, []);
  assert.deepEqual([json.grey, json.color, json.class_imbalance], [840, 0, 1]);
  assert.deepEqual(json.sizes, {different: 1, smallest: {width: 28, height: 28, images: 840},
                                largest: {width: 28, height: 28, images: 840},
                                most_frequent: {width: 28, height: 28, images: 840}});
  // A bright square of 4 × 7 pixels on noise of 0 to 60, see helpers.mjs.
  assert.ok(Math.abs(json.mean[0] - (30 + 180 * 28 / 784) / 255) < 0.01, json.mean);
});

test('datasets inspect: many unreadable images are counted', (t) => {
  const folder = temporaryFolder(t);
  const photos = writePhotos(folder);
  for (let i = 0; i < 30; ++i) fs.writeFileSync(path.join(photos, `val/dog/bad${i}.png`), 'no image');
  const {status, stdout, stderr} = convlab('datasets', 'inspect', photos, '--json', path.join(folder, 'all.json'));
  assert.equal(status, 0, stderr);
  assert.match(stdout, /\n32 unreadable images:\n( {2}\[image\] .*\n){20} {2}… and 12 more\n$/);
  const [json] = jsonLines(fs.readFileSync(path.join(folder, 'all.json'), 'utf8'));
  assert.equal(json.train.unreadable.length + json.test.unreadable.length, 32);
});

test('datasets preview draws eight images and eight epochs of each', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const draw = (name, ...args) => {
    const file = path.join(folder, name);
    const result = convlab('datasets', 'preview', 'mnist', '--data-dir', folder, '--out', file, ...args);
    assert.equal(result.status, 0, result.stderr);
    return {...result, file, bytes: fs.readFileSync(file)};
  };
  const shifted = draw('a.png', '--augment', 'shift=0.2,rotate=15');
  // A cell of 28 pixels is enlarged to 84, with 4 pixels between cells and 16 after the originals.
  assert.deepEqual(pngSize(shifted.file), {width: 9 * 88 + 4 + 12, height: 8 * 88 + 4, channels: 1});
  const printed = lines(shifted.stdout);
  assert.equal(printed.length, 9);
  assert.match(printed[0], /a\.png: 808×708 pixels; in each row an image and 8 epochs of it with width_shift=0\.2,height_shift=0\.2,rotate=15$/);
  assert.match(printed[1], /^ {2}row 1: 0, image \d+ of mnist$/);
  const before = convlab('datasets', '--data-dir', folder, 'preview', 'mnist', '--out', path.join(folder, 'before.png'));
  assert.equal(before.status, 0, before.stderr);
  assert.match(draw('plain.png').stdout, /8 epochs of it without changes, since there is no --augment\n/);
  assert.deepEqual(draw('b.png', '--augment', 'shift=0.2,rotate=15').bytes, shifted.bytes);
  assert.notDeepEqual(draw('c.png', '--augment', 'shift=0.2,rotate=15', '--seed', '2').bytes, shifted.bytes);
  assert.notDeepEqual(draw('d.png').bytes, shifted.bytes);
  fs.writeFileSync(path.join(folder, 'keras.json'), '{"width_shift_range": 0.2, "height_shift_range": 0.2, "rotation_range": 15}');
  assert.match(draw('e.png', '--augment', path.join(folder, 'keras.json')).stdout, / with .*rotate=15/);
  draw('f.png', '--image-size', '70', '--augment', 'mixup=1');
  const crop = draw('g.png', '--image-size', '70').bytes;
  assert.deepEqual(draw('h.png', '--image-size', '70', '--resize', 'stretch').bytes, crop); // of square images
  assert.deepEqual(pngSize(path.join(folder, 'f.png')), {width: 9 * 74 + 4 + 12, height: 8 * 74 + 4, channels: 1});
});

test('datasets inspect and preview refuse bad arguments before they read images', (t) => {
  const folder = temporaryFolder(t);
  const photos = writePhotos(folder);
  const refused = (args, pattern) => {
    const result = convlab('datasets', ...args);
    assert.equal(result.status, 1);
    assert.match(result.stderr, pattern);
    assert.equal(result.stdout, '');
  };
  refused(['inspect'], /^convlab: NAME\|PATH is required; convlab datasets inspect --help lists the options\n$/);
  refused(['inspect', './nothing'], /^convlab: \[data\] \.\/nothing: no such file or folder\n$/);
  refused(['inspect', 'mnits'], /unknown data set 'mnits' \(did you mean 'mnist'\?\)/);
  refused(['inspect', 'mnist', '--data-dir', folder], /\[data\] mnist: not found/);
  refused(['inspect', photos, '--out', path.join(folder, 'no/mean.png')], /no\/mean\.png: .*no/);
  refused(['inspect', photos, '--json', path.join(folder, 'no/x.json')], /no\/x\.json/);
  refused(['inspect', photos, '--out', path.join(folder, 'x'), '--json', path.join(folder, 'x')],
          /--json and --out both write/);
  refused(['preview', photos], /^convlab: --out FILE is required/);
  const out = ['--out', path.join(folder, 'grid.png')];
  refused(['preview', './nothing', ...out], /\[data\] \.\/nothing: no such file or folder/);
  refused(['preview', photos, '--out', path.join(folder, 'no/grid.png')], /no\/grid\.png/);
  refused(['preview', photos, '--augment', 'flop', ...out], /flop/);
  refused(['preview', photos, '--image-size', '0', ...out], /--image-size.*'0' is not a whole number from 1 to 1024/);
  assert.equal(fs.existsSync(out[1]), false);
});
