// Weights of SqueezeNet for the tests of the page, on a server of their own.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before} from 'node:test';
import {startServer} from '../../scripts/serve.mjs';
import {convlab} from '../cli/helpers.mjs';
import {writeSqueezenet} from '../squeezenet_file.mjs';

export const name = 'squeezenet1.1';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-weights-'));
/** Another copy, which is not hosted. */
export const ownFile = path.join(folder, 'my.safetensors');
export const weightFile = path.join(folder, 'weights', `${name}.safetensors`);

let server;
before(async () => {
  writeSqueezenet(ownFile, {random: true});
  const packed = convlab('weights', 'pack', ownFile, '--out', path.join(folder, 'weights'));
  assert.equal(packed.status, 0, packed.stderr);
  server = await startServer({root: path.join(folder, 'weights')});
});
after(async () => {
  await server.close();
  fs.rmSync(folder, {recursive: true});
});

/**
 * Serves the weights as the page's data/weights/ from now on, where `answer(route)` may answer in place of the server: it
 * then returns true. Returns the ranges that are asked for.
 */
export function serveWeights(page, answer = () => false) {
  const asked = [];
  page.server.route(/\/data\/weights\//, async (route) => {
    if (route.range) asked.push(route.range);
    if (!answer(route)) await route.continue(new URL(route.path.split('/weights/')[1], server.url));
  });
  return asked;
}

/** In place of an answer, the connection ends. */
export function abort(route) {
  route.abort();
  return true;
}
