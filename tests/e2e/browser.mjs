// Opens a served page in a real Chromium, and provides helpers for the tests.

import assert from 'node:assert/strict';
import {existsSync, mkdirSync, rmSync} from 'node:fs';
import {after} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {findHeadlessShell, launch} from '../../scripts/lib/chromium.mjs';
import {isFull} from '../slow.mjs';
import {Routes} from './routes.mjs';
import {makeSmallDist} from './small_dist.mjs';

const root = new URL('../../', import.meta.url);

/** The folder of the page's files; set CONVLAB_DIST to serve another. */
export const dist = process.env.CONVLAB_DIST ?? fileURLToPath(new URL('build/web/dist', root));
export const screenshots = fileURLToPath(new URL('build/screenshots', root));

/** Timeout for training to 97 % on two busy cores. */
export const trainMilliseconds = 4 * 60 * 1000;
/** Timeout of what a test does with a page. A page that does not answer would stop all tests. */
const maxMilliseconds = 5 * 60 * 1000;
/** Timeout of closing a page, which is done for one that does not answer either. */
const closeMilliseconds = 10 * 1000;

let smallDist = '';
after(() => smallDist && rmSync(smallDist, {recursive: true}));

/** Serves the page; `route` adds a rule (routes.mjs). `allImages`: of its data sets; else only the first few thousand. */
export async function serve({isolated = true, allImages = false} = {}) {
  assert.ok(existsSync(`${dist}/index.html`), `${dist} holds no page: build it first`);
  const {startServer} = await import(process.env.CONVLAB_SERVE ?? '../../scripts/serve.mjs');
  const routes = new Routes();
  const server = await startServer({root: allImages ? dist : smallDist ||= makeSmallDist(dist), port: 0, isolated,
    first: (request, response) => routes.answer(request, response)});
  return {...server, route: (pattern, answer) => routes.add(pattern, answer)};
}

// Tests with the same browser flags share one browser; each test has its own context.
const browsers = new Map();
after(() => Promise.allSettled([...browsers.values()].map(async (browser) => closed(await browser))));

/** Returns the browser with these flags, a new one if it has ended. */
function browserWith(args) {
  const key = args.join(' ');
  if (!browsers.has(key)) {
    const launched = launch(args, isFull ? undefined : findHeadlessShell());
    browsers.set(key, launched);
    launched.then((browser) => browser.on('disconnected', () => browsers.delete(key)), () => browsers.delete(key));
  }
  return browsers.get(key);
}

/** Closes a browser or a context, unless it does not answer. */
const closed = (opened) => Promise.race([opened.close(), sleep(closeMilliseconds, null, {ref: false})]);

function withoutWebGl2() {
  const {getContext} = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function get(kind, ...rest) {
    return kind === 'webgl2' ? null : getContext.call(this, kind, ...rest);
  };
}

/**
 * Opens the page. `canvas`: whether curves and samples are drawn, which costs time where no test looks at them; without,
 * the browser has no WebGL 2. `problems` collects console errors, uncaught errors and violations of the content
 * security policy, none of which may occur.
 */
export async function openPage({canvas = true, isolated = true, allImages = false, args = [], context = {}, query = '',
  prepare = async () => {}, waitUntil = 'load'} = {}) {
  const server = await serve({isolated, allImages});
  const browser = await browserWith(args);
  const surroundings = await browser.newContext(context);
  const close = async () => {
    await closed(surroundings);
    await server.close();
  };
  try {
    const page = await surroundings.newPage();
    page.server = server;
    const problems = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.exposeFunction('reportBreach', (what) => problems.push(what));
    await page.addInitScript(() => document.addEventListener('securitypolicyviolation',
      ({violatedDirective, blockedURI}) =>
        globalThis.reportBreach(`CSP: ${violatedDirective} ${blockedURI}`)));
    if (!canvas) await page.addInitScript(withoutWebGl2);
    await prepare(page);
    await page.goto(new URL(query, server.url).href, {waitUntil});
    return {page, problems, close};
  } catch (error) {
    await close();
    throw error;
  }
}

/** Rejects, with what the page shows, if `promise` takes longer than maxMilliseconds. */
async function inTime(promise, page) {
  const abort = new AbortController();
  const late = sleep(maxMilliseconds, null, {signal: abort.signal}).then(async () => {
    const shown = page.evaluate(() => `${document.body.dataset.state} ${document.body.innerText}`);
    const text = await Promise.race([shown, sleep(5000, 'nothing: it does not answer')]);
    throw new Error(`not done within ${maxMilliseconds / 1000} s; the page shows ${text}`);
  });
  late.catch(() => {});
  try {
    await Promise.race([promise, late]);
  } finally {
    abort.abort();
  }
}

/** Calls `use` with an open page and closes everything afterwards. */
export async function withPage(options, use) {
  const opened = await openPage(options);
  try {
    await inTime(use(opened), opened.page);
  } finally {
    await opened.close();
  }
}

const number = (text) => Number.parseFloat(text.replaceAll(',', ''));

/**
 * Returns a function like withPage for tests that disturb each other in nothing: they share a page, which `prepare`
 * makes ready once, and again after a test that failed.
 */
export function sharedPage(options, prepare) {
  /** @type {Promise<{page, problems, close}> | null} */
  let shared = null;
  const close = async () => {
    const opened = shared;
    shared = null;
    await (await opened)?.close();
  };
  after(close);
  const open = async () => {
    const opened = await openPage(options);
    await inTime(prepare(opened.page), opened.page);
    return opened;
  };
  return async (use) => {
    try {
      const {page, problems} = await (shared ??= open());
      problems.length = 0;
      await inTime(use({page, problems}), page);
    } catch (error) {
      await close().catch(() => {});
      throw error;
    }
  };
}

/** Returns the number displayed in the element `id`; NaN if it shows none. */
export const readNumber = async (page, id) => number(await page.locator(`#${id}`).innerText());

/** Waits until the page's state is one of `states`. */
export const waitForState = (page, states, timeout = 30000) =>
  page.waitForFunction((wanted) => wanted.includes(document.body.dataset.state),
    [states].flat(), {timeout});

/** Waits until the run has done `steps` training steps. */
export const waitForSteps = (page, steps) =>
  page.waitForFunction((min) => document.getElementById('progress').value >= min, steps);

/** Waits until the number displayed in the element `id` lies in [min, max]. */
export const waitForNumber = (page, id, {min = -Infinity, max = Infinity}, timeout = 60000) =>
  page.waitForFunction(([name, low, high]) => {
    const value = Number.parseFloat(document.getElementById(name).innerText.replaceAll(',', ''));
    return value >= low && value <= high;
  }, [id, min, max], {timeout});

export const stepOf = (page) => page.locator('#progress').evaluate((element) => element.value);

/** Clicks Start and asserts that the loss falls and the test accuracy reaches 97 %. */
export async function trainTo97(page) {
  await waitForState(page, 'ready');
  await page.locator('#start').click();
  await waitForNumber(page, 'loss', {min: 0});
  const first = await readNumber(page, 'loss');
  await waitForNumber(page, 'loss', {max: first / 2}, trainMilliseconds);
  await page.waitForFunction(() => ['finished', 'failed'].includes(document.body.dataset.state) ||
    parseFloat(document.getElementById('val-accuracy').innerText) >= 97,
  undefined, {timeout: trainMilliseconds});
  const accuracy = await readNumber(page, 'val-accuracy');
  assert.ok(accuracy >= 97, `test accuracy ${accuracy} %; expected at least 97 %`);
  const alert = await page.locator('#alert').innerText();
  assert.equal(alert, '', 'training raises no alert');
}

export async function screenshot(page, name) {
  mkdirSync(screenshots, {recursive: true});
  await page.screenshot({path: `${screenshots}/${name}.png`, fullPage: true});
}
