// The page fetches weights of pretrained networks by ranges, and keeps them.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';
import {withPage} from './browser.mjs';
import {abort, name, serveWeights, weightFile} from './hosted_weights.mjs';
import {damage, storedFiles} from './packing.mjs';

const pieceBytes = 2 ** 20;
// Of five pieces: the classifier, which features do not need, is in the last two.
const needed = 3;

/** In the page bench.html, which trains nothing: fetches the weights with an engine of its own. */
async function fetchWeights(wanted) {
  const {Convlab} = await import('./convlab.js');
  const engine = new Convlab({threads: 1});
  const progress = [];
  try {
    const result = await engine.fetchWeights(wanted, {onProgress: ({stage, done, total}) =>
      progress.push([stage, done, total])});
    return {...result, last: progress.at(-1) ?? null};
  } catch (error) {
    return {error: error.message};
  } finally {
    engine.terminate();
  }
}

const open = (use) => withPage({query: 'bench.html'}, use);
const storedPieces = async (page) =>
  (await page.evaluate(storedFiles)).filter((file) => file.startsWith('shard-')).length;
const bytes = () => fs.statSync(weightFile).size;

test('only what the convolutions need is fetched, by ranges, and a second visit fetches nothing', () =>
  open(async ({page}) => {
    const asked = serveWeights(page);
    const result = await page.evaluate(fetchWeights, name);
    assert.deepEqual(result, {name, bytes: bytes(),
      last: ['fetch', needed * pieceBytes, needed * pieceBytes]});
    assert.deepEqual(asked, ['bytes=0-1048575', `bytes=1048576-${needed * pieceBytes - 1}`]);
    assert.equal(await storedPieces(page), needed);
    const again = serveWeights(page, abort);
    await page.reload();
    assert.deepEqual(await page.evaluate(fetchWeights, name), {name, bytes: bytes(), last: null});
    assert.deepEqual(again, []);
  }));

test('after an interruption only the rest is fetched', () =>
  open(async ({page}) => {
    serveWeights(page, (route) => route.range.startsWith('bytes=1048576-') && abort(route));
    const {error} = await page.evaluate(fetchWeights, name);
    assert.match(error, /squeezenet1\.1\.safetensors could not be fetched: no answer/);
    assert.equal(await storedPieces(page), 1);
    const asked = serveWeights(page);
    await page.reload();
    assert.equal((await page.evaluate(fetchWeights, name)).bytes, bytes());
    assert.deepEqual(asked, [`bytes=1048576-${needed * pieceBytes - 1}`]);
  }));

test('a server without ranges sends all, of which the needed pieces are kept', () =>
  open(async ({page}) => {
    serveWeights(page, (route) => {
      if (route.range) route.fulfillFile(weightFile);
      return route.range !== '';
    });
    assert.equal((await page.evaluate(fetchWeights, name)).bytes, bytes());
    assert.equal(await storedPieces(page), needed);
  }));

test('a damaged piece is refused with a message, and fetched again where it was kept', () =>
  open(async ({page}) => {
    serveWeights(page, (route) => {
      const begin = Number(/^bytes=(\d+)/.exec(route.range)?.[1] ?? NaN);
      if (!(begin > 0)) return false;
      const body = Buffer.alloc(2 * pieceBytes, 1);
      route.fulfill({status: 206, body,
        headers: {'Content-Range': `bytes ${begin}-${begin + body.length - 1}/${bytes()}`}});
      return true;
    });
    const {error} = await page.evaluate(fetchWeights, name);
    assert.match(error, /safetensors is damaged: the checksum of its bytes from 1048576 on/);
    assert.equal(await storedPieces(page), 1);
    serveWeights(page);
    await page.evaluate(fetchWeights, name);
    await page.evaluate(damage, '^shard-');
    const asked = serveWeights(page);
    await page.reload();
    assert.equal((await page.evaluate(fetchWeights, name)).bytes, bytes());
    assert.equal(asked.length, 1);
    assert.equal(await storedPieces(page), needed);
  }));

test('weights that are not hosted: the message says which are', () =>
  open(async ({page}) => {
    const none = await page.evaluate(fetchWeights, name);
    assert.match(none.error, /No weights "squeezenet1\.1" are hosted here\. To host them: convlab weights pack/);
    serveWeights(page);
    await page.reload();
    const unknown = await page.evaluate(fetchWeights, 'alexnet');
    assert.match(unknown.error, /No weights "alexnet" are hosted here; there are: squeezenet1\.1\./);
  }));
