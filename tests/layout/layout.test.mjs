// The folders are the architecture: vendor headers are included only in their folders, and includes have one direction.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const src = join(dirname(fileURLToPath(import.meta.url)), '../../src');

/** Returns all sources in src as {path, includes}; path is relative to src. */
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(h|cpp)$/.test(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .map((path) => ({
    path: relative(src, path),
    includes: [...readFileSync(path, 'utf8').matchAll(/^#include\s*[<"]([^>"]+)[>"]/gm)].map((m) => m[1]),
  }));

/** The folders in which the headers of each vendor may be included. */
const vendors = [
  { header: /^(xnnpack|pthreadpool)\.h$/, folders: ['backend/xnnpack/'] },
  { header: /^(cudnn|cublas|cuda)/, folders: ['backend/cuda/'] },
  { header: /^(imgui|implot)/, folders: ['app/'] },
  { header: /^curl\//, folders: ['net/'] },
  { header: /^hdf5\.h$/, folders: ['hdf5/'] },
  { header: /^GLFW\//, folders: ['app/platform/'] },
  { header: /^emscripten/, folders: ['app/platform/', 'wasm/'] },
];

/** Folders that each folder may include: core ← backend ← nn, loss, optim ← train ← engine ← app, cli, wasm. */
const mayUse = {
  core: [],
  backend: ['core'],
  nn: ['core', 'backend'],
  loss: ['core', 'backend'],
  optim: ['core', 'backend'],
  data: ['core'],
  net: ['core', 'data'],
  zoo: ['core', 'nn'],
  io: ['core', 'backend', 'nn'],
  hdf5: ['core', 'io'],
  pretrained: ['core', 'backend', 'nn', 'data', 'zoo', 'io'],
  train: ['core', 'backend', 'nn', 'loss', 'optim', 'data'],
  features: ['core', 'backend', 'nn', 'data', 'zoo', 'io', 'pretrained'],
  explain: ['core', 'backend', 'nn', 'data'],
  pack: ['core', 'data', 'io', 'pretrained'],
  engine: ['core', 'backend', 'nn', 'loss', 'optim', 'data', 'zoo', 'train', 'io', 'pretrained', 'features', 'explain'],
  app: ['core', 'data', 'io', 'backend', 'explain', 'engine'],
  cli: ['core', 'backend', 'nn', 'loss', 'optim', 'data', 'net', 'zoo', 'train', 'io', 'pretrained', 'features', 'explain', 'engine', 'pack', 'hdf5'],
  wasm: ['core', 'data', 'pretrained', 'features', 'engine', 'pack'],
};

test('every source file is in a known folder', () => {
  assert.ok(files.length > 50, `only ${files.length} sources found below ${src}`);
  for (const { path } of files) assert.ok(path.split('/')[0] in mayUse, `src/${path} is in no known folder`);
});

test('vendor headers are included only in their folders', () => {
  for (const { path, includes } of files) {
    for (const include of includes) {
      const vendor = vendors.find(({ header }) => header.test(include));
      if (!vendor) continue;
      assert.ok(
        vendor.folders.some((folder) => path.startsWith(folder)),
        `src/${path} includes <${include}>, which belongs in src/${vendor.folders.join(' or src/')}`,
      );
    }
  }
});

test('dependencies have one direction', () => {
  for (const { path, includes } of files) {
    const folder = path.split('/')[0];
    for (const include of includes) {
      const other = include.split('/')[0];
      if (!include.includes('/') || !(other in mayUse) || other === folder) continue;
      assert.ok(mayUse[folder].includes(other), `src/${path} includes "${include}": ${folder} must not know ${other}`);
    }
  }
});

test('only the engine and its users include a concrete backend; all others use the backend interface', () => {
  for (const { path, includes } of files) {
    if (path.startsWith('backend/')) continue;
    const concrete = includes.find((include) => /^backend\/(host|xnnpack|cuda)\//.test(include));
    assert.equal(concrete, undefined, `src/${path} includes ${concrete}; backends are chosen by name`);
  }
});

// Two of a name in one program: the linker keeps one of them without a word.
test('no two headers define the same inline function', () => {
  const places = new Map();
  for (const folder of ['src', 'tests']) {
    const top = join(src, '..', folder);
    for (const name of readdirSync(top, { recursive: true }).filter((each) => each.endsWith('.h'))) {
      const text = readFileSync(join(top, name), 'utf8').replace(/\s+/g, ' ');
      for (const [, signature] of text.matchAll(/(?:^| )inline ([\w:<>,&* ]+\([^(){};]*\))[^;{}]*\{/g)) {
        const place = `${folder}/${name}`;
        const other = places.get(signature) ?? place;
        assert.equal(other, place, `${place} and ${other} both define ${signature}`);
        places.set(signature, place);
      }
    }
  }
  assert.ok(places.size > 20, `only ${places.size} functions found`);
});
