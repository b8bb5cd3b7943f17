// convlab train as people use it: the files that it reads and writes, how it ends, and how it resumes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {gunzipSync} from 'node:zlib';
import {convlab, convlabIn, idx, imagesMagic, jsonLines, labelsMagic, temporaryFolder, writeDataSet} from './helpers.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const version1 = path.join(here, 'version_1');
const version2 = path.join(here, 'version_2');
const net = path.join(version1, 'net.json');

/** A folder with data, and functions that train and evaluate there. */
function place(t, model = net, cwd = '.') {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const file = (name) => path.join(folder, name);
  const data = ['--data', 'mnist', '--data-dir', folder, '--threads', '1'];
  const run = (...args) => convlabIn(`cd "${cwd}"; exec "$@"`, 'train', '--model', model, ...data, '--batch', '64', '--lr', '0.01', ...args);
  const train = (...args) => {
    const result = run('--json', '-', ...args);
    assert.equal(result.status, 0, result.stderr);
    return {...result, events: jsonLines(result.stdout), done: jsonLines(result.stdout).at(-1)};
  };
  const evaluate = (model) => {
    const result = convlab('eval', '--model', model, ...data, '--json', '-');
    assert.equal(result.status, 0, result.stderr);
    return jsonLines(result.stdout)[0];
  };
  return {folder, file, run, train, evaluate};
}

test('an output that is an input or another output is refused before anything runs', (t) => {
  const {folder, file, run, train} = place(t);
  train('--epochs', '1', '--save', file('model'));
  const model = file('net.json');
  fs.copyFileSync(net, model);
  fs.symlinkSync(model, file('link'));
  const before = fs.readFileSync(model);
  const refused = (args, pattern) => {
    const result = convlab(...args);
    assert.equal(result.status, 1, result.stdout);
    assert.match(result.stderr, pattern);
  };
  const data = ['--data', 'mnist', '--data-dir', folder];
  for (const option of ['--save', '--json', '--checkpoint', '--save-best']) {
    refused(['train', '--model', model, ...data, option, file('link')], /would overwrite .*net\.json, which --model reads/);
    refused(['train', '--model', model, ...data, option, file('mnist/train-labels-idx1-ubyte')], /which --data reads/);
  }
  const read = (name, text) => {
    fs.writeFileSync(file(name), text);
    return file(name);
  };
  const keras = read('keras.json', '{"horizontal_flip": true}');
  refused(['train', '--model', model, ...data, '--augment', keras, '--json', keras], /keras\.json, which --augment reads/);
  const weights = read('weights.json', '{"0": 1}');
  refused(['train', '--model', model, ...data, '--class-weights', weights, '--json', weights], /which --class-weights reads/);
  fs.mkdirSync(file('photos/cat'), {recursive: true});
  const photo = read('photos/cat/1.png', 'a photo');
  refused(['train', '--model', model, '--data', file('photos'), '--save', photo], /overwrite a file in .*photos, which --data reads/);
  refused(['datasets', 'preview', file('photos'), '--out', `${file('photos')}/../photos/cat/1.png`], /which --data reads/);
  assert.equal(fs.readFileSync(photo, 'utf8'), 'a photo');
  refused(['eval', '--model', file('model'), ...data, '--json', file('model')], /which --model reads/);
  refused(['lr-find', '--model', model, ...data, '--json', model], /which --model reads/);
  refused(['bench', '--model', model, '--json', model], /which --model reads/);
  refused(['summary', '--model', model, '--json', `${folder}/./net.json`], /which --model reads/);
  assert.ok(fs.readFileSync(model).equals(before));
  const result = run('--save', file('new'), '--save-best', `${folder}/mnist/../new`);
  assert.match(result.stderr, /--save-best and --save both write/);
  assert.ok(!fs.existsSync(file('new')));
});

test('early stopping with the best weights saves them however the run ends, and reports their numbers', (t) => {
  const {file, train, evaluate} = place(t, 'mnist-mlp');
  // At this rate the test loss rises and falls.
  const {done} = train('--lr', '0.2', '--batch', '32', '--epochs', '6', '--early-stopping', '100', '--restore-best-weights',
                       '--save', file('a'), '--save-best', file('b'));
  assert.ok(done.restored_epoch < 6, 'no use for this test: the last epoch is the best');
  const [a, b] = [evaluate(file('a')), evaluate(file('b'))];
  assert.equal(a.val_loss, b.val_loss);
  assert.equal(done.val_accuracy, a.val_accuracy);
  const limited = train('--lr', '0.2', '--epochs', '100000', '--early-stopping', '100000', '--restore-best-weights',
                        '--time-budget', '0.5', '--save', file('c'), '--save-best', file('d'));
  assert.equal(evaluate(file('c')).val_loss, evaluate(file('d')).val_loss);
  assert.equal(limited.done.val_accuracy, evaluate(file('c')).val_accuracy);
});

test('a best model says the accuracy of its own weights, however fast epochs follow each other', (t) => {
  const {file, train, evaluate} = place(t);
  train('--batch', '640', '--epochs', '300', '--save-best', file('b'));
  const bytes = fs.readFileSync(file('b'));
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))));
  const {options} = JSON.parse(header.__metadata__['convlab.training']);
  assert.equal(options.val_accuracy, evaluate(file('b')).val_accuracy);
});

test('the best model so far is that of the whole history, whoever asked for it when', (t) => {
  const {file, train, evaluate} = place(t);
  const checkpoint = ['--lr', '0.3', '--checkpoint', file('c')];
  train(...checkpoint, '--epochs', '10', '--save-best', file('b'));
  const {val_loss: best} = evaluate(file('b'));
  train(...checkpoint, '--epochs', '12', '--resume', file('c'));
  const {events} = train(...checkpoint, '--epochs', '14', '--resume', file('c'), '--save-best', file('b'));
  const losses = events.filter(({event}) => event === 'epoch').map(({val_loss}) => val_loss);
  assert.equal(losses.length, 14);
  const better = Math.min(...losses.slice(12)) < Math.min(...losses.slice(0, 12));
  assert.equal(evaluate(file('b')).val_loss < best, better);
});

test('--json lists the epochs before a resume, too', (t) => {
  const {file, train} = place(t);
  train('--epochs', '3', '--checkpoint', file('c'));
  const {events} = train('--epochs', '5', '--resume', file('c'));
  assert.deepEqual(events.map(({epoch, event}) => epoch ?? event), [1, 2, 3, 4, 5, 'done']);
});

test('a checkpoint used as a model gives the numbers that training showed, also with a moving average', (t) => {
  const {file, train, evaluate} = place(t);
  const {done} = train('--epochs', '5', '--ema', '0.9', '--save', file('s'), '--checkpoint', file('c'));
  assert.equal(evaluate(file('s')).val_accuracy, done.val_accuracy);
  assert.equal(evaluate(file('c')).val_accuracy, done.val_accuracy);
});

test('batches left over at the end of an epoch are trained on', (t) => {
  const {file, train} = place(t);  // 10 batches in an epoch
  const {done} = train('--epochs', '2', '--accumulate', '1000', '--save', file('s'));
  const untrained = train('--epochs', '2', '--lr', '1e-9').done;
  assert.ok(done.val_loss < untrained.val_loss - 0.01, `${done.val_loss} against ${untrained.val_loss}`);
});

test('data sorted by class are learned as well as shuffled ones', (t) => {
  const {folder, train} = place(t);
  const target = path.join(folder, 'mnist');
  const shuffled = train('--epochs', '1').done.val_accuracy;
  // Pixels of label i are those of image i of the set written before; sort by label.
  const count = 640;
  const zipped = fs.readFileSync(path.join(target, 'train-images-idx3-ubyte.gz'));
  const images = gunzipSync(zipped).subarray(16);
  const labels = fs.readFileSync(path.join(target, 'train-labels-idx1-ubyte')).subarray(8);
  const order = [...Array(count).keys()].sort((a, b) => labels[a] - labels[b] || a - b);
  fs.rmSync(path.join(target, 'train-images-idx3-ubyte.gz'));
  fs.writeFileSync(path.join(target, 'train-images-idx3-ubyte'),
                   idx(imagesMagic, [count, 28, 28],
                       Buffer.concat(order.map((i) => images.subarray(i * 784, (i + 1) * 784)))));
  fs.writeFileSync(path.join(target, 'train-labels-idx1-ubyte'),
                   idx(labelsMagic, [count], Buffer.from(order.map((i) => labels[i]))));
  const sorted = train('--epochs', '1').done.val_accuracy;
  assert.ok(sorted > shuffled - 0.1, `${sorted} sorted, ${shuffled} shuffled`);
});

test('a model that ends in softmax learns as one without, and says so', (t) => {
  const soft = path.join(temporaryFolder(t), 'soft.json');
  const document = JSON.parse(fs.readFileSync(net));
  document.layers.push({kind: 'softmax'});
  fs.writeFileSync(soft, JSON.stringify(document));
  const {done, stderr} = place(t, soft).train('--epochs', '2');
  assert.match(stderr, /note: The model's final softmax is part of the loss/);
  assert.equal(done.val_loss, place(t).train('--epochs', '2').done.val_loss);
});

test('fewer epochs than are done are refused; a schedule that goes on and a jump are said', (t) => {
  const {file, run, train} = place(t);
  train('--epochs', '4', '--schedule', 'one_cycle', '--checkpoint', file('c'));
  const fewer = run('--epochs', '2', '--schedule', 'one_cycle', '--resume', file('c'));
  assert.equal(fewer.status, 1);
  assert.match(fewer.stderr, /4 epochs are done; expected --epochs to be at least that, not 2/);
  const {stderr} = train('--epochs', '8', '--schedule', 'one_cycle', '--resume', file('c'));
  assert.match(stderr, /note: The learning rate schedule keeps its length of 4 epochs/);
  assert.match(stderr, /note: The learning rate jumps from/);
});

test('a version 1 model opens; a version 1 checkpoint resumes at the end of an epoch, not within one', (t) => {
  // The options of a run name its model as it was given.
  const {run, train, evaluate} = place(t, 'net.json', version1);
  assert.equal(evaluate(path.join(version1, 'model.safetensors')).val_accuracy, 0.785);
  const {events, stderr} = train('--epochs', '3', '--resume', path.join(version1, 'epoch_end.checkpoint'));
  assert.match(stderr, /note: The checkpoint is of version 1: whether it was trained on the same data is unknown/);
  assert.equal(events.filter(({event}) => event === 'epoch').length, 3);
  assert.equal(events[1].val_accuracy, 0.785);
  const within = run('--epochs', '3', '--resume', path.join(version1, 'within_epoch.checkpoint'));
  assert.equal(within.status, 1);
  assert.match(within.stderr, /a version 1 checkpoint within an epoch cannot be continued/);
});

test('a version 2 checkpoint with label smoothing resumes within an epoch as the same run of today', (t) => {
  const {file, run, train, evaluate} = place(t, 'net.json', version1);
  const model = path.join(version2, 'model.safetensors');
  assert.equal(evaluate(model).val_accuracy, 0.815);
  const smooth = ['--epochs', '3', '--label-smoothing', '0.1'];
  const resume = ['--resume', path.join(version2, 'within_epoch.checkpoint')];
  const {events, stderr} = train(...smooth, ...resume, '--save', file('resumed'));
  assert.doesNotMatch(stderr, /checkpoint is of version/);
  assert.equal(events[1].val_accuracy, 0.815);
  // Smoothed, as in training.
  assert.ok(Math.abs(events[1].val_loss - evaluate(model).val_loss) < 1e-5, `${events[1].val_loss}`);
  train(...smooth, '--save', file('whole'));
  assert.ok(fs.readFileSync(file('resumed')).equals(fs.readFileSync(file('whole'))));
  const plain = run('--epochs', '3', ...resume);
  assert.equal(plain.status, 1);
  assert.match(plain.stderr, /loss_options\/label_smoothing \(0\.1 there, null here\)/);
});
