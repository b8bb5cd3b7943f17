// Data sets of the user's own in the page: dropped, chosen, pasted, refused.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {makeTar, makeZip} from '../archives.mjs';
import {screenshot, waitForState, withPage} from './browser.mjs';
import {
  area, cifarArchive, cifarTar, drop, errorOf, folder, idxFiles, keptFiles, photosZip,
  reload, setOf, train, trainFor, useAgain, waitForData, write,
} from './own_data.mjs';

const cases = [
  {what: 'IDX files', files: idxFiles, name: 'my images', text: /300 training and 100 test images in 10 classes/},
  {what: 'a CIFAR archive', files: [cifarArchive], name: 'cifar-10-binary',
    text: /200 training and 50 test images in 10 classes/},
  {what: 'a zip of folders', files: [photosZip], name: 'photos', text: /120 training and 30 test images in 3 classes/,
    canvas: true},
  {what: 'a folder', files: [path.join(folder, 'folder/photos')], name: 'photos',
    text: /120 training and 30 test images in 3 classes/},
];

for (const {what, files, name, text, canvas = false} of cases) {
  test(`${what}: dropped, trained on, and trained on again after a reload without network`, () =>
    withPage({canvas}, async ({page, problems}) => {
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
  withPage({canvas: false}, async ({page, problems}) => {
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

test('what is no data set is refused with the reason', () =>
  withPage({canvas: false}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    fs.mkdirSync(path.join(folder, 'empty'));
    const bad = [
      [[write('notes.txt', 'hello')], /1 file, none of them a known data set/],
      [[path.join(folder, 'empty')], /no files in it/],
      [[write('secret.zip', makeZip({'a/1.png': Buffer.of(1)}, 1))], /password/],
      [[write('cut.zip', fs.readFileSync(photosZip).subarray(0, 4000))], /cut\.zip/],
      [[write('cut.tar.gz', gzipSync(cifarTar).subarray(0, 600))], /damaged or truncated/],
      [[write('bomb.tar.gz', gzipSync(makeTar({'a/1.png': Buffer.alloc(65 * 2 ** 20)})))],
        /bomb\.tar\.gz inflates to more than/],
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
  withPage({canvas: false, prepare: async (page) => page.server.route(/\/data\//, (route) => route.fulfill({status: 404}))},
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

test('the area is folded, is opened by keyboard and by what is dragged, and says how safe data is', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    const button = area(page).getByRole('button', {name: 'Choose files…'});
    assert.equal(await button.isVisible(), false);
    await page.locator('#own-data-title').focus();
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

const looks = [
  {name: 'own-light-1280', viewport: {width: 1280, height: 1360}, colorScheme: 'light'},
  {name: 'own-dark-1280', viewport: {width: 1280, height: 1360}, colorScheme: 'dark'},
  {name: 'own-dark-390', viewport: {width: 390, height: 844}, colorScheme: 'dark'},
  {name: 'own-light-390', viewport: {width: 390, height: 844}, colorScheme: 'light'},
];

test('looks', () =>
  withPage({}, async ({page}) => {
    const look = async (ending) => {
      for (const {name, viewport, colorScheme} of looks) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({colorScheme});
        await screenshot(page, name + ending);
        assert.equal(await page.evaluate(() =>
          document.documentElement.scrollWidth > document.documentElement.clientWidth), false, name);
      }
    };
    await waitForState(page, 'ready');
    await look('-folded');
    await drop(page, [photosZip]);
    await waitForData(page, 'photos');
    await area(page).getByRole('button', {name: 'Delete photos'}).click();
    await look('');
  }));
