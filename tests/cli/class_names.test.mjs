// convlab compares the classes of a model with those of the data that it is given.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {greyPng} from '../png.mjs';
import {convlab, temporaryFolder} from './helpers.mjs';

const options = ['--model', 'mnist-mlp', '--image-size', '8', '--epochs', '1', '--batch', '4', '--threads', '1'];

/** Writes six grey images of each class and returns their folder. */
function writeClasses(folder, names) {
  for (const [label, name] of names.entries()) {
    fs.mkdirSync(path.join(folder, name), {recursive: true});
    for (let i = 0; i < 6; ++i) {
      const file = path.join(folder, name, `${label}-${i}.png`);
      fs.writeFileSync(file, greyPng(8, 8, Buffer.alloc(64, 20 * label + i)));
    }
  }
  return folder;
}

/** Trains on cats, dogs and pigs; returns what was written. */
function trained(t) {
  const folder = temporaryFolder(t);
  const data = writeClasses(path.join(folder, 'pets'), ['cat', 'dog', 'pig']);
  const model = path.join(folder, 'pets.safetensors');
  const result = convlab('train', ...options, '--data', data, '--save', model);
  assert.equal(result.status, 0, result.stderr);
  return {folder, data, model};
}

const evaluate = (model, data) => convlab('eval', '--model', model, '--data', data, '--threads', '1');

test('eval warns of classes with other names, and refuses another number of classes', (t) => {
  const {folder, data, model} = trained(t);
  const same = evaluate(model, data);
  assert.equal(same.status, 0, same.stderr);
  assert.doesNotMatch(same.stdout, /names of/);
  const other = evaluate(model, writeClasses(path.join(folder, 'birds'), ['cat', 'duck', 'hen']));
  assert.equal(other.status, 0, other.stderr);
  assert.match(other.stdout, /note: .*The names of 2 of 3 classes differ: class 1 is 'duck' in the data, but was 'dog' when/);
  const fewer = evaluate(model, writeClasses(path.join(folder, 'two'), ['cat', 'dog']));
  assert.equal(fewer.status, 1, fewer.stdout);
  assert.match(fewer.stderr, /pets\.safetensors has the output shape \(3\), but two has 2 classes/);
});

test('train --resume warns of classes that were renamed', (t) => {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'cifar');
  fs.mkdirSync(data);
  const images = (count) => Buffer.alloc(3073 * count).map((_, i) => (i % 3073 === 0 ? Math.floor(i / 3073) % 2 : i % 251));
  fs.writeFileSync(path.join(data, 'data_batch_1.bin'), images(8));
  fs.writeFileSync(path.join(data, 'test_batch.bin'), images(4));
  const names = (...lines) => fs.writeFileSync(path.join(data, 'batches.meta.txt'), lines.join('\n'));
  names('ship', 'truck');
  const checkpoint = path.join(folder, 'run.checkpoint');
  const train = (...more) => convlab('train', '--model', 'mnist-mlp', '--batch', '4', '--threads', '1', '--data', data, ...more);
  assert.equal(train('--epochs', '1', '--checkpoint', checkpoint).status, 0);
  const same = train('--epochs', '2', '--resume', checkpoint);
  assert.equal(same.status, 0, same.stderr);
  assert.doesNotMatch(same.stdout, /names of/);
  names('ship', 'lorry');
  const renamed = train('--epochs', '2', '--resume', checkpoint);
  assert.equal(renamed.status, 0, renamed.stderr);
  assert.match(renamed.stdout, /note: The names of 1 of 2 classes differ: class 1 is 'lorry' in the data, but was 'truck' when/);
});
