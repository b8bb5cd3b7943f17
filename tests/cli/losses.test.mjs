// convlab train, eval and lr-find with every loss, and with class weights.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {convlab, jsonLines, lines, temporaryFolder, writeDataSet} from './helpers.mjs';

/** A document of a network without hidden layers that ends in the activation `last`, if any. */
function writeModel(folder, last) {
  const layers = [{kind: 'flatten'}, {kind: 'dense', options: {units: 10}}];
  if (last) layers.push({kind: last});
  const file = path.join(folder, `linear-${last ?? 'plain'}.json`);
  fs.writeFileSync(file, JSON.stringify({input: [28, 28, 1], layers}));
  return file;
}

/** A folder with data, and functions that train and evaluate there. */
function place(t) {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const data = ['--data', 'mnist', '--data-dir', folder, '--threads', '1'];
  const run = (model, ...more) => convlab('train', '--model', model, ...data, '--epochs', '5', '--batch', '32',
                                          '--json', '-', ...more);
  const train = (...args) => {
    const result = run(...args);
    assert.equal(result.status, 0, result.stderr);
    return {...result, done: jsonLines(result.stdout).at(-1)};
  };
  const evaluate = (model) => jsonLines(convlab('eval', '--model', model, ...data, '--json', '-').stdout)[0];
  return {folder, data, run, train, evaluate};
}

test('eval uses the loss with which a model or a checkpoint was trained', (t) => {
  const {folder, train, evaluate} = place(t);
  const saved = path.join(folder, 'm');
  const checkpoint = path.join(folder, 'c');
  const kinds = [['softmax_cross_entropy', null], ['softmax_cross_entropy', 'label_smoothing=0.1'],
                 ['binary_cross_entropy', null], ['mean_squared_error', null], ['mean_absolute_error', null], ['huber', 'delta=0.25'], ['hinge', null]];
  for (const [loss, options] of kinds) {
    const more = options ? ['--loss-options', options] : [];
    const {done} = train('mnist-mlp', '--loss', loss, ...more, '--save', saved, '--checkpoint', checkpoint);
    for (const file of [saved, checkpoint]) {
      const result = evaluate(file);
      assert.ok(Math.abs(result.val_loss - done.val_loss) < 1e-5, `${loss}: ${result.val_loss}, ${done.val_loss}`);
      assert.equal(result.val_accuracy, done.val_accuracy, loss);
    }
  }
});

test('a final sigmoid is folded into binary cross-entropy, and a softmax is kept for other losses', (t) => {
  const {folder, train, evaluate} = place(t);
  const [plain, sigmoid, softmax] = [null, 'sigmoid', 'softmax'].map((last) => writeModel(folder, last));
  const binary = ['--loss', 'binary_cross_entropy', '--lr', '0.01'];
  const folded = train(sigmoid, ...binary);
  assert.match(folded.stderr, /note: The model's final sigmoid is part of the loss/);
  assert.equal(folded.done.val_loss, train(plain, ...binary).done.val_loss);
  const stacked = train(softmax, ...binary);
  assert.match(stacked.stderr,
               /note: The model ends in softmax, and the loss binary_cross_entropy applies sigmoid to that/);
  const saved = path.join(folder, 'm');
  const {done, stderr} = train(softmax, '--loss', 'mean_squared_error', '--lr', '0.02', '--save', saved);
  assert.doesNotMatch(stderr, /note: The model/);
  assert.ok(done.val_accuracy > 0.9, `${done.val_accuracy}`);
  assert.match(fs.readFileSync(saved, 'latin1'), /\\"kind\\":\\"softmax\\"/);
  assert.equal(evaluate(saved).val_accuracy, done.val_accuracy);
});

test('label smoothing is an option of the loss', (t) => {
  const {run, train} = place(t);
  const short = train('mnist-mlp', '--label-smoothing', '0.1').done;
  assert.equal(train('mnist-mlp', '--loss-options', 'label_smoothing=0.1').done.val_loss, short.val_loss);
  assert.notEqual(train('mnist-mlp').done.val_loss, short.val_loss);
  const both = run('mnist-mlp', '--label-smoothing', '0.1', '--loss-options', 'label_smoothing=0.1');
  assert.match(both.stderr, /--loss-options excludes --label-smoothing/);
  assert.match(run('mnist-mlp', '--label-smoothing', '0.1', '--loss', 'huber').stderr,
               /\[huber\] has no option label_smoothing; it has: delta/);
});

test('class weights change training, not how the validation loss is measured', (t) => {
  const {folder, run, train} = place(t);
  const plain = train('mnist-mlp').done;
  // Every class has 64 training images.
  assert.equal(train('mnist-mlp', '--class-weights', 'balanced').done.val_loss, plain.val_loss);
  assert.equal(train('mnist-mlp', '--class-weights', '1,1,1,1,1,1,1,1,1,1').done.val_loss, plain.val_loss);
  const file = path.join(folder, 'weights.json');
  fs.writeFileSync(file, JSON.stringify(Object.fromEntries(Array.from({length: 10}, (_, i) => [i, Number(i === 0)]))));
  const fromFile = train('mnist-mlp', '--class-weights', file).done;
  const onlyFirst = train('mnist-mlp', '--class-weights', '1,0,0,0,0,0,0,0,0,0').done;
  assert.equal(fromFile.val_loss, onlyFirst.val_loss);
  assert.equal(onlyFirst.val_accuracy, 0.1);  // it answers the only class that counts
  assert.ok(onlyFirst.val_loss > plain.val_loss);
  for (const [weights, pattern] of [['1,2', /there are 2 weights, but 10 classes/],
                                    ['even', /class_weights is "even" but must be a list/],
                                    ['-1,1', /class_weights holds -1 but each must lie in 0 to/]]) {
    const {status, stderr} = run('mnist-mlp', `--class-weights=${weights}`);
    assert.equal(status, 1);
    assert.match(stderr, pattern);
  }
});

test('lr-find takes the loss and a document', (t) => {
  const {folder, data} = place(t);
  const find = (...more) => convlab('lr-find', '--model', writeModel(folder, 'sigmoid'), ...data, '--steps', '20',
                                    '--json', '-', ...more);
  const first = (...more) => jsonLines(find(...more).stdout)[0].losses[0];
  // Ten sigmoids of small outputs: about ln 2 each.
  assert.ok(Math.abs(first('--loss', 'binary_cross_entropy') - Math.log(2)) < 0.1);
  assert.ok(first('--loss', 'hinge') > 0.9);
  const {status, stderr} = find('--loss', 'huber', '--loss-options', 'delta=0');
  assert.equal(status, 1);
  assert.match(stderr, /\[huber\] option delta is 0 but must lie in/);
});

test('an unknown loss is refused before data are read', () => {
  const {status, stderr} = convlab('train', '--model', 'mnist-mlp', '--data', 'mnist', '--loss', 'cross_entropy');
  assert.equal(status, 1);
  assert.match(lines(stderr)[0], /unknown loss 'cross_entropy'.*known are: softmax_cross_entropy, binary_cross_entropy/);
});

test('a model file that names an unknown loss is refused with its name', (t) => {
  const {folder, data, train} = place(t);
  const saved = path.join(folder, 'm');
  train('mnist-mlp', '--epochs', '1', '--loss', 'hinge', '--save', saved);
  const bytes = fs.readFileSync(saved, 'latin1');
  fs.writeFileSync(saved, bytes.replace('\\"loss\\":\\"hinge\\"', '\\"loss\\":\\"binge\\"'), 'latin1');
  const {status, stderr} = convlab('eval', '--model', saved, ...data);
  assert.equal(status, 1);
  assert.match(stderr, /\[model\] .*m: the training information: unknown loss 'binge'/);
});
