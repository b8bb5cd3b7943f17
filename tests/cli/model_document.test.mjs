// Models written by hand as JSON: train, bench and summary accept them and report their errors.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {convlab, convlabIn, jsonLines, lines, temporaryFolder, writeDataSet} from './helpers.mjs';

const document = `{
  "input": [28, 28, 1],
  "layers": [
    {"kind": "flatten"},
    {"kind": "dense", "name": "hidden", "options": {"units": 32}},
    {"kind": "relu"},
    {"kind": "dense", "options": {"units": 10}}
  ]
}
`;

function write(folder, text, name = 'my.json') {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

function checkRefused(args, ...patterns) {
  const result = convlab(...args);
  assert.equal(result.status, 1, result.stdout);
  assert.equal(result.stdout, '');
  assert.match(lines(result.stderr)[0], /^convlab: /);
  for (const pattern of patterns) assert.match(result.stderr, pattern);
}

test('train accepts a document and saves an ordinary model', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = write(folder, document);
  const saved = path.join(folder, 'my.safetensors');
  const result = convlab('train', '--model', model, '--data', 'mnist', '--data-dir', folder, '--epochs', '3', '--batch',
                         '32', '--threads', '1', '--json', '-', '--save', saved);
  assert.equal(result.status, 0, result.stderr);
  const done = jsonLines(result.stdout).at(-1);
  assert.equal(done.model, 'my');
  assert.ok(done.val_accuracy > 0.9, `val_accuracy ${done.val_accuracy}`);
  const evaluated = convlab('eval', '--model', saved, '--data', 'mnist', '--data-dir', folder, '--json', '-');
  assert.equal(jsonLines(evaluated.stdout)[0].val_accuracy, done.val_accuracy);
});

test('a checkpoint of a document resumes however its path is written', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  write(folder, document);
  write(folder, document.replaceAll('\n', ' '), 'other.json');
  write(folder, document.replace('32', '31'), 'narrow.json');
  const checkpoint = path.join(folder, 'c');
  const train = (model, ...more) => convlabIn(
    `cd "${folder}"; exec "$@"`, 'train', '--model', model, '--data', 'mnist', '--data-dir', folder, '--threads', '1', ...more);
  assert.equal(train('net/../my.json', '--epochs', '1', '--checkpoint', checkpoint).status, 1);  // there is no folder net
  assert.equal(train('./my.json', '--epochs', '1', '--checkpoint', checkpoint).status, 0);
  for (const model of ['my.json', path.join(folder, 'my.json'), 'other.json']) {
    const {status, stderr} = train(model, '--epochs', '2', '--resume', checkpoint);
    assert.equal(status, 0, stderr);
  }
  const {status, stderr} = train('narrow.json', '--epochs', '2', '--resume', checkpoint);
  assert.equal(status, 1);
  assert.match(stderr, /architecture/);
});

test('bench accepts a document', (t) => {
  const model = write(temporaryFolder(t), document);
  const result = convlab('bench', '--model', model, '--batch', '8', '--seconds', '0.05', '--json', '-');
  assert.equal(result.status, 0, result.stderr);
  assert.equal(jsonLines(result.stdout)[0].model, model);
});

test('errors state file, line and layer', (t) => {
  const folder = temporaryFolder(t);
  const train = (text) => ['train', '--data', 'mnist', '--model', write(folder, text)];
  checkRefused(train(document.replace('"units": 32', '"units": "32"')),
               /my\.json, line 5, column 62: layer 2 "hidden": \[dense\] option units is "32" but must be a whole number/);
  checkRefused(train(document.replace('},\n    {"kind": "relu"', '}\n    {"kind": "relu"')),
               /my\.json, line 6, column 5: not JSON: unexpected '\{'; expected ']'/);
  checkRefused(train(document.replace('"relu"', '"rleu"')),
               /my\.json, line 6, column 14: layer 3: there is no layer "rleu" \(did you mean 'relu'\?\); known are: .*relu/);
  checkRefused(train(document.replace('"relu"', '"rleu"').replace('"units": 10', '"units": 0')),
               /my\.json, line 6, column 14: layer 3: there is no layer "rleu".*\nline 7, column 44: layer 4: .* units is 0/);
  checkRefused(['summary', '--model', path.join(folder, 'none.json')], /none\.json: no such file/);
  checkRefused(['bench', '--model', folder + '/'], /unknown model/);
  checkRefused(['summary', '--model', write(folder, ' '.repeat((4 << 20) + 1))], /4194305 bytes; expected at most 4194304/);
});

test('a network without weights is not evaluated, and a document needs a name that says so', (t) => {
  const folder = temporaryFolder(t);
  const model = write(folder, document);
  const saved = write(folder, '        {}', 'my.safetensors');
  writeDataSet(folder);
  const known = ['--data', 'mnist', '--data-dir', folder];
  checkRefused(['eval', '--model', model, ...known],
               /my\.json describes a network without trained weights; train it first: convlab train --model .*my\.json/);
  checkRefused(['eval', '--model', write(folder, '\n {}', 'net'), ...known], /net describes a network without/);
  checkRefused(['eval', '--model', 'mnist-cnn', ...known],
               /mnist-cnn describes a network without trained weights; train it first: convlab train --model mnist-cnn/);
  checkRefused(['train', '--model', 'mnist-mlp', '--resume', model, ...known], /without trained weights/);
  for (const command of [['train', ...known], ['summary'], ['bench']]) {
    checkRefused([...command, '--model', saved],
                 /my\.safetensors describes a network without trained weights; rename it so that its name ends with \.json/);
  }
  checkRefused(['summary', '--model', path.join(folder, 'net')], /net describes a network without .* rename it/);
  checkRefused(['lr-find', ...known, '--model', saved],
               /my\.safetensors is not a \.json file .* Trained models are for convlab eval, predict, explain and train/);
});

test('a document for other images or classes is refused before training', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const train = (text) => ['train', '--data', 'mnist', '--data-dir', folder, '--model', write(folder, text),
                           '--save', path.join(folder, 'my.safetensors')];
  checkRefused(train(document.replace('"units": 10', '"units": 11')),
               /\[model\] .*my\.json has the output shape \(11\), but mnist has 10 classes/);
  checkRefused(train(document.replace('28, 28, 1', '28, 28, 3')),
               /my\.json expects images of \(28, 28, 3\), but the images of mnist are \(28, 28, 1\)/);
  assert.deepEqual(fs.readdirSync(folder).sort(), ['mnist', 'my.json']);
  checkRefused(['train', '--model', 'vgg16', '--data', 'mnist', '--data-dir', folder],
               /vgg16 does not accept images of \(28, 28, 1\)/);
});

test('summary shows an aligned table and the totals', () => {
  const result = convlab('summary', '--model', 'simple-convnet', '--batch', '32', '--backend', 'host');
  assert.equal(result.status, 0, result.stderr);
  assert.equal(result.stdout, `simple-convnet

Layer         Kind        Output        Parameters      FLOPs  Activations
──────────────────────────────────────────────────────────────────────────
input                     (28, 28, 1)                             98.0 KiB
conv2d_1      conv2d      (26, 26, 32)         320    389,376      2.6 MiB
relu_1        relu        (26, 26, 32)                                   -
max_pool2d_1  max_pool2d  (13, 13, 32)                           676.0 KiB
conv2d_2      conv2d      (11, 11, 64)      18,496  4,460,544    968.0 KiB
relu_2        relu        (11, 11, 64)                                   -
max_pool2d_2  max_pool2d  (5, 5, 64)                             200.0 KiB
flatten_1     flatten     (1600)                                         -
dropout_1     dropout     (1600)                                 200.0 KiB
dense_1       dense       (10)              16,010     32,000      1.2 KiB
──────────────────────────────────────────────────────────────────────────
Parameters     34,826: 34,826 trainable, 0 not trainable
FLOPs          4,881,920 forward, 14,256,384 per training step, for one image
Weights        136.0 KiB, gradients 136.0 KiB
Batch of 32    MEMORY
`.replace('MEMORY', /^Batch of 32 +(.*)$/m.exec(result.stdout)?.[1]));
  assert.match(result.stdout, /^Batch of 32 +[\d.]+ MiB to evaluate, [\d.]+ MiB to train, besides weights and gradients$/m);
});

test('summary lists inputs if the network is not sequential, and marks frozen layers', (t) => {
  const model = write(temporaryFolder(t), `{"input": [4, 4, 1], "layers": [
    {"kind": "flatten", "name": "größe"},
    {"kind": "dense", "options": {"units": 2}, "frozen": true},
    {"kind": "dense", "options": {"units": 2}, "inputs": ["größe"]},
    {"kind": "add", "inputs": ["dense_1", "dense_2"]}]}`);
  const {stdout} = convlab('summary', '--model', model);
  const rows = lines(stdout);
  assert.match(rows[1], /Activations  Inputs$/);
  assert.equal(rows[4], 'größe    flatten        (16)                                    -  input');
  assert.equal(rows[5], 'dense_1  dense, frozen  (2)                34     64      1.0 KiB  größe');
  assert.equal(rows[6], 'dense_2  dense          (2)                34     64      1.0 KiB  größe');
  assert.equal(rows[7], 'add_1    add            (2)                               1.0 KiB  dense_1, dense_2');
  assert.match(stdout, /^Parameters +68: 34 trainable, 34 not trainable$/m);
});

test('summary accepts a size for models of the zoo only', (t) => {
  const model = write(temporaryFolder(t), document);
  assert.match(convlab('summary', '--model', 'vgg16').stdout, /^Parameters +138,357,544: /m);
  assert.match(convlab('summary', '--model', 'vgg16', '--input', '32x32x3', '--classes', '10').stdout,
               /^Parameters +33,638,218: /m);
  checkRefused(['summary', '--model', model, '--classes', '10'], /my\.json defines image shape and classes itself/);
  checkRefused(['summary', '--model', 'vgg16', '--input', '28x28x1'], /vgg16 does not accept images of \(28, 28, 1\)/);
  for (const input of ['28', '28x28', '28x28x0', '28x28x1x1', '-1x28x1', '28x28x1 ', 'x28x28', '99999x1x1']) {
    checkRefused(['summary', '--model', 'vgg16', `--input=${input}`], /32x32x3/);
  }
});

test('summary writes the model as an editable document, and as a graph', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'out.json');
  const written = convlab('summary', '--model', 'mnist-cnn', '--json', file);
  assert.equal(written.status, 0, written.stderr);
  assert.match(written.stdout, /^Parameters/m);
  const text = fs.readFileSync(file, 'utf8');
  assert.equal(convlab('summary', '--model', 'mnist-cnn', '--json', '-').stdout, text);
  assert.equal(convlab('summary', '--model', file, '--json', '-').stdout, text);
  assert.deepEqual(JSON.parse(text).layers.map(({kind}) => kind), ['conv2d', 'relu', 'flatten', 'dense', 'relu', 'dense']);

  const dot = convlab('summary', '--model', 'mnist-cnn', '--dot').stdout;
  assert.match(dot, /^digraph "mnist-cnn" \{\n/);
  assert.equal(dot.match(/ -> /g).length, 6);
  checkRefused(['summary', '--model', 'mnist-cnn', '--dot', '--json', '-'], /--dot/);
});
