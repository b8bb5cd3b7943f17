// Data sets of the user's own that the page keeps: opened again, cancelled, damaged, shared by tabs, deleted.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {waitForState, withPage} from './browser.mjs';
import {
  area, cifarArchive, drop, idxFiles, keptFiles, openArea, photosZip, setOf,
  train, trainFor, useAgain, waitForData, waitForPack,
} from './own_data.mjs';
import {damage, inWorker, storedFiles} from './packing.mjs';

test('a data set is deleted after a question, also from the storage', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await drop(page, [photosZip]);
    await waitForData(page, 'photos');
    await area(page).getByRole('button', {name: 'Delete photos'}).click();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');  // keep it
    assert.equal(await area(page).locator('.own-sets > li').count(), 1);
    await area(page).getByRole('button', {name: 'Delete photos'}).click();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('.own-sets > li').length === 0);
    // The run reads it, until the page is closed.
    await area(page).getByText(/photos is deleted; its space is freed when/).first().waitFor();
    await trainFor(page, 2);
    await page.reload();
    await waitForState(page, 'ready');
    assert.equal(await area(page).locator('.own-sets > li').count(), 0);
    assert.deepEqual(await keptFiles(page), []);
  }));

test('where storage is denied, the page says so and trains', () =>
  withPage({canvas: false, prepare: inWorker(`StorageManager.prototype.getDirectory = () =>
    Promise.reject(new DOMException('denied here', 'SecurityError'));`)}, async ({page}) => {
    await waitForState(page, 'ready');
    for (const [files, name] of [[[photosZip], 'photos'], [[cifarArchive], 'cifar-10-binary']]) {
      await drop(page, files);
      await waitForData(page, name);
      await setOf(page, name).getByText(/not kept .*denied here/).waitFor();
    }
    await trainFor(page, 2);
  }));

const quotaCases = [
  ['a small quota', `StorageManager.prototype.estimate = async () => ({quota: 2 ** 20, usage: 0});`],
  ['a disk that gets full', `FileSystemSyncAccessHandle.prototype.write = () => {
    throw new DOMException('full', 'QuotaExceededError'); };`],
];

for (const [what, code] of quotaCases) {
  test(`${what}: the page says what is needed, keeps nothing and trains`, () =>
    withPage({canvas: false, prepare: inWorker(code)}, async ({page}) => {
      await waitForState(page, 'ready');
      await drop(page, [photosZip]);
      await waitForData(page, 'photos');
      await setOf(page, 'photos').getByText(/not kept .*it needs .*KiB/).waitFor();
      assert.deepEqual(await keptFiles(page), []);
      await trainFor(page, 2);
    }));
}

test('addData of the API: cancelled while it is kept, nothing is left; then it trains by name', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    const result = await page.evaluate(async ([images, labels]) => {
      const {convlab} = globalThis.convlabPage;
      const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const files = [{path: 'set/train-images.idx', file: new Blob([bytes(images)])},
        {path: 'set/train-labels.idx', file: new Blob([bytes(labels)])}];
      // Long enough to be cancelled on the way.
      const long = {path: 'set/notes.bin', file: new Blob([new Uint8Array(2 ** 27)])};
      const abort = new AbortController();
      const stages = new Set();
      const cancelled = await convlab.addData([...files, long], {name: 'set', signal: abort.signal,
        onProgress: ({stage}) => {
          stages.add(stage);
          abort.abort();
        }}).catch(({kind}) => kind);
      const before = await convlab.listData();
      const refused = await convlab.configure({data: 'set'}).catch(({message}) => message);
      const {train, test, kept} = await convlab.addData(files, {name: 'set'});
      const {data} = await convlab.configure({data: 'set', model: 'mnist-mlp'});
      await convlab.removeData('set');
      const gone = await convlab.removeData('set').catch(({message}) => message);
      const empty = await convlab.addData([], {name: 'set'}).catch(({message}) => message);
      return {cancelled, stages: [...stages], before, refused, train, test, kept, data, gone, empty};
    }, [train.images.toString('base64'), train.labels.toString('base64')]);
    assert.match(result.refused, /no data set .set. is hosted here/);
    delete result.refused;
    assert.deepEqual(result, {cancelled: 'cancelled', stages: ['store'], before: [], train: 240,
      test: 60, kept: true, data: 'set', gone: 'There is no data set set.',
      empty: '[add_data] there are no files.'});
    assert.deepEqual(await keptFiles(page), []);
  }));

test('a damaged generation of the index falls back to the one before', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await waitForPack(page);  // generation 1
    await drop(page, [photosZip]);
    await waitForData(page, 'photos');
    await drop(page, idxFiles);
    await waitForData(page, 'my images');
    await page.evaluate(damage, 'index-b');  // of generation 3
    await page.reload();
    await openArea(page);
    await setOf(page, 'photos').waitFor();
    assert.equal(await area(page).locator('.own-sets > li').count(), 1);
    await useAgain(page, 'photos');
    await drop(page, idxFiles);
    await setOf(page, 'my images').waitFor();
    assert.equal((await keptFiles(page)).length, 2, 'the file that no index listed is gone');
  }));

/** In the page: writes an index as a later version of convlab would. */
async function writeNewerIndex() {
  const content = {version: 4, generation: 9};
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(content)));
  const checksum = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const root = await navigator.storage.getDirectory();
  const kept = await root.getDirectoryHandle('convlab-data', {create: true});
  const writable = await (await kept.getFileHandle('index-b.json', {create: true})).createWritable();
  await writable.write(JSON.stringify({checksum, content}));
  await writable.close();
}

test('what a newer version has kept is left alone, and data is used without being kept', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await waitForPack(page);
    const before = await page.evaluate(storedFiles);
    await page.evaluate(writeNewerIndex);
    await drop(page, [photosZip]);
    await waitForData(page, 'photos');
    await setOf(page, 'photos').getByText(/not kept .*newer version/).waitFor();
    assert.deepEqual(await page.evaluate(storedFiles), before);
    await trainFor(page, 2);
  }));

test('two pages keep data sets one after the other, and see each other\'s after a reload', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await waitForState(other, 'ready');
    await Promise.all([drop(page, [photosZip]), drop(other, idxFiles)]);
    await Promise.all([waitForData(page, 'photos'), waitForData(other, 'my images')]);
    await page.reload();
    await openArea(page);
    await Promise.all([setOf(page, 'photos').waitFor(), setOf(page, 'my images').waitFor()]);
    await useAgain(page, 'my images');
  }));

test('two pages that keep a data set of one name: the second says so, and replaces nothing', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await waitForState(other, 'ready');
    await drop(page, [photosZip]);
    await waitForData(page, 'photos');
    const kept = await keptFiles(page);
    await drop(other, [photosZip]);
    await waitForData(other, 'photos');
    await setOf(other, 'photos').getByText(/not kept .*another tab/).waitFor();
    assert.deepEqual(await keptFiles(page), kept);
    await trainFor(other, 2);
  }));

test('a damaged copy is refused with a message, and can be deleted', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await drop(page, [photosZip]);
    await waitForData(page, 'photos');
    await page.evaluate(damage, '^data-');
    await page.reload();
    await openArea(page);
    await area(page).getByRole('button', {name: 'Use photos'}).click();
    await page.locator('#alert').getByText(/kept copy of photos is damaged: the checksum/).waitFor();
    await area(page).getByRole('button', {name: 'Delete photos'}).click();
    await area(page).getByRole('button', {name: 'Delete it'}).click();
    await page.waitForFunction(() => document.querySelectorAll('.own-sets > li').length === 0);
  }));

/** Keeps a data set of 128 MiB, long enough to check to be cancelled; returns a model trained on it. */
const keepLongSet = (page) => page.evaluate(async ([images, labels]) => {
  const {convlab} = globalThis.convlabPage;
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  await convlab.addData([
    {path: 'set/train-images.idx', file: new Blob([bytes(images)])},
    {path: 'set/train-labels.idx', file: new Blob([bytes(labels)])},
    {path: 'set/notes.bin', file: new Blob([new Uint8Array(2 ** 27)])}], {name: 'set'});
  await convlab.configure({data: 'set', model: 'mnist-mlp'});
  const bytesOfModel = new Uint8Array(await (await convlab.saveModel()).arrayBuffer());
  return btoa(Array.from(bytesOfModel, (byte) => String.fromCharCode(byte)).join(''));
}, [train.images.toString('base64'), train.labels.toString('base64')]);

test('the check of a kept data set can be cancelled, and so can requests that wait for it', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await keepLongSet(page);
    await page.reload();
    await waitForState(page, 'ready');
    const result = await page.evaluate(async () => {
      const {convlab} = globalThis.convlabPage;
      const abort = new AbortController();
      const ofNext = new AbortController();
      const kind = (promise) => promise.then(() => 'done', (error) => error.kind);
      const first = kind(convlab.configure({data: 'set', model: 'mnist-cnn'},
        {signal: abort.signal, onProgress: () => abort.abort()}));
      const behind = kind(convlab.evaluate({}, {signal: ofNext.signal}));
      const described = kind(convlab.describeModel({model: 'mnist-mlp'}));
      ofNext.abort();
      const cancelled = [await first, await behind, await described];
      const {data} = await convlab.configure({data: 'set', model: 'mnist-mlp'});
      return {cancelled, data};
    });
    assert.deepEqual(result, {cancelled: ['cancelled', 'cancelled', 'done'], data: 'set'});
  }));

test('a model opens the kept data set that it was trained on', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    const model = await keepLongSet(page);
    await page.reload();
    await waitForState(page, 'ready');
    const result = await page.evaluate(async (text) => {
      const {convlab} = globalThis.convlabPage;
      const file = new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]);
      let progress = 0;
      const {data} = await convlab.loadModel(file, {}, {onProgress: () => { progress += 1; }});
      const {accuracy} = await convlab.evaluate();
      return {data, hasProgress: progress > 0, isNumber: accuracy >= 0};
    }, model);
    assert.deepEqual(result, {data: 'set', hasProgress: true, isNumber: true});
  }));

test('checking a kept data set shows its progress, and Cancel goes back to the settings before', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await keepLongSet(page);
    await page.reload();
    await waitForState(page, 'ready');
    await openArea(page);
    await area(page).getByRole('button', {name: 'Use set'}).click();
    await area(page).getByText(/Checking set: \d+ %/).waitFor();
    await area(page).getByRole('button', {name: 'Cancel'}).click();
    await page.waitForFunction(() => document.getElementById('data').value === 'mnist');
    assert.equal(await page.locator('#alert').innerText(), '');
    await trainFor(page, 2);
  }));

test('a data set that a run here and another tab read is deleted when they end', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await drop(page, [photosZip]);
    await waitForData(page, 'photos');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await waitForState(other, 'ready');
    await useAgain(other, 'photos');
    const remove = () => page.evaluate(() => globalThis.convlabPage.convlab.removeData('photos'));
    assert.deepEqual(await remove(), {is_deleted: false});
    assert.equal((await keptFiles(page)).length, 1);
    // Both go on reading.
    await trainFor(page, 4);  // each step is an epoch, which reads all images
    await other.waitForFunction(() => document.getElementById('progress').value >= 4);
    assert.equal(await other.locator('#alert').innerText(), '');
    await other.close();
    await page.evaluate(() => globalThis.convlabPage.convlab.configure({data: 'mnist', model: 'mnist-mlp'}));
    for (let tries = 0; tries < 50 && (await keptFiles(page)).length > 0; ++tries) {
      await page.waitForTimeout(100);
    }
    assert.deepEqual(await keptFiles(page), []);
  }));
