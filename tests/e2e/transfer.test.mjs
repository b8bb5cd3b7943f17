// Transfer learning in the page: features of images by a pretrained network, and a head on them.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {makeZip} from '../archives.mjs';
import {convlab} from '../cli/helpers.mjs';
import {greyPng} from '../png.mjs';
import {readNumber, screenshot, waitForState, withPage} from './browser.mjs';
import {ownFile, serveWeights} from './hosted_weights.mjs';
import {drop, folder, reload, trainFor, useAgain, waitForData, write} from './own_data.mjs';

const perClass = 20;
const name = 'shades-squeezenet1.1';

/** Noise of two classes, bright and dark; a fifth of the images is set aside for testing. */
function shades() {
  const files = {};
  let random = 1;
  for (let i = 0; i < 2.5 * perClass; ++i) {
    for (const [label, base] of [['bright', 150], ['dark', 20]]) {
      const pixels = Uint8Array.from({length: 40 * 40}, () => {
        random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff;
        return base + (random >> 16) % 80;
      });
      files[`shades/${label}/${i}.png`] = greyPng(40, 40, pixels);
    }
  }
  return write('shades.zip', makeZip(files));
}

/** Predicts the image of a shade in the tab Model; returns what it is taken for. */
async function predictShade(page, grey) {
  await page.locator('#tab-model').click();
  await page.locator('[data-file="predict"]').setInputFiles({name: `${grey}.png`, mimeType: 'image/png',
    buffer: greyPng(60, 50, new Uint8Array(60 * 50).fill(grey))});
  const caption = page.locator('[data-prediction] figcaption', {hasText: `${grey}.png: `});
  await caption.waitFor();
  return (await caption.innerText()).match(/: (\w+), [\d.]+ %\. The network saw 224 × 224 pixels/)?.[1];
}

const area = (page) => page.locator('#transfer');
const openArea = (page) => area(page).locator('summary').click();

/** Chooses the features that are computed already. */
async function startMeanwhile(page) {
  // Within a few seconds the features are there, so this must not wait.
  await page.waitForFunction(() => {
    const button = [...document.querySelectorAll('#transfer button')].find(
      ({textContent}) => textContent === 'Train on them meanwhile');
    if (button.hidden) return false;
    button.click();
    return true;
  });
  await page.waitForFunction((wanted) => globalThis.convlabPage.data === wanted, name);
}

/** Chooses the settings of a head, which suit the images as well. */
async function chooseHead(page) {
  await page.locator('#model').selectOption('linear');
  await page.locator('#epochs').fill('20');
  await page.locator('#epochs').blur();
  await waitForState(page, 'ready');
}

/**
 * Trains it from before all features are computed (tests/engine/extract_features_test.cpp: on which of them); returns its
 * test accuracy.
 */
async function trainMeanwhile(page) {
  await startMeanwhile(page);
  await waitForState(page, 'ready');
  await page.locator('#start').click();
  await screenshot(page, 'transfer-meanwhile');
  await waitForState(page, 'finished');
  return readNumber(page, 'val-accuracy');
}

test('features of 20 images per class, meanwhile a head above 85 %, and after a reload no download', () =>
  withPage({query: '?threads=1'}, async ({page, problems}) => {
    const asked = serveWeights(page);
    await waitForState(page, 'ready');
    await drop(page, [shades()]);
    await waitForData(page, 'shades');
    await chooseHead(page);
    await openArea(page);
    await area(page).locator('option').first().waitFor({state: 'attached'});
    await area(page).getByLabel('Images of each class').fill(String(perClass));
    await screenshot(page, 'transfer');
    await area(page).getByRole('button', {name: 'Compute features'}).click();
    const accuracy = await trainMeanwhile(page);
    assert.ok(accuracy > 85, `test accuracy ${accuracy} %`);
    assert.ok(asked.length > 0, 'the weights are fetched by ranges');
    const done = await area(page).getByText(/computed in/).first().innerText();
    assert.match(done, new RegExp(`${name}: features of ${2 * perClass} training and \\d+ test images`));
    await screenshot(page, 'transfer-done');
    // Joined with the network whose features it reads, the head names photos and is trained on them.
    const notice = page.locator('#join');
    await notice.getByText(/^This network reads features of squeezenet1\.1/).waitFor();
    await notice.getByRole('button', {name: 'Fine-tune the last block'}).click();
    await area(page).getByText(/^This is squeezenet1\.1-linear\.safetensors, which reads photos/).first().waitFor();
    await waitForState(page, 'ready');
    assert.ok(await notice.isHidden());
    assert.equal(await page.locator('#data').inputValue(), 'shades');
    assert.deepEqual([await predictShade(page, 220), await predictShade(page, 30)], ['bright', 'dark']);
    assert.match(await page.locator('[data-layers]').innerText(), /conv2d, frozen[^]*conv2d, 0\.1 × learning rate/);
    await screenshot(page, 'joined');
    await page.locator('#start').click();
    await waitForState(page, 'finished');
    const tuned = await readNumber(page, 'val-accuracy');
    assert.ok(tuned > 85, `test accuracy ${tuned} %`);
    assert.deepEqual(problems, []);
    await reload(page);  // with weights and data out of reach
    await useAgain(page, name);
  }));

test('without a number, as many images as take about two minutes; a cancelled extraction adds nothing', () =>
  withPage({canvas: false}, async ({page}) => {
    serveWeights(page);
    await waitForState(page, 'ready');
    await drop(page, [shades()]);
    await waitForData(page, 'shades');
    await openArea(page);
    await area(page).locator('option').first().waitFor({state: 'attached'});
    const compute = area(page).getByRole('button', {name: 'Compute features'});
    await compute.click();
    await area(page).getByText(/^Features of [\d,]+ images? of each class of shades/).waitFor();
    await startMeanwhile(page);
    await area(page).getByRole('button', {name: 'Cancel'}).click();
    await area(page).getByText('Cancelled.').first().waitFor();
    await area(page).getByRole('progressbar').waitFor({state: 'hidden'});
    // The run on the features has ended with them; the images are chosen again.
    await page.waitForFunction(() => globalThis.convlabPage.data === 'shades' && document.body.dataset.state === 'ready');
    assert.equal(await page.locator('#data').inputValue(), 'shades');
    assert.equal(await page.locator(`#data option[value="${name}"]`).count(), 0);
    assert.ok(await compute.isEnabled());
  }));

test('a file of features that the command has written is a data set of the page', (t) => {
  const out = path.join(folder, 'photo features.safetensors');
  t.after(() => fs.rmSync(out));
  const made = convlab('features', '--backbone', 'squeezenet1.1', '--weights', ownFile, '--pool', 'avg',
    '--data', path.join(folder, 'folder/photos'), '--out', out);
  assert.equal(made.status, 0, made.stderr);
  return withPage({canvas: false}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await drop(page, [out]);
    await waitForData(page, 'photo features');
    assert.match(await page.locator('#data-about').innerText(), /Yours: 512 features of each image; 3 classes/);
    await trainFor(page, 2);
    assert.deepEqual(problems, []);
  });
});

test('a server without weights: the area says how to host them', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await openArea(page);
    await area(page).getByText('This server hosts no weights of pretrained networks').waitFor();
    assert.ok(await area(page).getByRole('button', {name: 'Compute features'}).isDisabled());
  }));
