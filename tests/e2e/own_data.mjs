// Data sets of the user's own for the tests of the page, and what a user does with them.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after} from 'node:test';
import {gzipSync} from 'node:zlib';
import {makeTar, makeZip} from '../archives.mjs';
import {split} from '../cli/helpers.mjs';
import {greyPng} from '../png.mjs';
import {waitForState} from './browser.mjs';
import {storedFiles} from './packing.mjs';

export const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-own-'));
after(() => fs.rmSync(folder, {recursive: true}));

export function write(name, bytes) {
  const place = path.join(folder, name);
  fs.mkdirSync(path.dirname(place), {recursive: true});
  fs.writeFileSync(place, bytes);
  return place;
}

export const train = split(300);
const letters = split(100);

/** Images and labels of both parts, under other names than MNIST's. */
export const idxFiles = [
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
export const photosZip = write('photos.zip', makeZip({...photos, '__MACOSX/photos/cats/._0.png': Buffer.of(1)}));
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

export const cifarTar = makeTar({
  'cifar-10-batches-bin/batches.meta.txt': Buffer.from('airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n'),
  'cifar-10-batches-bin/data_batch_1.bin': cifarBatch(200),
  'cifar-10-batches-bin/test_batch.bin': cifarBatch(50),
});
export const cifarArchive = write('cifar-10-binary.tar.gz', gzipSync(cifarTar));

/** Drops files and folders onto the page, as a file manager does. */
export async function drop(page, files, {release = true} = {}) {
  const client = await page.context().newCDPSession(page);
  const data = {items: [], files, dragOperationsMask: 1};
  const events = ['dragEnter', 'dragOver', ...(release ? ['drop'] : [])];
  for (const type of events) {
    await client.send('Input.dispatchDragEvent', {type, x: 200, y: 200, data});
  }
  await client.detach();
}

export const area = (page) => page.locator('#own-data');
export const setOf = (page, name) => area(page).locator('.own-sets > li').filter({hasText: `${name}:`});
export const errorOf = (page) => area(page).locator('[role="alert"]');

/** The names of the files of kept data sets: of the user's own, not of the packs of the server. */
export const keptFiles = async (page) =>
  (await page.evaluate(storedFiles)).filter((name) => name.startsWith('data-'));

/** Waits until the pack that the page opens with is here, and kept. */
export async function waitForPack(page) {
  await page.waitForFunction(() => document.getElementById('steps').innerText !== '' &&
    !/images/.test(document.getElementById('steps').innerText));
  for (let before = -1, now = 0; now !== before;) {
    await page.waitForTimeout(200);
    before = now;
    now = (await page.evaluate(storedFiles)).length;
  }
}

/** Opens the area, which a reload folds. */
export const openArea = (page) => page.evaluate(() => {
  document.querySelector('#own-data details').open = true;
});

/** Waits until the data set `name` is listed and chosen. */
export async function waitForData(page, name) {
  await Promise.race([
    setOf(page, name).waitFor(),
    errorOf(page).getByText(/./).waitFor().then(async () => {
      throw new Error(await errorOf(page).innerText());
    }),
  ]);
  await page.waitForFunction((wanted) => document.getElementById('data').value === wanted, name);
}

export async function trainFor(page, steps) {
  await waitForState(page, 'ready');
  await page.locator('#start').click();
  await page.waitForFunction((min) => document.getElementById('progress').value >= min, steps);
  assert.equal(await page.locator('#alert').innerText(), '');
}

/** Reloads, with all data sets of the server out of reach. */
export async function reload(page) {
  page.server.route(/\/data\//, (route) => route.abort());
  await page.reload();
}

/** Chooses a kept data set and trains on it. */
export async function useAgain(page, name) {
  await openArea(page);
  await area(page).getByRole('button', {name: `Use ${name}`}).click();
  await page.waitForFunction((wanted) => document.body.dataset.state === 'ready' &&
    globalThis.convlabPage.data === wanted, name);
  await page.locator('#start').click();
  await page.waitForFunction(() => document.getElementById('progress').value >= 2);
}
