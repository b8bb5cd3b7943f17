// convlab classify: a network that was trained on ImageNet. Its weights are not here, so a file with random ones stands in.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {greyPng} from '../png.mjs';
import {writeSqueezenet} from '../squeezenet_file.mjs';
import {convlab, convlabIn, jsonLines, temporaryFolder} from './helpers.mjs';

function image(folder) {
  const file = path.join(folder, 'cat.png');
  fs.writeFileSync(file, greyPng(30, 40, Buffer.alloc(1200, 120)));
  return file;
}

test('classify names the most probable classes of ImageNet', (t) => {
  const folder = temporaryFolder(t);
  const weights = path.join(folder, 'weights.safetensors');
  writeSqueezenet(weights);
  const args = ['classify', '--model', 'squeezenet1.1', '--weights', weights, image(folder)];
  const text = convlab(...args);
  assert.equal(text.status, 0, text.stderr);
  assert.match(text.stdout, /cat\.png: tabby \d+\.\d\d %, tiger cat \d+\.\d\d %(, [^,]+ \d+\.\d\d %){3}\n$/);
  assert.match(text.stderr, /weights\.safetensors is not the known file of squeezenet1\.1/);
  const dot = path.join(folder, 'dot.png');
  fs.writeFileSync(dot, greyPng(1, 1, Buffer.from([120])));
  assert.match(convlab('classify', '--weights', weights, dot).stdout, /dot\.png: tabby /);
  const [event] = jsonLines(convlab(...args, '--top-k', '2', '--json', '-').stdout);
  assert.equal(event.event, 'classification');
  assert.deepEqual(event.top.map(({class: index, class_name: name}) => [index, name]), [[281, 'tabby'], [282, 'tiger cat']]);
  // Softmax of 9 and 8 beside 998 zeros.
  const sum = Math.exp(9) + Math.exp(8) + 998;
  assert.ok(Math.abs(event.top[0].score - Math.exp(9) / sum) < 1e-5);
});

test('classify finds weights in the cache, and says where it looked', (t) => {
  const folder = temporaryFolder(t);
  const cat = image(folder);
  const script = `XDG_CACHE_HOME='${folder}' exec "$@"`;
  const missing = convlabIn(script, 'classify', cat);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /convlab\/weights\/squeezenet1\.1\.safetensors is not there; expected it or --weights FILE\. To get it: /);
  fs.mkdirSync(path.join(folder, 'convlab', 'weights'), {recursive: true});
  writeSqueezenet(path.join(folder, 'convlab', 'weights', 'squeezenet1.1.safetensors'));
  const found = convlabIn(script, 'classify', cat);
  assert.equal(found.status, 0, found.stderr);
  assert.match(found.stdout, /: tabby /);
});

test('classify names all tensors that a file lacks, and continues after an image that is none', (t) => {
  const folder = temporaryFolder(t);
  const weights = path.join(folder, 'weights.safetensors');
  writeSqueezenet(weights, {left: ['conv1.bias', 'fire5/expand3x3.weight']});
  const lacks = convlab('classify', '--weights', weights, image(folder));
  assert.equal(lacks.status, 1);
  assert.match(lacks.stderr, /lacks 2 of the 52 tensors of squeezenet1\.1: "conv1\.bias", "fire5\/expand3x3\.weight"/);
  writeSqueezenet(weights);
  const text = path.join(folder, 'text.png');
  fs.writeFileSync(text, 'not an image');
  const result = convlab('classify', '--weights', weights, text, image(folder));
  assert.equal(result.status, 1);
  assert.match(result.stderr, /text\.png/);
  assert.match(result.stdout, /cat\.png: tabby /);
  const unknown = convlab('classify', '--model', 'alexnet', image(folder));
  assert.match(unknown.stderr, /unknown pretrained network 'alexnet'/);
  const body = convlab('classify', '--model', 'vgg16', image(folder));
  assert.match(body.stderr, /vgg16 has no classifier; expected a network that has/);
});
