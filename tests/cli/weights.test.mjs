// convlab weights pack: pretrained weights as the web page fetches them.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {writeSqueezenet} from '../squeezenet_file.mjs';
import {convlab, convlabIn, temporaryFolder} from './helpers.mjs';

const pieceBytes = 2 ** 20;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const catalogOf = (out) => JSON.parse(fs.readFileSync(path.join(out, 'catalog.json'), 'utf8')).weights;

test('weights pack copies a file and lists a checksum of each MiB', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'my.safetensors');
  writeSqueezenet(file, {random: true});
  const out = path.join(folder, 'page', 'weights');
  const result = convlab('weights', 'pack', file, '--out', out);
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /^squeezenet1\.1: 4\.7 MiB in .*squeezenet1\.1\.safetensors\n$/);
  const [entry, ...others] = catalogOf(out);
  assert.deepEqual(others, []);
  const bytes = fs.readFileSync(path.join(out, entry.file));
  assert.ok(bytes.equals(fs.readFileSync(file)));
  assert.equal(entry.bytes, bytes.length);
  assert.equal(entry.name, 'squeezenet1.1');
  assert.equal(entry.network, 'squeezenet1.1');
  const pieces = Array.from({length: Math.ceil(bytes.length / pieceBytes)},
    (_, i) => sha256(bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes)));
  assert.deepEqual(entry.pieces, pieces);
});

test('weights pack keeps the entries of other sets, and replaces its own', (t) => {
  const folder = temporaryFolder(t);
  const cache = path.join(folder, 'convlab', 'weights');
  fs.mkdirSync(cache, {recursive: true});
  writeSqueezenet(path.join(cache, 'squeezenet1.1.safetensors'));
  const out = path.join(folder, 'weights');
  fs.mkdirSync(out);
  const other = {name: 'another', file: 'another.safetensors', bytes: 1, pieces: ['00']};
  fs.writeFileSync(path.join(out, 'catalog.json'),
    JSON.stringify({weights: [{name: 'squeezenet1.1', bytes: 1}, other]}));
  const result = convlabIn(`XDG_CACHE_HOME='${folder}' exec "$@"`, 'weights', 'pack', 'squeezenet1.1', '--out', out);
  assert.equal(result.status, 0, result.stderr);
  const entries = catalogOf(out);
  assert.deepEqual(entries.map(({name}) => name), ['another', 'squeezenet1.1']);
  assert.deepEqual(entries[0], other);
});

test('weights pack refuses other files, and says where weights would be', (t) => {
  const folder = temporaryFolder(t);
  const out = path.join(folder, 'weights');
  const file = path.join(folder, 'my.safetensors');
  writeSqueezenet(file, {left: ['conv1.bias']});
  const lacks = convlab('weights', 'pack', file, '--out', out);
  assert.equal(lacks.status, 1);
  assert.match(lacks.stderr, /lacks 1 of the 50 tensors of squeezenet1\.1: "conv1\.bias"/);
  fs.writeFileSync(file, 'no weights');
  const text = convlab('weights', 'pack', file, '--out', out);
  assert.equal(text.status, 1);
  assert.match(text.stderr, /my\.safetensors/);
  const unknown = convlab('weights', 'pack', 'alexnet', '--out', out);
  assert.match(unknown.stderr, /unknown weights or file 'alexnet'/);
  const missing = convlabIn(`XDG_CACHE_HOME='${folder}' exec "$@"`, 'weights', 'pack', 'vgg16', '--out', out);
  assert.match(missing.stderr, /vgg16\.safetensors is not there\. To get it: /);
  assert.ok(!fs.existsSync(out));
});
