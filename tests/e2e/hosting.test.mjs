// Servers and headers that keep the page from working: within ten seconds it names the file, what
// the server answered or the directive that forbids it, and the remedy.

import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {test} from 'node:test';
import {serve, waitForState, withPage} from './browser.mjs';

const limit = 10_000;  // milliseconds until the page must say what is wrong

const changing = (pattern, change) => async (page) => {
  const state = {fails: true};
  page.failing = state;
  await page.context().route(pattern, (route) => (state.fails ? change(route) : route.continue()));
};

/** Changes a response's headers or body. */
const respond = (change) => async (route) => {
  const response = await route.fetch();
  const {headers = response.headers(), ...rest} =
    change({headers: response.headers(), body: await response.body()});
  await route.fulfill({response, headers, ...rest});
};

const htmlPage = (route) => route.fulfill({
  status: 200, contentType: 'text/html', body: '<!DOCTYPE html><title>An app</title>'});
const status500 = (route) => route.fulfill({status: 500, body: 'broken'});
const never = () => {};
const policy = (text) => respond(({headers}) => ({
  headers: {...headers, 'content-security-policy': text}}));

const alertSays = (page, text, timeout = limit) =>
  page.locator('#alert').getByText(text).waitFor({timeout});

const wasm = '**/engine-*.wasm';
const everything = 'http://localhost:*/**';

const cases = [
  ['a wasm that is cut off', wasm, respond(({body}) => ({body: body.subarray(0, 100_000)})),
    /engine-.*\.wasm is damaged or truncated: its 100000 bytes/],
  ['an empty wasm', wasm, respond(() => ({body: ''})),
    /engine-.*\.wasm is damaged or truncated: its 0 bytes/],
  ['a web page for the wasm', wasm, htmlPage, /engine-.*\.wasm .*the server sent a web page/],
  ['HTTP 500 for the wasm', wasm, status500, /engine-.*\.wasm could not be fetched: HTTP 500/],
  ['a wasm that never comes', wasm, never, /engine-.*\.wasm .*nothing has arrived for \d seconds/],
  ['a web page for the engine', '**/engine-*.mjs', htmlPage,
    /engine-.*\.mjs .*the server sent a web page/],
  ['an engine that never comes', '**/engine-*.mjs', never,
    /engine-.*\.mjs .*nothing has arrived for \d seconds/],
  ['a worker that never comes', '**/engine_worker.js', never,
    /engine_worker\.js .*nothing has arrived for \d seconds/],
  ['a module of the worker that never comes', '**/data_feed.js', never,
    /data_feed\.js .*nothing has arrived for \d seconds/],
  ['HTTP 500 for the worker', '**/engine_worker.js', status500,
    /engine_worker\.js could not be fetched: HTTP 500/],
  ['a web page for the worker', '**/engine_worker.js', htmlPage,
    /engine_worker\.js .*the server sent a web page/],
  ['a module of the worker missing', '**/data_feed.js',
    (route) => route.fulfill({status: 404, body: ''}),
    /data_feed\.js could not be fetched: HTTP 404/],
  ["worker-src 'none'", everything, policy("worker-src 'none'"),
    /engine_worker\.js .*directive worker-src forbids it; it must allow 'self'/],
  ["connect-src 'none'", everything, policy("connect-src 'none'"),
    /engine-.*\.wasm .*directive connect-src forbids it; it must allow 'self'/],
  ['no wasm-unsafe-eval', everything, policy("script-src 'self' 'unsafe-inline'"),
    /engine-.*\.wasm .*directive script-src forbids it; it must allow 'self' 'wasm-unsafe-eval'/],
  ['Trusted Types', everything, policy("require-trusted-types-for 'script'"),
    /engine_worker\.js .*directive require-trusted-types-for forbids it; leave it out/],
];

for (const [what, pattern, change, text] of cases) {
  test(`${what}: named, and the engine can be restarted`, () =>
    withPage({prepare: changing(pattern, change)}, async ({page}) => {
      await alertSays(page, text);
      page.failing.fails = false;
      if (pattern === everything) return;  // the headers of the page itself stay
      await page.getByRole('button', {name: 'Restart the engine'}).click();
      await waitForState(page, 'ready');
    }));
}

/**
 * Serves the page without Cross-Origin-Embedder-Policy for paths that match `pattern`. A server of
 * its own, because Playwright's routes do not see the scripts of a worker's workers.
 */
const serveWithout = (pattern) => async () => {
  const whole = await serve();
  const proxy = createServer(async (request, response) => {
    const answer = await fetch(new URL(request.url, whole.url));
    const headers = Object.fromEntries(answer.headers);
    if (pattern.test(request.url)) delete headers['cross-origin-embedder-policy'];
    response.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((resolve) => { proxy.listen(0, 'localhost', resolve); });
  const close = async () => {
    proxy.close();
    proxy.closeAllConnections();
    await whole.close();
  };
  return {url: `http://localhost:${proxy.address().port}/`, close};
};

for (const [what, pattern, file] of [
  ['all scripts lack', /\.m?js$/, /engine_worker\.js/],
  ['the worker lacks', /engine_worker\.js$/, /engine_worker\.js/],
  ["the threads' script lacks", /engine-.*\.mjs$/, /engine-threads-relaxed\.mjs/],
]) {
  test(`where only ${what} isolation, one thread trains, and the page says why`, () =>
    withPage({start: serveWithout(pattern)}, async ({page}) => {
      await waitForState(page, 'ready', limit);
      const said = await page.locator('#isolation').innerText();
      assert.match(said, /^Single-threaded: .* is sent without Cross-Origin-Embedder-Policy/);
      assert.match(said, file);
      assert.match(await page.locator('#runs-on').innerText(), /^Engine single-relaxed · 1 thread/);
      await page.locator('#start').click();
      await page.waitForFunction(() => document.getElementById('progress').value >= 3);
    }));
}
