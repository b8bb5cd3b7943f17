// convlab predict: classes of image files from a saved model.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {greyPng} from '../png.mjs';
import {convlab, jsonLines, lines, split, temporaryFolder, writeDataSet} from './helpers.mjs';

function trained(t) {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'model.safetensors');
  const result = convlab('train', '--model', 'mnist-mlp', '--epochs', '10', '--data', 'mnist', '--data-dir', folder,
                         '--threads', '1', '--save', model);
  assert.equal(result.status, 0, result.stderr);
  const {images, labels} = split(5);
  const files = Array.from({length: 5}, (_, i) => {
    const file = path.join(folder, `${i}.png`);
    fs.writeFileSync(file, greyPng(28, 28, images.subarray(16 + i * 784, 16 + (i + 1) * 784)));
    return file;
  });
  return {folder, model, files, labels: [...labels.subarray(8)]};
}

test('predict names the classes of images, the most probable first', (t) => {
  const {model, files, labels} = trained(t);
  const result = convlab('predict', '--model', model, ...files);
  assert.equal(result.status, 0, result.stderr);
  lines(result.stdout).forEach((line, i) => {
    assert.ok(line.startsWith(`${files[i]}: ${labels[i]} `), line);
    const percents = [...line.matchAll(/(\d+\.\d\d) %/g)].map(([, number]) => Number(number));
    assert.equal(percents.length, 3);
    assert.deepEqual(percents, [...percents].sort((a, b) => b - a));
  });
  const events = jsonLines(convlab('predict', '--model', model, ...files, '--json', '-').stdout);
  assert.deepEqual(events.map((event) => event.class), labels);
  for (const {scores, are_probabilities: areProbabilities} of events) {
    assert.equal(areProbabilities, true);
    assert.ok(Math.abs(scores.reduce((a, b) => a + b, 0) - 1) < 1e-5);
  }
});

test('predict resizes an image of another size', (t) => {
  const {folder, model} = trained(t);
  const small = split(1).images.subarray(16);
  const large = Buffer.alloc(56 * 80);  // wider than high: the middle is used
  for (let y = 0; y < 56; ++y) {
    for (let x = 0; x < 56; ++x) large[y * 80 + x + 12] = small[(y >> 1) * 28 + (x >> 1)];
  }
  const file = path.join(folder, 'large.png');
  fs.writeFileSync(file, greyPng(80, 56, large));
  const [event] = jsonLines(convlab('predict', '--model', model, file, '--json', '-').stdout);
  assert.equal(event.class, split(1).labels[8]);
});

test('predict goes on after an image that it cannot read, and says so', (t) => {
  const {folder, model, files} = trained(t);
  const text = path.join(folder, 'text.png');
  fs.writeFileSync(text, 'not an image');
  const result = convlab('predict', '--model', model, path.join(folder, 'missing.png'), text, files[0]);
  assert.equal(result.status, 1);
  assert.match(result.stderr, /missing\.png: no such file/);
  assert.match(result.stderr, /text\.png is no PNG, JPEG, BMP or GIF image/);
  assert.equal(lines(result.stdout).length, 1);
  const none = convlab('predict', '--model', files[0], files[0]);
  assert.equal(none.status, 1);
  assert.match(none.stderr, /0\.png/);
});
