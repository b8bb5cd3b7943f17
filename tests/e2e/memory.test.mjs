// Training for long and starting engines often needs no more memory in the page than doing so once.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {verySlow} from '../slow.mjs';
import {waitForState, withPage} from './browser.mjs';
import {inWorker} from './packing.mjs';

/** So small that an epoch takes a fraction of a second. */
const architecture = {input: [28, 28, 1],
  layers: [{kind: 'flatten'}, {kind: 'dense', options: {units: 10}}]};

/** Keeps the WebAssembly memories of engine workers in their global array memories97. */
const exposeMemories = inWorker(`globalThis.memories97 = [];
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(size) {
      super(size);
      globalThis.memories97.push(this);
    }
  };`);

/** Its threads' workers wait in their threads, and answer nothing. */
async function wasmBytes(page) {
  const worker = page.workers().find((one) => one.url().endsWith('engine_worker.js'));
  const sizes = await worker.evaluate(() =>
    globalThis.memories97.map(({buffer}) => buffer.byteLength));
  assert.equal(sizes.length, 1, 'one engine with one memory');
  return sizes[0];
}

test('60 epochs need no more memory than 10', {skip: verySlow, timeout: 300_000}, () =>
  withPage({allImages: true, prepare: exposeMemories}, async ({page, problems}) => {
    await waitForState(page, 'ready');
    await page.evaluate((network) => {
      const {convlab} = globalThis.convlabPage;
      convlab.addEventListener('snapshot', ({snapshot}) => { globalThis.latest97 = snapshot; });
      return convlab.configure(
        {data: 'mnist', architecture: network, optimizer: 'sgd', batch: 1000, epochs: 60});
    }, architecture);
    await page.waitForFunction(() => globalThis.latest97?.options.epochs === 60);
    const session = await page.context().newCDPSession(page);
    const measureAt = async (epochs, state) => {
      await page.evaluate(() => { globalThis.convlabPage.convlab.start(); });
      await page.waitForFunction((wanted) => {
        const {history} = globalThis.latest97;
        if (history.length >= wanted) globalThis.convlabPage.convlab.pause();
        return history.length >= wanted;
      }, epochs, {timeout: 140_000, polling: 'raf'});
      await waitForState(page, state);
      await session.send('HeapProfiler.collectGarbage');
      const {usedSize, backingStorageSize} = await session.send('Runtime.getHeapUsage');
      const {memory_bytes: planned, train_loss: curve, history} =
        await page.evaluate(() => globalThis.latest97);
      return {planned, wasm: await wasmBytes(page), script: usedSize + backingStorageSize,
        points: Object.keys(curve.x).length, epochs: history.length};
    };
    const early = await measureAt(10, 'paused');
    const late = await measureAt(60, 'finished');
    assert.equal(late.epochs, 60);
    assert.equal(late.planned, early.planned);
    assert.equal(late.wasm, early.wasm, 'the memory of the engine has grown');
    assert.ok(late.points < 1024, `a curve of ${late.points} points`);
    assert.ok(late.script - early.script < 0.01 * early.wasm,
      `the memory of the page has grown from ${early.script} to ${late.script} bytes`);
    assert.deepEqual(problems, []);
  }));
