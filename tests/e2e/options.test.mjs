// The settings beyond the usual ones: the fold "More", and networks that are not in the tables.
/* global convlabPage -- in the page */

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {waitForState, withPage} from './browser.mjs';

/** Waits until the engine has the value for an option of the run; returns all options. */
const waitForOption = (page, ...expected) => page.evaluate(([name, value]) => {
  const {convlab} = convlabPage;
  const found = new Promise((resolve) => {
    convlab.addEventListener('snapshot', function check({snapshot: {options}}) {
      if (options[name] !== value) return;
      convlab.removeEventListener('snapshot', check);
      resolve(options);
    });
  });
  convlab.describeModel();  // each request is followed by a snapshot
  return found;
}, expected);

test('the fold More sets options of every kind, within their limits', () =>
  withPage({canvas: false}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await page.locator('#more > summary').click();
    const clip = page.locator('#option-update-clip_norm');
    await clip.fill('-1');
    await clip.blur();
    assert.equal(await clip.getAttribute('aria-invalid'), 'true');
    assert.match(await page.locator('#option-update-clip_norm-about').innerText(), /number from 0/);
    await clip.fill('1,5');
    await clip.blur();
    await page.locator('#option-schedule').selectOption('cosine');
    await page.locator('#option-schedule-cosine-alpha').fill('0.1');
    await page.locator('#option-run-early_stopping').check();
    await page.locator('#option-early_stopping-patience').fill('3');
    await page.locator('#option-run-validation_split').fill('0.2');
    await page.locator('#option-run-validation_split').blur();
    const options = await waitForOption(page, 'validation_split', 0.2);
    assert.deepEqual(options.update_options, {clip_norm: 1.5});
    assert.equal(options.schedule, 'cosine');
    assert.deepEqual(options.schedule_options, {alpha: 0.1});
    assert.equal(options.early_stopping, true);
    assert.deepEqual(options.early_stopping_options, {patience: 3});
    assert.equal(await page.locator('#val-accuracy-name').innerText(), 'Validation accuracy');
    const described = await clip.getAttribute('aria-describedby');
    assert.match(await page.locator(`#${described}`).textContent(), /L2 norm/);
    await page.locator('#optimizer').selectOption('sgd');
    assert.equal(await page.locator('#option-optimizer-sgd-momentum').inputValue(), '0');
    assert.deepEqual(problems, []);
  }));

test('settings from the engine leave alone what is typed, and the focus where it is', () =>
  withPage({canvas: false}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    const epochs = page.locator('#epochs');
    await epochs.fill('3');
    await page.evaluate(() => convlabPage.convlab.configure(
      {data: 'mnist', model: 'mnist-cnn', batch: 64}));
    await waitForOption(page, 'batch', 64);
    await page.waitForTimeout(200);
    assert.equal(await epochs.inputValue(), '3');
    await page.locator('#more > summary').click();
    assert.equal((await waitForOption(page, 'epochs', 3)).batch, 64);
    const clip = page.locator('#option-update-clip_norm');
    await clip.fill('1.5');
    await clip.press('Enter');
    await waitForOption(page, 'epochs', 3);
    await page.waitForTimeout(200);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'option-update-clip_norm');
    assert.deepEqual(problems, []);
  }));

test('a network that is not in the tables stays until another model is chosen', () =>
  withPage({canvas: false}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await page.evaluate(() => convlabPage.convlab.configure({
      data: 'mnist', model: 'tiny', architecture: {
        input: [28, 28, 1],
        layers: [{kind: 'flatten'}, {kind: 'dense', options: {units: 10}}],
      },
    }));
    const chosen = page.locator('#model option:checked');
    await page.waitForFunction(() =>
      document.querySelector('#model').selectedOptions[0]?.text === 'tiny (own)');
    await page.locator('#batch').selectOption('64');
    const kept = await waitForOption(page, 'batch', 64);
    assert.equal(kept.model, 'tiny');
    assert.match(kept.architecture, /flatten/);
    assert.equal(await chosen.innerText(), 'tiny (own)');
    await page.locator('#model').selectOption('mnist-mlp');
    const dropped = await waitForOption(page, 'model', 'mnist-mlp');
    assert.equal(dropped.architecture, '');
    assert.equal(await page.locator('#model option[data-extra]').count(), 0);
    assert.deepEqual(problems, []);
  }));

test('an encoded request, as the canvas sends them, is answered with its own id', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    const replies = await page.evaluate(async () => {
      const {encodeRequest, decodeReply} = await import('./protocol.js');
      const send = async (name) => {
        const {json, block} = await convlabPage.convlab.sendEncoded(encodeRequest(7, name));
        return decodeReply(json, block);
      };
      return [await send('describe_model'), await send('no_such_request')];
    });
    assert.equal(replies[0].id, 7);
    assert.equal(replies[0].result, 'model_description');
    assert.equal(replies[1].id, 7);
    assert.equal(replies[1].kind, 'invalid');
  }));
