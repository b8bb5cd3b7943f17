// The tab Model looks into the network: feature maps, and the arithmetic of one number.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {greyPng} from '../png.mjs';
import {screenshot, waitForState, withPage} from './browser.mjs';

const field = (page, name) => page.locator(`#inside-${name}`);
const numbers = (page, caption) => page.locator('.numbers-table', {hasText: caption}).locator('td').allInnerTexts()
  .then((texts) => texts.map((text) => Number(text.replaceAll('−', '-'))));

/** Waits until the arithmetic is another than `before`; returns its sentence. */
async function sentence(page, before = '') {
  const text = page.locator('.sentence');
  await page.waitForFunction(([selector, old]) => {
    const found = document.querySelector(selector)?.textContent;
    return found && found !== old;
  }, ['.sentence', before]);
  return text.innerText();
}

test('a number of a feature map is the sum of the products of window and kernel', () =>
  withPage({}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await page.locator('#tab-model').click();
    await page.locator('[data-layers] tr').first().waitFor();
    const pixels = Uint8Array.from({length: 28 * 28}, (_, i) => (i % 28 > 8 && i % 28 < 18 ? 200 : 10));
    await page.locator('[data-file="predict"]').setInputFiles(
      {name: 'bar.png', mimeType: 'image/png', buffer: greyPng(28, 28, pixels)});
    const first = await sentence(page);
    assert.match(first, /^Input channel 0: the 3 × 3 products add up to .* With the bias .* the number is /);
    await field(page, 'column').fill('8');
    await field(page, 'column').blur();
    await sentence(page, first);
    const window = await numbers(page, 'Window');
    const kernel = await numbers(page, 'Kernel');
    const products = await numbers(page, 'Products');
    assert.equal(window.length, 9);
    products.forEach((product, i) => assert.ok(Math.abs(product - window[i] * kernel[i]) < 0.02 * Math.abs(product) + 1e-9));
    assert.ok(window.some((value) => value > 0.03), 'a window of the image');
    await screenshot(page, 'inside');

    // A click chooses map, row and column.
    const before = await sentence(page);
    const canvas = page.locator('.inside canvas');
    const {width, height} = await canvas.boundingBox();
    await canvas.click({position: {x: 0.9 * width, y: 0.47 * height}});
    const clicked = await sentence(page, before);
    assert.notEqual(await field(page, 'channel').inputValue(), '0');
    assert.notEqual(clicked, before);

    // A layer that is no convolution has maps without arithmetic.
    const options = await page.locator('#inside-layer option').allInnerTexts();
    const relu = options.findIndex((text) => text.startsWith('relu'));
    await page.locator('#inside-layer').selectOption({index: relu});
    assert.match(await sentence(page, clicked), /^This number is .*\. A convolution also shows its arithmetic\.$/);
    assert.deepEqual(problems, []);
  }));

test('a test image is predicted, and its maps follow the layer', () =>
  withPage({context: {colorScheme: 'dark', viewport: {width: 420, height: 900}}}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await page.waitForFunction(() => globalThis.convlabPage.convlab.controls);
    await page.locator('#tab-model').click();
    await page.locator('[data-layers] tr').first().waitFor();
    const predict = page.locator('[data-do="predict-test"]');
    await predict.click();
    await page.locator('[data-prediction] figcaption', {hasText: 'Test image 0: '}).waitFor();
    const first = await sentence(page);
    await predict.click();
    await page.locator('[data-prediction] figcaption', {hasText: 'Test image 1: '}).waitFor();
    await page.locator('#inside-layer').selectOption({index: 1});
    await sentence(page, first);
    await page.locator('.inside').scrollIntoViewIfNeeded();
    await screenshot(page, 'inside-narrow-dark');
    assert.deepEqual(problems, []);
  }));
