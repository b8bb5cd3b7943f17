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
