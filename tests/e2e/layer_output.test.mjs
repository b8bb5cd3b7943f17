// A panel of the page's canvas asks the engine, and shows what it answers.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {screenshots, waitForState, withPage} from './browser.mjs';

test('a layer that is chosen in the canvas shows its output, again after more training', () =>
  withPage({context: {viewport: {width: 1280, height: 1400}}}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await page.waitForFunction(() => globalThis.convlabPage.view.frames > 2);
    // So high that the panels stand in two columns.
    await page.evaluate(() => { document.getElementById('view').style.height = '900px'; });
    await page.waitForTimeout(500);
    await page.locator('#view').scrollIntoViewIfNeeded();
    const box = await page.locator('#view').boundingBox();
    const panel = {x: box.x + box.width / 2 + 120, y: box.y, width: 300, height: box.height};
    let below = 660;
    const look = () => page.screenshot({
      clip: {...panel, y: panel.y + below, height: panel.height - below}});
    /** Waits until what lies below differs from `before` and then stays as it is. */
    const changed = async (before, tries = 100) => {
      let last = before;
      for (let i = 0; i < tries; ++i) {
        await page.waitForTimeout(50);
        const now = await look();
        if (!now.equals(before) && now.equals(last)) return now;
        last = now;
      }
      return null;
    };
    // The list is somewhere under the filters; what lies above it does nothing when clicked.
    let open = null;
    while (open === null && below < panel.height - 100) {
      below += 16;
      const closed = await look();
      await page.mouse.click(panel.x + 20, panel.y + below - 8);
      open = await changed(closed, 8);
    }
    assert.ok(open !== null, 'no list of layers');  // it opens upwards
    await page.mouse.click(panel.x + 20, panel.y + below - 112);
    const first = await changed(open);
    assert.ok(first !== null, 'no output is shown');
    await page.screenshot({path: `${screenshots}/layer-output.png`});
    await page.locator('#start').click();
    await page.waitForFunction(() => document.getElementById('progress').value >= 30, undefined,
      {timeout: 60000});
    await page.locator('#pause').click();
    await waitForState(page, 'paused');
    assert.ok(await changed(first) !== null, 'the output has stayed as it was');
    await page.screenshot({path: `${screenshots}/layer-output-trained.png`});
    assert.deepEqual(problems, []);
  }));
