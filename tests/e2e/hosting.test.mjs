// Servers and headers that keep the page from working: within ten seconds it names the file, what
// the server answered or the directive that forbids it, and the remedy.

import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {describe, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {dist, waitForState, withPage} from './browser.mjs';
import {changed} from './routes.mjs';

const limit = 10_000;  // milliseconds until the page must say what is wrong
const busyLimit = 3 * limit;  // where several pages open at the same time

/** Options of withPage: `change` answers the requests whose path matches, as long as page.failing.fails. */
const changing = (pattern, change) => ({canvas: false, prepare: async (page) => {
  const state = {fails: true};
  page.failing = state;
  page.server.route(pattern, (route) => (state.fails ? change(route) : route.continue()));
}});

/** An answer with the headers of the page's server. */
const instead = (status, type, body) => changed((answer) => {
  answer.status = status;
  answer.headers['content-type'] = type;
  answer.body = body;
});
const htmlPage = instead(200, 'text/html', '<!DOCTYPE html><title>An app</title>');
const status500 = instead(500, 'text/plain', 'broken');
const status404 = instead(404, 'text/plain', '');
const never = () => {};
const policy = (text) => changed(({headers}) => { headers['content-security-policy'] = text; });

const noIsolation = changed(({headers}) => { delete headers['cross-origin-embedder-policy']; });

const alertSays = (page, text, timeout = limit) =>
  page.locator('#alert').getByText(text).waitFor({timeout});

const wasm = /\/engine-.*\.wasm/;
const everything = /^/;

const files = [
  ['a wasm that is cut off', wasm, changed((answer) => { answer.body = answer.body.subarray(0, 100_000); }),
    /engine-.*\.wasm is damaged or truncated: its 100000 bytes/],
  ['an empty wasm', wasm, changed((answer) => { answer.body = Buffer.alloc(0); }),
    /engine-.*\.wasm is damaged or truncated: its 0 bytes/],
  ['a web page for the wasm', wasm, htmlPage, /engine-.*\.wasm .*the server sent a web page/],
  ['HTTP 500 for the wasm', wasm, status500, /engine-.*\.wasm could not be fetched: HTTP 500/],
  ['a web page for the engine', /\/engine-.*\.mjs/, htmlPage,
    /engine-.*\.mjs .*the server sent a web page/],
  ['HTTP 500 for the worker', /\/engine_worker\.js/, status500,
    /engine_worker\.js could not be fetched: HTTP 500/],
  ['a web page for the worker', /\/engine_worker\.js/, htmlPage,
    /engine_worker\.js .*the server sent a web page/],
  ['a module of the worker missing', /\/data_feed\.js/,
    status404, /data_feed\.js could not be fetched: HTTP 404/],
];

const policies = [
  ["worker-src 'none'", policy("worker-src 'none'"),
    /engine_worker\.js .*directive worker-src forbids it; it must allow 'self'/],
  ["connect-src 'none'", policy("connect-src 'none'"),
    /engine-.*\.wasm .*directive connect-src forbids it; it must allow 'self'/],
  ['no wasm-unsafe-eval', policy("script-src 'self' 'unsafe-inline'"),
    /engine-.*\.wasm .*directive script-src forbids it; it must allow 'self' 'wasm-unsafe-eval'/],
  ['Trusted Types', policy("require-trusted-types-for 'script'"),
    /engine_worker\.js .*directive require-trusted-types-for forbids it; leave it out/],
];

const restart = (page) => page.getByRole('button', {name: 'Restart the engine'}).click();

test('one fault of a file of the engine after another: each is named, and at last the engine starts', (t) => {
  let now = files[0];
  const prepare = async (page) => {
    page.server.route(everything, (route) => {
      const [, pattern, change] = now;
      return pattern?.test(route.path) ? change(route) : route.continue();
    });
  };
  return withPage({prepare}, async ({page}) => {
    for (const file of files) {
      const [what, , , text] = file;
      await t.test(what, async () => {
        now = file;
        if (file !== files[0]) await restart(page);
        await alertSays(page, text);
      });
    }
    now = [];
    await restart(page);
    await waitForState(page, 'ready');
  });
});

for (const [what, change, text] of policies) {
  test(`${what}: named`, () =>
    withPage(changing(everything, change), ({page}) => alertSays(page, text)));
}

const stuckSays = (page, text, timeout = limit) =>
  page.locator('#stuck').getByText(text).waitFor({timeout});

test("the policy of index.html holds the hash of its script", async () => {
  const html = await readFile(`${dist}/index.html`, 'utf8');
  const [, script] = html.match(/<script>(.*?)<\/script>/s);
  const hash = createHash('sha256').update(script).digest('base64');
  assert.ok(html.includes(`'sha256-${hash}'`), `put 'sha256-${hash}' into script-src`);
});

for (const [what, pattern, change, text] of [
  ['main.js missing', /\/main\.js/, status404,
    /\/main\.js could not be loaded: .* HTTP 404\. Copy/],
  ['a module missing', /\/format\.js/, status404, /\/format\.js could not be loaded: .* HTTP 404/],
  ['a module that is a web page', /\/controls\.js/, htmlPage,
    /\/controls\.js could not be loaded: the server sent a web page/],
  ['a web page sent as JavaScript', /\/progress\.js/, instead(200, 'text/javascript', '<!doctype html><p>'),
    /\/progress\.js could not be loaded: the server sent a web page/],
  ['a module sent as text', /\/view\.js/, instead(200, 'text/plain', ''),
    /\/view\.js .* sent it as "text\/plain"/],
]) {
  test(`${what}: the page names it`, () =>
    withPage({...changing(pattern, change), waitUntil: 'commit'}, async ({page}) => {
      await stuckSays(page, text);
    }));
}

const restarts = ([what, pattern, change, text]) =>
  test(`${what}: named, and the engine can be restarted`, () =>
    withPage(changing(pattern, change), async ({page}) => {
      await alertSays(page, text, busyLimit);
      page.failing.fails = false;
      await restart(page);
      await waitForState(page, 'ready');
    }));

// They mostly wait, so they run at the same time.
describe('what never comes', {concurrency: 6}, () => {
  [
    ['a wasm that never comes', wasm, never, /engine-.*\.wasm .*nothing has arrived for \d seconds/],
    ['an engine that never comes', /\/engine-.*\.mjs/, never,
      /engine-.*\.mjs .*nothing has arrived for \d seconds/],
    ['a worker that never comes', /\/engine_worker\.js/, never,
      /engine_worker\.js .*nothing has arrived for \d seconds/],
    ['a module of the worker that never comes', /\/data_feed\.js/, never,
      /data_feed\.js .*nothing has arrived for \d seconds/],
  ].forEach(restarts);

  test('a module that never comes: the page names it', () =>
    withPage({...changing(/\/results\.js/, never), waitUntil: 'commit'}, async ({page}) => {
      await stuckSays(page, /\/results\.js could not be loaded: no answer within 4 seconds/, busyLimit);
    }));

  test('a module that comes late: what was said goes away, and the page works', () =>
    withPage({...changing(/\/results\.js/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      await route.continue();
    }), waitUntil: 'commit'}, async ({page}) => {
      await stuckSays(page, /results\.js/, busyLimit);
      await waitForState(page, 'ready');
      assert.equal(await page.locator('#stuck').count(), 0);
    }));
});

test('the page in a sub-folder, opened without the slash at its end', async () => {
  const prepare = async (page) => page.server.route(everything, (route) => {
    const below = /^\/convlab(\/|$)/.test(route.path);
    return below ? route.continue(route.path.slice('/convlab'.length) || '/') : status404(route);
  });
  await withPage({prepare, query: 'convlab'}, async ({page}) => {
    await stuckSays(page, /Open http:.*\/convlab\/ with the slash at its end/);
  });
});

test('the page in a sandbox without an origin', () =>
  withPage(changing(everything, policy('sandbox allow-scripts')), async ({page}) => {
    await stuckSays(page, /Add allow-same-origin to the sandbox attribute/);
  }));

test('the page opened as a file', () =>
  withPage({}, async ({page}) => {
    await page.goto(pathToFileURL(`${dist}/index.html`).href);
    await stuckSays(page, /opened as a file.*scripts\/serve\.mjs/);
  }));

for (const [what, pattern, file] of [
  ['all scripts lack', /\.m?js$/, /engine_worker\.js/],
  ['the worker lacks', /engine_worker\.js$/, /engine_worker\.js/],
  ["the threads' script lacks", /engine-.*\.mjs$/, /engine-threads-relaxed\.mjs/],
]) {
  test(`where only ${what} isolation, one thread trains, and the page says why`, () =>
    withPage(changing(pattern, noIsolation), async ({page}) => {
      await waitForState(page, 'ready', limit);
      const said = await page.locator('#isolation').innerText();
      assert.match(said, /^Single-threaded: .* is sent without Cross-Origin-Embedder-Policy/);
      assert.match(said, file);
      assert.match(await page.locator('#runs-on').innerText(),
        /^Engine single-relaxed · 1 thread/);
      await page.locator('#start').click();
      await page.waitForFunction(() => document.getElementById('progress').value >= 3);
    }));
}
