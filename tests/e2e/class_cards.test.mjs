// Classes of the user's own: pictures from the camera and from files.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {greyPng} from '../png.mjs';
import {screenshot, waitForState, withPage} from './browser.mjs';
import {area, openArea, setOf, trainFor, waitForData, write} from './own_data.mjs';

const fakeCamera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

async function openCards(page) {
  await waitForState(page, 'ready');
  await openArea(page);
  await area(page).getByText('Make classes of pictures').click();
}

const card = (page, index) => area(page).locator('.class-card').nth(index);
const use = (page) => area(page).getByRole('button', {name: 'Use these classes'});
const countOf = async (page, index) => parseInt(await card(page, index).locator('.class-name span').innerText());
const waitForPictures = (page, index, count) => page.waitForFunction(([at, min]) =>
  parseInt(document.querySelectorAll('.class-card .class-name span')[at].innerText) >= min, [index, count]);

test('pictures are taken while a button is held, by mouse or key, and become a data set', () =>
  withPage({args: fakeCamera}, async ({page, problems}) => {
    await openCards(page);
    assert.ok(await use(page).isDisabled());
    await card(page, 0).getByLabel('Name of the class').fill('hands');
    await card(page, 0).getByRole('button', {name: 'Hold to record'}).hover();
    await page.mouse.down();
    await waitForPictures(page, 0, 6);
    await page.mouse.up();
    await card(page, 1).getByRole('button', {name: 'Hold to record'}).focus();
    await page.keyboard.down('Space');
    await waitForPictures(page, 1, 6);
    await page.keyboard.up('Space');
    await page.waitForTimeout(300);
    const counts = [await countOf(page, 0), await countOf(page, 1)];
    await page.waitForTimeout(500);
    assert.deepEqual([await countOf(page, 0), await countOf(page, 1)], counts, 'released buttons take nothing');
    await card(page, 0).getByRole('button', {name: 'Delete a picture of hands'}).first().click();
    assert.equal(await countOf(page, 0), counts[0] - 1);
    await screenshot(page, 'class-cards');
    await use(page).click();
    await waitForData(page, 'my classes');
    assert.match(await setOf(page, 'my classes').locator('p').innerText(), /in 2 classes; kept in this browser/);
    assert.ok(await area(page).locator('video').isHidden(), 'the camera is closed');
    await trainFor(page, 2);
    assert.deepEqual(problems, []);
  }));

test('a camera that opens when the classes are folded already is closed again', () =>
  withPage({canvas: false, args: fakeCamera}, async ({page}) => {
    await page.evaluate(() => {
      const {mediaDevices} = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (wanted) => {
        const stream = await open(wanted);
        await new Promise((resolve) => { setTimeout(resolve, 1000); });
        globalThis.lateStream = stream;
        return stream;
      };
    });
    await openCards(page);
    await card(page, 0).getByRole('button', {name: 'Hold to record'}).click();
    await area(page).getByText('Make classes of pictures').click();
    await page.waitForFunction(() => globalThis.lateStream !== undefined &&
      globalThis.lateStream.getTracks().every(({readyState}) => readyState === 'ended'));
    assert.equal(await page.locator('.class-card .class-name span').first().textContent(), '0 pictures');
  }));

test('pictures from files; what is no image, a missing camera and names that clash are said', () =>
  withPage({canvas: false}, async ({page}) => {
    await openCards(page);
    const files = Array.from({length: 6}, (_, i) =>
      write(`card-${i}.png`, greyPng(20, 30, new Uint8Array(600).fill(40 * i))));
    const alert = area(page).locator('.class-content [role="alert"]');
    for (const index of [0, 1]) await card(page, index).locator('input[type="file"]').setInputFiles(files);
    await waitForPictures(page, 1, 6);
    assert.ok(await use(page).isEnabled());
    await card(page, 1).locator('input[type="file"]').setInputFiles([write('no.webp', Buffer.from('no image'))]);
    await alert.getByText('no.webp is no image that this browser can read.').waitFor();
    await card(page, 0).getByRole('button', {name: 'Hold to record'}).click();
    await alert.getByText(/^The camera cannot be used: /).waitFor();
    for (const [name, text] of [['class 2', 'Two classes have the same name.'], ['a/b', 'without slashes'], [' ', 'needs a name']]) {
      await card(page, 0).getByLabel('Name of the class').fill(name);
      await area(page).locator('.class-content').getByText(text).waitFor();
      assert.ok(await use(page).isDisabled());
    }
    await card(page, 0).getByRole('button', {name: 'Delete the class'}).click();
    await area(page).getByText('Two classes are needed.').waitFor();
    await area(page).getByRole('button', {name: 'Add a class'}).click();
    await area(page).getByText('class 3 needs at least 5 pictures.').waitFor();
  }));
