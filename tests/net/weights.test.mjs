// convlab weights: pretrained weights that are downloaded into the user's cache.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {program, temporaryFolder, writeDataSet} from '../cli/helpers.mjs';
import {runProgram, sendFile, startServer} from './server.mjs';

const driver = path.join(path.dirname(program), 'tests', 'convlab_fetch_driver');
const skip = fs.existsSync(driver) ? false : 'built without libcurl';

/** A safetensors file of numbers in float16, all zero unless `fill` gives their bytes. */
function fileOf(tensors, fill = 0) {
  let end = 0;
  const header = Object.fromEntries(tensors.map(([name, shape]) => {
    const begin = end;
    end += 2 * shape.reduce((a, b) => a * b, 1);
    return [name, {dtype: 'F16', shape, data_offsets: [begin, end]}];
  }));
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(end, fill)]);
}

/** The tensors of VGG11's convolutions with torchvision's names. */
const vgg11Body = [[0, 64, 3], [3, 128, 64], [6, 256, 128], [8, 256, 256], [11, 512, 256], [13, 512, 512], [16, 512, 512],
  [18, 512, 512]].flatMap(([layer, filters, channels]) =>
  [[`features.${layer}.bias`, [filters]], [`features.${layer}.weight`, [filters, channels, 3, 3]]]);

/** A file of VGG11 in which the classifier lies between the convolutions. Some of its numbers are not finite. */
function vgg11File(first = 0) {
  return fileOf([...vgg11Body.slice(0, 3), ['classifier.0.weight', [1_000_000]], ...vgg11Body.slice(3)],
    Buffer.from(Uint8Array.from({length: 251}, (_, i) => first + i)));
}

/** The header of a safetensors file, and its tensors by name. */
function contentOf(file) {
  const begin = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, begin));
  const tensors = Object.entries(header).map(([name, {data_offsets: [first, end]}]) =>
    [name, file.subarray(begin + first, begin + end)]);
  return {header, tensors: new Map(tensors)};
}

/** Checks a file with the tensors of the convolutions in `file`, and no others. */
function checkBody(path, file) {
  const [found, expected] = [contentOf(fs.readFileSync(path)), contentOf(file)];
  assert.deepEqual([...found.tensors.keys()], vgg11Body.map(([name]) => name));
  for (const [name, bytes] of found.tensors) {
    assert.ok(bytes.equals(expected.tensors.get(name)), name);
    assert.deepEqual(found.header[name].shape, expected.header[name].shape);
  }
}

/** Runs convlab with a cache and the server as mirror. */
const run = (args, cache, url) =>
  runProgram(program, args, {env: {...process.env, XDG_CACHE_HOME: cache, CONVLAB_DATA_MIRROR: url}});

const fetch = (cache, url, name, ...options) => run(['weights', 'fetch', name, ...options], cache, url);

const fetchBody = (cache, url) => fetch(cache, url, 'vgg11-torchvision', '--body');
const bodyFile = 'vgg11-torchvision-body.safetensors';

const folder = (cache) => path.join(cache, 'convlab', 'weights');

test('weights fetch continues after a cut connection, and sets a file with other bytes aside', {skip}, async (t) => {
  const cache = temporaryFolder(t);
  const file = fileOf([['features.0.weight', [64, 3, 3, 3]], ['unused', [2_000_000]]]);
  const server = await startServer(t, (request, response, count) =>
    sendFile(request, response, file, {cut: count === 1 ? 1_000_000 : Infinity}));
  const result = await fetch(cache, server.url, 'vgg16-torchvision');
  assert.equal(result.status, 1);
  assert.equal(server.requests[0].url, '/weights/vgg16-torchvision.safetensors');
  assert.equal(server.requests[1].headers.range, 'bytes=1000000-');
  assert.match(result.stderr, /the file has the SHA-256 [0-9a-f]{64}; expected 57b02691/);
  assert.deepEqual(fs.readdirSync(folder(cache)), ['vgg16-torchvision.safetensors.bad']);
});

test('weights fetch keeps no file that lacks tensors, and says where others come from', {skip}, async (t) => {
  const cache = temporaryFolder(t);
  const server = await startServer(t, (request, response) =>
    sendFile(request, response, fileOf([['features.0.weight', [64, 3, 3, 3]]])));
  const result = await fetch(cache, server.url, 'vgg11-torchvision');
  assert.equal(result.status, 1);
  assert.match(result.stderr, /lacks 21 of the 22 tensors of vgg11-torchvision: "features\.0\.bias", /);
  assert.doesNotMatch(result.stderr, /is complete/);
  assert.deepEqual(fs.readdirSync(folder(cache)), []);
  const unpublished = await fetch(cache, server.url, 'googlenet');
  assert.equal(unpublished.status, 1);
  assert.match(unpublished.stderr, /googlenet: no file is published in this format\. To get it: convert /);
});

test('weights fetch --body reads only the parts of a file that features need, and continues', {skip}, async (t) => {
  const cache = temporaryFolder(t);
  const file = vgg11File();
  const server = await startServer(t, (request, response, count) =>
    sendFile(request, response, file, {cut: count === 5 ? 3_000_000 : Infinity}));
  const result = await fetchBody(cache, server.url);
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /the layers before the classifier/);
  assert.match(result.stdout, /is complete; convlab features --backbone vgg11-torchvision finds it/);
  const {header} = contentOf(file);
  const begin = file.length - header['features.18.weight'].data_offsets[1];
  const at = (name, i) => begin + header[name].data_offsets[i];
  const [skippedFrom, skippedTo] = [at('classifier.0.weight', 0), at('classifier.0.weight', 1)];
  assert.deepEqual(server.requests.map(({url, headers}) => `${url} ${headers.range}`), [
    'bytes=0-0', 'bytes=0-8', `bytes=8-${begin - 1}`, `bytes=${at('features.0.bias', 0)}-${skippedFrom - 1}`,
    `bytes=${skippedTo}-${file.length - 1}`, `bytes=${skippedTo + 3_000_000}-${file.length - 1}`,
  ].map((range) => `/weights/vgg11-torchvision.safetensors ${range}`));
  assert.deepEqual(fs.readdirSync(folder(cache)), [bodyFile]);
  checkBody(path.join(folder(cache), bodyFile), file);

  const again = await fetchBody(cache, server.url);
  assert.match(again.stdout, /vgg11-torchvision-body\.safetensors {2}is there already/);
  assert.equal(server.requests.length, 6);
  const list = await run(['weights'], cache, '');
  assert.match(list.stdout, /the layers before the classifier, in .*vgg11-torchvision-body\.safetensors/);
  const classify = await run(['classify', '--model', 'vgg11-torchvision', 'a.png'], cache, '');
  assert.match(classify.stderr, /To get it: convlab weights fetch vgg11-torchvision\n/);
  const data = temporaryFolder(t);
  writeDataSet(data);
  const features = await run(['features', '--backbone', 'vgg11', '--data', 'mnist', '--data-dir', data,
    '--out', path.join(cache, 'f.safetensors')], cache, '');
  assert.match(features.stderr, /vgg11-torchvision-body\.safetensors.*not finite/);
  const page = temporaryFolder(t);
  const packed = await run(['weights', 'pack', 'vgg11-torchvision', '--out', page], cache, '');
  assert.equal(packed.status, 0, packed.stderr);
  assert.equal(fs.statSync(path.join(page, 'vgg11-torchvision.safetensors')).size,
    fs.statSync(path.join(folder(cache), bodyFile)).size);
});

test('weights fetch --body goes on after an interruption, unless the server has another version', {skip}, async (t) => {
  const cache = temporaryFolder(t);
  const kept = path.join(folder(cache), `${bodyFile}.part`);
  let [file, etag] = [vgg11File(), '"1"'];
  let interrupt = () => {};
  const server = await startServer(t, (request, response, count) => {
    if (count !== 5) return sendFile(request, response, file, {etag});
    sendFile(request, response, file, {etag, cut: 2_000_000, hold: true});
    const wait = setInterval(() => {
      if (fs.statSync(kept).size < 2_000_000) return;
      clearInterval(wait);
      interrupt();
    }, 20);
  });
  const first = await runProgram(program, ['weights', 'fetch', 'vgg11-torchvision', '--body'], {
    env: {...process.env, XDG_CACHE_HOME: cache, CONVLAB_DATA_MIRROR: server.url},
    started: (child) => (interrupt = () => child.kill('SIGINT')),
  });
  assert.equal(first.status, 130, first.stderr);
  assert.match(first.stdout, /interrupted; what has arrived is kept/);
  const interrupted = [kept, `${kept}.json`].map((name) => [name, fs.readFileSync(name)]);

  server.requests.length = 0;
  const second = await fetchBody(cache, server.url);
  assert.equal(second.status, 0, second.stderr);
  const ranges = server.requests.map(({headers}) => headers.range);
  assert.equal(ranges.length, 4);
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(ranges[3]).map(Number);
  assert.equal(end, file.length - 1);
  assert.ok(file.length - start < 17_000_000, ranges[3]);
  checkBody(path.join(folder(cache), bodyFile), file);

  fs.rmSync(path.join(folder(cache), bodyFile));
  for (const [name, bytes] of interrupted) fs.writeFileSync(name, bytes);
  [file, etag] = [vgg11File(3), '"2"'];
  const third = await fetchBody(cache, server.url);
  assert.equal(third.status, 0, third.stderr);
  assert.match(third.stdout, /what was here may be of another version; starting again/);
  checkBody(path.join(folder(cache), bodyFile), file);
});

/** Sends the part of a file that is asked for, with these headers and bytes instead if they are given. */
function sendPart(request, response, file, {etag = '"1"', range = '', bytes = null}) {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range).map(Number);
  const body = bytes ?? file.subarray(first, last + 1);
  response.writeHead(206, {...(etag && {ETag: etag}), 'Content-Length': body.length,
    'Content-Range': range || `bytes ${first}-${last}/${file.length}`});
  response.end(body);
}

test('weights fetch --body says what is wrong with a server, and makes no file of two versions', {skip}, async (t) => {
  const file = vgg11File();
  const ask = async (answer) => {
    const cache = temporaryFolder(t);
    const server = await startServer(t, answer);
    const {status, stderr} = await fetchBody(cache, server.url);
    assert.equal(status, 1, stderr);
    assert.ok(!fs.existsSync(path.join(folder(cache), bodyFile)));
    return stderr;
  };
  const later = (change) => (request, response, count) => sendPart(request, response, file, count < 5 ? {} : change);
  assert.match(await ask((request, response) => sendFile(request, response, file, {ranges: false})),
    /the server does not send parts of this file/);
  assert.match(await ask((request, response) => sendFile(request, response, fileOf(vgg11Body.slice(1)))),
    /lacks 1 of the 16 tensors of vgg11-torchvision: "features\.0\.bias"/);
  const changed = /the file on the server has changed; repeat the command/;
  assert.match(await ask((request, response, count) =>
    sendFile(request, response, file, {etag: count < 5 ? '"1"' : '"2"'})), changed);
  assert.match(await ask(later({etag: '"2"'})), changed);
  assert.match(await ask(later({range: `bytes 1-9/${file.length}`})), changed);
  assert.match(await ask(later({range: `bytes */${file.length + 1}`})), changed);
  assert.match(await ask(later({bytes: Buffer.alloc(20_000_000)})), /the server sends more than was asked for/);
});

test('weights fetch --body takes parts without a version, but keeps none of them for later', {skip}, async (t) => {
  const cache = temporaryFolder(t);
  const file = vgg11File();
  let etag = '"1"';
  const server = await startServer(t, (request, response, count) =>
    sendPart(request, response, file, {etag: count === 1 ? etag : ''}));
  assert.equal((await fetchBody(cache, server.url)).status, 0);
  checkBody(path.join(folder(cache), bodyFile), file);
  // Nothing tells whether these bytes are of the file that the server has now.
  const body = path.join(folder(cache), bodyFile);
  etag = '';
  server.requests.length = 0;
  const total = fs.statSync(body).size;
  fs.truncateSync(body, 5_000_000);
  fs.renameSync(body, `${body}.part`);
  fs.writeFileSync(`${body}.part.json`, JSON.stringify({version: '', total,
    url: `${server.url}/weights/vgg11-torchvision.safetensors`}));
  const {status, stdout} = await fetchBody(cache, server.url);
  assert.equal(status, 0);
  assert.match(stdout, /may be of another version; starting again/);
  checkBody(body, file);
});

test('the whole file is enough for --body; a file that is wrong and was there before stays', {skip}, async (t) => {
  const cache = temporaryFolder(t);
  fs.mkdirSync(folder(cache), {recursive: true});
  const body = path.join(folder(cache), bodyFile);
  fs.writeFileSync(body, fileOf(vgg11Body.slice(1)));
  const wrong = await fetchBody(cache, 'http://127.0.0.1:9');
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /lacks 1 of the 16 tensors .*It was not changed; rename or delete it/);
  assert.ok(fs.existsSync(body));
  fs.renameSync(body, path.join(folder(cache), 'vgg11-torchvision.safetensors'));
  const whole = await fetchBody(cache, 'http://127.0.0.1:9');
  assert.equal(whole.status, 0, whole.stderr);
  assert.match(whole.stdout, /vgg11-torchvision\.safetensors is there already, with these layers and the classifier/);
});

test('weights that cannot be fetched are expected under the name of the whole file', async (t) => {
  const cache = temporaryFolder(t);
  for (const args of [['features', '--backbone', 'squeezenet1.1', '--data', 'mnist', '--out', path.join(cache, 'f.safetensors')],
    ['weights', 'pack', 'squeezenet1.1', '--out', cache]]) {
    const {stderr} = await run(args, cache, '');
    assert.match(stderr, /\/squeezenet1\.1\.safetensors is not there/);
  }
});

test('weights lists what is in the cache and how to get the rest', async (t) => {
  const cache = temporaryFolder(t);
  const place = path.join(folder(cache), 'resnet18-torchvision.safetensors');
  fs.mkdirSync(folder(cache), {recursive: true});
  fs.writeFileSync(place, fileOf([]));
  const list = await run(['weights'], cache, '');
  assert.equal(list.status, 0, list.stderr);
  assert.ok(list.stdout.includes(`in ${place}`), list.stdout);
  assert.match(list.stdout, /vgg11-torchvision\n {2}.*\n {2}licence: .*\n {2}source: .*\n {2}not found\. To get it: convlab weights fetch vgg11-torchvision/);
});
