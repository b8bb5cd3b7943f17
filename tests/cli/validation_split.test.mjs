// convlab train --validation-split: images set aside from the training images take the place of the test images.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {convlab, jsonLines, temporaryFolder, writeDataSet} from './helpers.mjs';

function place(t) {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const data = ['--data', 'mnist', '--data-dir', folder, '--threads', '1'];
  const file = (name) => path.join(folder, name);
  const run = (...more) => convlab('train', '--model', 'mnist-mlp', ...data, '--epochs', '3', '--batch', '32',
                                   '--lr', '0.002', '--json', '-', ...more);
  const train = (...more) => {
    const result = run(...more);
    assert.equal(result.status, 0, result.stderr);
    return {...result, done: jsonLines(result.stdout).at(-1)};
  };
  const evaluate = (model) => jsonLines(convlab('eval', '--model', model, ...data, '--json', '-').stdout)[0];
  return {folder, file, run, train, evaluate};
}

test('the split is validated on and named, and the test images are left to eval', (t) => {
  const {file, train, evaluate} = place(t);
  const {stderr, done} = train('--validation-split', '0.1', '--save', file('m'), '--save-best', file('b'),
                               '--early-stopping', '5', '--schedule', 'plateau');
  assert.match(stderr, /576 training images, 64 validation images,/);
  assert.match(stderr, /^epoch 3\/3 .*  validation loss \S+  validation accuracy /m);
  assert.match(stderr, /^done: validation accuracy /m);
  assert.doesNotMatch(stderr, /test|note/);
  assert.ok(done.val_accuracy > 0.9, `${done.val_accuracy}`);
  const result = evaluate(file('m'));
  assert.equal(result.images, 200);
  assert.notEqual(result.val_loss, done.val_loss);
  assert.match(fs.readFileSync(file('m'), 'latin1'), /\\"validation_split\\":0\.1/);
});

test('without a split, the test images are validated on, named, and who selects by them is told', (t) => {
  const {file, train} = place(t);
  const {stderr} = train('--save-best', file('b'), '--early-stopping', '5');
  assert.match(stderr, /640 training images, xnnpack/);
  assert.match(stderr, /^note: Early stopping judges by the test images: .* A validation split avoids that\.$/m);
  assert.match(stderr, /^note: --save-best judges by the test images: .* --validation-split avoids that\.$/m);
  assert.match(stderr, /^done: test accuracy /m);
});

test('the test images have no influence on a run with a split', (t) => {
  const {folder, file, train} = place(t);
  const split = ['--validation-split', '0.25', '--early-stopping', '1', '--restore-best-weights'];
  train(...split, '--save', file('a'));
  const labels = path.join(folder, 'mnist/t10k-labels-idx1-ubyte');
  fs.rmSync(`${labels}.gz`);
  // 200 labels of class 3: wrong for nine of ten images.
  fs.writeFileSync(labels, Buffer.concat([Buffer.from([0, 0, 8, 1, 0, 0, 0, 200]), Buffer.alloc(200, 3)]));
  train(...split, '--save', file('b'));
  assert.ok(fs.readFileSync(file('a')).equals(fs.readFileSync(file('b'))));
});

test('a run with a split resumes bit for bit, with another split or seed it is refused', (t) => {
  const {file, run, train} = place(t);
  const split = ['--validation-split', '0.2', '--class-weights', 'balanced'];
  train(...split, '--epochs', '5', '--save', file('whole'));
  train(...split, '--epochs', '2', '--checkpoint', file('c'), '--checkpoint-every', '7');
  train(...split, '--epochs', '5', '--resume', file('c'), '--save', file('resumed'));
  assert.ok(fs.readFileSync(file('whole')).equals(fs.readFileSync(file('resumed'))));
  const refused = (args, pattern) => {
    const {status, stderr} = run('--epochs', '5', '--resume', file('c'), ...args);
    assert.equal(status, 1);
    assert.match(stderr, pattern);
  };
  refused(['--validation-split', '0.3', '--class-weights', 'balanced'], /validation_split \(0\.2 there, 0\.3 here\)/);
  refused([...split, '--seed', '2'], /seed \(1 there, 2 here\)/);
  refused(['--class-weights', 'balanced'], /validation_split \(0\.2 there, 0\.0 here\)/);
});

test('a split without images is refused', (t) => {
  const {run} = place(t);
  const {status, stderr} = run('--validation-split', '0.0001');
  assert.equal(status, 1);
  assert.match(stderr, /a validation split of 0\.0001 of 640 training images sets 0 aside/);
});
