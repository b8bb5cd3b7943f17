// convlab on bad input: an error with the cause and what was expected, exit status 1, no file overwritten.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {convlab, convlabWithin, idx, imagesMagic, labelsMagic, lines, temporaryFolder, writeDataSet} from './helpers.mjs';

/** Runs convlab and asserts that it fails with an error that matches all patterns. */
function checkRefused(args, ...patterns) {
  checkRefusedBy(convlab(...args), ...patterns);
}

function checkRefusedBy(result, ...patterns) {
  assert.equal(result.status, 1, `${result.stdout}${result.stderr}`);
  assert.equal(result.stdout, '');
  assert.match(lines(result.stderr)[0], /^convlab: /);
  for (const pattern of patterns) assert.match(result.stderr, pattern);
}

const train = (...more) => ['train', '--model', 'mnist-mlp', '--data', 'mnist', '--epochs', '1', ...more];

test('unknown names list the known ones', () => {
  checkRefused(['train', '--model', 'resnet', '--data', 'mnist'], /resnet/, /mnist-mlp, mnist-cnn, simple-convnet/);
  checkRefused(['train', '--model', 'mnist-mlp', '--data', 'mnits'], /unknown data set 'mnits' \(did you mean 'mnist'\?\)/, /mnist, fashion-mnist/);
  checkRefused(train('--optimizer', 'adma'), /'adma' \(did you mean 'adam'\?\)/, /adam, adamw, sgd, rmsprop, adagrad/);
  checkRefused(train('--optimizer-options', 'momentum=0.9'), /\[adam\] has no option momentum; it has: beta1/);
  checkRefused(train('--optimizer', 'sgd', '--optimizer-options', 'momentum=0,9'),
               /\[sgd\] option momentum is "0,9" but must be a number such as 0\.9/);
  checkRefused(train('--optimizer-options', 'momentum'), /expected name=value/);
  checkRefused(train('--schedule', 'cosin'), /cosin/, /constant, step, exponential, cosine, one_cycle, plateau/);
  checkRefused(train('--schedule', 'plateau', '--schedule-options', 'patience=-1'), /patience is -1/);
  checkRefused(train('--backend', 'cuda9'), /cuda9/, /xnnpack/, /host/);
  checkRefused(['trian'], /unknown command 'trian' \(did you mean 'train'\?\); .* train, eval, predict, classify, explain, features, join, knn, lr-find, bench, summary, layers, datasets, weights/);
  checkRefused([], /train, eval, predict, classify, explain, features, join, knn, lr-find, bench, summary, layers, datasets, weights/);
  checkRefused(['bench', '--model', 'resnet'], /resnet/, /mnist-mlp, mnist-cnn, simple-convnet/);
  checkRefused(['eval', '--data', 'mnist'], /--model/);
  checkRefused(['layers', 'Conv2D'], /unknown layer 'Conv2D' \(did you mean 'conv2d'\?\); known are: /);
  checkRefused(['summary', '--model', 'MNIST-CNN'], /unknown model 'MNIST-CNN' \(did you mean 'mnist-cnn'\?\)/);
});

test('unknown and missing options are named in one line that fits on the screen', () => {
  const refused = (args, text) => {
    const result = convlab(...args);
    assert.equal(result.status, 1);
    assert.equal(result.stderr, `convlab: ${text}\n`);
    assert.ok(text.length < 130);
  };
  const hint = '; convlab train --help lists the options';
  refused(train('--epoch', '3'), `unknown option '--epoch' (did you mean '--epochs'?)${hint}`);
  refused(train('--epoch=3'), `unknown option '--epoch' (did you mean '--epochs'?)${hint}`);
  refused(['train', '--epoch', '3'], `unknown option '--epoch' (did you mean '--epochs'?)${hint}`);
  refused(train('--xyz'), `unknown option '--xyz'${hint}`);
  refused(train('extra'), `unexpected argument 'extra'${hint}`);
  refused(['train'], `--model NAME|FILE and --data NAME|PATH are required${hint}`);
  refused(['train', '--model', 'mnist-mlp'], `--data NAME|PATH is required${hint}`);
  refused(['--epochs', '3', ...train()], "'--epochs' stands before the command; expected it after 'train'");
});

test('values out of range or of the wrong type are refused', () => {
  for (const [option, value, name] of [['--clip-norm', '-1', 'clip_norm'], ['--clip-value', 'nan', 'clip_value'],
                                       ['--accumulate', '0', 'accumulate'], ['--ema', '1', 'ema_momentum']]) {
    checkRefused(train(option, value), new RegExp(name));
  }
  checkRefused(train('--warmup', '-1'), /--warmup/);
  checkRefused(train('--epochs', '1e2'), /--epochs: '1e2' is not a whole number from 1 to 100000 in digits such as 100/);
  checkRefused(train('--accumulate', '1e2'), /option accumulate is 100\.0 but must be a whole number/);
  checkRefused(train('--clip-norm', '0,5'), /option clip_norm is "0,5" but must be a number such as 0\.9/);
  checkRefused(train('--seed', '-1'), /--seed: '-1' is not a whole number from 0 to 2\^64 - 1/);
  checkRefused(train('--clip-norm', '1', '--clip-value', '1'), /only one/);
  for (const [option, value] of [['--epochs', '0'], ['--epochs', 'many'], ['--batch', '0'], ['--batch', '-1'],
                                 ['--lr', '0'], ['--lr', 'nan'], ['--lr', '-1'], ['--threads', '-1'],
                                 ['--label-smoothing', '1'], ['--validation-split', '1'], ['--validation-split', '-0.1'],
                                 ['--validation-split', 'nan'], ['--seed', '-1'], ['--seed', '1.5']]) {
    checkRefused(train(option, value), new RegExp(option));
  }
});

test('the error for a missing data set lists the searched folders and how to get it', (t) => {
  const folder = temporaryFolder(t);
  checkRefused(train('--data-dir', folder), /mnist: not found/, new RegExp(folder), /To get it/);
  checkRefused(train('--data-dir', path.join(folder, 'none')), /mnist: not found/);
});

/** Creates existing output files. Returns the options that name them, and a check that no file changed or was added. */
function oldFiles(folder) {
  const files = {'--save': 'model.safetensors', '--save-best': 'best', '--checkpoint': 'run', '--json': 'events',
                 '--log': 'log.csv'};
  const all = Object.values(files).map((name) => path.join(folder, name));
  for (const file of all) fs.writeFileSync(file, `old ${file}`);
  const before = fs.readdirSync(folder);
  return {
    options: Object.keys(files).flatMap((option, i) => [option, all[i]]),
    check() {
      for (const file of all) assert.equal(fs.readFileSync(file, 'utf8'), `old ${file}`);
      assert.deepEqual(fs.readdirSync(folder), before);
    },
  };
}

const good = Buffer.alloc(28 * 28 * 10);
const damages = {
  'an empty file': ['train-labels-idx1-ubyte', () => Buffer.alloc(0), /train-labels-idx1-ubyte/],
  'a truncated file': ['train-labels-idx1-ubyte', (bytes) => bytes.subarray(0, -5), /train-labels-idx1-ubyte/],
  'a truncated gzip file': ['train-images-idx3-ubyte.gz', (bytes) => bytes.subarray(0, -500),
                            /train-images-idx3-ubyte.gz/],
  'too many bytes': ['t10k-images-idx3-ubyte', (bytes) => Buffer.concat([bytes, bytes]), /t10k-images-idx3-ubyte/],
  'foreign magic': ['t10k-images-idx3-ubyte', () => Buffer.from('\x89PNG\r\n\x1a\n'.padEnd(100)),
                    /t10k-images-idx3-ubyte/],
  'labels in place of images': ['t10k-images-idx3-ubyte', () => idx(labelsMagic, [10], Buffer.alloc(10)),
                                /t10k-images-idx3-ubyte/],
  'a .gz that is not gzip': ['t10k-labels-idx1-ubyte.gz', () => Buffer.from('<html>not here</html>'),
                             /t10k-labels-idx1-ubyte.gz/],
  'images of another size': ['train-images-idx3-ubyte.gz', () => gzipSync(idx(imagesMagic, [10, 14, 56], good)),
                             /train-images-idx3-ubyte.gz.*14.*28/],
  'a count that is not the labels\'': ['train-images-idx3-ubyte.gz', () => gzipSync(idx(imagesMagic, [10, 28, 28], good)),
                                       /10 images.*640 labels/],
  'a label out of range': ['train-labels-idx1-ubyte', (bytes) => {
    const changed = Buffer.from(bytes);
    changed[8 + 123] = 10;
    return changed;
  }, /train-labels-idx1-ubyte.*10/],
};

for (const [what, [file, damage, pattern]] of Object.entries(damages)) {
  test(`${what} is refused and nothing is overwritten`, (t) => {
    const folder = temporaryFolder(t);
    const data = writeDataSet(folder);
    const target = path.join(data, file);
    fs.writeFileSync(target, damage(fs.readFileSync(target)));
    const {options, check} = oldFiles(folder);
    checkRefused(train('--data-dir', folder, ...options), pattern);
    check();
  });
}

test('output paths that cannot be written are refused before training', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  for (const option of ['--save', '--json']) {
    const into = (name) => train('--data-dir', folder, option, name);
    checkRefused(into(path.join(folder, 'none/file')), /none/);
    checkRefused(into(folder), /regular file/);
    checkRefused(into(path.join(folder, 'mnist/train-labels-idx1-ubyte/file')), /train-labels-idx1-ubyte/);
  }
  checkRefused(train('--data-dir', folder, '--save', '/dev/null'), /regular file/);
  const same = path.join(folder, 'same');
  checkRefused(train('--data-dir', folder, '--save', same, '--json', same), /both/);
  assert.deepEqual(fs.readdirSync(folder), ['mnist']);
});

test('one image is counted as one image', (t) => {
  const folder = temporaryFolder(t);
  const data = writeDataSet(folder);
  fs.writeFileSync(path.join(data, 't10k-images-idx3-ubyte'), idx(imagesMagic, [1, 28, 28], Buffer.alloc(784)));
  checkRefused(train('--data-dir', folder), /t10k-images-idx3-ubyte has 1 image but .* 200 labels/);
  fs.writeFileSync(path.join(data, 't10k-labels-idx1-ubyte.gz'), gzipSync(idx(labelsMagic, [1], Buffer.alloc(1))));
  const model = path.join(folder, 'model.safetensors');
  assert.equal(convlab(...train('--data-dir', folder, '--save', model)).status, 0);
  const {stdout} = convlab('eval', '--model', model, '--data', 'mnist', '--data-dir', folder, '--threads', '1');
  assert.match(stdout, /\(1 image, /);
});

test('eval refuses model files that are missing, truncated, of another format or incompatible', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'model.safetensors');
  const evaluate = (file) => ['eval', '--model', file, '--data', 'mnist', '--data-dir', folder];
  checkRefused(evaluate(path.join(folder, 'none')), /none: no such file/);
  checkRefused(evaluate(path.join(folder, 'mnist/train-labels-idx1-ubyte')), /train-labels-idx1-ubyte/);

  assert.equal(convlab(...train('--data-dir', folder, '--save', model)).status, 0);
  const bytes = fs.readFileSync(model);
  const changed = path.join(folder, 'changed');
  fs.writeFileSync(changed, bytes.subarray(0, bytes.length - 4));
  checkRefused(evaluate(changed), /changed/, /bytes/);
  fs.writeFileSync(changed, Buffer.from(bytes.toString('latin1').replace('[28,28,1]', '[14,56,1]'), 'latin1'));
  const resized = convlab(...evaluate(changed));
  assert.equal(resized.status, 0, resized.stderr);
  assert.match(resized.stdout, /note: images of 28 × 28 pixels are resized to 56 × 14, the input of the network/);
});

test('files above their maximum size are refused from their size, without reading them', (t) => {
  const folder = temporaryFolder(t);
  const data = writeDataSet(folder);
  const size = 1 << 30;
  const large = (name, start) => {
    fs.writeFileSync(name, start);
    fs.truncateSync(name, size);
    return name;
  };
  const header = Buffer.alloc(9);
  header.writeBigUInt64LE(100_000_000n);
  header[8] = '{'.charCodeAt(0);
  const model = large(path.join(folder, 'large.safetensors'), header);
  const document = large(path.join(folder, 'large.json'), '{"input": ');
  const common = ['--data', 'mnist', '--data-dir', folder, '--threads', '1'];
  const refused = (args, ...patterns) => checkRefusedBy(convlabWithin(size / 1024 / 2, ...args, ...common), ...patterns);
  refused(['eval', '--model', model], /large\.safetensors.*100000000 bytes; expected at most 16777216/);
  refused(['train', '--model', 'mnist-mlp', '--resume', model], /100000000 bytes; expected at most 16777216/);
  refused(['train', '--model', document], /large\.json: 1073741824 bytes; expected at most 4194304/);
  large(path.join(data, 'train-labels-idx1-ubyte'), idx(labelsMagic, [1], Buffer.alloc(1)));
  refused(['train', '--model', 'mnist-mlp'], /train-labels-idx1-ubyte: 1073741824 bytes; expected at most 67108864/);
});

test('a model that does not fit into memory is refused before anything is allocated or written', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const start = performance.now();
  checkRefused(['bench', '--model', 'vgg16', '--batch', '100000', '--json', path.join(folder, 'events')],
               /\[memory\] vgg16 needs \d+ MB to train with a batch of 100000, but \d+ MB are left; (the largest|not even)/);
  assert.ok(performance.now() - start < 5000, `took ${performance.now() - start} ms`);

  // An output of 28 · 28 · 65,536 numbers is 200 MB per image, so 640 images fit into no machine's memory; the weights
  // between two such layers are 150 GB.
  const wide = '{"kind": "conv2d", "options": {"filters": 65536, "padding": "same"}}';
  const model = path.join(folder, 'wide.json');
  const document = (layers) => `{"input": [28, 28, 1], "layers": [${layers.join(', ')}, {"kind": "global_avg_pool2d"},
                                {"kind": "dense", "options": {"units": 10}}]}`;
  fs.writeFileSync(model, document([wide]));
  const {options, check} = oldFiles(folder);
  checkRefused(['train', '--model', model, '--data', 'mnist', '--data-dir', folder, '--batch', '100000', ...options],
               /wide needs \d+ MB to train with a batch of 100000, but \d+ MB are left; (the largest|not even)/);
  fs.writeFileSync(model, document([wide, wide]));
  checkRefused(['train', '--model', model, '--data', 'mnist', '--data-dir', folder, ...options],
               /not even a batch of 1 fits, which needs \d+ MB; try a smaller model/);
  check();
});

test('an option that an unset variable left empty is refused, and nothing is trained', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  for (const option of ['--save', '--json', '--checkpoint', '--data-dir', '--model']) {
    const args = ['train', '--model', 'mnist-mlp', '--data', 'mnist', '--data-dir', folder, option, ''];
    const result = convlab(...args);
    assert.equal(result.status, 1, option);
    assert.match(result.stderr, new RegExp(`${option} is empty; expected`), option);
    assert.equal(result.stdout, '');
  }
});
