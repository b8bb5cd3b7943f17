// The size of the modules that a visitor downloads before the page works.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {brotliCompressSync} from 'node:zlib';
import {verySlow} from '../slow.mjs';

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../build/web/dist');
const modules = ['window', 'engine-threads-relaxed', 'engine-threads-simd', 'engine-single-relaxed', 'engine-single-simd'];

for (const name of modules) {
  // Those of one thread are smaller.
  test(`${name} is at most 450 KB as Brotli`, {skip: name.includes('single') && verySlow}, (t) => {
    const sizes = ['wasm', 'mjs'].map(
      (ending) => brotliCompressSync(fs.readFileSync(path.join(dist, `${name}.${ending}`))).length);
    const kilobytes = (sizes[0] + sizes[1]) / 1000;
    t.diagnostic(`${kilobytes.toFixed(0)} KB`);
    assert.ok(kilobytes <= 450, `${kilobytes.toFixed(0)} KB`);
  });
}
