// A build outside the sources writes nothing into them, as read-only and shared source trees need.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {verySlow} from '../slow.mjs';

const root = process.cwd();

function run(program, ...args) {
  const {status, stdout, stderr, error} = spawnSync(program, args, {encoding: 'utf8', maxBuffer: 2 ** 26});
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${error ?? stdout + stderr}`);
  return stdout;
}

/** Copies the sources; the libraries, which bootstrap has fetched, are linked. */
function copySources(folder) {
  for (const file of run('git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0')) {
    if (file === '' || !fs.existsSync(file)) continue;
    fs.mkdirSync(path.join(folder, path.dirname(file)), {recursive: true});
    fs.copyFileSync(file, path.join(folder, file));
  }
  fs.symlinkSync(path.join(root, 'third_party'), path.join(folder, 'third_party'));
}

/** Everything in the folder with the time of its last change. */
const listing = (folder) => fs.readdirSync(folder, {recursive: true}).sort()
  .map((name) => `${name} ${fs.lstatSync(path.join(folder, name)).mtimeMs}`);

// Making them read-only as well would test more, were it not that the superuser may write everywhere.
function check(t, configure, target, made) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-sources-'));
  t.after(() => fs.rmSync(folder, {recursive: true}));
  const [source, build] = ['source', 'build'].map((name) => path.join(folder, name));
  copySources(source);
  const before = listing(source);
  assert.ok(before.length > 500);
  run('cmake', '-G', 'Ninja', '-S', source, '-B', build, ...configure(source));
  run('cmake', '--build', build, '--target', target);
  assert.ok(fs.existsSync(path.join(build, made)), made);
  assert.deepEqual(listing(source), before);
}

test('a native build outside the sources leaves them as they are', {skip: verySlow}, (t) => {
  check(t, () => [], 'convlab_data', 'src/data/libconvlab_data.a');
});

test('a build of the page outside the sources leaves them as they are', (t) => {
  check(t, (source) => [
    `-DCMAKE_TOOLCHAIN_FILE=${path.join(source, 'scripts/cmake/emscripten.cmake')}`,
    '-DCONVLAB_WINDOW=ON', '-DCONVLAB_TESTS=OFF'], 'page', 'dist/index.html');
});
