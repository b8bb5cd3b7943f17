// Data sets of the user's own in the page: dropped, chosen, kept, deleted, refused.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {makeTar, makeZip} from '../archives.mjs';
import {split} from '../cli/helpers.mjs';
import {greyPng} from '../png.mjs';
import {screenshot, waitForState, withPage} from './browser.mjs';
import {damage, inWorker, storedFiles} from './packing.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-own-'));
after(() => fs.rmSync(folder, {recursive: true}));

function write(name, bytes) {
  const place = path.join(folder, name);
  fs.mkdirSync(path.dirname(place), {recursive: true});
  fs.writeFileSync(place, bytes);
  return place;
}

const train = split(300);
const letters = split(100);

/** Images and labels of both parts, under other names than MNIST's. */
const idxFiles = [
  write('letters-train-images.idx3-ubyte', train.images),
  write('letters-train-labels.idx1-ubyte', train.labels),
  write('letters-test-images.idx3-ubyte.gz', gzipSync(letters.images)),
  write('letters-test-labels.idx1-ubyte', letters.labels),
];

/** PNG files of the images in folders of three classes. */
function pngFiles(count) {
  const files = {};
  const classes = ['cats', 'dogs', 'birds'];
  for (let i = 0; i < count; ++i) {
    const pixels = train.images.subarray(16 + i * 784, 16 + (i + 1) * 784);
    files[`photos/${classes[i % 3]}/${i}.png`] = greyPng(28, 28, pixels);
  }
  return files;
}

const photos = pngFiles(150);
const photosZip = write('photos.zip', makeZip({...photos, '__MACOSX/photos/cats/._0.png': Buffer.of(1)}));
for (const [name, bytes] of Object.entries(photos)) write(`folder/${name}`, bytes);

/** Records of a label and 32 × 32 pixels in three planes. */
function cifarBatch(count) {
  const bytes = Buffer.alloc(count * 3073);
  for (let i = 0; i < count; ++i) {
    bytes[i * 3073] = i % 10;
    bytes.fill(20 * (i % 10) + (i % 7), i * 3073 + 1, (i + 1) * 3073);
  }
  return bytes;
}

const cifarTar = makeTar({
  'cifar-10-batches-bin/batches.meta.txt': Buffer.from('airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n'),
  'cifar-10-batches-bin/data_batch_1.bin': cifarBatch(200),
  'cifar-10-batches-bin/test_batch.bin': cifarBatch(50),
});
const cifarArchive = write('cifar-10-binary.tar.gz', gzipSync(cifarTar));

/** Drops files and folders onto the page, as a file manager does. */
async function drop(page, files, {release = true} = {}) {
  const client = await page.context().newCDPSession(page);
  const data = {items: [], files, dragOperationsMask: 1};
  const events = ['dragEnter', 'dragOver', ...(release ? ['drop'] : [])];
  for (const type of events) {
    await client.send('Input.dispatchDragEvent', {type, x: 200, y: 200, data});
  }
  await client.detach();
}

const area = (page) => page.locator('#own-data');
const setOf = (page, name) => area(page).locator('.own-sets > li').filter({hasText: `${name}:`});
const errorOf = (page) => area(page).locator('[role="alert"]');

/** The names of the files of kept data sets: of the user's own, not of the packs of the server. */
const keptFiles = async (page) =>
  (await page.evaluate(storedFiles)).filter((name) => name.startsWith('data-'));

/** Waits until the pack that the page opens with is here, and kept. */
async function waitForPack(page) {
  await page.waitForFunction(() => document.getElementById('steps').innerText !== '' &&
    !/images/.test(document.getElementById('steps').innerText));
  for (let before = -1, now = 0; now !== before;) {
    await page.waitForTimeout(200);
    before = now;
    now = (await page.evaluate(storedFiles)).length;
  }
}

/** Opens the area, which a reload folds. */
const openArea = (page) => page.evaluate(() => {
  document.querySelector('#own-data details').open = true;
});

/** Waits until the data set `name` is listed and chosen. */
async function waitForData(page, name) {
  await Promise.race([
    setOf(page, name).waitFor(),
    errorOf(page).getByText(/./).waitFor().then(async () => {
      throw new Error(await errorOf(page).innerText());
    }),
  ]);
  await page.waitForFunction((wanted) => document.getElementById('data').value === wanted, name);
}

async function trainFor(page, steps) {
  await waitForState(page, 'ready');
  await page.locator('#start').click();
  await page.waitForFunction((min) => document.getElementById('progress').value >= min, steps);
  assert.equal(await page.locator('#alert').innerText(), '');
}

/** Reloads, with all data sets of the server out of reach. */
async function reload(page) {
  await page.route('**/data/**', (route) => route.abort());
  await page.reload();
}

/** Chooses a kept data set and trains on it. */
async function useAgain(page, name) {
  await openArea(page);
  await area(page).getByRole('button', {name: `Use ${name}`}).click();
  await page.waitForFunction((wanted) => document.body.dataset.state === 'ready' &&
    globalThis.convlabPage.data === wanted, name);
  await page.locator('#start').click();
  await page.waitForFunction(() => document.getElementById('progress').value >= 2);
}

const cases = [
  {what: 'IDX files', files: idxFiles, name: 'my images', text: /300 training and 100 test images in 10 classes/},
  {what: 'a CIFAR archive', files: [cifarArchive], name: 'cifar-10-binary',
    text: /200 training and 50 test images in 10 classes/},
  {what: 'a zip of folders', files: [photosZip], name: 'photos', text: /120 training and 30 test images in 3 classes/},
  {what: 'a folder', files: [path.join(folder, 'folder/photos')], name: 'photos',
    text: /120 training and 30 test images in 3 classes/},
];

for (const {what, files, name, text} of cases) {
  test(`${what}: dropped, trained on, and trained on again after a reload without network`, () =>
    withPage({}, async ({page, problems}) => {
      await waitForState(page, 'ready');
      await drop(page, files);
      await waitForData(page, name);
        const line = await setOf(page, name).locator('p').innerText();
      assert.match(line, text);
      assert.match(line, /kept in this browser/);
      await trainFor(page, 2);
      assert.deepEqual(problems, []);
      await reload(page);
      await useAgain(page, name);
    }));
}

test('a folder is chosen; what is dropped shows an overlay; pasted files are added', () =>
  withPage({}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await page.locator('input[aria-label="Folder of your own"]')
      .setInputFiles(path.join(folder, 'folder/photos'));
    await waitForData(page, 'photos');
    await trainFor(page, 2);
    await drop(page, idxFiles, {release: false});
    assert.equal(await page.locator('.drop').isVisible(), true);
    await page.locator('input[aria-label="Files of your own"]').setInputFiles(photosZip);
    await setOf(page, 'photos 2').waitFor();
    await page.evaluate(([images, labels]) => {
      const transfer = new DataTransfer();
      const add = (name, text) => transfer.items.add(
        new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
      add('train-images-idx3-ubyte', images);
      add('train-labels-idx1-ubyte', labels);
      document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: transfer, bubbles: true}));
    }, [train.images.toString('base64'), train.labels.toString('base64')]);
    await setOf(page, 'my images').waitFor();
    assert.deepEqual(problems, []);
  }));

test('a data set is deleted after a question, also from the storage', () =>
  withPage({}, async ({page}) => {
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
  withPage({prepare: inWorker(`StorageManager.prototype.getDirectory = () =>
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
    withPage({prepare: inWorker(code)}, async ({page}) => {
      await waitForState(page, 'ready');
      await drop(page, [photosZip]);
      await waitForData(page, 'photos');
      await setOf(page, 'photos').getByText(/not kept .*it needs .*KiB/).waitFor();
      assert.deepEqual(await keptFiles(page), []);
      await trainFor(page, 2);
    }));
}

test('addData of the API: cancelled while it is kept, nothing is left; then it trains by name', () =>
  withPage({}, async ({page}) => {
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
  withPage({}, async ({page}) => {
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
  const content = {version: 3, generation: 9};
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(content)));
  const checksum = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const root = await navigator.storage.getDirectory();
  const kept = await root.getDirectoryHandle('convlab-data', {create: true});
  const writable = await (await kept.getFileHandle('index-b.json', {create: true})).createWritable();
  await writable.write(JSON.stringify({checksum, content}));
  await writable.close();
}

test('what a newer version has kept is left alone, and data is used without being kept', () =>
  withPage({}, async ({page}) => {
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
  withPage({}, async ({page}) => {
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
  withPage({}, async ({page}) => {
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
  withPage({}, async ({page}) => {
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

test('what is no data set is refused with the reason', () =>
  withPage({}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    fs.mkdirSync(path.join(folder, 'empty'));
    const bad = [
      [[write('notes.txt', 'hello')], /1 file, none of them a known data set/],
      [[path.join(folder, 'empty')], /no files in it/],
      [[write('secret.zip', makeZip({'a/1.png': Buffer.of(1)}, 1))], /password/],
      [[write('cut.zip', fs.readFileSync(photosZip).subarray(0, 4000))], /cut\.zip/],
      [[write('cut.tar.gz', gzipSync(cifarTar).subarray(0, 600))], /damaged or truncated/],
      [[write('out.zip', makeZip({'../a/1.png': Buffer.of(1)}))], /leads out of the archive/],
    ];
    for (const [files, message] of bad) {
      await drop(page, files);
      await errorOf(page).getByText(message).waitFor();
    }
    assert.deepEqual(await keptFiles(page), []);
    assert.equal(await page.locator('#data').inputValue(), 'mnist');
    assert.deepEqual(problems, []);
  }));

test('a data set that the server lacks says how to get it, and takes its files', () =>
  withPage({prepare: (page) => page.route('**/data/**', (route) => route.fulfill({status: 404}))},
    async ({page}) => {
      await waitForState(page, 'ready');
      await page.locator('#data').selectOption('cifar-10');
      await area(page).getByText(/CIFAR-10 is not here.*Licence: .*Published at https.*162/).waitFor();
      const chooser = page.waitForEvent('filechooser');
      await area(page).getByRole('button', {name: 'Choose the files of CIFAR-10…'}).click();
      await (await chooser).setFiles(cifarArchive);
      await setOf(page, 'cifar-10').waitFor();
      await trainFor(page, 2);
      assert.equal(await area(page).getByText(/is not here/).isVisible(), false);
      await page.reload();
      await waitForState(page, 'ready');
      await page.locator('#data').selectOption('cifar-10');
      await page.waitForFunction(() => globalThis.convlabPage.data === 'cifar-10');
      await page.locator('#start').click();
      await page.waitForFunction(() => document.getElementById('progress').value >= 2);
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
  withPage({}, async ({page}) => {
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
  withPage({}, async ({page}) => {
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
  withPage({}, async ({page}) => {
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
  withPage({}, async ({page}) => {
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

test('the area is folded, is opened by keyboard and by what is dragged, and says how safe data is', () =>
  withPage({}, async ({page}) => {
    await waitForState(page, 'ready');
    const button = area(page).getByRole('button', {name: 'Choose files…'});
    assert.equal(await button.isVisible(), false);
    await area(page).locator('summary').focus();
    await page.keyboard.press('Enter');
    assert.equal(await button.isVisible(), true);
    await page.keyboard.press('Enter');
    assert.equal(await button.isVisible(), false);
    await drop(page, [photosZip], {release: false});
    assert.equal(await button.isVisible(), true);
    await drop(page, [photosZip]);
    await waitForData(page, 'photos');
    await area(page).getByText(/The browser may delete what is kept|Kept until you delete it/).waitFor();
  }));

test('looks', async () => {
  for (const [name, context] of Object.entries({
    'own-light-1280': {viewport: {width: 1280, height: 1360}, colorScheme: 'light'},
    'own-dark-1280': {viewport: {width: 1280, height: 1360}, colorScheme: 'dark'},
    'own-light-390': {viewport: {width: 390, height: 844}, colorScheme: 'light'},
    'own-dark-390': {viewport: {width: 390, height: 844}, colorScheme: 'dark'},
  })) {
    await withPage({context}, async ({page}) => {
      await waitForState(page, 'ready');
      await screenshot(page, `${name}-folded`);
      await drop(page, [photosZip]);
      await waitForData(page, 'photos');
      await area(page).getByRole('button', {name: 'Delete photos'}).click();
      await screenshot(page, name);
      assert.equal(await page.evaluate(() =>
        document.documentElement.scrollWidth > document.documentElement.clientWidth), false);
    });
  }
});
