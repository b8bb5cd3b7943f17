// convlab with data sets of the user's own: folders of images, IDX files under other names.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {greyPng} from '../png.mjs';
import {convlab, convlabIn, jsonLines, program, split, temporaryFolder, writeDataSet} from './helpers.mjs';

const options = ['--model', 'simple-convnet', '--epochs', '2', '--batch', '32', '--threads', '1', '--json', '-'];

/** Trains and returns the epochs' losses and accuracies. */
function train(...args) {
  const result = convlab('train', ...options, ...args);
  assert.equal(result.status, 0, result.stderr);
  return jsonLines(result.stdout).filter((event) => event.event === 'epoch')
    .map((event) => [event.train_loss, event.train_accuracy, event.val_loss, event.val_accuracy]);
}

/** Writes the images of both parts as PNG files in folders of their classes. */
function writeFolders(folder, counts) {
  for (const [part, count] of Object.entries(counts)) {
    const {images, labels} = split(count);
    for (let i = 0; i < count; ++i) {
      const place = path.join(folder, part, String(labels[8 + i]));
      fs.mkdirSync(place, {recursive: true});
      const pixels = images.subarray(16 + i * 784, 16 + (i + 1) * 784);
      fs.writeFileSync(path.join(place, `${String(i).padStart(5, '0')}.png`), greyPng(28, 28, pixels));
    }
  }
}

test('the same images from IDX files, under other names and from PNG files train the same, bit for bit', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const expected = train('--data', 'mnist', '--data-dir', folder);
  const idx = path.join(folder, 'mnist');
  const renamed = path.join(folder, 'renamed');
  fs.mkdirSync(renamed);
  for (const file of fs.readdirSync(idx)) {
    const other = file.replace('t10k', 'letters-test').replace('-idx', '.idx');
    fs.copyFileSync(path.join(idx, file), path.join(renamed, other));
  }
  assert.deepEqual(train('--data', renamed), expected);
  const photos = path.join(folder, 'photos');
  writeFolders(photos, {train: 640, val: 200});  // as writeDataSet does
  assert.deepEqual(train('--data', photos), expected);
});

test('a folder is trained on in another size, saved, evaluated and used to predict', (t) => {
  const folder = temporaryFolder(t);
  writeFolders(folder, {train: 40, val: 20});
  fs.writeFileSync(path.join(folder, 'train', '0', 'broken.png'), 'not an image');
  const events = path.join(folder, 'events.jsonl');
  const model = path.join(folder, 'model.safetensors');
  const result = convlab('train', '--model', 'lenet5', '--image-size', '32', '--epochs', '1', '--data', folder,
    '--augment', 'flip,shift=0.1,mixup=0.2', '--standardize', '--save', model, '--json', events);
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /note: 1 image cannot be read and is left out:\n {2}.*broken\.png is no PNG/);
  const [epoch, done] = jsonLines(fs.readFileSync(events, 'utf8'));
  assert.equal(epoch.unreadable_images, 1);
  assert.equal(done.unreadable_images, 1);
  assert.match(done.unreadable_reasons[0], /broken\.png is no PNG/);
  const evaluated = convlab('eval', '--model', model, '--data', folder);
  assert.equal(evaluated.status, 0, evaluated.stderr);
  assert.match(evaluated.stdout, /20 /);
  // Also a data set of another size is brought to the network's.
  writeDataSet(folder);
  const digits = convlab('eval', '--model', model, '--data', 'mnist', '--data-dir', folder);
  assert.equal(digits.status, 0, digits.stderr);
  assert.match(digits.stdout, /note: images of 28 × 28 pixels are resized to 32 × 32/);
  const [event] = jsonLines(convlab('predict', '--model', model, '--json', '-',
    path.join(folder, 'val', '3', fs.readdirSync(path.join(folder, 'val', '3'))[0])).stdout);
  assert.equal(event.scores.length, 10);
});

test('a model of stretched images is evaluated and predicts on stretched images', (t) => {
  const folder = temporaryFolder(t);
  // Two classes that differ in the outer quarters only, which the centre crop lacks.
  for (const part of ['train', 'val']) {
    for (const name of ['dark', 'light']) {
      fs.mkdirSync(path.join(folder, part, name), {recursive: true});
      for (let i = 0; i < 16; ++i) {
        const pixels = Uint8Array.from({length: 14 * (28 + i)}, (_, at) => {
          const column = at % (28 + i);
          return name === 'light' && (column < 6 || column >= 22 + i) ? 255 : 0;
        });
        fs.writeFileSync(path.join(folder, part, name, `${i}.png`), greyPng(28 + i, 14, pixels));
      }
    }
  }
  const model = path.join(folder, 'model.safetensors');
  const accuracy = (...args) => {
    const result = convlab('train', '--model', 'mnist-mlp', '--data', folder, '--image-size', '28', '--epochs', '8',
      '--batch', '8', '--threads', '1', '--json', '-', ...args);
    assert.equal(result.status, 0, result.stderr);
    return jsonLines(result.stdout).at(-1).val_accuracy;
  };
  assert.equal(accuracy('--resize', 'stretch', '--save', model), 1);
  assert.equal(accuracy('--resize', 'crop'), 0.5);
  const evaluated = convlab('eval', '--model', model, '--data', folder, '--json', '-');
  assert.equal(evaluated.status, 0, evaluated.stderr);
  assert.equal(jsonLines(evaluated.stdout)[0].val_accuracy, 1);
  const predicted = convlab('predict', '--model', model, path.join(folder, 'val/light/3.png'));
  assert.match(predicted.stdout, /light [\d.]+ %, dark/);
  assert.match(convlab('train', '--model', 'mnist-mlp', '--data', folder, '--resize', 'pad').stderr,
    /unknown resize mode 'pad'; known are: crop, stretch/);
});

test('eval of a folder without parts says that it uses a fifth of it, those that training set aside', (t) => {
  const folder = temporaryFolder(t);
  writeFolders(folder, {all: 50});
  const photos = path.join(folder, 'all');
  const model = path.join(folder, 'model.safetensors');
  const note = /note: no folders train and val: 10 of 50 are set aside as test images\n/;
  const trained = convlab('train', '--model', 'mnist-mlp', '--data', photos, '--epochs', '1', '--seed', '9',
    '--save', model, '--threads', '1');
  assert.match(trained.stdout, note);
  const [, accuracy] = trained.stdout.match(/test accuracy ([\d.]+ %) after/);
  const evaluated = convlab('eval', '--model', model, '--data', photos, '--threads', '1');
  assert.match(evaluated.stdout, note);
  assert.ok(evaluated.stdout.includes(`test accuracy ${accuracy}`), evaluated.stdout);
  assert.match(evaluated.stdout, /\(10 images, /);
});

test('augmentation is the same for the same seed, and a wrong one is refused by name', (t) => {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const data = ['--data', 'mnist', '--data-dir', folder, '--limit', '5'];
  const once = train(...data, '--augment', 'rotate=20,zoom=0.1');
  assert.deepEqual(train(...data, '--augment', 'rotate=20,zoom=0.1'), once);
  assert.notDeepEqual(train(...data), once);
  const keras = path.join(folder, 'generator.json');
  fs.writeFileSync(keras, JSON.stringify({rescale: 1 / 255, rotation_range: 20, zoom_range: 0.1}));
  assert.deepEqual(train(...data, '--augment', keras), once);
  fs.writeFileSync(keras, JSON.stringify({zca_whitening: true}));
  for (const [value, message] of [['spin=3', /spin/], ['rotate=1000', /rotate/], [keras, /zca_whitening/]]) {
    const refused = convlab('train', ...options, ...data, '--augment', value);
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, message);
  }
});

test('one IDX file stands for all that belong to it', (t) => {
  const folder = temporaryFolder(t);
  const idx = writeDataSet(folder);
  const expected = train('--data', 'mnist', '--data-dir', folder);
  assert.deepEqual(train('--data', path.join(idx, 'train-images-idx3-ubyte.gz')), expected);
  fs.rmSync(path.join(idx, 'train-labels-idx1-ubyte'));
  const refused = convlab('train', ...options, '--data', path.join(idx, 'train-images-idx3-ubyte.gz'));
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /no file of labels belongs to .*; expected it beside it, such as train-labels-idx1-ubyte/);
});

test('a name that is neither a data set nor a file is refused with what is like it', (t) => {
  const folder = temporaryFolder(t);
  fs.mkdirSync(path.join(folder, 'photos'));
  const inFolder = (...args) => convlabIn(`cd '${folder}'; exec "$@"`, ...args);
  const refused = inFolder('train', ...options, '--data', 'photo');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /unknown data set 'photo' \(did you mean 'photos'\?\); it is neither a file or folder here nor one of: mnist/);
  assert.match(inFolder('train', ...options, '--data', './photo').stderr,
    /\.\/photo: no such file or folder \(did you mean 'photos'\?\)/);
});

test('a path that is not UTF-8 is refused before anything is read', () => {
  for (const command of ['train --model mnist-mlp', 'eval --model absent.safetensors', 'lr-find --model mnist-mlp']) {
    const refused = convlabIn(`exec "$@" --data "$(printf './ph\\377tos')"`, ...command.split(' '));
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^convlab: --data: \.\/ph%FFtos has bytes that are not UTF-8; rename the file or folder\n/);
  }
});

test('what is no data set is refused with what was expected', (t) => {
  const folder = temporaryFolder(t);
  for (const [name, message] of [['absent', /no such file or folder/], ['.', /none of them a known data set/]]) {
    const refused = convlab('train', ...options, '--data', path.join(folder, name, '/'));
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, message);
  }
  const text = path.join(folder, 'a.zip');
  fs.writeFileSync(text, 'hello');
  assert.match(convlab('train', ...options, '--data', text).stderr, /is no archive: it begins with 68 65/);
});

test('when the data is gone within a run, the model and a checkpoint are kept', async (t) => {
  const folder = temporaryFolder(t);
  const photos = path.join(folder, 'photos');
  writeFolders(photos, {train: 300, val: 100});
  const model = path.join(folder, 'model.safetensors');
  const child = spawn(program, ['train', '--model', 'mnist-mlp', '--epochs', '100000', '--data', photos, '--json', '-',
    '--save', model, '--threads', '1']);
  let output = '';
  let messages = '';
  child.stderr.on('data', (data) => { messages += data; });
  child.stdout.on('data', (data) => {
    if (output === '') fs.rmSync(photos, {recursive: true});
    output += data;
  });
  const [status] = await once(child, 'exit');
  assert.equal(status, 1, messages);
  assert.match(messages, /images in turn can be read; is the data still there\?/);
  const done = jsonLines(output).at(-1);
  assert.equal(done.event, 'done');
  assert.ok(fs.statSync(model).size > 1000);
});
