// Packed data sets in the page: what is fetched before the first step, photos, and what is not hosted.

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {stepOf, waitForState, withPage} from './browser.mjs';
import {packPhotos, serveData} from './packing.mjs';

test('the first step on MNIST needs at most a megabyte of data', () => {
  let served = 0;
  const files = [];
  const prepare = async (page) => page.server.route(/\/data\/mnist\//, async (route) => {
    const answer = await route.fetch();
    served += answer.body.length;
    // What exceeds the limit never comes.
    if (served > 1_000_000) return;
    files.push(route.path);
    route.fulfill(answer);
  });
  return withPage({canvas: false, prepare}, async ({page}) => {
    await waitForState(page, 'ready');
    await page.locator('#step').click();
    await page.waitForFunction(() => document.getElementById('progress').value >= 1);
    assert.equal(await stepOf(page), 1);
    assert.ok(files.length >= 2, files.join());
    assert.match(files[0], /mnist\/train-0000\.bin\.gz$/);
  });
});

test('a folder of photos, packed by its host, trains in the page under its own name', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-packs-'));
  t.after(() => fs.rmSync(folder, {recursive: true}));
  const out = path.join(folder, 'data');
  packPhotos(path.join(folder, 'sides'), out);
  await withPage({query: 'bench.html', prepare: serveData(out)}, async ({page}) => {
    const found = await page.evaluate(async () => {
      const {Convlab} = await import('./convlab.js');
      const engine = new Convlab({threads: 1});
      await new Promise((resolve) => engine.addEventListener('ready', resolve));
      const errors = [];
      engine.addEventListener('error', ({error}) => errors.push(error.message));
      const listed = engine.controls.data_sets.find(({name}) => name === 'sides');
      const finished = new Promise((resolve) => engine.addEventListener('snapshot', ({snapshot}) => {
        if (['finished', 'failed'].includes(snapshot.state) || errors.length > 0) resolve(snapshot);
      }));
      engine.configure({data: 'sides', model: 'simple-convnet', image_size: 24, batch: 8, epochs: 3,
        standardize: true});
      engine.start();
      const {state, history, class_names, error} = await finished;
      const absent = await engine.configure({data: 'cifar-10', model: 'cifar-simple'})
        .then(() => '', ({message}) => message);
      engine.terminate();
      const val_accuracy = history.at(-1)?.val_accuracy;
      return {listed, state, val_accuracy, class_names, error, errors, absent};
    });
    assert.equal(found.listed.title, 'sides');
    assert.equal(found.state, 'finished', `${found.error} ${found.errors}`);
    assert.deepEqual(found.class_names, ['left', 'right']);
    assert.ok(found.val_accuracy > 0.9, `test accuracy ${found.val_accuracy}`);
    assert.match(found.absent, /CIFAR-10 is not hosted here .*licence: none stated/);
    assert.match(found.absent, /Hosted are: sides/);
  });
});

test('the first step on photos needs a few megabytes, however many there are', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-packs-'));
  t.after(() => fs.rmSync(folder, {recursive: true}));
  const out = path.join(folder, 'data');
  packPhotos(path.join(folder, 'sides'), out, {side: 400, noise: 50});
  const [{splits}] = JSON.parse(fs.readFileSync(`${out}/catalog.json`, 'utf8')).datasets;
  assert.ok(splits.train.bytes > 5e6, `${splits.train.bytes} bytes`);
  let served = 0;
  const prepare = async (page) => page.server.route(/\/data\//, (route) => {
    const file = path.join(out, route.path.split('/data/')[1]);
    served += fs.statSync(file).size;
    // What exceeds the limit never comes: two megabytes of training images, in whole shards, and a
    // shard of test images.
    if (served <= 4_300_000) route.fulfillFile(file);
  });
  await withPage({query: 'bench.html', prepare}, async ({page}) => {
    const step = await page.evaluate(async () => {
      const {Convlab} = await import('./convlab.js');
      const engine = new Convlab({threads: 1});
      const first = new Promise((resolve) => engine.addEventListener('snapshot', ({snapshot}) => {
        if (snapshot.step >= 1 || snapshot.state === 'failed') resolve(snapshot.step);
      }));
      engine.configure({data: 'sides', model: 'simple-convnet', image_size: 24, batch: 8, epochs: 3});
      engine.step();
      return first;
    });
    assert.equal(step, 1);
  });
});

test('choosing a data set that is not hosted says its size, source, licence and how to get it', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await page.locator('#data').selectOption('cifar-10');
    await page.locator('#alert').getByText(
      /CIFAR-10 is not hosted here \(A\. Krizhevsky.*, 162\.2 MiB; licence: none stated.*convlab datasets fetch cifar-10/)
      .waitFor();
  }));

test('scripts/pack needs no native build, and says what it leaves out and how to get it', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-packs-'));
  t.after(() => fs.rmSync(folder, {recursive: true}));
  const script = fileURLToPath(new URL('../../scripts/pack', import.meta.url));
  const pack = (...args) => spawnSync(script, args, {encoding: 'utf8', env: {PATH: process.env.PATH, HOME: folder}});
  const absent = pack(path.join(folder, 'data'), '--only', 'kmnist');
  assert.equal(absent.status, 1);
  assert.match(absent.stdout, /left out .*kmnist: not found.*To get it: convlab datasets fetch kmnist/s);
  assert.match(absent.stdout, new RegExp(`${folder}/.cache/convlab/kmnist`), 'HOME is that of the process');
  assert.match(absent.stderr, /found no data set to pack/);
  assert.match(pack().stderr, /OUT_DIR is missing/);
  assert.match(pack(folder, '--fast').stderr, /unknown option --fast/);
});
