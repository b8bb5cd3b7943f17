// What must stand in a list elsewhere does: files in CMake, layers, panels in the window, operations in the conformance tests,
// parsers in the fuzz tests, requests in the JavaScript API. CONTRIBUTING.md says which lists there are.
import assert from 'node:assert/strict';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {readRequests} from '../../scripts/lib/protocol_tables.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const read = (path) => readFileSync(join(root, path), 'utf8');

/** Returns the paths of all files below a folder that match, relative to the repository. */
const filesIn = (folder, pattern) => readdirSync(join(root, folder), {recursive: true, withFileTypes: true})
  .filter((entry) => entry.isFile() && pattern.test(entry.name))
  .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));

/** Returns the texts of all matches of the first group; fails if there are fewer than `min`. */
function findAll(text, pattern, min) {
  const found = [...text.matchAll(pattern)].map((match) => match[1]);
  assert.ok(found.length >= min, `only ${found.length} matches of ${pattern}`);
  return found;
}

const joined = (folder, pattern) => filesIn(folder, pattern).map(read).join('\n');

test('every source is listed in the CMakeLists.txt of its folder', () => {
  for (const path of ['src', 'tests', 'examples'].flatMap((folder) => filesIn(folder, /\.cpp$/))) {
    let folder = dirname(path);
    while (!existsSync(join(root, folder, 'CMakeLists.txt'))) folder = dirname(folder);
    const listed = read(`${folder}/CMakeLists.txt`).split(/[\s()]+/);
    assert.ok(listed.includes(relative(folder, path)), `${folder}/CMakeLists.txt does not list ${path}`);
  }
});

test('every layer is in the list of layers', () => {
  const list = read('src/nn/layer_list.h');
  const layers = findAll(joined('src/nn', /\.h$/),
    /class (\w+) final : public \w+ \{\n public:\n {2}static const LayerInfo info;/g, 30);
  for (const layer of layers) {
    assert.ok(list.includes(`of<${layer}, `), `src/nn/layer_list.h does not list ${layer}`);
  }
});

test('every panel is in the list of the window', () => {
  const list = read('src/app/panels/panels.cpp');
  for (const panel of findAll(joined('src/app', /\.h$/), /class (\w+) final : public Panel\b/g, 4)) {
    assert.ok(list.includes(`make_unique<${panel}>`), `src/app/panels/panels.cpp does not create ${panel}`);
  }
});

test('every operation of the backend interface is in a conformance test, and put off by the asynchronous backend', () => {
  const tests = joined('tests/backend', /^conformance.*\.cpp$/);
  const late = read('tests/backend/async_backend.h');
  const operations = read('src/backend/backend.h').match(/ {2}\/\/ Elements\.\n[^]*?\n private:/)[0];
  for (const operation of findAll(operations, /virtual void (\w+)\(/g, 30)) {
    assert.match(tests, new RegExp(`\\b${operation}\\(`), `no tests/backend/conformance_*_test.cpp calls ${operation}`);
    assert.match(late, new RegExp(`void ${operation}\\(`), `tests/backend/async_backend.h does not override ${operation}`);
  }
});

test('every parser of data from outside is fuzzed', () => {
  const targets = joined('tests/fuzz', /_targets\.cpp$/);
  const headers = ['data', 'engine', 'features', 'io', 'net'].map((folder) => joined(`src/${folder}`, /\.h$/)).join('\n');
  for (const parser of findAll(headers, /^\w[\w:<>&*, ]* ((?:parse|decode)_\w+|index_(?:tar|zip))\(/gm, 15)) {
    if (parser === 'parse_fields' || /parse_(?:sorted_)?json/.test(parser)) continue;  // steps of the others
    assert.match(targets, new RegExp(`\\b${parser}\\b`), `no file tests/fuzz/*_targets.cpp uses ${parser}`);
  }
});

test('every request can be sent by JavaScript', () => {
  const api = ['convlab', 'open_requests', 'engine_worker'].map((name) => read(`web/${name}.js`)).join('');
  for (const {name} of readRequests()) {
    assert.ok(api.includes(`'${name}'`), `web/convlab.js has no method for the request ${name}`);
  }
});
