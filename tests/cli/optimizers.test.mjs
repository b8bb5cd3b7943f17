// convlab train and lr-find with optimizers, schedules, clipping, accumulation and weight averages.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {convlab, jsonLines, temporaryFolder, writeDataSet} from './helpers.mjs';

/** Trains for three epochs of 20 steps; returns the events of --json. */
function train(folder, ...more) {
  const result = convlab('train', '--model', 'mnist-mlp', '--data', 'mnist', '--data-dir', folder, '--epochs', '3',
                         '--batch', '32', '--threads', '1', '--json', '-', ...more);
  assert.equal(result.status, 0, result.stderr);
  return jsonLines(result.stdout);
}

const rates = (events) => events.filter(({event}) => event === 'epoch').map((event) => event.learning_rate);

test('every optimizer learns with its options', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  for (const more of [['adam'], ['adamw', '--optimizer-options', 'weight_decay=0.01,decay_biases=false'],
                      ['sgd', '--lr', '0.1', '--optimizer-options', 'momentum=0.9,nesterov=true'],
                      ['rmsprop', '--optimizer-options', 'centered=true,momentum=0.5'],
                      ['adagrad', '--lr', '0.05']]) {
    const done = train(folder, '--optimizer', ...more).at(-1);
    assert.ok(done.val_accuracy > 0.9, `${more.join(' ')}: ${done.val_accuracy}`);
  }
});

test('schedules change the learning rate from epoch to epoch', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const base = ['--lr', '0.01', '--schedule'];
  assert.deepEqual(rates(train(folder, ...base, 'constant')), [0.01, 0.01, 0.01]);
  const halves = train(folder, ...base, 'step', '--schedule-options', 'epochs=1,gamma=0.5');
  assert.deepEqual(rates(halves), [0.01, 0.005, 0.0025]);
  const [first, second, third] = rates(train(folder, ...base, 'one_cycle', '--warmup', '0.5'));
  assert.ok(first > second && second > third && third < 1e-6, `${first}, ${second}, ${third}`);
});

test('training works with clipping, accumulation and weight averages, and eval uses the average', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'model.safetensors');
  const done = train(folder, '--lr', '0.01', '--clip-norm', '1', '--accumulate', '2', '--ema', '0.8', '--save', model)
    .at(-1);
  assert.ok(done.val_accuracy > 0.9, `${done.val_accuracy}`);
  assert.match(fs.readFileSync(model, 'latin1'), /clip_norm=1,accumulate=2,ema_momentum=0.8/);
  const result = convlab('eval', '--model', model, '--data', 'mnist', '--data-dir', folder, '--json', '-');
  assert.equal(jsonLines(result.stdout)[0].val_accuracy, done.val_accuracy);
});

test('lr-find plots the losses and suggests a learning rate that trains', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const find = ['lr-find', '--model', 'mnist-mlp', '--data', 'mnist', '--data-dir', folder, '--batch', '32'];
  const result = convlab(...find);
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /\*/);
  const [, rate] = /Suggestion: --lr (\S+),/.exec(result.stdout);
  assert.ok(train(folder, '--lr', rate).at(-1).val_accuracy > 0.9, rate);

  const [object] = jsonLines(convlab(...find, '--json', '-').stdout);
  assert.equal(Number(object.suggestion.toPrecision(2)), Number(rate));
  assert.equal(object.rates.length, object.losses.length);
});
