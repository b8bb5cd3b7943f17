// Packs of photos for the tests of the page, and what the page has kept.

import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {greyPng} from '../png.mjs';
import {changed} from './routes.mjs';

const program = fileURLToPath(new URL('../../build/web/convlab_pack.cjs', import.meta.url));

/**
 * Writes photos of each of two classes, bright on the left or on the right, of several sizes, and
 * packs them into `out` under the name of their folder.
 */
export function packPhotos(folder, out, {train = 32, test = 8, side = 40, noise = 30} = {}) {
  for (const [part, count] of [['train', train], ['val', test]]) {
    for (const name of ['left', 'right']) {
      const place = path.join(folder, part, name);
      fs.mkdirSync(place, {recursive: true});
      for (let i = 0; i < count; ++i) {
        const size = side + i;
        let random = i + 1;
        const pixels = Uint8Array.from({length: size * size}, (_, at) => {
          random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff;
          return ((at % size < size / 2) === (name === 'left') ? 200 : 20) + (random >> 16) % noise;
        });
        fs.writeFileSync(path.join(place, `${i}.png`), greyPng(size, size, pixels));
      }
    }
  }
  execFileSync(process.execPath, [program, out, folder], {encoding: 'utf8'});
}

/** Serves the files of `folder` as the page's data/. */
export const serveData = (folder) => async (page) => page.server.route(/\/data\//, (route) =>
  route.fulfillFile(path.join(folder, route.path.split('/data/')[1])));

/** In the page: the names of the files in the storage. */
export async function storedFiles() {
  const root = await navigator.storage.getDirectory();
  const names = [];
  for await (const name of (await root.getDirectoryHandle('convlab-data')).keys()) names.push(name);
  return names;
}

/** In the page: changes a byte of the first file whose name matches, in the middle. */
export async function damage(pattern) {
  const root = await navigator.storage.getDirectory();
  const kept = await root.getDirectoryHandle('convlab-data');
  for await (const [name, handle] of kept.entries()) {
    if (!new RegExp(pattern).test(name)) continue;
    const file = await handle.getFile();
    const middle = file.size >> 1;
    const [byte] = new Uint8Array(await file.slice(middle, middle + 1).arrayBuffer());
    const writable = await handle.createWritable({keepExistingData: true});
    await writable.write({type: 'write', position: middle, data: Uint8Array.of(byte ^ 1)});
    await writable.close();
    return name;
  }
  throw new Error('nothing to damage');
}

/** Lets the engine worker run `code` before its own. */
export const inWorker = (code) => async (page) =>
  page.server.route(/\/engine_worker\.js/, changed((answer) => { answer.body = `${code}\n${answer.body}`; }));
