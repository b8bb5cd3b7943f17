// Requests of the JavaScript API: evaluate, predict, save and open models and checkpoints, cancel.

/* global Convlab, engine, until, watched -- in the page */

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {greyPng} from '../png.mjs';
import {sharedPage, waitForSteps, withPage} from './browser.mjs';

/** Calls `use` with a page in which `engine` is a Convlab that has trained mnist-mlp briefly; it must stay as it is. */
const withTrained = sharedPage({query: 'bench.html'}, async (page) => {
  await page.locator('#run:enabled').waitFor();
  await page.evaluate(async () => {
    const {Convlab, RequestError} = await import('./convlab.js');
    Object.assign(globalThis, {Convlab, RequestError});
    globalThis.until = (engine, isDone) => new Promise((resolve) => {
      engine.addEventListener('snapshot', function check({snapshot}) {
        if (!isDone(snapshot)) return;
        engine.removeEventListener('snapshot', check);
        resolve(snapshot);
      });
    });
    globalThis.watched = (made) => {
      made.addEventListener('snapshot', ({snapshot}) => { made.latest = snapshot; });
      return made;
    };
    globalThis.engine = globalThis.watched(new Convlab());
    engine.errors = [];
    engine.addEventListener('error', ({error}) => engine.errors.push(error));
    engine.subscribe(['samples', 'predictions']);
    engine.configure({data: 'mnist', model: 'mnist-mlp', epochs: 1});
    engine.start();
    await until(engine, ({state}) => state === 'finished');
  });
});

test('evaluate gives the numbers of the last validation, and reports its progress', () =>
  withTrained(async ({page}) => {
    const {last, result} = await page.evaluate(async () => {
      const evaluated = await engine.evaluate({top_k: 3});
      const {history} = engine.latest;
      return {last: history.at(-1), result: {...evaluated, confusion: [...evaluated.confusion]}};
    });
    assert.equal(result.images, 1334);
    assert.ok(Math.abs(result.accuracy - last.val_accuracy) < 1e-6);
    assert.ok(result.top_k_accuracy > result.accuracy);
    assert.equal(result.confusion.reduce((a, b) => a + b, 0), 1334);
  }));

test('predict takes files, pixels and canvases, and gives the same for the same picture', () =>
  withTrained(async ({page}) => {
    const found = await page.evaluate(async () => {
      const {samples, predictions} = engine.latest;
      const size = samples.width * samples.height;
      const image = new ImageData(samples.width, samples.height);
      for (let i = 0; i < size; ++i) {
        image.data.fill(samples.pixels[i], 4 * i, 4 * i + 3);
        image.data[4 * i + 3] = 255;
      }
      const canvas = new OffscreenCanvas(samples.width, samples.height);
      canvas.getContext('2d').putImageData(image, 0, 0);
      const png = await canvas.convertToBlob({type: 'image/png'});
      const webp = await canvas.convertToBlob({type: 'image/webp', quality: 1});
      const all = [];
      for (const given of [image, png, await png.arrayBuffer(), canvas, webp]) {
        const {best, scores} = await engine.predict(given);
        all.push({best, top: scores[best]});
      }
      return {all, expected: predictions.classes[0], confidence: predictions.scores[0]};
    });
    for (const {best} of found.all) assert.equal(best, found.expected);
    for (const {top} of found.all.slice(0, 4)) {
      assert.ok(Math.abs(top - found.confidence) < 1e-5, `${top} and ${found.confidence}`);
    }
  }));

test('explain gives a map for an image, by index or by pixels, of the predicted class or another', () =>
  withTrained(async ({page}) => {
    const found = await page.evaluate(async () => {
      const {values: map, pixels, ...first} = await engine.explain(0, {method: 'saliency'});
      const image = new ImageData(28, 28);
      pixels.forEach((level, i) => {
        image.data.fill(level, 4 * i, 4 * i + 3);
        image.data[4 * i + 3] = 255;
      });
      const same = await engine.explain(image, {method: 'saliency'});
      const other = await engine.explain(0, {method: 'smoothgrad', samples: 3, class_name: '4'});
      const {weights, ...filters} = await engine.filters();
      const refused = await engine.explain(0).catch(({kind, message}) => ({kind, message}));
      const pixel = await engine.pixelArithmetic(0).catch(({message}) => message);
      return {first, filters, refused, pixel, isSame: same.values.every((value, i) => value === map[i]),
        max: Math.max(...map), count: weights.length, other: other.class_index};
    });
    assert.deepEqual([found.first.map_height, found.first.map_width, found.first.class_name], [28, 28, '7']);
    assert.ok(found.isSame && found.max > 0);
    assert.equal(found.other, 4);
    assert.equal(found.count, found.filters.count * 784);
    assert.equal(found.refused.kind, 'invalid');
    assert.match(found.refused.message, /no convolution whose output has more than one pixel/);
    assert.match(found.pixel, /the network has no convolution/);
  }));

test('a saved model opens in a new engine with its data, and a checkpoint resumes', () =>
  withTrained(async ({page}) => {
    const found = await page.evaluate(async () => {
      const model = await engine.saveModel();
      const {accuracy} = await engine.evaluate();
      const other = watched(new Convlab({threads: 1}));
      await other.loadModel(model);
      await until(other, ({train_images_here: here, train_images: all}) => here === all && all > 0);
      const opened = await other.evaluate();
      const checkpoint = await engine.saveCheckpoint();
      await other.configure({data: 'mnist', model: 'mnist-mlp', epochs: 1});
      await until(other, ({train_images_here: here, train_images: all}) => here === all);
      await other.loadCheckpoint(checkpoint);
      const {state, step} = await until(other, (snapshot) => snapshot.step > 0);
      other.terminate();
      return {accuracy, opened: opened.accuracy, name: model.name, state, step};
    });
    assert.equal(found.name, 'mnist-mlp.safetensors');
    assert.equal(found.opened, found.accuracy);
    assert.equal(found.state, 'finished');
    assert.equal(found.step, 32);
  }));

test('requests that are wrong are refused with a reason, and nothing changes', () =>
  withTrained(async ({page}) => {
    const found = await page.evaluate(async () => {
      const refused = (promise) => promise.then(() => 'done', ({kind, message}) => ({kind, message}));
      engine.errors.length = 0;
      const answers = [
        await refused(engine.predict(new Uint8Array([1, 2, 3]))),
        await refused(engine.loadModel(new Uint8Array([1, 2, 3]))),
        await refused(engine.loadModel('model')),
        await refused(engine.configure({batch: 0})),
        await refused(engine.setLearningRate(-1)),
        await refused(engine.setEpochs(0)),
        await refused(engine.describeModel({architecture: {input: [28, 28, 1], layers: [
          {kind: 'dense', inputs: ['b'], name: 'a', options: {units: 3}},
          {kind: 'dense', inputs: ['a'], name: 'b', options: {units: 3}}]}})),
        await refused(engine.describeModel({architecture: ' '.repeat(1334_000)})),
      ];
      const {state, step} = engine.latest;
      return {answers, state, step, errors: engine.errors.map(({kind}) => kind)};
    });
    for (const answer of found.answers) assert.equal(answer.kind, 'invalid', JSON.stringify(answer));
    assert.match(found.answers[1].message, /the model/);
    assert.match(found.answers[3].message, /batch is 0/);
    assert.match(found.answers[4].message, /learning rate is -1/);
    assert.equal(found.state, 'finished');
    assert.equal(found.step, 32);
    assert.deepEqual(found.errors, ['command', 'command', 'command']);
  }));

test('a request can be cancelled, and progress is reported meanwhile', () =>
  withTrained(async ({page}) => {
    const found = await page.evaluate(async () => {
      const stop = new AbortController();
      const seen = [];
      const bench = engine.bench({model: 'mnist-mlp', batch: 16, seconds: 600}, {
        signal: stop.signal,
        onProgress: (running) => {
          seen.push(running.progress);
          if (seen.length === 3) stop.abort();
        },
      });
      const error = await bench.catch((reason) => reason);
      const after = await engine.bench({model: 'mnist-mlp', batch: 16, seconds: 0.1});
      return {kind: error.kind, seen, after: after.step_ms};
    });
    assert.equal(found.kind, 'cancelled');
    assert.ok(found.seen.length >= 3);
    assert.ok(found.after > 0);
  }));

test('epochs can be raised while training', () =>
  withTrained(async ({page}) => {
    const epochs = await page.evaluate(async () => {
      const other = watched(new Convlab());
      await other.configure({data: 'mnist', model: 'mnist-cnn', epochs: 1, batch: 16});
      other.start();
      await until(other, ({state, step}) => state === 'running' && step > 0);
      other.setEpochs(2);
      const {history} = await until(other, ({state}) => state === 'finished');
      other.terminate();
      return history.length;
    });
    assert.equal(epochs, 2);
  }));

test('the tab Model saves, opens and predicts with real files', () =>
  withPage({}, async ({page, problems}) => {
    await page.locator('#start[aria-disabled="false"]').waitFor();
    await page.locator('#tab-model').click();
    await page.locator('[data-layers] tr').first().waitFor();
    const rows = await page.locator('[data-layers] tr').allInnerTexts();
    assert.match(rows[0], /conv2d/);
    const download = page.waitForEvent('download');
    await page.locator('[data-do="save"]').click();
    const saved = await (await download).path();
    assert.match(await page.locator('[data-say]').innerText(), /Saved as mnist-cnn\.safetensors/);
    await page.locator('[data-file="open"]').setInputFiles(saved);
    await page.locator('[data-say]', {hasText: 'Opened'}).waitFor();
    // A network's document, and a trained network that would be lost.
    const ask = page.locator('[data-ask]');
    const open = (text) => page.locator('[data-file="open"]').setInputFiles(
      {name: 'own.json', mimeType: 'application/json', buffer: Buffer.from(text)});
    const openOwn = async () => {
      await open(JSON.stringify({input: [28, 28, 1], layers: [{kind: 'flatten'}, {kind: 'dense', options: {units: 10}}]}));
      await page.locator('[data-say]', {hasText: 'Opened own.json'}).waitFor();
      await page.waitForFunction(() => document.querySelectorAll('[data-layers] tr').length === 2);
      assert.equal(await ask.isVisible(), false);
    };
    const step = async () => {
      await page.locator('#tab-train').click();
      await page.locator('#step').click();
      await waitForSteps(page, 1);
      await page.locator('#tab-model').click();
    };
    await openOwn();
    await step();
    await open('{"layers": []}');
    assert.match(await ask.innerText(), /^Opening own\.json discards the trained network/);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Discard it');
    await page.keyboard.press('Enter');
    await page.locator('[data-say]', {hasText: 'own'}).filter({hasNotText: 'Opened'}).waitFor();
    await page.locator('[data-file="open"]').setInputFiles(saved);
    await page.locator('[data-do="open-no"]').click();
    assert.equal(await page.locator('[data-layers] tr').count(), 2);
    // What was saved may be discarded, but not another network after the same number of steps.
    await page.locator('[data-do="save"]').click();
    await page.locator('[data-say]', {hasText: 'Saved as own.safetensors'}).waitFor();
    await openOwn();
    await step();
    await page.locator('[data-file="open"]').setInputFiles(saved);
    await page.locator('[data-do="open-yes"]').click();
    await page.waitForFunction(() => document.querySelectorAll('[data-layers] tr').length > 2);
    const pixels = new Uint8Array(28 * 28);
    for (let y = 4; y < 24; ++y) pixels.fill(255, y * 28 + 13, y * 28 + 16);
    await page.locator('[data-file="predict"]').setInputFiles(
      {name: 'one.png', mimeType: 'image/png', buffer: greyPng(28, 28, pixels)});
    await page.locator('[data-prediction] li').first().waitFor();
    assert.equal(await page.locator('[data-prediction] li').count(), 5);
    assert.match(await page.locator('[data-prediction] figcaption').innerText(), /^one\.png: /);
    // What matters less gets darker.
    const light = () => page.locator('[data-prediction] canvas').evaluate((canvas) => {
      const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((_, i) => i % 4 < 3).reduce((a, b) => a + b, 0);
    });
    const all = await light();
    for (const method of ['gradcam', 'saliency', 'smoothgrad', 'occlusion']) {
      await page.locator('#look').selectOption(method);
      await page.locator('#look-about').getByText(/^For .*: [a-z ]+ [\d.]+ %/).waitFor();
      assert.ok(await light() < all, method);
    }
    await page.locator('#look').selectOption('');
    assert.equal(await light(), all);
    await page.locator('#tab-model').press('ArrowLeft');
    assert.equal(await page.locator('#train-panel').isVisible(), true);
    assert.deepEqual(problems, []);
  }));
