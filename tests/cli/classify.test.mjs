// convlab classify: a network that was trained on ImageNet. Its weights are not here, so a file with random ones stands in.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {greyPng} from '../png.mjs';
import {convlab, convlabIn, jsonLines, temporaryFolder} from './helpers.mjs';

/** The convolutions of SqueezeNet 1.1 as Caffe names them: [name, filters, channels, side of the kernel]. */
function squeezenetLayers() {
  const layers = [['conv1', 64, 3, 3]];
  let channels = 64;
  [[16, 64], [16, 64], [32, 128], [32, 128], [48, 192], [48, 192], [64, 256], [64, 256]].forEach(([squeeze, expand], i) => {
    layers.push([`fire${i + 2}/squeeze1x1`, squeeze, channels, 1]);
    layers.push([`fire${i + 2}/expand1x1`, expand, squeeze, 1], [`fire${i + 2}/expand3x3`, expand, squeeze, 3]);
    channels = 2 * expand;
  });
  return [...layers, ['conv10', 1000, channels, 1]];
}

/**
 * Writes a safetensors file in which all weights are 0 but the biases of the last layer, which make
 * class 281 the most probable and 282 the next; without the tensors in `left`.
 */
function writeWeights(file, left = []) {
  const header = {};
  const parts = [];
  let end = 0;
  const add = (name, shape, values) => {
    if (left.includes(name)) return;
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    Object.entries(values).forEach(([index, value]) => { data[index] = value; });
    header[name] = {dtype: 'F32', shape, data_offsets: [end, end += data.byteLength]};
    parts.push(Buffer.from(data.buffer));
  };
  for (const [name, filters, channels, side] of squeezenetLayers()) {
    add(`${name}.weight`, [filters, channels, side, side], {});
    add(`${name}.bias`, [filters], name === 'conv10' ? {281: 9, 282: 8} : {});
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  fs.writeFileSync(file, Buffer.concat([length, text, ...parts]));
}

function image(folder) {
  const file = path.join(folder, 'cat.png');
  fs.writeFileSync(file, greyPng(30, 40, Buffer.alloc(1200, 120)));
  return file;
}

test('classify names the most probable classes of ImageNet', (t) => {
  const folder = temporaryFolder(t);
  const weights = path.join(folder, 'weights.safetensors');
  writeWeights(weights);
  const args = ['classify', '--model', 'squeezenet1.1', '--weights', weights, image(folder)];
  const text = convlab(...args);
  assert.equal(text.status, 0, text.stderr);
  assert.match(text.stdout, /cat\.png: tabby \d+\.\d\d %, tiger cat \d+\.\d\d %(, [^,]+ \d+\.\d\d %){3}\n$/);
  assert.match(text.stderr, /weights\.safetensors is not the known file of squeezenet1\.1/);
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
  writeWeights(path.join(folder, 'convlab', 'weights', 'squeezenet1.1.safetensors'));
  const found = convlabIn(script, 'classify', cat);
  assert.equal(found.status, 0, found.stderr);
  assert.match(found.stdout, /: tabby /);
});

test('classify names all tensors that a file lacks, and continues after an image that is none', (t) => {
  const folder = temporaryFolder(t);
  const weights = path.join(folder, 'weights.safetensors');
  writeWeights(weights, ['conv1.bias', 'fire5/expand3x3.weight']);
  const lacks = convlab('classify', '--weights', weights, image(folder));
  assert.equal(lacks.status, 1);
  assert.match(lacks.stderr, /lacks 2 of the 52 tensors of squeezenet1\.1: "conv1\.bias", "fire5\/expand3x3\.weight"/);
  writeWeights(weights);
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
