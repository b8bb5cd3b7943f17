// convlab weights: pretrained weights that are downloaded into the user's cache.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {program, temporaryFolder} from '../cli/helpers.mjs';
import {runProgram, sendFile, startServer} from './server.mjs';

const driver = path.join(path.dirname(program), 'tests', 'convlab_fetch_driver');
const skip = fs.existsSync(driver) ? false : 'built without libcurl';

/** Tensors of torchvision's ResNet-18: [name, shape]. */
function resnet18() {
  const tensors = [];
  const conv = (name, norm, filters, channels, side) => {
    tensors.push([`${name}.weight`, [filters, channels, side, side]]);
    for (const part of ['weight', 'bias', 'running_mean', 'running_var']) tensors.push([`${norm}.${part}`, [filters]]);
  };
  conv('conv1', 'bn1', 64, 3, 7);
  let channels = 64;
  [64, 128, 256, 512].forEach((filters, i) => {
    for (const block of [0, 1]) {
      const name = `layer${i + 1}.${block}`;
      conv(`${name}.conv1`, `${name}.bn1`, filters, channels, 3);
      conv(`${name}.conv2`, `${name}.bn2`, filters, filters, 3);
      if (channels !== filters) conv(`${name}.downsample.0`, `${name}.downsample.1`, filters, channels, 1);
      channels = filters;
    }
  });
  return [...tensors, ['fc.weight', [1000, 512]], ['fc.bias', [1000]]];
}

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

const fetch = (cache, url, name = 'resnet18-torchvision') => run(['weights', 'fetch', name], cache, url);

test('weights fetch downloads a file into the cache, goes on after a cut connection, and lists it', {skip}, async (t) => {
  const cache = temporaryFolder(t);
  const file = fileOf(resnet18());
  const server = await startServer(t, (request, response, count) =>
    sendFile(request, response, file, {cut: count === 1 ? 5_000_000 : Infinity}));
  const result = await fetch(cache, server.url);
  assert.equal(result.status, 0, result.stderr);
  assert.equal(server.requests[0].url, '/weights/resnet18-torchvision.safetensors');
  assert.equal(server.requests[1].headers.range, 'bytes=5000000-');
  const place = path.join(cache, 'convlab', 'weights', 'resnet18-torchvision.safetensors');
  assert.ok(file.equals(fs.readFileSync(place)));
  const list = await run(['weights'], cache, server.url);
  assert.ok(list.stdout.includes(`in ${place}`), list.stdout);
  assert.match(list.stdout, /vgg11-torchvision\n {2}.*\n {2}licence: .*\n {2}source: .*\n {2}not found\. To get it: convlab weights fetch vgg11-torchvision/);
});

test('weights fetch keeps no file that lacks tensors, and says where others come from', {skip}, async (t) => {
  const cache = temporaryFolder(t);
  const file = fileOf(resnet18().filter(([name]) => !name.startsWith('fc.')));
  const server = await startServer(t, (request, response) => sendFile(request, response, file));
  const result = await fetch(cache, server.url);
  assert.equal(result.status, 1);
  assert.match(result.stderr, /lacks 2 of the 102 tensors of resnet18-torchvision: "fc\.weight", "fc\.bias"/);
  assert.deepEqual(fs.readdirSync(path.join(cache, 'convlab', 'weights')), []);
  const unpublished = await fetch(cache, server.url, 'googlenet');
  assert.equal(unpublished.status, 1);
  assert.match(unpublished.stderr, /googlenet: no file is published in this format\. To get it: convert /);
});
