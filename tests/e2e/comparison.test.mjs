// Runs of one visit are compared: accuracy over time.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {screenshot, waitForState, withPage} from './browser.mjs';
import {area, drop, photosZip, waitForData} from './own_data.mjs';

async function train(page, model, epochs) {
  await page.locator('#model').selectOption(model);
  await page.locator('#epochs').fill(String(epochs));
  await page.locator('#epochs').blur();
  if (await page.locator('#apply').isVisible()) {
    await page.locator('#apply').click();  // which starts, too
  } else {
    await waitForState(page, 'ready');
    await page.locator('#start').click();
  }
  await page.locator('#phase', {hasText: `Finished ${epochs} epochs`}).waitFor();
}

test('the second run of a visit is compared with the first', () =>
  withPage({}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await drop(page, [photosZip]);
    await waitForData(page, 'photos');
    await area(page).locator('summary').first().click();
    await train(page, 'mnist-mlp', 3);
    const comparison = page.locator('#comparison');
    assert.ok(await comparison.isHidden());
    await train(page, 'mnist-cnn', 2);
    await comparison.locator('summary').click();
    const runs = await comparison.locator('li').allInnerTexts();
    assert.equal(runs.length, 2);
    assert.match(runs[0], /^mnist-mlp on photos: [\d.]+ % after [\d.]+ s, 3 epochs$/);
    assert.match(runs[1], /^mnist-cnn on photos: [\d.]+ % after [\d.]+ s, 2 epochs$/);
    const dots = (i) => comparison.locator(`circle.run-${i}`).count();
    assert.deepEqual([await dots(0), await dots(1)], [3, 2]);
    await screenshot(page, 'comparison');
    assert.deepEqual(problems, []);
  }));
