// The page trains in browsers that are not Chromium; train.test.mjs does the same in Chromium.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isFull} from '../slow.mjs';
import {serve} from './browser.mjs';
import {noFirefox, openInFirefox} from './firefox.mjs';
import {noWebKit, openInWebKit} from './webkit.mjs';

const state = 'document.body.dataset.state';
const textOf = (id) => `document.getElementById('${id}').textContent`;

// On the first images of MNIST, or on all of them.
const accuracy = isFull ? 97 : 85;

/** Trains the dense network, the quickest that gets there, to `accuracy` on test images of MNIST. */
async function trainIn(open, runsOn) {
  const server = await serve({allImages: isFull});
  let page = null;
  try {
    page = await open(server.url);
    await page.waitFor(`${state} === 'ready'`, 60_000);
    assert.match(await page.evaluate(textOf('runs-on')), runsOn);
    await page.evaluate(`(() => {
      const model = document.getElementById('model');
      model.value = 'mnist-mlp';
      model.dispatchEvent(new Event('change'));
    })()`);
    await page.waitFor(`${state} === 'ready' && convlabPage.model === 'mnist-mlp'`, 60_000);
    await page.evaluate('document.getElementById("start").click()');
    await page.waitFor(`parseFloat(${textOf('val-accuracy')}) >= ${accuracy} ||
      ['finished', 'failed'].includes(${state})`, 240_000);
    const reached = await page.evaluate(textOf('val-accuracy'));
    assert.ok(parseFloat(reached) >= accuracy, `test accuracy ${reached}`);
    assert.equal(await page.evaluate(textOf('alert')), '');
    return {canvas: await page.evaluate('!document.getElementById("view").hidden'),
      charts: await page.evaluate('document.querySelectorAll("#charts svg").length')};
  } finally {
    await page?.close();
    await server.close();
  }
}

test(`Firefox trains the MNIST dense network to ${accuracy} %, with threads`, {skip: noFirefox},
  async () => {
    const shown = await trainIn(openInFirefox, /^Engine threads-(relaxed|simd) · /);
    // Headless, it may have no WebGL 2; then the page draws charts itself.
    assert.equal(shown.charts, shown.canvas ? 0 : 2);
  });

test(`WebKit trains the MNIST dense network to ${accuracy} %, and draws`, {skip: noWebKit}, async () => {
  const shown = await trainIn(openInWebKit, /^Engine (single|threads)-simd · /);
  assert.deepEqual(shown, {canvas: true, charts: 0});
});
