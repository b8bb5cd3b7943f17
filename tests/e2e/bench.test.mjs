// bench.html: a single measurement, and the suite, which the test stops.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {screenshot, withPage} from './browser.mjs';

const rows = (page) => page.locator('#table tbody tr');
const results = async (page) => JSON.parse(await page.locator('#result').textContent());

test('the bench page measures one model, then the suite until Stop', () =>
  withPage({query: 'bench.html'}, async ({page, problems}) => {
    await page.locator('#run:enabled').waitFor();
    await page.locator('#model').selectOption('mnist-mlp');
    await page.locator('#batch').fill('16');
    await page.locator('#run').click();
    await page.locator('#run:enabled').waitFor({timeout: 120_000});
    assert.equal(await rows(page).count(), 1);
    const [one] = await results(page);
    assert.equal(one.model, 'mnist-mlp');
    assert.equal(one.batch, 16);
    for (const field of ['first_step_ms', 'step_ms', 'images_per_second', 'efficiency', 'peak_memory_bytes'])
      assert.ok(one[field] > 0, field);
    assert.match(await page.locator('#state').innerText(), /images\/s/);

    await page.locator('#suite').click();
    await page.locator('#state', {hasText: /^1 of/}).waitFor();
    await page.locator('#stop').click();
    await page.locator('#run:enabled').waitFor({timeout: 120_000});
    assert.equal(await rows(page).count(), 2, 'the one that had begun');
    assert.match(await page.locator('#state').innerText(), /Stopped/);
    assert.equal((await results(page))[1].batch, 128);
    await screenshot(page, 'bench');
    assert.deepEqual(problems, []);
  }));
