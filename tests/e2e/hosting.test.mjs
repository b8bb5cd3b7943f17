// Servers and headers that keep the page from working: within ten seconds it names the file, what
// the server answered or the directive that forbids it, and the remedy.

import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {describe, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {dist, serve, waitForState, withPage} from './browser.mjs';

const limit = 10_000;  // milliseconds until the page must say what is wrong
const busyLimit = 3 * limit;  // where several pages open at the same time

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
const status404 = (route) => route.fulfill({status: 404, body: ''});
const never = () => {};
const policy = (text) => respond(({headers}) => ({
  headers: {...headers, 'content-security-policy': text}}));

const alertSays = (page, text, timeout = limit) =>
  page.locator('#alert').getByText(text).waitFor({timeout});

const wasm = '**/engine-*.wasm';
const everything = 'http://localhost:*/**';

const files = [
  ['a wasm that is cut off', wasm, respond(({body}) => ({body: body.subarray(0, 100_000)})),
    /engine-.*\.wasm is damaged or truncated: its 100000 bytes/],
  ['an empty wasm', wasm, respond(() => ({body: ''})),
    /engine-.*\.wasm is damaged or truncated: its 0 bytes/],
  ['a web page for the wasm', wasm, htmlPage, /engine-.*\.wasm .*the server sent a web page/],
  ['HTTP 500 for the wasm', wasm, status500, /engine-.*\.wasm could not be fetched: HTTP 500/],
  ['a web page for the engine', '**/engine-*.mjs', htmlPage,
    /engine-.*\.mjs .*the server sent a web page/],
  ['HTTP 500 for the worker', '**/engine_worker.js', status500,
    /engine_worker\.js could not be fetched: HTTP 500/],
  ['a web page for the worker', '**/engine_worker.js', htmlPage,
    /engine_worker\.js .*the server sent a web page/],
  ['a module of the worker missing', '**/data_feed.js',
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
    for (const pattern of new Set(files.map(([, each]) => each))) {
      await page.context().route(pattern, (route) => {
        const [, failing, change] = now;
        return failing === pattern ? change(route) : route.continue();
      });
    }
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
    withPage({prepare: changing(everything, change)}, ({page}) => alertSays(page, text)));
}

/**
 * Serves the page through another server: `change` gets a path and the headers of the answer, which
 * it can change, and returns the path of the file to send, null for none. Playwright's routes do not
 * see the scripts of a worker's workers, and they let a page without an origin read everything.
 */
const serveThrough = (change, begin = '/') => async () => {
  const whole = await serve();
  const answerTo = async (request, response) => {
    const path = change(request.url, {});
    if (path === null) {
      response.writeHead(404).end();
      return;
    }
    const answer = await fetch(new URL(path, whole.url));
    const headers = Object.fromEntries(answer.headers);
    change(request.url, headers);
    response.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    answerTo(request, response).catch(() => response.destroy());
  });
  await new Promise((resolve) => { server.listen(0, 'localhost', resolve); });
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await whole.close();
  };
  return {url: new URL(begin, `http://localhost:${server.address().port}`).href, close};
};

const stuckSays = (page, text, timeout = limit) =>
  page.locator('#stuck').getByText(text).waitFor({timeout});

test("the policy of index.html holds the hash of its script", async () => {
  const html = await readFile(`${dist}/index.html`, 'utf8');
  const [, script] = html.match(/<script>(.*?)<\/script>/s);
  const hash = createHash('sha256').update(script).digest('base64');
  assert.ok(html.includes(`'sha256-${hash}'`), `put 'sha256-${hash}' into script-src`);
});

for (const [what, pattern, change, text] of [
  ['main.js missing', '**/main.js', status404,
    /\/main\.js could not be loaded: .* HTTP 404\. Copy/],
  ['a module missing', '**/format.js', status404, /\/format\.js could not be loaded: .* HTTP 404/],
  ['a module that is a web page', '**/controls.js', htmlPage,
    /\/controls\.js could not be loaded: the server sent a web page/],
  ['a web page sent as JavaScript', '**/progress.js', (route) => route.fulfill({
    contentType: 'text/javascript', body: '<!doctype html><p>'}),
    /\/progress\.js could not be loaded: the server sent a web page/],
  ['a module sent as text', '**/view.js', (route) => route.fulfill({
    contentType: 'text/plain', body: ''}), /\/view\.js .* sent it as "text\/plain"/],
]) {
  test(`${what}: the page names it`, () =>
    withPage({prepare: changing(pattern, change), waitUntil: 'commit'}, async ({page}) => {
      await stuckSays(page, text);
    }));
}

const restarts = ([what, pattern, change, text]) =>
  test(`${what}: named, and the engine can be restarted`, () =>
    withPage({prepare: changing(pattern, change)}, async ({page}) => {
      await alertSays(page, text, busyLimit);
      page.failing.fails = false;
      await restart(page);
      await waitForState(page, 'ready');
    }));

// They mostly wait, so they run at the same time.
describe('what never comes', {concurrency: 6}, () => {
  [
    ['a wasm that never comes', wasm, never, /engine-.*\.wasm .*nothing has arrived for \d seconds/],
    ['an engine that never comes', '**/engine-*.mjs', never,
      /engine-.*\.mjs .*nothing has arrived for \d seconds/],
    ['a worker that never comes', '**/engine_worker.js', never,
      /engine_worker\.js .*nothing has arrived for \d seconds/],
    ['a module of the worker that never comes', '**/data_feed.js', never,
      /data_feed\.js .*nothing has arrived for \d seconds/],
  ].forEach(restarts);

  test('a module that never comes: the page names it', () =>
    withPage({prepare: changing('**/results.js', never), waitUntil: 'commit'}, async ({page}) => {
      await stuckSays(page, /\/results\.js could not be loaded: no answer within 4 seconds/, busyLimit);
    }));

  test('a module that comes late: what was said goes away, and the page works', () =>
    withPage({prepare: changing('**/results.js', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      await route.continue();
    }), waitUntil: 'commit'}, async ({page}) => {
      await stuckSays(page, /results\.js/, busyLimit);
      await waitForState(page, 'ready');
      assert.equal(await page.locator('#stuck').count(), 0);
    }));
});

test('the page in a sub-folder, opened without the slash at its end', async () => {
  const below = (path) =>
    (/^\/convlab(\/|$)/.test(path) ? path.slice('/convlab'.length) || '/' : null);
  await withPage({start: serveThrough(below, '/convlab')}, async ({page}) => {
    await stuckSays(page, /Open http:.*\/convlab\/ with the slash at its end/);
  });
});

test('the page in a sandbox without an origin', () =>
  withPage({start: serveThrough((path, headers) => {
    headers['content-security-policy'] = 'sandbox allow-scripts';
    return path;
  })}, async ({page}) => {
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
    withPage({start: serveThrough((path, headers) => {
      if (pattern.test(path)) delete headers['cross-origin-embedder-policy'];
      return path;
    })}, async ({page}) => {
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
