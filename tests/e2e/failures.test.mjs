// Error handling of the page: data that cannot be fetched, an engine that does not load or fails.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {gunzipSync, gzipSync} from 'node:zlib';
import {waitForNumber, waitForState, withPage} from './browser.mjs';
import {changed} from './routes.mjs';

const alertOf = (page) => page.locator('#alert');

const trainFor = async (page, steps) => {
  await page.locator('#start').click();
  await page.waitForFunction((min) => document.getElementById('progress').value >= min, steps);
};

/** Options of withPage: `fail` answers the requests whose path matches, as long as page.failing.fails. */
const failing = (pattern, fail) => ({canvas: false, prepare: async (page) => {
  const state = {fails: true};
  page.failing = state;
  page.server.route(pattern, (route) => (state.fails ? fail(route) : route.continue()));
}});

const firstShard = /\/mnist\/train-0000\.bin\.gz/;

const notFound = (route) => route.fulfill({status: 404, body: 'not here'});

test('a missing shard is reported with its HTTP status, and Retry resumes there', () =>
  withPage(failing(/\/mnist\/train-0002\.bin\.gz/, notFound), async ({page}) => {
    await alertOf(page)
      .getByText(/mnist\/train-0002\.bin\.gz could not be fetched: HTTP 404/).waitFor();
    await trainFor(page, 2);
    page.failing.fails = false;
    await alertOf(page).getByRole('button', {name: 'Retry'}).click();
    await page.waitForFunction(() => !/images/.test(document.getElementById('steps').innerText),
      undefined, {timeout: 60000});
    assert.equal(await alertOf(page).innerText(), '');
    await waitForNumber(page, 'loss', {min: 0});
  }));

test('a first shard without a response is reported; Retry lets a waiting Start train', () =>
  withPage(failing(firstShard, (route) => route.abort()),
    async ({page}) => {
      await alertOf(page).getByText(/train-0000\.bin\.gz could not be fetched: no answer/).waitFor();
      await page.locator('#start').click();
      await waitForState(page, 'waiting_for_data');
      page.failing.fails = false;
      await alertOf(page).getByRole('button', {name: 'Retry'}).click();
      await page.waitForFunction(() => document.getElementById('progress').value >= 2);
    }));

test('a missing catalog is reported, and Retry works', () =>
  withPage({canvas: false, allImages: true, ...failing(/\/catalog\.json/, notFound)}, async ({page}) => {
    await alertOf(page).getByText(/catalog\.json could not be fetched: HTTP 404/).waitFor();
    page.failing.fails = false;
    await alertOf(page).getByRole('button', {name: 'Retry'}).click();
    await trainFor(page, 2);
  }));

const zeros = gzipSync(Buffer.alloc(100 * 2 ** 20), {level: 1});

// Of a shard of MNIST: after the header and the labels (src/data/formats/shard.h).
const firstImage = 32 + 2 * 1334;

/** Responds with the file as changed by `change`. */
const changedBytes = (change) => changed((answer) => { answer.body = change(answer.body); });

/** Responds with the file as changed by `change`, inflated before and not compressed again. */
const inflated = (change) => async (route) => {
  const bytes = gunzipSync((await route.fetch()).body);
  change(bytes);
  route.fulfill({body: bytes});
};

// Neighbours have different messages, so that none passes for the one before.
const answers = [
  ['a truncated file', changedBytes((bytes) => bytes.subarray(0, 1000)), /is damaged: truncated/],
  ['a file with one byte changed', changedBytes((bytes) => {
    bytes[bytes.length >> 1] ^= 1;
    return bytes;
  }), /is damaged: (?!truncated)/],
  ['a web page, as servers of single-page apps send it',
    (route) => route.fulfill({headers: {'Content-Type': 'text/html'}, body: '<!doctype html><p>'}),
    /the server sent a web page instead/],
  ['text', (route) => route.fulfill({body: 'version https://git-lfs.github.com'}),
    /is damaged: it begins with 76 65 .*; expected 1f 8b \(gzip\) or CVLSHRD2/],
  ['a gzip bomb of the right size', async (route) => {
    const {length} = (await route.fetch()).body;
    assert.ok(zeros.length > length);
    route.fulfill({body: zeros.subarray(0, length)});
  }, /is damaged: the inflated data continue after byte \d+/],
  // As after Content-Encoding: gzip.
  ['an inflated shard with one pixel changed',
    inflated((bytes) => { bytes[firstImage + 784 * 7 + 300] ^= 1; }), /is damaged: its SHA-256/],
  ['an inflated shard that is cut off',
    async (route) => {
      const bytes = gunzipSync((await route.fetch()).body);
      route.fulfill({body: bytes.subarray(0, 10_000)});
    }, /is damaged: it has 10000 bytes; expected 10\d{5}/],
  ['an inflated shard with all labels changed',
    inflated((bytes) => bytes.fill(0, 32, firstImage)), /is damaged: its SHA-256/],
];

test('damaged shards: the first is named, no other is fetched, and Retry works', (t) => {
  let answer = 0;
  const asked = [];
  const damaged = failing(/\/mnist\/.*\.bin\.gz/, (route) => {
    asked.push(route.path);
    return answers[answer][1](route);
  });
  return withPage(damaged, async ({page}) => {
    const retry = () => alertOf(page).getByRole('button', {name: 'Retry'}).click();
    for (const [what, , text] of answers) {
      await t.test(what, async () => {
        if (answer > 0) await retry();
        await alertOf(page).getByText(/mnist\/train-0000\.bin\.gz/).getByText(text).waitFor();
        if (answer === 0) {
          await page.locator('#start').click();
          await waitForState(page, 'waiting_for_data');
          await page.locator('#pause').click();
        }
      });
      ++answer;
    }
    await page.waitForTimeout(500);
    assert.equal(asked.length, answers.length);
    assert.deepEqual(asked.filter((url) => !url.endsWith('mnist/train-0000.bin.gz')), []);
    page.failing.fails = false;
    await retry();
    await trainFor(page, 2);
    assert.equal(await alertOf(page).innerText(), '');
  });
});

test('an inflated shard that is whole is used', () =>
  withPage(failing(firstShard, inflated(() => {})),
    async ({page}) => {
      await waitForState(page, 'ready');
      await trainFor(page, 2);
      assert.equal(await alertOf(page).innerText(), '');
    }));

test('a shard that never comes is named within ten seconds, and Retry fetches it', () =>
  withPage(failing(firstShard, () => {}), async ({page}) => {
    await alertOf(page).getByText(/train-0000\.bin\.gz could not be fetched: nothing has arrived/)
      .waitFor({timeout: 10_000});
    page.failing.fails = false;
    await alertOf(page).getByRole('button', {name: 'Retry'}).click();
    await trainFor(page, 2);
  }));

test('choosing another data set cancels the first one and clears its error', () =>
  withPage(failing(firstShard, notFound), async ({page}) => {
    await alertOf(page).getByText(/HTTP 404/).waitFor();
    await page.locator('#data').selectOption('fashion-mnist');
    await page.waitForFunction(() => document.getElementById('alert').innerText === '');
    await trainFor(page, 2);
    assert.equal(await page.locator('#data').inputValue(), 'fashion-mnist');
  }));

test('an engine that cannot be loaded is reported, and can be restarted', () =>
  withPage(failing(/\/engine-.*\.mjs/, notFound), async ({page}) => {
    await alertOf(page).getByText(/engine could not be loaded: .*engine-.*\.mjs could not be fetched: HTTP 404/).waitFor();
    page.failing.fails = false;
    await alertOf(page).getByRole('button', {name: 'Restart the engine'}).click();
    await waitForState(page, 'ready');
    await trainFor(page, 2);
  }));

test('a refused command is reported and changes nothing', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await page.evaluate(() => {
      globalThis.convlabPage.convlab.configure({optimizer: 7});
    });
    await alertOf(page).getByText(/optimizer/).waitFor();
    await alertOf(page).getByRole('button', {name: 'Dismiss'}).click();
    assert.equal(await page.locator('#model').inputValue(), 'mnist-cnn');
    await trainFor(page, 2);
    await page.waitForFunction(() => !/images/.test(document.getElementById('steps').innerText),
      undefined, {timeout: 60000});
  }));

test('a run that fails stops and shows the reason, and Reset starts over', () =>
  withPage({}, async ({page}) => {
    await waitForState(page, 'ready');
    await trainFor(page, 2);
    await page.evaluate(() => {
      const {convlab} = globalThis.convlabPage;
      convlab.configure({data: 'mnist', model: 'simple-convnet', optimizer: 'sgd', learning_rate: 1e9});
      convlab.start();
    });
    await waitForState(page, 'failed');
    assert.match(await alertOf(page).innerText(), /no longer a number/);
    await alertOf(page).getByRole('button', {name: 'Reset'}).click();
    await waitForState(page, 'ready');
    assert.equal(await alertOf(page).innerText(), '');
    await page.evaluate(() => globalThis.convlabPage.convlab.setLearningRate(0.01));
    await trainFor(page, 2);
  }));

test('options that give no valid network are reported, and others can be chosen', () =>
  withPage({canvas: false}, async ({page}) => {
    await waitForState(page, 'ready');
    await page.evaluate(() => {
      globalThis.convlabPage.convlab.configure({model: 'no-such-model'});
    });
    await alertOf(page).getByText(/no-such-model.*mnist-cnn/s).waitFor();
    await page.locator('#model').selectOption('mnist-mlp');
    await waitForState(page, 'ready');
    assert.equal(await alertOf(page).innerText(), '');
    await trainFor(page, 2);
  }));
