// Callbacks of convlab train: early stopping, best model, logs, time budget.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {convlab, jsonLines, lines, temporaryFolder, writeDataSet} from './helpers.mjs';

const columns = ['epoch', 'accuracy', 'learning_rate', 'loss', 'val_accuracy', 'val_loss'];

function run(folder, ...more) {
  return convlab('train', '--model', 'mnist-mlp', '--data', 'mnist', '--data-dir', folder, '--batch', '32', '--threads',
                 '1', ...more);
}

function train(folder, ...more) {
  const result = run(folder, '--json', '-', ...more);
  assert.equal(result.status, 0, result.stderr);
  const events = jsonLines(result.stdout);
  return {epochs: events.filter(({event}) => event === 'epoch'), done: events.at(-1), stderr: result.stderr};
}

/** Returns the test loss of a model file. */
function evaluate(folder, file) {
  const result = convlab('eval', '--model', file, '--data', 'mnist', '--data-dir', folder, '--batch', '32', '--json', '-');
  assert.equal(result.status, 0, result.stderr);
  return jsonLines(result.stdout)[0].val_loss;
}

// A learning rate so high that the test loss rises and falls.
const unsteady = ['--optimizer', 'adam', '--lr', '0.2'];

test('--early-stopping ends the training, and optionally restores the best weights', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'model');
  const {epochs, done, stderr} = train(folder, ...unsteady, '--epochs', '500', '--early-stopping', '3',
                                       '--restore-best-weights', '--save', model);
  assert.ok(epochs.length < 500);
  const losses = epochs.map(({val_loss}) => val_loss);
  const best = Math.min(...losses);
  assert.equal(losses.indexOf(best), losses.length - 4);
  assert.match(done.stopped, /no better val_loss than in epoch \d+/);
  assert.match(stderr, /no better val_loss than in epoch/);
  assert.ok(Math.abs(evaluate(folder, model) - best) < 1e-5 * (1 + best));
});

test('--save-best keeps the model of the epoch with the lowest test loss', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const best = path.join(folder, 'best');
  const {epochs} = train(folder, ...unsteady, '--epochs', '12', '--save-best', best);
  const lowest = Math.min(...epochs.map(({val_loss}) => val_loss));
  assert.ok(epochs.at(-1).val_loss > lowest, 'the last epoch is the best: the test shows nothing');
  assert.ok(Math.abs(evaluate(folder, best) - lowest) < 1e-5 * (1 + lowest));
  const header = fs.readFileSync(best).toString('latin1');
  const epoch = epochs.find(({val_loss}) => val_loss === lowest).epoch;
  assert.ok(header.includes(`\\"epochs\\":${epoch},`));
});

test('--log writes a line per epoch as CSV or JSON, and after --resume for all epochs', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const csv = path.join(folder, 'log.csv');
  const jsonl = path.join(folder, 'log.jsonl');
  const checkpoint = path.join(folder, 'checkpoint');
  const {epochs} = train(folder, '--epochs', '3', '--log', csv, '--checkpoint', checkpoint);
  const written = lines(fs.readFileSync(csv, 'utf8'));
  assert.equal(written[0], columns.join(','));
  const rows = written.slice(1).map((line) => line.split(',').map(Number));
  assert.deepEqual(rows, epochs.map((e) => [e.epoch, e.train_accuracy, 0.001, e.train_loss, e.val_accuracy, e.val_loss]));

  train(folder, '--epochs', '5', '--log', jsonl, '--resume', checkpoint);
  const objects = jsonLines(fs.readFileSync(jsonl, 'utf8'));
  assert.deepEqual(objects.map(({epoch}) => epoch), [1, 2, 3, 4, 5]);
  for (const object of objects) assert.deepEqual(Object.keys(object), columns);
  assert.equal(objects[1].val_loss, rows[1][5]);
});

test('--time-budget stops between two steps, and its checkpoint can be resumed', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'model');
  const checkpoint = path.join(folder, 'checkpoint');
  const {epochs, done} = train(folder, '--epochs', '100000', '--time-budget', '0.3', '--save', model, '--checkpoint',
                               checkpoint);
  assert.ok(epochs.length < 100000);
  assert.match(done.stopped, /time budget of 0.3 s/);
  assert.ok(done.seconds < 5);
  assert.ok(fs.existsSync(model));
  const more = train(folder, '--epochs', String(done.epochs + 1), '--resume', checkpoint);
  assert.equal(more.done.epochs, done.epochs + 1);
  assert.equal(more.done.stopped, undefined);
});

test('invalid names and values are refused', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const refused = (args, pattern) => {
    const result = run(folder, ...args);
    assert.equal(result.status, 1, result.stdout);
    assert.match(result.stderr, pattern);
  };
  refused(['--early-stopping', '-1'], /--early-stopping/);
  refused(['--restore-best-weights'], /--early-stopping/);
  refused(['--time-budget', '0'], /--time-budget/);
  refused(['--log', path.join(folder, 'log.txt')], /log.txt: expected a name that ends with .csv or .jsonl/);
  refused(['--log', path.join(folder, 'none/log.csv')], /none/);
  const same = path.join(folder, 'same');
  refused(['--save', same, '--save-best', same], /--save-best and --save both write .*same; expected a different file for each/);
});
