// convlab train --checkpoint and --resume: a training interrupted at any moment resumes with identical results.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {isFull} from '../slow.mjs';
import {convlab, jsonLines, program, temporaryFolder, writeDataSet} from './helpers.mjs';

function trainArguments(folder, ...more) {
  return ['train', '--model', 'mnist-mlp', '--data', 'mnist', '--data-dir', folder, '--batch', '64', '--threads', '1',
          ...more];
}

function train(folder, ...more) {
  const result = convlab(...trainArguments(folder, ...more));
  assert.equal(result.status, 0, result.stderr);
  return result;
}

/** Returns the run's metadata of a checkpoint. Fails if the file is incomplete. */
function readRun(file) {
  const bytes = fs.readFileSync(file);
  const data = 8 + Number(bytes.readBigUInt64LE(0));
  const {__metadata__: metadata, ...tensors} = JSON.parse(bytes.subarray(8, data));
  const end = Math.max(...Object.values(tensors).map((tensor) => tensor.data_offsets[1]));
  assert.equal(data + end, bytes.length);
  return JSON.parse(metadata['convlab.run']);
}

/**
 * Runs convlab and sends `signal` after `when` milliseconds, or as soon as the function `when` returns true, with `again`
 * a second time when it does after it has returned false: two signals sent during one system call arrive as one. Returns
 * the exit status (null if killed) and the output.
 */
function interrupted(args, signal, when, again = false) {
  const child = spawn(program, args);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const conditions = again ? [when, () => !when(), when] : [when];
  const poll = () => {
    if (conditions[0]() && conditions.shift() === when) child.kill(signal);
    if (conditions.length > 0) timer = setTimeout(poll, 1);
  };
  let timer = typeof when === 'function' ? setTimeout(poll, 1) : setTimeout(() => child.kill(signal), when);
  return new Promise((resolve) => child.on('close', (status) => {
    clearTimeout(timer);
    resolve({status, output});
  }));
}

test('kill -9 at any moment leaves a complete checkpoint, and the resumed run has identical results', async (t) => {
  const kills = isFull ? 200 : 40;
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const checkpoint = path.join(folder, 'run.checkpoint');
  const args = trainArguments(folder, '--epochs', '100000', '--checkpoint', checkpoint, '--checkpoint-every', '1');
  let steps = 0;
  let seed = 12345;
  for (let i = 0; i < kills; ++i) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const resume = fs.existsSync(checkpoint) ? ['--resume', checkpoint] : [];
    const {status, output} = await interrupted([...args, ...resume], 'SIGKILL', (120 * seed) / 2 ** 32);
    assert.equal(status, null, output);
    if (!fs.existsSync(checkpoint)) continue;
    const {step} = readRun(checkpoint);
    assert.ok(step >= steps, `${step} steps after ${steps}`);
    steps = step;
  }
  t.diagnostic(`${kills} kills, ${steps} steps`);
  assert.ok(steps > kills / 4, `only ${steps} steps in ${kills} runs`);

  const epochs = String(Math.floor(steps / 10) + 1);
  const resumed = path.join(folder, 'resumed');
  const whole = path.join(folder, 'whole');
  train(folder, '--epochs', epochs, '--resume', checkpoint, '--save', resumed);
  train(folder, '--epochs', epochs, '--save', whole);
  assert.ok(fs.readFileSync(resumed).equals(fs.readFileSync(whole)));
});

const leftOver = (folder) => fs.readdirSync(folder).filter((name) => name.endsWith('.tmp'));

for (const [what, signal, again] of [['kill -9', 'SIGKILL', false], ['a second Ctrl-C', 'SIGINT', true]]) {
  test(`what ${what} leaves of a checkpoint is deleted by the next run that writes it`, async (t) => {
    const folder = temporaryFolder(t);
    writeDataSet(folder);
    // Its checkpoint has 38 MB, so that most of the time is spent in writing it.
    const model = path.join(folder, 'large.json');
    fs.writeFileSync(model, `{"input": [28, 28, 1], "layers": [{"kind": "flatten"},
      {"kind": "dense", "options": {"units": 4096}}, {"kind": "dense", "options": {"units": 10}}]}`);
    const checkpoint = path.join(folder, 'run.checkpoint');
    const args = trainArguments(folder, '--model', model, '--checkpoint', checkpoint, '--batch', '640');
    let left = [];
    for (let i = 0; i < 50 && left.length === 0; ++i) {
      await interrupted([...args, '--epochs', '1000', '--checkpoint-every', '1'], signal,
                        () => leftOver(folder).length > 0, again);
      left = leftOver(folder);
    }
    assert.equal(left.length, 1);
    const other = path.join(folder, `run.checkpoint.${process.pid}.tmp`);
    fs.writeFileSync(other, 'of a process that is alive');
    assert.equal(convlab(...args, '--epochs', '1').status, 0);
    assert.deepEqual(leftOver(folder), [path.basename(other)]);
  });
}

test('Ctrl-C writes the checkpoint, and --resume continues to the same model', async (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const checkpoint = path.join(folder, 'run.checkpoint');
  const args = trainArguments(folder, '--epochs', '100000', '--checkpoint', checkpoint);
  const {status, output} = await interrupted(args, 'SIGINT', 700);
  assert.equal(status, 130, output);
  assert.match(output, /stopped after \d+ steps.*--resume .*run\.checkpoint continues/);
  const {step, epoch} = readRun(checkpoint);
  assert.ok(step > 0);

  const epochs = String(epoch + 2);
  const resumed = path.join(folder, 'resumed');
  const whole = path.join(folder, 'whole');
  const result = train(folder, '--epochs', epochs, '--resume', checkpoint, '--save', resumed, '--json', '-');
  assert.match(result.stderr, new RegExp(`resumed after ${step} steps`));
  // The epochs before, two more, and the end.
  assert.deepEqual(jsonLines(result.stdout).map((event) => event.epoch ?? event.event),
                   [...Array(epoch + 2).keys()].map((i) => i + 1).concat('done'));
  train(folder, '--epochs', epochs, '--save', whole);
  assert.ok(fs.readFileSync(resumed).equals(fs.readFileSync(whole)));
  // A checkpoint is also a model file.
  assert.equal(convlab('eval', '--model', checkpoint, '--data', 'mnist', '--data-dir', folder).status, 0);
});

test('--resume of a finished run saves its model without training', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const file = (name) => path.join(folder, name);
  train(folder, '--epochs', '2', '--checkpoint', file('checkpoint'), '--save', file('first'));
  const result = train(folder, '--epochs', '2', '--resume', file('checkpoint'), '--save', file('second'), '--json', '-');
  assert.deepEqual(jsonLines(result.stdout).map(({event}) => event), ['epoch', 'epoch', 'done']);
  assert.ok(fs.readFileSync(file('first')).equals(fs.readFileSync(file('second'))));
});

test('options that differ from the checkpoint, and files that are no checkpoint, are refused and named', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const file = (name) => path.join(folder, name);
  train(folder, '--epochs', '1', '--checkpoint', file('checkpoint'), '--save', file('model'));
  const refused = (args, ...patterns) => {
    const result = convlab(...trainArguments(folder, '--epochs', '2', ...args));
    assert.equal(result.status, 1, result.stdout);
    for (const pattern of patterns) assert.match(result.stderr, pattern);
  };
  refused(['--resume', file('checkpoint'), '--batch', '32', '--seed', '9', '--model', 'mnist-cnn'],
          /checkpoint is of a run with other options/, /batch \(64 there, 32 here\)/, /seed \(1 there, 9 here\)/,
          /model \("mnist-mlp" there, "mnist-cnn" here\)/);
  refused(['--resume', file('none')], /none: no such file/);
  refused(['--resume', file('model')], /model has no "convlab.run".*expected a file written by train --checkpoint/);
  const bytes = fs.readFileSync(file('checkpoint'));
  fs.writeFileSync(file('cut'), bytes.subarray(0, bytes.length - 100));
  refused(['--resume', file('cut')], /cut/, /bytes/);
  fs.writeFileSync(file('changed'), Buffer.from(bytes.toString('latin1').replace('\\"step\\":10,', '\\"step\\":11,'),
                                                'latin1'));
  refused(['--resume', file('changed')], /changed.*11 steps are done; expected/);
  refused(['--checkpoint-every', '5'], /--checkpoint-every/, /--checkpoint/);
  refused(['--checkpoint', file('new'), '--checkpoint-every', 'often'], /often.*'epoch' nor a number of steps/);
  refused(['--checkpoint', file('none/new')], /none/);
  refused(['--checkpoint', file('new'), '--save', file('new')], /--checkpoint and --save both write .*new; expected a different file for each/);
  assert.ok(!fs.existsSync(file('new')));
});
