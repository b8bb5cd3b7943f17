// The examples in C++ run as they stand, on a small data set.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {test} from 'node:test';
import {convlab, program, temporaryFolder, writeDataSet} from '../cli/helpers.mjs';

const example = (...args) =>
  spawnSync(path.join(path.dirname(program), 'examples/train_mlp'), args, {encoding: 'utf8'});

test('train_mlp trains a network, evaluates it and saves a model that convlab opens', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'mlp.safetensors');
  const {status, stdout, stderr} = example(folder, model);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const [, accuracy] = stdout.match(/^test accuracy ([\d.]+) % on 200 images\n$/);
  assert.ok(accuracy > 50, `${accuracy} %; ten classes give 10 % by chance`);
  const evaluated = convlab('eval', '--model', model, '--data', 'mnist', '--data-dir', folder);
  assert.ok(evaluated.stdout.includes(accuracy), evaluated.stdout + evaluated.stderr);
});

test('train_mlp says what is missing', (t) => {
  const {status, stderr} = example(temporaryFolder(t), '/nonexistent/a.safetensors');
  assert.equal(status, 1);
  assert.match(stderr, /^error: \[data\] mnist: not found/);
});
