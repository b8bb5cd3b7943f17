// convlab weights: pretrained weights that are downloaded into the user's cache.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {program, temporaryFolder} from '../cli/helpers.mjs';
import {runProgram, sendFile, startServer} from './server.mjs';

const driver = path.join(path.dirname(program), 'tests', 'convlab_fetch_driver');
const skip = fs.existsSync(driver) ? false : 'built without libcurl';

/** A safetensors file of zeros in float16. */
function fileOf(tensors) {
  let end = 0;
  const header = Object.fromEntries(tensors.map(([name, shape]) => {
    const begin = end;
    end += 2 * shape.reduce((a, b) => a * b, 1);
    return [name, {dtype: 'F16', shape, data_offsets: [begin, end]}];
  }));
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(end)]);
}

/** Runs convlab with a cache and the server as mirror. */
const run = (args, cache, url) =>
  runProgram(program, args, {env: {...process.env, XDG_CACHE_HOME: cache, CONVLAB_DATA_MIRROR: url}});

const fetch = (cache, url, name) => run(['weights', 'fetch', name], cache, url);

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
