// Packed data sets that were fetched are kept: a second visit fetches only what is missing.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {dist, screenshot, stepOf, waitForState, withPage} from './browser.mjs';
import {damage, inWorker, packPhotos, serveData, storedFiles} from './packing.mjs';
import {smallCatalog} from './small_dist.mjs';

const catalog = JSON.parse(fs.readFileSync(`${dist}/data/catalog.json`, 'utf8'));
const shardsIn = ({splits: {train, test}}) => [...train.shards, ...test.shards];
const mnistIn = ({datasets}) => shardsIn(datasets.find(({name}) => name === 'mnist'));
const mnist = mnistIn(catalog);
const fewOfMnist = mnistIn(smallCatalog(dist));
const namesOf = (shards) => shards.map(({sha256}) => `shard-${sha256}`).sort();

const keptShards = async (page) =>
  (await page.evaluate(storedFiles)).filter((name) => name.startsWith('shard-')).sort();

/** Waits until exactly these shards are kept. */
async function waitForKept(page, shards) {
  const wanted = namesOf(shards);
  for (let tries = 0; tries < 150; ++tries) {
    if (JSON.stringify(await keptShards(page)) === JSON.stringify(wanted)) return;
    await page.waitForTimeout(200);
  }
  assert.deepEqual(await keptShards(page), wanted);
}

/** Answers requests for data from now on as `isThere` says, and returns the files that are asked for. */
function watchData(page, isThere) {
  const asked = [];
  page.server.route(/\/data\//, (route) => {
    const [, file] = route.path.split('/data/');
    asked.push(file);
    return isThere(file) ? route.continue() : route.abort();
  });
  return asked;
}

async function trainOn(page) {
  await waitForState(page, 'ready');
  await page.locator('#start').click();
  await page.waitForFunction(() => document.getElementById('progress').value >= 2);
  await page.locator('#pause').click();
}

const waitForAllImages = (page) => page.waitForFunction(() => {
  const text = document.getElementById('steps').innerText;
  return text !== '' && !/images/.test(text);
});

const alertOf = (page) => page.locator('#alert').innerText();

test('downloads are named and deleted in the area of data, and not kept again in this visit', () =>
  withPage({}, async ({page, problems}) => {
    await trainOn(page);
    await waitForKept(page, fewOfMnist);
    await page.locator('#own-data-title').click();
    const kept = page.locator('.own-downloads');
    await kept.getByText(/^Downloads kept for the next visit: MNIST \([\d.]+ [KM]iB\)\.$/).waitFor();
    await screenshot(page, 'downloads');
    await kept.getByRole('button', {name: 'Delete downloads'}).click();
    await kept.getByRole('status').getByText('The downloads are deleted.').waitFor();
    assert.ok(await kept.getByRole('button').isHidden());
    assert.deepEqual(await keptShards(page), []);
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'SUMMARY');
    // Training goes on with what is in memory.
    const step = await stepOf(page);
    await page.locator('#start').click();
    await page.waitForFunction((before) => document.getElementById('progress').value > before, step);
    assert.deepEqual(await keptShards(page), []);
    assert.deepEqual(problems, []);
    await page.reload();
    await waitForKept(page, fewOfMnist);
  }));

test('MNIST: trained on again after a reload, with all data of the server out of reach', () =>
  withPage({canvas: false, allImages: true}, async ({page}) => {
    await trainOn(page);
    await waitForKept(page, mnist);
    const asked = watchData(page, () => false);
    await page.reload();
    await trainOn(page);
    await waitForAllImages(page);
    assert.equal(await alertOf(page), '');
    assert.deepEqual([...new Set(asked)], ['catalog.json']);
    // What is not kept says why it cannot be had.
    await page.evaluate(() => {
      globalThis.convlabPage.convlab.configure({data: 'fashion-mnist', model: 'fashion-cnn'}).catch(() => {});
    });
    await page.locator('#alert').getByText(/fashion-mnist/).waitFor();
  }));

test('partly fetched: only the rest is fetched, and Retry fetches it from a server that is back', () => {
  const isFirst = (file) => file === 'catalog.json' || /train-000[0-4]/.test(file);
  const first = mnist.filter(({file}) => isFirst(file));
  return withPage({canvas: false, allImages: true, prepare: async (page) => watchData(page, isFirst)}, async ({page}) => {
    await page.locator('#alert').getByText(/could not be fetched/).waitFor();
    const test0 = mnist.find(({file}) => /test-0000/.test(file)).file;
    assert.match(await alertOf(page), new RegExp(test0));
    watchData(page, (file) => isFirst(file) || file === test0);
    await page.locator('#alert').getByRole('button', {name: 'Retry'}).click();
    await page.locator('#alert').getByText(/train-0005.* could not be fetched/).waitFor();
    await waitForKept(page, [...first, mnist.find(({file}) => file === test0)]);
    const asked = watchData(page, (file) => file !== 'catalog.json');
    await page.reload();
    await trainOn(page);
    await waitForKept(page, mnist);
    const fetched = asked.filter((file) => file !== 'catalog.json');
    assert.deepEqual(fetched.filter((file) => isFirst(file) || file === test0), []);
    assert.equal(fetched.length, mnist.length - first.length - 1);
    assert.equal(await alertOf(page), '');
  });
});

test('a kept shard that is damaged is fetched again, alone, and kept again', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await waitForKept(page, fewOfMnist);
    const name = await page.evaluate(damage, '^shard-');
    const {file} = fewOfMnist.find(({sha256}) => name === `shard-${sha256}`);
    let asked = watchData(page, () => true);
    await page.reload();
    await trainOn(page);
    await waitForAllImages(page);
    await waitForKept(page, fewOfMnist);
    assert.deepEqual(asked, ['catalog.json', file]);
    asked = watchData(page, () => false);
    await page.reload();
    await trainOn(page);
    await waitForAllImages(page);
    assert.deepEqual([...new Set(asked)], ['catalog.json']);
  }));

test('a pack that has changed on the server replaces the one that is kept', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-kept-'));
  t.after(() => fs.rmSync(folder, {recursive: true}));
  const out = path.join(folder, 'data');
  const packs = [40, 50].map((side) => {
    packPhotos(path.join(folder, 'sides'), out, {side});
    return shardsIn(JSON.parse(fs.readFileSync(`${out}/catalog.json`, 'utf8')).datasets[0]);
  });
  assert.notDeepEqual(...packs.map(namesOf));
  packPhotos(path.join(folder, 'sides'), out, {side: 40});
  await withPage({query: 'bench.html', prepare: serveData(out)}, async ({page}) => {
    const trainOnSides = () => page.evaluate(async () => {
      const {Convlab} = await import('./convlab.js');
      const engine = new Convlab({threads: 1});
      const finished = new Promise((resolve, reject) => {
        engine.addEventListener('error', ({error}) => reject(new Error(error.message)));
        engine.addEventListener('snapshot', ({snapshot}) => {
          if (snapshot.state === 'finished') resolve(snapshot.history.length);
        });
      });
      engine.configure({data: 'sides', model: 'simple-convnet', image_size: 24, batch: 8, epochs: 1});
      engine.start();
      return finished;
    });
    assert.equal(await trainOnSides(), 1);
    await waitForKept(page, packs[0]);
    packPhotos(path.join(folder, 'sides'), out, {side: 50});
    await page.reload();
    assert.equal(await trainOnSides(), 1);
    await waitForKept(page, packs[1]);
    await page.reload();
    page.server.route(/\/data\//, (route) => route.abort());
    assert.equal(await trainOnSides(), 1);
  });
});

for (const [what, code, why] of [
  ['storage that is denied', `StorageManager.prototype.getDirectory = () =>
    Promise.reject(new DOMException('denied here', 'SecurityError'));`, /denied here/],
  ['a small quota', 'StorageManager.prototype.estimate = async () => ({quota: 2 ** 20, usage: 0});',
    /no room to keep it: it needs 1\d\.\d MiB, and 1\.0 MiB are left/],
  ['a disk that gets full', `FileSystemSyncAccessHandle.prototype.write = () => {
    throw new DOMException('full', 'QuotaExceededError'); };`, /no room/],
]) {
  test(`${what}: the page says once that MNIST is not kept, and trains`, () =>
    withPage({canvas: false, allImages: true, prepare: inWorker(code)}, async ({page, problems}) => {
      await trainOn(page);
      await waitForAllImages(page);
      const note = page.locator('#notes li').filter({hasText: 'MNIST is not kept for the next visit'});
      await note.getByText(why).waitFor();
      assert.equal(await note.count(), 1);
      assert.equal(await alertOf(page), '');
      assert.deepEqual(problems, []);
    }));
}

test('two pages fetch and keep the same pack at once', () =>
  withPage({canvas: false}, async ({page}) => {
    const other = await page.context().newPage();
    await Promise.all([page.reload(), other.goto(page.url())]);
    await Promise.all([trainOn(page), trainOn(other)]);
    await Promise.all([waitForAllImages(page), waitForAllImages(other)]);
    await other.reload();
    await waitForAllImages(other);
    await waitForKept(page, fewOfMnist);
  }));
