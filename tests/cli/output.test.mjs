// Output that cannot be written is an error: exit status 1 and a message that says which output.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {convlab, convlabIn, lines, temporaryFolder, writeDataSet} from './helpers.mjs';

const data = (folder) => ['--data', 'mnist', '--data-dir', folder, '--threads', '1'];
const train = (folder) => ['train', '--model', 'mnist-mlp', '--epochs', '1', ...data(folder)];
const bench = ['bench', '--model', 'mnist-mlp', '--batch', '8', '--seconds', '0.01', '--threads', '1'];

function checkUnwritten(result, what, pattern) {
  assert.equal(result.status, 1, `${what}: ${result.stdout}${result.stderr}`);
  const messages = lines(result.stderr).filter((line) => line.startsWith('convlab: '));
  assert.equal(messages.length, 1, `${what}: ${result.stderr}`);
  assert.match(messages[0], pattern, what);
}

test('every command reports that standard output is full or closed', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'model.safetensors');
  assert.equal(convlab(...train(folder), '--save', model).status, 0);
  const evaluate = ['eval', '--model', model, ...data(folder)];
  const find = ['lr-find', '--model', 'mnist-mlp', '--steps', '5', ...data(folder)];
  const commands = [
    ['--help'], ['--version'], ['train', '--help'], ['layers', '--help'],
    ['summary', '--model', 'lenet5'], ['summary', '--model', 'lenet5', '--json', '-'],
    ['summary', '--model', 'googlenet', '--dot'],
    ['layers'], ['layers', 'conv2d'], ['layers', '--markdown'], ['datasets'],
    bench, [...bench, '--json', '-'], evaluate, [...evaluate, '--report', '--confusion'], [...evaluate, '--json', '-'],
    find, [...find, '--json', '-'], train(folder), [...train(folder), '--json', '-'],
  ];
  for (const args of commands) {
    const what = args.join(' ');
    checkUnwritten(convlabIn('exec "$@" >/dev/full', ...args), what, /standard output: .*(written|No space left on device)$/);
    checkUnwritten(convlabIn('exec "$@" >&-', ...args), what, /standard output: .*(written|Bad file descriptor)$/);
    assert.equal(convlabIn('exec "$@" >/dev/null', ...args).status, 0, what);
  }
});

test('files that cannot be written are reported by name', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  for (const args of [bench, train(folder)])
    checkUnwritten(convlab(...args, '--json', '/dev/full'), args[0], /\/dev\/full: writing failed: No space left/);
  for (const option of ['--save', '--save-best', '--checkpoint'])
    checkUnwritten(convlab(...train(folder), option, '/dev/full'), option, /\/dev\/full: exists and is not a regular file/);
});

test('a closed standard output never ends up in a file', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'out.json');
  const result = convlabIn('exec "$@" >&-', ...bench, '--json', file);
  checkUnwritten(result, 'bench', /standard output/);
  for (const line of lines(fs.readFileSync(file, 'utf8'))) JSON.parse(line);
});
