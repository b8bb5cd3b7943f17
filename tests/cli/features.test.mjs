// convlab features: features of a data set by a network with random weights, and training on them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {greyPng} from '../png.mjs';
import {writeSqueezenet} from '../squeezenet_file.mjs';
import {convlab, convlabIn, jsonLines, temporaryFolder} from './helpers.mjs';

/** Writes photos of two classes: dark and bright ones, as PNG; some of one size, some of another. */
function writePhotos(folder, count = 6) {
  for (const [part, images] of [['train', count], ['val', 2]]) {
    for (const [name, grey] of [['dark', 40], ['light', 200]]) {
      const target = path.join(folder, 'photos', part, name);
      fs.mkdirSync(target, {recursive: true});
      for (let i = 0; i < images; ++i) {
        const [width, height] = i % 2 ? [30, 40] : [32, 32];
        fs.writeFileSync(path.join(target, `${i}.png`), greyPng(width, height, Buffer.alloc(width * height, grey + 2 * i)));
      }
    }
  }
  return path.join(folder, 'photos');
}

/** Returns a folder with photos and weights, and the arguments that compute their features to `out`. */
function prepare(t) {
  const folder = temporaryFolder(t);
  const weights = path.join(folder, 'weights.safetensors');
  writeSqueezenet(weights, {random: true});
  const photos = writePhotos(folder);
  const out = path.join(folder, 'f.safetensors');
  const args = ['features', '--backbone', 'squeezenet1.1', '--weights', weights, '--data', photos, '--pool', 'avg',
    '--batch', '4', '--out', out];
  return {folder, weights, photos, out, args};
}

test('features are written once, and heads train on them', (t) => {
  const {out, args, folder} = prepare(t);
  const made = convlab(...args, '--json', '-');
  assert.equal(made.status, 0, made.stderr);
  const [event] = jsonLines(made.stdout);
  assert.deepEqual([event.event, event.shape, event.train, event.validation], ['features', [1, 1, 512], 12, 4]);
  assert.match(made.stderr, /squeezenet1\.1 on photos: features \(1, 1, 512\) of 12 training images and 4 validation images/);
  const before = fs.readFileSync(out);
  const again = convlab(...args);
  assert.match(again.stdout, /has these features already/);
  assert.deepEqual(fs.readFileSync(out), before);
  const model = path.join(folder, 'head.safetensors');
  for (const head of ['linear', 'article-head']) {
    const train = convlab('train', '--model', head, '--data', out, '--epochs', '3', '--batch', '4', '--save', model);
    assert.equal(train.status, 0, train.stderr);
    assert.match(train.stdout, /12 training images/);
  }
  const evaluated = convlab('eval', '--model', model, '--data', out, '--json', '-');
  assert.equal(evaluated.status, 0, evaluated.stderr);
  assert.equal(jsonLines(evaluated.stdout)[0].images, 4);
  const found = convlab('lr-find', '--model', 'linear', '--data', out, '--steps', '5');
  assert.equal(found.status, 0, found.stderr);
});

test('a head is joined with its network: the file predicts photos, is evaluated, explained and trained on them', (t) => {
  const {out, args, photos, folder, weights} = prepare(t);
  assert.equal(convlab(...args).status, 0);
  const head = path.join(folder, 'head.safetensors');
  const trained = convlab('train', '--model', 'linear', '--data', out, '--epochs', '20', '--batch', '4', '--save', head, '--json', '-');
  const accuracy = jsonLines(trained.stdout).at(-1).val_accuracy;
  const joined = path.join(folder, 'joined.safetensors');
  const join = ['join', '--model', head, '--weights', weights];
  const made = convlab(...join, '--fine-tune', '0.1', '--save', joined);
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stdout, /joined\.safetensors: .* MiB, reads images of 224 x 224 pixels/);
  assert.match(convlab('summary', '--model', joined).stdout, /conv2d_22 +conv2d, frozen[^]*conv2d_23 +conv2d, 0\.1 × learning rate/);
  const evaluated = convlab('eval', '--model', joined, '--data', photos, '--json', '-');
  assert.equal(evaluated.status, 0, evaluated.stderr);
  assert.equal(jsonLines(evaluated.stdout)[0].val_accuracy, accuracy);
  const photo = path.join(photos, 'val', 'light', '0.png');
  assert.match(convlab('predict', '--model', joined, photo).stdout, /0\.png: (dark|light) [\d.]+ %/);
  assert.equal(convlab('explain', '--model', joined, '--image', photo, '--out', path.join(folder, 'cam.png')).status, 0);
  const tune = ['train', '--model', joined, '--data', photos, '--epochs', '1', '--batch', '4'];
  const tuned = convlab(...tune, '--save', path.join(folder, 'tuned.safetensors'));
  assert.equal(tuned.status, 0, tuned.stderr);
  assert.match(tuned.stdout, /squeezenet1\.1-linear on .*12 training images/);
  const checkpoint = path.join(folder, 'run.checkpoint');
  assert.equal(convlab(...tune, '--checkpoint', checkpoint).status, 0);
  const resumed = convlab(...tune.with(tune.indexOf('1'), '2'), '--resume', checkpoint);
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.match(resumed.stdout, /resumed after 3 steps, 1 of 2 epochs finished[^]*done: .* after 2 epochs/);
  for (const option of [['--image-size', '64'], ['--resize', 'stretch'], ['--loss', 'hinge'], ['--standardize']]) {
    const refused = convlab(...tune, ...option);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, new RegExp(`${option[0]} is that of the model file given as --model; leave it out`));
  }
  const keras = path.join(folder, 'augment.json');
  fs.writeFileSync(keras, '{"featurewise_center": true}');
  assert.match(convlab(...tune, '--augment', keras).stderr, /featurewise_center would change the input of .*joined\.safetensors/);
  assert.match(convlab(...join, '--save', weights).stderr, /would overwrite/);
  assert.match(convlab('join', '--model', joined, '--save', head).stderr, /was trained on images; expected a model that was trained on features/);
  writeSqueezenet(weights, {random: true, seed: 2});
  assert.match(convlab(...join, '--save', joined).stderr, /reads features of squeezenet1\.1, weights .*expected the same/);
});

test('the nearest neighbours of bright and dark photos are of their class', (t) => {
  const {out, args, photos} = prepare(t);
  assert.equal(convlab(...args).status, 0);
  for (const metric of ['cosine', 'euclidean']) {
    const {status, stdout, stderr} = convlab('knn', '--data', out, '--k', '3', '--metric', metric, '--json', '-');
    assert.equal(status, 0, stderr);
    const [result] = jsonLines(stdout);
    assert.deepEqual([result.images, result.val_accuracy], [4, 1]);
  }
  const images = convlab('knn', '--data', photos);
  assert.equal(images.status, 1);
  assert.match(images.stderr, /photos.*features/);
});

test('an interrupted extraction is continued, with the same bytes as without', (t) => {
  const {out, args} = prepare(t);
  assert.equal(convlab(...args).status, 0);
  const whole = fs.readFileSync(out);
  fs.rmSync(out);
  fs.writeFileSync(`${out}.part`, whole.subarray(0, whole.length - 9000));
  const resumed = convlab(...args);
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.match(resumed.stdout, /resumed after \d+ of 16 images/);
  assert.deepEqual(fs.readFileSync(out), whole);
  assert.ok(!fs.existsSync(`${out}.part`));
});

test('a part of other weights is kept, and what differs is named', (t) => {
  const {out, args, weights} = prepare(t);
  assert.equal(convlab(...args).status, 0);
  fs.renameSync(out, `${out}.part`);
  writeSqueezenet(weights, {random: true, seed: 2});
  const other = convlab(...args);
  assert.equal(other.status, 1);
  assert.match(other.stderr, /f\.safetensors\.part: was begun with another weights; expected the same/);
  const pooled = convlab(...args, '--pool', 'max', '--winograd', 'off');
  assert.match(pooled.stderr, /another weights, pool, winograd/);
  assert.ok(fs.existsSync(`${out}.part`));
});

test('photos that cannot be read are left out, and copies are changed at random', (t) => {
  const {out, args, photos} = prepare(t);
  fs.writeFileSync(path.join(photos, 'train', 'dark', '3.png'), 'no image');
  const made = convlab(...args, '--copies', '2', '--augment', 'shift=0.2');
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stdout, /in 3 versions/);
  assert.match(made.stdout, /note: 3 of 36 training images could not be read when their features were computed/);
  const train = convlab('train', '--model', 'linear', '--data', out, '--epochs', '1');
  assert.match(train.stdout, /33 training images/);
  assert.match(train.stdout, /note: 3 of 36 training images could not be read/);
});

test('a full disk is said, and what was written is continued later', (t) => {
  const {out, args} = prepare(t);
  const full = convlabIn('ulimit -f 16; trap "" XFSZ; exec "$@"', ...args, '--batch', '1');
  assert.equal(full.status, 1);
  assert.match(full.stderr, /f\.safetensors\.part: writing failed; the rows before are kept/);
  const resumed = convlab(...args);
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.match(resumed.stdout, /resumed after \d+ of 16 images/);
  assert.ok(fs.existsSync(out));
});

test('bad options and files are refused before anything is computed', (t) => {
  const {out, args, photos, weights, folder} = prepare(t);
  const refused = (more, message) => {
    const result = convlab(...args, ...more);
    assert.equal(result.status, 1, result.stdout);
    assert.match(result.stderr, message);
    assert.ok(!fs.existsSync(`${out}.part`));
  };
  refused(['--copies', '2'], /--copies 2 would all be the same; expected --augment/);
  refused(['--augment', 'flip'], /expected --copies N/);
  refused(['--copies', '1', '--augment', 'mixup=0.2'], /features have one label/);
  refused(['--pool', 'sum'], /--pool/);
  refused(['--out', path.join(folder, 'f.bin')], /expected a name that ends with \.safetensors/);
  refused(['--out', weights], /would overwrite/);
  refused(['--out', path.join(folder, 'none', 'f.safetensors')], /there is no folder/);
  refused(['--data', path.join(folder, 'none')], /no such file or folder/);
  refused(['--backbone', 'vgg61'], /unknown pretrained network 'vgg61'.*vgg16/);
  writeSqueezenet(weights, {left: ['conv1.bias']});
  refused([], /lacks 1 of the 50 tensors of squeezenet1\.1: "conv1\.bias"/);
  assert.ok(fs.existsSync(photos));
});

test('features are refused where images are needed, and other files where features are', (t) => {
  const {out, args, folder, weights} = prepare(t);
  assert.equal(convlab(...args).status, 0);
  const png = path.join(folder, 'a.png');
  const needs = /f\.safetensors holds features \(squeezenet1\.1, .*expected the images themselves/;
  for (const command of [
    ['datasets', 'preview', out, '--out', png],
    ['datasets', 'inspect', out],
    ['datasets', 'pack', out, '--out', folder],
    ['features', '--backbone', 'squeezenet1.1', '--weights', weights, '--data', out, '--out', path.join(folder, 'g.safetensors')],
  ]) {
    const result = convlab(...command);
    assert.equal(result.status, 1);
    assert.match(result.stderr, needs);
  }
  const train = ['train', '--model', 'linear', '--epochs', '1', '--data'];
  assert.match(convlab(...train, out, '--augment', 'flip').stderr, /features of images, which cannot be changed at random/);
  assert.match(convlab(...train, out, '--standardize').stderr, /standardize is for images/);
  assert.match(convlab(...train, out, '--image-size', '32').stderr, /image_size is for images/);
  assert.match(convlab(...train, weights).stderr, /weights\.safetensors holds no features/);
  const model = path.join(folder, 'head.safetensors');
  assert.equal(convlab(...train, out, '--save', model).status, 0);
  fs.writeFileSync(png, greyPng(2, 2, Buffer.alloc(4)));
  const predicted = convlab('predict', '--model', model, png);
  assert.equal(predicted.status, 1);
  assert.match(predicted.stderr, /linear reads features \(squeezenet1\.1, .*\), not images/);
  const bytes = fs.readFileSync(out);
  fs.writeFileSync(out, bytes.subarray(0, bytes.length / 2));
  assert.match(convlab(...train, out).stderr, /f\.safetensors: .*do not lie within/);
});
