// convlab train, eval, bench and datasets on valid input.
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {convlab, jsonLines, lines, program, temporaryFolder, writeDataSet} from './helpers.mjs';

const epochFields = ['event', 'epoch', 'train_loss', 'train_accuracy', 'val_loss', 'val_accuracy', 'learning_rate',
                     'seconds', 'images_per_second', 'unreadable_images'];

function trainArguments(folder, ...more) {
  return ['train', '--model', 'mnist-mlp', '--data', 'mnist', '--data-dir', folder, '--epochs', '3', '--batch', '32',
          '--threads', '1', ...more];
}

function checkEvents(events, epochs) {
  assert.equal(events.length, epochs + 1);
  for (let i = 0; i < epochs; ++i) {
    assert.deepEqual(Object.keys(events[i]), epochFields);
    assert.equal(events[i].event, 'epoch');
    assert.equal(events[i].epoch, i + 1);
    for (const field of epochFields.slice(2)) assert.equal(typeof events[i][field], 'number', field);
  }
  const done = events.at(-1);
  assert.equal(done.event, 'done');
  assert.equal(done.val_accuracy, events.at(-2).val_accuracy);
  return done;
}

for (const backend of ['host', 'xnnpack']) {
  test(`${backend}: train learns and saves a model, and eval computes the same accuracy`, (t) => {
    const folder = temporaryFolder(t);
    writeDataSet(folder);
    const model = path.join(folder, 'model.safetensors');
    const trained = convlab(...trainArguments(folder, '--backend', backend, '--json', '-', '--save', model));
    assert.equal(trained.status, 0, trained.stderr);
    const done = checkEvents(jsonLines(trained.stdout), 3);
    assert.equal(done.backend, backend);
    assert.ok(done.val_accuracy > 0.9, `val_accuracy ${done.val_accuracy}`);
    assert.match(trained.stderr, /^epoch 3\/3 .*test accuracy/m);

    const evaluated = convlab('eval', '--model', model, '--data', 'mnist', '--data-dir', folder, '--backend', backend,
                              '--json', '-');
    assert.equal(evaluated.status, 0, evaluated.stderr);
    const [result] = jsonLines(evaluated.stdout);
    assert.equal(result.images, 200);
    assert.equal(result.val_accuracy, done.val_accuracy);
    assert.ok(Math.abs(result.val_loss - done.val_loss) < 1e-5);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['mnist', 'model.safetensors']);
  });
}

test('the same seed gives the same run, bit for bit, and another seed differs', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const train = (name, seed) => {
    const file = path.join(folder, name);
    const result = convlab(...trainArguments(folder, '--model', 'simple-convnet', '--epochs', '1', '--seed', seed,
                                             '--save', file));
    assert.equal(result.status, 0, result.stderr);
    return fs.readFileSync(file);
  };
  const first = train('a', '7');
  assert.ok(first.equals(train('b', '7')));
  assert.ok(!first.equals(train('c', '8')));
});

test('the header of the saved file describes the model and its training', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'model.safetensors');
  assert.equal(convlab(...trainArguments(folder, '--epochs', '1', '--save', model)).status, 0);
  const bytes = fs.readFileSync(model);
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))));
  const architecture = JSON.parse(header.__metadata__['convlab.architecture']);
  assert.deepEqual(architecture.input, [28, 28, 1]);
  assert.deepEqual(architecture.layers.map((layer) => layer.kind), ['flatten', 'dense', 'relu', 'dense']);
  const training = JSON.parse(header.__metadata__['convlab.training']);
  assert.equal(training.model, 'mnist-mlp');
  assert.equal(training.class_names.length, 10);
  assert.equal(training.options.steps, 20);
  assert.deepEqual(header['dense_2.kernel'].shape, [10, 100]);
});

test('--json FILE writes the events to the file and keeps standard output readable', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const file = path.join(folder, 'events');
  fs.writeFileSync(file, 'old');
  const result = convlab(...trainArguments(folder, '--json', file));
  assert.equal(result.status, 0, result.stderr);
  checkEvents(jsonLines(fs.readFileSync(file, 'utf8')), 3);
  assert.equal(lines(result.stdout).filter((line) => line.startsWith('epoch ')).length, 3);
  assert.doesNotMatch(result.stdout, /[\r\x1b]/);
});

test('in a terminal the progress bar is redrawn in place', (t) => {
  if (spawnSync('script', ['--version']).status !== 0) return t.skip('no script(1) here');
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const command = [program, ...trainArguments(folder, '--epochs', '20')].join(' ');
  const result = spawnSync('script', ['--quiet', '--return', '--command', command, '/dev/null'],
                           {encoding: 'utf8', env: {...process.env, TERM: 'xterm'}, timeout: 120_000});
  assert.equal(result.status, 0, result.stdout);
  assert.match(result.stdout, /\repoch \d+\/20 \[#* *\] +\d+ %  loss \d+\.\d{4}  accuracy/);
  assert.match(result.stdout, /\r\x1b\[Kepoch \d+\/20  loss/);
  assert.match(result.stdout, /done: test accuracy/);
});

test('Ctrl-C saves the current model and exits with 130', async (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'model.safetensors');
  const child = spawn(program, trainArguments(folder, '--epochs', '100000', '--json', '-', '--save', model));
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  child.stdout.on('data', (chunk) => {
    if (output === '') child.kill('SIGINT');
    output += chunk;
  });
  const status = await new Promise((resolve) => child.on('exit', resolve));
  assert.equal(status, 130);
  assert.match(errors, /stopped after \d+ steps.*the current model is saved in/);
  const last = jsonLines(output).at(-1);
  assert.equal(last.event, 'interrupted');
  assert.ok(last.steps >= 20);
  assert.equal(convlab('eval', '--model', model, '--data', 'mnist', '--data-dir', folder).status, 0);
});

test('a NaN loss stops training with an error, and no file is replaced', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'model.safetensors');
  const kept = {'--save': model, '--save-best': path.join(folder, 'best'), '--checkpoint': path.join(folder, 'run')};
  for (const file of Object.values(kept)) fs.writeFileSync(file, 'old');
  const result = convlab(...trainArguments(folder, '--optimizer', 'sgd', '--lr', '1e6', '--epochs', '50', '--json',
                                           '-', ...Object.entries(kept).flat()));
  assert.equal(result.status, 1, result.stderr);
  assert.match(result.stderr, /^convlab: .*no longer a number/m);
  const last = jsonLines(result.stdout).at(-1);
  assert.equal(last.event, 'error');
  assert.match(last.message, /no longer a number/);
  for (const file of Object.values(kept)) assert.equal(fs.readFileSync(file, 'utf8'), 'old', file);
  assert.deepEqual(fs.readdirSync(folder).sort(), ['best', 'mnist', 'model.safetensors', 'run']);
});

test('datasets prints where each data set is, or how to get it', (t) => {
  const folder = temporaryFolder(t);
  const place = writeDataSet(folder);
  const result = convlab('datasets', '--data-dir', folder);
  assert.equal(result.status, 0);
  assert.ok(result.stdout.includes(`in ${place}\n`));
  assert.match(result.stdout, /fashion-mnist\n(.*\n)+ +not found. To get it: /);
});

test('help and version', () => {
  assert.match(convlab('--version').stdout, /^convlab \d+\.\d+\.\d+\n$/);
  const help = convlab('--help');
  assert.equal(help.status, 0);
  for (const word of ['train', 'eval', 'bench', 'summary', 'datasets', 'Examples']) assert.ok(help.stdout.includes(word), word);
  const train = convlab('train', '--help').stdout;
  for (const word of ['mnist-mlp', 'fashion-mnist', 'adamw', 'xnnpack', '--json', '--save']) {
    assert.ok(train.includes(word), word);
  }
});
