// The page trains on MNIST: with threads, without cross-origin isolation, and in a hidden tab.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openHiddenTab} from './hidden_tab.mjs';
import {slow, verySlow} from '../slow.mjs';
import {serve, stepOf, trainMilliseconds, trainTo97, waitForState, withPage}
  from './browser.mjs';

test('opens ready to train the MNIST CNN, in a page without problems', () =>
  withPage({}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    assert.equal(await page.locator('#data').inputValue(), 'mnist');
    assert.equal(await page.locator('#model').inputValue(), 'mnist-cnn');
    assert.equal(await page.locator('#isolation').isVisible(), false);
    assert.match(await page.locator('#runs-on').innerText(),
      /^Engine threads-relaxed · .* · cross-origin isolated/);
    // The first shard is fetched before Start is clicked.
    await page.waitForFunction(() =>
      !/^0 \//.test(document.getElementById('steps').innerText));
    assert.deepEqual(problems, []);
  }));

test('isolated: Start trains the MNIST CNN to 97 % test accuracy', {skip: slow}, () =>
  withPage({allImages: true}, async ({page, problems}) => {
    await trainTo97(page);
    assert.deepEqual(problems, []);
  }));

test('not isolated: reports it and trains the MNIST CNN to 97 % on one thread', {skip: verySlow}, () =>
  withPage({isolated: false, allImages: true}, async ({page, problems}) => {
    assert.equal(await page.evaluate(() => crossOriginIsolated), false);
    assert.match(await page.locator('#isolation').innerText(), /^Single-threaded: .*isolated$/);
    assert.match(await page.locator('#runs-on').innerText(), /^Engine single-relaxed · 1 thread/);
    await trainTo97(page);
    assert.deepEqual(problems, []);
  }));

test('not isolated: reports it and trains', () =>
  withPage({isolated: false}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    assert.match(await page.locator('#isolation').innerText(), /^Single-threaded/);
    await page.locator('#start').click();
    await page.waitForFunction(() => document.getElementById('progress').value >= 3);
    assert.deepEqual(problems, []);
  }));

for (const bundle of ['threads-simd', 'single-simd']) {
  test(`?bundle=${bundle} trains`, () =>
    withPage({query: `?bundle=${bundle}&threads=2`}, async ({page, problems}) => {
      await waitForState(page, 'ready');
      assert.match(await page.locator('#runs-on').innerText(), new RegExp(`^Engine ${bundle}`));
      await page.locator('#start').click();
      await page.waitForFunction(() => document.getElementById('progress').value >= 3);
      assert.deepEqual(problems, []);
    }));
}

test('an invalid ?threads or ?bundle is reported and does not stop the page', async () => {
  const bad = [['?threads=0', /whole number from 1/], ['?bundle=fast', /known: /]];
  for (const [query, text] of bad) {
    await withPage({query}, async ({page}) => {
      await waitForState(page, 'ready');
      assert.match(await page.locator('#alert').innerText(), text);
    });
  }
});

test('hidden tab: trains the MNIST dense network to 97 %', {skip: slow}, async () => {
  const server = await serve({allImages: true});
  const tab = await openHiddenTab(server.url);
  try {
    const state = 'document.body.dataset.state';
    await tab.waitFor(`${state} === 'ready'`, 60000);
    assert.equal(await tab.evaluate('document.visibilityState'), 'hidden');
    await tab.evaluate('globalThis.frames97 = 0;' +
      'requestAnimationFrame(function count() { frames97++; requestAnimationFrame(count); }); 0');
    // The dense network trains faster; this tests only that training continues while hidden.
    await tab.evaluate(`{
      const model = document.getElementById('model');
      model.value = 'mnist-mlp';
      model.dispatchEvent(new Event('change'));
    } 0`);
    await tab.waitFor(`${state} === 'ready' && convlabPage.model === 'mnist-mlp'`, 60000);
    await tab.evaluate('document.getElementById("start").click()');
    await tab.waitFor('parseFloat(document.getElementById("val-accuracy").textContent) >= 97',
      trainMilliseconds);
    assert.equal(await tab.evaluate('document.visibilityState'), 'hidden');
    assert.equal(await tab.evaluate('frames97'), 0, 'requestAnimationFrame stands still');
  } finally {
    await tab.close();
    await server.close();
  }
});

test('pause, step, learning rate, reset and continue work', () =>
  withPage({}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await page.locator('#step').click();
    await waitForState(page, 'paused');
    assert.equal(await stepOf(page), 1);
    await page.locator('#start').click();
    await waitForState(page, ['running', 'waiting_for_data']);
    await page.locator('#faster').click();
    assert.equal(await page.locator('#learning-rate').inputValue(), '0.002');
    await page.locator('#pause').click();
    await waitForState(page, 'paused');
    const paused = await stepOf(page);
    await page.waitForTimeout(500);
    assert.equal(await stepOf(page), paused, 'nothing trains while paused');
    assert.equal(await page.locator('#learning-rate').inputValue(), '0.002');
    await page.locator('#reset').click();
    await page.locator('#reset-yes').click();
    await waitForState(page, 'ready');

    // Changes in quick succession: no delayed answer of the engine may undo a later choice.
    await page.evaluate(() => {
      for (const [id, value] of [['model', 'mnist-mlp'], ['batch', '512'], ['epochs', '1']]) {
        document.getElementById(id).value = value;
        document.getElementById(id).dispatchEvent(new Event('change'));
      }
    });
    await page.waitForFunction(() => /\/ 8$/.test(document.getElementById('steps').innerText));
    await page.locator('#start').click();
    await waitForState(page, 'finished', 120000);
    assert.equal(await stepOf(page), 8);
    assert.match(await page.locator('#start').innerText(), /Continue/);
    await page.locator('#start').click();
    await page.waitForFunction(() => /\/ 16$/.test(document.getElementById('steps').innerText));
    await waitForState(page, 'finished', 120000);
    await page.locator('#results summary').click();
    assert.equal(await page.locator('#epoch-rows tr').count(), 2);

    await page.locator('#reset').click();
    await page.locator('#reset-yes').click();
    await waitForState(page, 'ready');
    assert.equal(await stepOf(page), 0);
    assert.equal(await page.locator('#loss').innerText(), '–');
    assert.deepEqual(problems, []);
  }));

test('new settings after some training take effect only when applied', () =>
  withPage({}, async ({page}) => {
    await waitForState(page, 'ready');
    await page.locator('#step').click();
    await waitForState(page, 'paused');
    await page.locator('#model').selectOption('mnist-mlp');
    await page.locator('#staged').waitFor();
    await page.locator('#discard').click();
    assert.equal(await page.locator('#model').inputValue(), 'mnist-cnn');
    assert.equal(await stepOf(page), 1);
    await page.locator('#model').selectOption('mnist-mlp');
    assert.match(await page.locator('#staged').innerText(), /trained one will be discarded/);
    assert.match(await page.locator('#apply').innerText(), /start over/);
    await page.locator('#epochs').fill('1');
    await page.locator('#batch').selectOption('512');
    await page.locator('#apply').click();
    // It says start, so it starts, and from zero: 8 steps are one epoch.
    await waitForState(page, 'finished', 120000);
    assert.equal(await page.locator('#model').inputValue(), 'mnist-mlp');
    assert.equal(await stepOf(page), 8);
  }));

test('a trained network is discarded by Reset only after a question', () =>
  withPage({}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await page.locator('#step').click();
    await waitForState(page, 'paused');
    for (const press of [() => page.locator('#reset').click(), () => page.keyboard.press('r')]) {
      await press();
      await page.locator('#ask').getByText(/discards the trained network/).waitFor();
      await page.locator('#reset-no').click();
      assert.equal(await page.locator('#ask').isVisible(), false);
      await page.waitForTimeout(200);
      assert.equal(await stepOf(page), 1, 'kept');
    }
    await page.locator('#reset').click();
    await page.locator('#reset-yes').click();
    await waitForState(page, 'ready');
    assert.equal(await stepOf(page), 0);
    assert.deepEqual(problems, []);
  }));

// What the form does not show, but the API or an experiment has set.
const unseen = {
  optimizer: 'sgd', optimizer_options: {momentum: 0.9, nesterov: true}, schedule: 'cosine',
  schedule_options: {alpha: 0.1}, warmup_epochs: 0.5,
  update_options: {clip_norm: 1, ema_momentum: 0.99}, seed: 7, loss_options: {label_smoothing: 0.1},
  early_stopping: true, early_stopping_options: {patience: 3}, time_budget: 60,
};

test('the form sends back every option that it does not edit', {timeout: 60_000}, () =>
  withPage({}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    const optionsOnce = (model, batch) => page.evaluate(([wanted, size]) => new Promise((resolve) =>
      globalThis.convlabPage.convlab.addEventListener('snapshot', ({snapshot}) => {
        const {options, state} = snapshot;
        if (state === 'ready' && options.model === wanted && options.batch === size) {
          resolve(options);
        }
      })), [model, batch]);
    let answer = optionsOnce('mnist-cnn', 64);
    await page.evaluate((options) => globalThis.convlabPage.convlab.configure(
      {data: 'mnist', model: 'mnist-cnn', batch: 64, ...options}), unseen);
    const before = await answer;
    for (const [name, value] of Object.entries(unseen)) {
      if (typeof value === 'object') {
        for (const [key, part] of Object.entries(value)) assert.equal(before[name][key], part, key);
      } else {
        assert.equal(before[name], value, name);
      }
    }
    await page.waitForFunction(() => document.getElementById('batch').value === '64');
    answer = optionsOnce('mnist-mlp', 64);
    await page.locator('#model').selectOption('mnist-mlp');
    assert.deepEqual(await answer, {...before, model: 'mnist-mlp'});
    answer = optionsOnce('mnist-mlp', 256);
    await page.locator('#batch').selectOption('256');
    assert.deepEqual(await answer, {...before, model: 'mnist-mlp', batch: 256});
    // Options of one optimizer are none of another.
    answer = optionsOnce('mnist-mlp', 32);
    await page.locator('#optimizer').selectOption('adam');
    await page.locator('#batch').selectOption('32');
    const after = await answer;
    assert.equal(after.optimizer, 'adam');
    assert.equal(after.schedule, 'cosine');
    assert.equal(after.loss_options.label_smoothing, 0.1);

    // Options that no network can be built with are not sent again.
    await page.evaluate(() => {
      globalThis.convlabPage.convlab.configure({model: 'mnist-mlp', schedule: 'none-such'});
    });
    await page.locator('#alert').getByText(/none-such/).waitFor();
    answer = optionsOnce('mnist-cnn', 32);
    await page.locator('#model').selectOption('mnist-cnn');
    assert.equal((await answer).schedule, 'cosine');
    assert.deepEqual(problems, []);
  }));
