// The JavaScript API, convlab.js, as a page of one's own uses it: what it refuses and how.

/* global Convlab, create, created, settled, within -- in the page */

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {sharedPage, withPage} from './browser.mjs';

const withEngines = sharedPage({query: 'bench.html'}, async (page) => {
  await page.locator('#run:enabled').waitFor();
  await page.evaluate(async () => {
    const {Convlab} = await import('./convlab.js');
    globalThis.Convlab = Convlab;
    globalThis.within = (seconds, promise) => Promise.race([promise, new Promise((_, reject) =>
      setTimeout(() => reject(new Error(`nothing within ${seconds} s`)), 1000 * seconds))]);
    globalThis.settled = (promise) => within(60, promise).then(
      (value) => ({value}), (error) => ({error: error.message}));
    globalThis.created = [];
    globalThis.create = async (options) => {
      const engine = new Convlab(options);
      created.push(engine);
      engine.errors = [];
      engine.addEventListener('error', ({error}) => engine.errors.push(error));
      await within(30, new Promise((resolve) => engine.addEventListener('ready', resolve)));
      return engine;
    };
  });
});

/**
 * Calls `use`, in the page, with the class Convlab and a function that creates an engine with the given options, waits for
 * it and collects its 'error' events in engine.errors. The engines end with the test.
 */
const withApi = (use) => withEngines(async ({page}) => {
  await use(page);
  await page.evaluate(() => created.splice(0).forEach((engine) => engine.terminate()));
});

test('bench with more threads than the engine has is refused, and the next one runs', () =>
  withApi(async (page) => {
    const [results, threads] = await page.evaluate(async () => {
      const engine = await create({threads: 2});
      const run = (threads) =>
        settled(engine.bench({model: 'mnist-mlp', batch: 16, seconds: 0.1, threads}));
      const all = [];
      for (const count of [64, engine.threads + 1, 0, 1.5, '1', NaN, 1, undefined])
        all.push(await run(count));
      return [all, engine.threads];
    });
    for (const {error} of results.slice(0, 6)) {
      assert.match(error,
        new RegExp(`threads is .*; expected a whole number from 1 to ${threads}`));
    }
    assert.match(results[0].error, /^\[bench\] threads is 64;/);
    assert.equal(results[6].value.threads, 1);
    assert.equal(results[7].value.threads, threads);
  }));

test('an engine has no more threads than the machine has processors', () =>
  withApi(async (page) => {
    const [threads, processors] = await page.evaluate(async () =>
      [(await create({threads: 64})).threads, navigator.hardwareConcurrency]);
    assert.equal(threads, Math.min(64, processors));
  }));

test('bench.html with more threads than processors says so, and measures with fewer', () =>
  withPage({query: 'bench.html'}, async ({page, problems}) => {
    await page.locator('#run:enabled').waitFor();
    const [processors] = await page.evaluate(() => [navigator.hardwareConcurrency]);
    const measure = async (threads) => {
      await page.locator('#model').selectOption('mnist-mlp');
      await page.locator('#batch').fill('16');
      await page.locator('#threads').fill(threads);
      await page.locator('#run').click();
      await page.locator('#run:enabled').waitFor({timeout: 60_000});
      return page.locator('#state').innerText();
    };
    assert.match(await measure(String(processors + 8)), /threads is \d+; expected .* from 1 to/);
    assert.match(await measure(''), /threads is NaN; expected/);
    assert.match(await measure('1'), /images\/s/);
    assert.deepEqual(problems, []);
  }));

test('options that are no plain data are refused by name before they are sent', () =>
  withApi(async (page) => {
    const all = await page.evaluate(async () => {
      let nested = 1;
      for (let i = 0; i < 1500; ++i) nested = {a: nested};
      const cyclic = {};
      cyclic.a = cyclic;
      const values = {nested, cyclic, function: () => 1, symbol: Symbol('a'), bigint: 1n,
        map: new Map(), NaN};
      const engine = await create({threads: 1});
      const event = () => within(10, new Promise((resolve) =>
        engine.addEventListener('error', ({error}) => resolve(error), {once: true})));
      const answers = [];
      for (const [what, value] of Object.entries(values)) {
        const errors = [];
        for (const send of [
          () => engine.configure({optimizer_options: {momentum: value}}),
          () => engine.setLearningRate(value),
        ]) {
          const error = event();
          send();
          errors.push(await error);
        }
        answers.push({what, errors, bench: await settled(engine.bench({model: value}))});
      }
      // The engine still obeys.
      engine.configure({data: 'mnist', model: 'mnist-mlp'});
      const model = await within(20, new Promise((resolve) =>
        engine.addEventListener('snapshot', ({snapshot}) => {
          if (snapshot.state === 'ready') resolve(snapshot.options.model);
        })));
      return {answers, model};
    });
    assert.equal(all.model, 'mnist-mlp');
    assert.equal(all.answers.length, 7);
    for (const {what, errors: [configure, rate], bench} of all.answers) {
      assert.equal(configure.kind, 'command', what);
      assert.match(configure.message, /^\[configure\] options\.optimizer_options\.momentum/, what);
      assert.equal(rate.kind, 'command', what);
      assert.match(rate.message, /^\[set_learning_rate\] learning_rate/, what);
      assert.match(bench.error, /^\[bench\] model/, what);
    }
  }));

test('a deeply nested network document is refused, and the engine goes on', () =>
  withApi(async (page) => {
    const results = await page.evaluate(async () => {
      const engine = await create({threads: 1});
      const document = '['.repeat(100_000) + ']'.repeat(100_000);
      return [await settled(engine.bench({document})),
        await settled(engine.bench({model: 'mnist-mlp', batch: 16, seconds: 0.1}))];
    });
    assert.ok(results[0].error);
    assert.ok(results[1].value.step_ms > 0, results[1].error);
  }));

test('every promise settles when the engine ends', () =>
  withApi(async (page) => {
    const results = await page.evaluate(async () => {
      const engine = await create({threads: 1});
      const asked = [engine.bench({model: 'mnist-mlp'}), engine.benchSuite()].map(settled);
      engine.terminate();
      return Promise.all([...asked, settled(engine.bench()), settled(engine.benchSuite())]);
    });
    for (const {error} of results) assert.match(error, /The engine has ended/);
  }));

test('files of another origin are an error event with the remedy', () =>
  withApi(async (page) => {
    const found = await page.evaluate(async () => {
      const engine = new Convlab({base: 'https://example.org/convlab/'});
      const bench = settled(engine.bench());
      engine.configure({});
      const {error} = await within(10, new Promise((resolve) =>
        engine.addEventListener('error', resolve)));
      return {error, bench: await bench};
    });
    assert.equal(found.error.kind, 'crash');
    assert.match(found.error.message, /https:\/\/example\.org\/convlab\/, .*another origin/);
    assert.match(found.error.message, /Copy them to http:\/\/localhost/);
    assert.match(found.bench.error, /The engine has ended/);
  }));
