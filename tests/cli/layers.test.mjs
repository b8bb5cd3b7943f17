// convlab layers: the reference for authors of model documents.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {convlab, lines, temporaryFolder} from './helpers.mjs';

const names = () => lines(convlab('layers').stdout).map((line) => line.split(' ')[0]);

test('layers lists one layer per line', () => {
  const {status, stdout} = convlab('layers');
  assert.equal(status, 0);
  assert.match(stdout, /^max_pool2d +maximum of each window$/m);
  assert.ok(names().length > 30, stdout);
});

test('layers NAME prints shapes, options, source and an example that summary accepts', (t) => {
  const {status, stdout} = convlab('layers', 'conv2d');
  assert.equal(status, 0);
  assert.match(stdout, /^Shapes +\(height, width, channels\) →/m);
  assert.match(stdout, /^ {2}filters +number of output channels\n +whole number, 1 to 65536; must be given$/m);
  assert.match(stdout, /^PyTorch +Conv2d/m);
  const file = path.join(temporaryFolder(t), 'example.json');
  fs.writeFileSync(file, stdout.slice(stdout.indexOf('{')));
  const summary = convlab('summary', '--model', file);
  assert.equal(summary.status, 0, summary.stderr);
});

test('the output of layers fits in 80 columns', () => {
  for (const args of [[], ...names().map((name) => [name])]) {
    for (const line of lines(convlab('layers', ...args).stdout)) assert.ok([...line].length <= 80, line);
  }
});

test('layers with an unknown name lists the known ones', () => {
  const {status, stderr} = convlab('layers', 'convolution');
  assert.equal(status, 1);
  assert.match(stderr, /unknown layer 'convolution'; known are: add, /);
});
