// convlab datasets fetch, with a mirror in this process.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {runProgram, sendFile, startServer} from '../net/server.mjs';
import {convlab, lines, program, temporaryFolder} from './helpers.mjs';

const {datasets} = JSON.parse(fs.readFileSync(new URL('../../assets/catalog.json', import.meta.url), 'utf8'));
const mnist = datasets.find(({name}) => name === 'mnist');
const fashion = datasets.find(({name}) => name === 'fashion-mnist');

const skip = /without libcurl/.test(convlab('datasets', 'fetch', 'mnist', '--data-dir', '/dev/null').stderr)
  ? 'built without libcurl' : false;

/** Runs convlab datasets fetch with a mirror, and a cache in `folder`. */
const fetchFrom = (url, folder, args, started) => runProgram(program, ['datasets', 'fetch', ...args], {
  env: {...process.env, CONVLAB_DATA: '', CONVLAB_DATA_MIRROR: url, XDG_CACHE_HOME: path.join(folder, 'cache')},
  started,
});

/**
 * Returns the files of Fashion-MNIST as they are published, by name: Debian's package has the same
 * compressed bytes, but has removed the file's name and time from the headers. Nothing without it.
 */
function publishedFashion() {
  const times = [1504176606, 1504176606, 1504176627, 1504176627];
  const files = {};
  for (const [i, {file}] of fashion.downloads.entries()) {
    const packaged = path.join('/usr/share/datasets/fashion-mnist', file);
    if (!fs.existsSync(packaged)) return undefined;
    const bytes = fs.readFileSync(packaged);
    const header = Buffer.from(bytes.subarray(0, 10));
    header[3] = 8;  // a name follows
    header.writeUInt32LE(times[i], 4);
    const name = Buffer.from(`${path.basename(file, '.gz')}\0`);
    files[file] = Buffer.concat([header, name, bytes.subarray(10)]);
  }
  return files;
}

test('datasets fetch downloads a data set, with its licence, progress and checksums', {skip}, async (t) => {
  const files = publishedFashion();
  if (!files) return t.skip("Debian's dataset-fashion-mnist is not here");
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response, count) => {
    const bytes = files[path.basename(request.url)];
    sendFile(request, response, bytes, {cut: count === 1 ? 10_000_000 : Infinity});
  });
  const first = await fetchFrom(server.url, folder, ['fashion-mnist']);
  assert.equal(first.status, 0, first.stderr);
  const place = path.join(folder, 'cache/convlab/fashion-mnist');
  const printed = lines(first.stdout);
  assert.match(printed[0], /^Fashion-MNIST: /);
  assert.equal(printed[1], '  licence: MIT');
  assert.match(printed[2], /^ {2}source: H\. Xiao, .*arXiv:1708\.07747/);
  assert.equal(printed[3], `  4 files, 29.4 MiB, to ${place}`);
  assert.match(printed[4], /^train-images-idx3-ubyte\.gz {2}.*; trying again$/);
  assert.match(printed[5], /^train-images-idx3-ubyte\.gz {2}25\.2 MiB in \d+:\d\d, [\d.]+ [KMG]iB\/s, SHA-256 checked$/);
  assert.equal(printed[9], 'fashion-mnist is complete; --data fashion-mnist finds it');
  assert.equal(printed.length, 10, 'without a terminal nothing is redrawn');
  assert.deepEqual(fs.readdirSync(place).sort(), Object.keys(files).sort());
  assert.equal(server.requests[0].url, '/fashion-mnist/train-images-idx3-ubyte.gz');
  assert.match(server.requests[1].headers.range, /^bytes=\d+-$/);

  const count = server.requests.length;
  const second = await fetchFrom(server.url, folder, ['fashion-mnist']);
  assert.equal(second.status, 0, second.stderr);
  assert.equal(second.stdout.match(/ is there already, SHA-256 checked\n/g).length, 4);
  assert.equal(server.requests.length, count);
  const cache = path.join(folder, 'cache/convlab');
  assert.ok(convlab('datasets', '--data-dir', cache).stdout.includes(`in ${place}\n`));
  const trained = convlab('train', '--model', 'mnist-mlp', '--data', 'fashion-mnist', '--data-dir', cache,
                          '--epochs', '1', '--time-budget', '0.01');
  assert.equal(trained.status, 0, trained.stderr);
});

test('datasets fetch redraws its progress in a terminal', {skip}, async (t) => {
  if ((await runProgram('script', ['--version']).catch(() => ({status: 1}))).status !== 0)
    return t.skip('no script(1) here');
  const folder = temporaryFolder(t);
  const {bytes} = mnist.downloads[0];
  // Half of the file, then nothing until the progress had to be drawn, then an end.
  const server = await startServer(t, (_request, response, count) => {
    if (count > 1) return response.writeHead(404).end();
    response.writeHead(200, {'Content-Length': bytes, ETag: '"1"'}).write(Buffer.alloc(Math.ceil(bytes / 2)));
    setTimeout(() => response.destroy(), 500);
  });
  const command = `${program} datasets fetch mnist --data-dir ${folder}`;
  const {status, stdout} = await runProgram('script', ['--quiet', '--return', '--command', command, '/dev/null'],
    {env: {...process.env, TERM: 'xterm', CONVLAB_DATA_MIRROR: server.url}});
  assert.equal(status, 1, stdout);
  assert.match(stdout, /\rtrain-images-idx3-ubyte\.gz \[#* *\] \d+ % {2}[\d.]+ [KM]iB of 9\.5 MiB/);
});

test('datasets fetch: --data-dir, wrong bytes and missing files', {skip}, async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response, count) => {
    if (count === 1) sendFile(request, response, Buffer.alloc(mnist.downloads[0].bytes));
    else response.writeHead(404).end();
  });
  const args = ['mnist', '--data-dir', folder];
  const wrong = await fetchFrom(server.url, folder, args);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout, /^MNIST: .*\n {2}licence: none stated/);
  assert.ok(wrong.stderr.includes(`; expected ${mnist.downloads[0].sha256}. It is kept as `), wrong.stderr);
  const place = path.join(folder, 'mnist');
  assert.deepEqual(fs.readdirSync(place), ['train-images-idx3-ubyte.gz.bad']);
  const missing = await fetchFrom(server.url, folder, args);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /^convlab: \[fetch\] http:.*\/mnist\/train-images-idx3-ubyte\.gz: the server answers with HTTP status 404/);
  assert.deepEqual(fs.readdirSync(folder), ['mnist'], 'the cache is not used');
});

test('Ctrl-C keeps what has arrived and exits with 130', {skip}, async (t) => {
  const folder = temporaryFolder(t);
  let child;
  const server = await startServer(t, (_request, response) => {
    response.writeHead(200, {'Content-Length': mnist.downloads[0].bytes}).write(Buffer.alloc(5000));
    setTimeout(() => child.kill('SIGINT'), 200);
  });
  const result = await fetchFrom(server.url, folder, ['mnist'], (started) => (child = started));
  assert.equal(result.status, 130, result.stderr);
  assert.match(result.stdout, /\ninterrupted; what has arrived is kept, and the same command continues\n$/);
  const part = path.join(folder, 'cache/convlab/mnist/train-images-idx3-ubyte.gz.part');
  assert.equal(fs.statSync(part).size, 5000);
});

test('datasets fetch: bad arguments and mirrors are refused', {skip}, async (t) => {
  const refused = (args, pattern) => {
    const result = convlab('datasets', ...args);
    assert.equal(result.status, 1);
    assert.match(result.stderr, pattern);
  };
  refused(['fetch'], /^convlab: NAME is required; convlab datasets fetch --help lists the options\n$/);
  refused(['fetch', 'mnits'], /unknown data set 'mnits' \(did you mean 'mnist'\?\)/);
  refused(['fetch', 'mnist', 'extra'], /unexpected argument 'extra'; convlab datasets fetch --help/);
  refused(['fetch', 'mnist', '--data-di', 'x'], /unknown option '--data-di' \(did you mean '--data-dir'\?\)/);
  refused(['fetch', 'mnist', '--data-dir', ''], /--data-dir is empty/);
  refused(['fetch', 'mnist', '--data-dir', '/dev/null'], /\/dev\/null\/mnist: cannot be created/);
  refused(['ftech'], /unexpected argument 'ftech' \(did you mean 'fetch'\?\); convlab datasets --help/);
  const folder = temporaryFolder(t);
  const mirror = await fetchFrom('ftp://example.org', folder, ['mnist']);
  assert.match(mirror.stderr, /CONVLAB_DATA_MIRROR is 'ftp:\/\/example\.org'; expected an address/);
  assert.ok(convlab('datasets', 'fetch', '--help').stdout.includes('$CONVLAB_DATA_MIRROR/NAME/FILE'));
});
