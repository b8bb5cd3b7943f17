// What the canvas does with wheel and fingers, and what it leaves to the page.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {stepOf, waitForState, withPage} from './browser.mjs';

/** Trains for some steps, pauses, and moves the pointer into the chart of the loss. */
async function openChart(page) {
  await waitForState(page, 'ready');
  await page.locator('#start').click();
  await page.waitForFunction(() => document.getElementById('progress').value >= 30, undefined,
    {timeout: 60000});
  await page.locator('#pause').click();
  await waitForState(page, 'paused');
  assert.ok(await stepOf(page) >= 30);
  await page.locator('#view').scrollIntoViewIfNeeded();
  const box = await page.locator('#view').boundingBox();
  const at = {x: box.x + 200, y: box.y + 110};
  await page.mouse.move(at.x, at.y);
  await page.waitForTimeout(500);
  const picture = () => page.screenshot({clip: {...box, width: 380, height: 200}});
  /** Waits until the chart looks different from `before`. */
  const changed = async (before) => {
    for (let i = 0; i < 50; ++i) {
      if (!before.equals(await picture())) return true;
      await page.waitForTimeout(100);
    }
    return false;
  };
  return {...at, picture, changed};
}

const scrolled = (page) => page.evaluate(() => scrollY);

test('Ctrl and the wheel zooms a chart, not the page; a double click shows all again', () =>
  withPage({context: {viewport: {width: 1280, height: 700}}}, async ({page, problems}) => {
    const chart = await openChart(page);
    const whole = await chart.picture();
    const before = await scrolled(page);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -200);
    await page.keyboard.up('Control');
    assert.ok(await chart.changed(whole), 'the chart has not zoomed');
    assert.equal(await scrolled(page), before);
    await page.mouse.dblclick(chart.x, chart.y);
    await page.waitForTimeout(500);
    assert.ok(whole.equals(await chart.picture()), 'the chart does not show everything again');
    assert.deepEqual(problems, []);
  }));

test('the wheel alone over a chart scrolls the page', () =>
  withPage({context: {viewport: {width: 1280, height: 700}}}, async ({page}) => {
    await openChart(page);
    await page.evaluate(() => scrollTo(0, 0));
    const box = await page.locator('#view').boundingBox();
    await page.mouse.move(box.x + 200, box.y + 50);
    await page.waitForTimeout(300);
    await page.mouse.wheel(0, 100);
    await page.waitForFunction(() => scrollY > 0);
  }));

test('two fingers zoom a chart', () =>
  withPage({context: {viewport: {width: 1280, height: 700}, hasTouch: true}}, async ({page}) => {
    const chart = await openChart(page);
    const whole = await chart.picture();
    const session = await page.context().newCDPSession(page);
    const touch = (type, spread) => session.send('Input.dispatchTouchEvent', {type,
      touchPoints: spread === null ? []
        : [{x: chart.x - spread, y: chart.y, id: 1}, {x: chart.x + spread, y: chart.y, id: 2}]});
    await touch('touchStart', 20);
    for (const spread of [30, 40, 60]) await touch('touchMove', spread);
    await touch('touchEnd', null);
    assert.ok(await chart.changed(whole), 'the chart has not zoomed');
  }));

const takeContext = (page) => page.evaluate(() => {
  globalThis.context97 =
    document.getElementById('view').getContext('webgl2').getExtension('WEBGL_lose_context');
});
const loseContext = (page) => page.evaluate(() => globalThis.context97.loseContext());
const restoreContext = (page) => page.evaluate(() => globalThis.context97.restoreContext());

/** Returns the greatest difference between the channels of two screenshots, 0 to 255. */
const difference = (page, before, after) => page.evaluate(async (files) => {
  const [a, b] = await Promise.all(files.map(async (file) => {
    const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
    const {width, height} = image;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, width, height).data;
  }));
  return a.length === b.length ? a.reduce((max, x, i) => Math.max(max, Math.abs(x - b[i])), 0) : 255;
}, [before, after].map((file) => file.toString('base64')));

/**
 * Waits until the canvas shows `wanted` and nothing else; returns whether it did. Glyphs get other
 * places in a new texture, which changes some of their pixels by one level.
 */
async function shows(page, wanted) {
  for (let i = 0; i < 100; ++i) {
    if (await difference(page, wanted, await page.locator('#view').screenshot()) <= 1) return true;
    await page.waitForTimeout(100);
  }
  return false;
}

test('a lost graphics context comes back twice, with all that was shown; training goes on', () =>
  withPage({}, async ({page, problems}) => {
    await openChart(page);
    await page.mouse.move(0, 0);
    await page.waitForTimeout(500);
    const whole = await page.locator('#view').screenshot();
    assert.ok(await shows(page, whole), 'the canvas does not stay as it is while paused');
    const workers = page.workers();
    const step = await stepOf(page);
    await takeContext(page);
    for (const round of ['first', 'second']) {
      await loseContext(page);
      await page.locator('#no-view').getByText(/released the graphics context/).waitFor();
      assert.equal(await page.locator('#view').isVisible(), false);
      assert.equal(await page.locator('#charts svg').count(), 2);
      await restoreContext(page);
      await page.locator('#view').waitFor();
      assert.equal(await page.locator('#no-view').isVisible(), false);
      assert.ok(await shows(page, whole), `the canvas looks different after the ${round} time`);
    }
    assert.deepEqual(page.workers(), workers, 'the engine and its threads are the same');
    assert.equal(await stepOf(page), step);

    // What the engine sends in the meantime is not missed: it sends only what has changed.
    await page.locator('#start').click();
    await waitForState(page, ['running']);
    await loseContext(page);
    const lost = await stepOf(page);
    await page.waitForFunction((least) => document.getElementById('progress').value >= least,
      lost + 10);
    await restoreContext(page);
    await page.locator('#view').waitFor();
    await page.locator('#pause').click();
    await waitForState(page, 'paused');
    await page.waitForFunction(() => globalThis.convlabPage.view.frames > 0);
    assert.ok(!whole.equals(await page.locator('#view').screenshot()), 'it shows an old state');
    assert.deepEqual(problems, []);
  }));

test('a graphics context that is lost and comes back keeps the focus where it was', () =>
  withPage({}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    // So low that it scrolls, and so can be focused.
    await page.evaluate(() => { document.getElementById('view').style.height = '150px'; });
    await page.locator('#view[tabindex="0"]').focus();
    await takeContext(page);
    const focused = (id) => page.waitForFunction((wanted) => document.activeElement.id === wanted,
      id);
    await loseContext(page);
    await focused('no-view');
    await restoreContext(page);
    await focused('view');
    // It has learned by then whether it can scroll.
    await page.waitForFunction(() => globalThis.convlabPage.view.frames >= 2);
    await focused('view');
    await page.locator('#start').focus();
    await loseContext(page);
    await page.locator('#no-view').waitFor();
    await restoreContext(page);
    await page.locator('#view').waitFor();
    await focused('start');
    assert.deepEqual(problems, []);
  }));

test('a graphics context that does not come back is reported, and training goes on', () =>
  withPage({}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await page.waitForFunction(() => globalThis.convlabPage.view.frames > 0);
    await takeContext(page);
    await loseContext(page);
    await page.locator('#no-view').getByText(/Training still works/).waitFor();
    await page.locator('#start').click();
    await page.waitForFunction(() => document.getElementById('progress').value >= 10);
    assert.equal(await page.locator('#charts svg').count(), 2);
    assert.deepEqual(problems, []);
  }));
