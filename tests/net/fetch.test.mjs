// Downloads (src/net) against a server that cuts, stalls, lies and redirects.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import {test} from 'node:test';
import {jsonLines, program, temporaryFolder} from '../cli/helpers.mjs';
import {runProgram, sendFile, startServer} from './server.mjs';

const driver = path.join(path.dirname(program), 'tests', 'convlab_fetch_driver');
const skip = fs.existsSync(driver) ? false : 'built without libcurl';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// Two of libcurl's and the server's buffers long, and no two parts alike.
const size = 300_000;
const content = Buffer.from(Uint8Array.from({length: size}, (_, i) => (i * 2654435761) >>> 13));
const sum = sha256(content);

/** Describes one download of data.bin to the driver. */
const download = (url, file = {}) => ({name: 'set', downloads: [{url: `${url}/data.bin`, file: 'data.bin', ...file}]});

/** Runs the driver; returns {status, signal, stderr, events}. */
async function fetchFiles(entry, folder, {started, ulimit, ...options} = {}) {
  const argument = JSON.stringify({entry, folder, ...options});
  // The signal for a file that is too large is ignored, so that writing fails, as on a full disk.
  const limited = ['-c', `trap '' XFSZ; ulimit -f ${ulimit}; exec "$@"`, 'sh', driver, argument];
  const [file, args] = ulimit ? ['/bin/sh', limited] : [driver, [argument]];
  const result = await runProgram(file, args, {started});
  return {...result, events: jsonLines(result.stdout)};
}

function checkComplete(result, folder, bytes = content) {
  assert.equal(result.status, 0, result.stderr);
  assert.ok(bytes.equals(fs.readFileSync(path.join(folder, 'data.bin'))), 'other bytes');
  assert.deepEqual(fs.readdirSync(folder), ['data.bin'], 'something was left behind');
}

function checkFailed(result, ...patterns) {
  assert.equal(result.status, 1, result.stderr);
  for (const pattern of patterns) assert.match(result.stderr, pattern);
}

const check = (name, body) => test(name, {skip}, body);

check('a file is downloaded once and then found', async (t) => {
  const folder = path.join(temporaryFolder(t), 'new', 'set');
  const server = await startServer(t, (request, response) => sendFile(request, response, content));
  const entry = download(server.url, {bytes: size, sha256: sum});
  const first = await fetchFiles(entry, folder);
  checkComplete(first, folder);
  assert.deepEqual(first.events, [{event: 'finished', file: 'data.bin', bytes: size, received: size, total: size}]);
  assert.equal(server.requests[0].headers['accept-encoding'], 'identity');
  const second = await fetchFiles(entry, folder);
  checkComplete(second, folder);
  assert.deepEqual(second.events, [{event: 'present', file: 'data.bin'}]);
  assert.equal(server.requests.length, 1);
});

check('empty files, and files of unknown size and checksum', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response) => {
    if (request.url === '/empty') response.end();
    else response.writeHead(200, {'Transfer-Encoding': 'chunked'}).end(content);
  });
  const downloads = ['empty', 'chunked'].map((file) => ({url: `${server.url}/${file}`, file}));
  const result = await fetchFiles({name: 'set', downloads}, folder);
  assert.equal(result.status, 0, result.stderr);
  assert.equal(fs.statSync(path.join(folder, 'empty')).size, 0);
  assert.ok(content.equals(fs.readFileSync(path.join(folder, 'chunked'))));
  assert.equal(fs.readdirSync(folder).length, 2);
});

check('a cut connection is continued at the same byte, for the same version', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response, count) =>
    sendFile(request, response, content, {cut: count <= 2 ? 100_000 : Infinity}));
  const result = await fetchFiles(download(server.url, {bytes: size, sha256: sum}), folder);
  checkComplete(result, folder);
  const asked = server.requests.map(({headers}) => [headers.range, headers['if-range']]);
  assert.deepEqual(asked, [[undefined, undefined], ['bytes=100000-', '"1"'], ['bytes=200000-', '"1"']]);
  assert.equal(result.events.at(-1).received, size);
});

check('a server that does not send parts of files is asked for all again', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response, count) =>
    sendFile(request, response, content, {ranges: false, cut: count === 1 ? 100_000 : Infinity}));
  const result = await fetchFiles(download(server.url, {sha256: sum}), folder);
  checkComplete(result, folder);
  assert.equal(result.events.at(-1).received, size + 100_000);
  assert.ok(result.events.some(({text}) => text === 'the server sends the file from its start'));
});

for (const [what, ignoresVersion] of [['says so', false], ['goes on with the new one', true]]) {
  check(`the file changes meanwhile and the server ${what}: all of the new one arrives`, async (t) => {
    const folder = temporaryFolder(t);
    const changed = content.map((byte) => byte ^ 1);
    const server = await startServer(t, (request, response, count) => {
      if (ignoresVersion) delete request.headers['if-range'];
      if (count === 1) sendFile(request, response, content, {etag: '"old"', cut: 100_000});
      else sendFile(request, response, changed, {etag: '"new"'});
    });
    checkComplete(await fetchFiles(download(server.url), folder), folder, changed);
  });
}

check('without a version and a checksum nothing is continued', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response, count) =>
    sendFile(request, response, content, {etag: '', cut: count === 1 ? 100_000 : Infinity}));
  checkComplete(await fetchFiles(download(server.url), folder), folder);
  assert.equal(server.requests[1].headers.range, undefined);
});

check('a stopped download keeps its part, and the next one continues', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response, count) => {
    // The rest comes only to those who come back.
    if (count === 1) response.writeHead(200, {ETag: '"1"', 'Content-Length': size}).write(content.subarray(0, 50_000));
    else sendFile(request, response, content);
  });
  const entry = download(server.url, {sha256: sum});
  const stopped = await fetchFiles(entry, folder, {stop_after: 50_000});
  assert.equal(stopped.status, 2, stopped.stderr);
  assert.deepEqual(fs.readdirSync(folder).sort(), ['data.bin.part', 'data.bin.part.json']);
  assert.equal(fs.statSync(path.join(folder, 'data.bin.part')).size, 50_000);
  const result = await fetchFiles(entry, folder);
  checkComplete(result, folder);
  assert.equal(server.requests[1].headers.range, 'bytes=50000-');
  assert.equal(result.events.at(-1).received, size - 50_000);
});

check('what a killed process left is continued; damaged notes about it are not believed', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response) => sendFile(request, response, content));
  const part = path.join(folder, 'data.bin.part');
  const leave = (notes) => {
    fs.rmSync(path.join(folder, 'data.bin'), {force: true});
    fs.writeFileSync(part, content.subarray(0, 1000));
    fs.writeFileSync(`${part}.json`, notes);
  };
  const notes = {url: `${server.url}/data.bin`, version: '"1"', total: size};
  const asked = [];
  for (const text of [JSON.stringify(notes), '{"url": 3}', '', JSON.stringify({...notes, version: '"1"\r\nX: y'})]) {
    leave(text);
    checkComplete(await fetchFiles(download(server.url), folder), folder);
    asked.push(server.requests.at(-1).headers.range);
  }
  assert.deepEqual(asked, ['bytes=1000-', undefined, undefined, undefined]);
  assert.ok(server.requests.every(({headers}) => headers.x === undefined), 'a header was smuggled in');
  // The checksum proves the result, so the bytes can be used without notes.
  leave('');
  checkComplete(await fetchFiles(download(server.url, {sha256: sum}), folder), folder);
  assert.equal(server.requests.at(-1).headers.range, 'bytes=1000-');
  // All bytes are there: nothing is asked for.
  leave(JSON.stringify(notes));
  fs.writeFileSync(part, content);
  const count = server.requests.length;
  checkComplete(await fetchFiles(download(server.url, {sha256: sum}), folder), folder);
  assert.equal(server.requests.length, count);
});

check('wrong bytes are kept aside, with both checksums in the message', async (t) => {
  const folder = temporaryFolder(t);
  const wrong = Buffer.alloc(size, 7);
  const server = await startServer(t, (request, response, count) =>
    sendFile(request, response, count === 1 ? wrong : content));
  const entry = download(server.url, {bytes: size, sha256: sum});
  const result = await fetchFiles(entry, folder);
  checkFailed(result, new RegExp(`${sha256(wrong)}; expected ${sum}`), /kept as .*data\.bin\.bad/);
  assert.deepEqual(fs.readdirSync(folder), ['data.bin.bad']);
  assert.ok(wrong.equals(fs.readFileSync(path.join(folder, 'data.bin.bad'))));
  assert.equal((await fetchFiles(entry, folder)).status, 0);
  assert.deepEqual(fs.readdirSync(folder).sort(), ['data.bin', 'data.bin.bad']);
});

check('a file of another size is refused before it is downloaded', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response) => sendFile(request, response, content));
  checkFailed(await fetchFiles(download(server.url, {bytes: size - 1}), folder), /300000 bytes; expected 299999/);
  assert.equal(server.requests.length, 1);
  assert.deepEqual(fs.readdirSync(folder), []);
});

check('a size that only the bytes show is checked, too', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (_request, response) =>
    response.writeHead(200, {'Transfer-Encoding': 'chunked', ETag: '"1"'}).end(content));
  checkFailed(await fetchFiles(download(server.url, {bytes: size - 1}), folder),
    /sends more than the expected 299999 bytes; what had arrived was deleted/);
  assert.deepEqual(fs.readdirSync(folder), []);
  checkFailed(await fetchFiles(download(server.url, {bytes: size + 1}), folder), /ended early; gave up after 5 tries/);
});

check('more than 64 GiB are refused', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (_request, response) =>
    response.writeHead(200, {'Content-Length': 2 ** 36 + 1}).write('x'));
  checkFailed(await fetchFiles(download(server.url), folder), /64\.0 GiB; at most 64\.0 GiB are downloaded/);
});

check('a file for which the disk has no space is refused before it is downloaded', async (t) => {
  const folder = temporaryFolder(t);
  const bytes = 2 ** 50;  // a million GiB
  const server = await startServer(t, (_request, response) =>
    response.writeHead(200, {'Content-Length': bytes}).write('x'));
  checkFailed(await fetchFiles(download(server.url, {bytes}), folder), /needs 1024\.0 TiB, but the disk has only/);
  assert.deepEqual(fs.readdirSync(folder), []);
});

check('status codes: 404 is final, 500 is tried again, five times at most', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response, count) => {
    if (request.url === '/missing/data.bin') response.writeHead(404).end('no');
    else if (request.url === '/busy/data.bin') response.writeHead(503).end('later');
    else if (count <= 2) response.writeHead(500).end('oops');
    else sendFile(request, response, content);
  });
  checkComplete(await fetchFiles(download(server.url, {sha256: sum}), folder), folder);
  assert.equal(server.requests.length, 3);
  fs.rmSync(path.join(folder, 'data.bin'));
  checkFailed(await fetchFiles(download(`${server.url}/missing`), folder), /HTTP status 404 \(it does not have the file\)/);
  assert.equal(server.requests.length, 4);
  checkFailed(await fetchFiles(download(`${server.url}/busy`), folder), /HTTP status 503; gave up after 5 tries/);
  assert.equal(server.requests.length, 9);
  assert.deepEqual(fs.readdirSync(folder), []);
});

check('redirects are followed five times, and only to http and https', async (t) => {
  const folder = temporaryFolder(t);
  const redirect = (response, location) => response.writeHead(302, {Location: location}).end('moved');
  const server = await startServer(t, (request, response) => {
    const [, first, steps] = request.url.split('/');
    if (first === 'to' && steps !== '0') redirect(response, `../${Number(steps) - 1}/data.bin`);
    else if (first === 'loop') redirect(response, '/loop/data.bin');
    else if (first === 'file') redirect(response, 'file:///etc/passwd');
    else if (first === 'nowhere') response.writeHead(302).end();
    else sendFile(request, response, content);
  });
  checkComplete(await fetchFiles(download(`${server.url}/to/5`, {sha256: sum}), folder), folder);
  fs.rmSync(path.join(folder, 'data.bin'));
  checkFailed(await fetchFiles(download(`${server.url}/to/6`), folder), /more than 5 redirects/);
  checkFailed(await fetchFiles(download(`${server.url}/loop`), folder), /more than 5 redirects/);
  checkFailed(await fetchFiles(download(`${server.url}/file`), folder), /'file:\/\/\/etc\/passwd': files are fetched by http/);
  checkFailed(await fetchFiles(download(`${server.url}/nowhere`), folder), /HTTP status 302/);
  assert.deepEqual(fs.readdirSync(folder), []);
});

check('an https server whose certificate nobody vouches for is refused', async (t) => {
  const folder = temporaryFolder(t);
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert,
                             '-subj', '/CN=localhost', '-days', '2'], {stdio: 'ignore'});
  } catch {
    return t.skip('no openssl here');
  }
  let requests = 0;
  const options = {key: fs.readFileSync(key), cert: fs.readFileSync(cert)};
  const server = https.createServer(options, (_request, response) => {
    ++requests;
    response.end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  checkFailed(await fetchFiles(download(`https://localhost:${server.address().port}`), path.join(folder, 'set')), /certificate/);
  assert.equal(requests, 0);
});

check('a connection on which nothing arrives is given up and continued', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response, count) => {
    if (count === 2) return;  // not even headers
    if (count === 1) response.writeHead(200, {ETag: '"1"', 'Content-Length': size}).write(content.subarray(0, 100_000));
    else sendFile(request, response, content);
  });
  const result = await fetchFiles(download(server.url, {sha256: sum}), folder, {stall_seconds: 1});
  checkComplete(result, folder);
  assert.equal(server.requests.at(-1).headers.range, 'bytes=100000-');
  assert.equal(server.requests.length, 3);
});

check('a second process does not write the same file', async (t) => {
  const folder = temporaryFolder(t);
  let finish;
  let begun;
  const beginning = new Promise((resolve) => (begun = resolve));
  const server = await startServer(t, (_request, response) => {
    response.writeHead(200, {ETag: '"1"', 'Content-Length': size}).write(content.subarray(0, 1000), begun);
    finish = () => response.end(content.subarray(1000));
  });
  const entry = download(server.url, {sha256: sum});
  const first = fetchFiles(entry, folder);
  await beginning;
  checkFailed(await fetchFiles(entry, folder), /data\.bin\.part: another process is downloading this file/);
  assert.equal(server.requests.length, 1);
  finish();
  checkComplete(await first, folder);
});

check('a full disk keeps what has arrived', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response) => sendFile(request, response, content));
  const entry = download(server.url, {sha256: sum});
  // In blocks of 512 bytes.
  checkFailed(await fetchFiles(entry, folder, {ulimit: 200}), /data\.bin\.part: writing failed; .*: File too large/);
  assert.equal(fs.statSync(path.join(folder, 'data.bin.part')).size, 200 * 512);
  checkComplete(await fetchFiles(entry, folder), folder);
  assert.equal(server.requests[1].headers.range, 'bytes=102400-');
});

check('another file in the place of the published one is left as it is', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response) => sendFile(request, response, content));
  const target = path.join(folder, 'data.bin');
  fs.writeFileSync(target, 'mine');
  checkFailed(await fetchFiles(download(server.url, {sha256: sum}), folder),
    new RegExp(`has the SHA-256 ${sha256('mine')}; expected ${sum}. It was not changed`));
  checkFailed(await fetchFiles(download(server.url, {bytes: 5}), folder), /has 4 bytes; expected 5/);
  assert.equal((await fetchFiles(download(server.url, {bytes: 4}), folder)).status, 0);
  assert.equal(fs.readFileSync(target, 'utf8'), 'mine');
  fs.rmSync(target);
  fs.mkdirSync(target);
  checkFailed(await fetchFiles(download(server.url), folder), /is not a file/);
  fs.rmdirSync(target);
  fs.symlinkSync('/dev/null', `${target}.part`);
  checkFailed(await fetchFiles(download(server.url), folder), /data\.bin\.part: cannot be written/);
  assert.equal(server.requests.length, 0);
});

check('file names that lead elsewhere, and other schemes, are refused', async (t) => {
  const folder = path.join(temporaryFolder(t), 'set');
  const names = ['../data.bin', 'a/b', 'a\\b', '/x', '..', '.', '', '.hidden', 'a b', 'a\nb', 'ä', 'x'.repeat(201)];
  for (const file of names) {
    checkFailed(await fetchFiles(download('http://127.0.0.1:1', {file}), folder), /the catalog has the file name/);
  }
  const twice = {name: 'set', downloads: [1, 2].map(() => ({url: 'http://127.0.0.1:1/x', file: 'x'}))};
  checkFailed(await fetchFiles(twice, folder), /the file x twice/);
  checkFailed(await fetchFiles({name: 'set', downloads: []}, folder), /set: cannot be downloaded\. To get it: elsewhere/);
  assert.ok(!fs.existsSync(folder), 'nothing is created');
  checkFailed(await fetchFiles(download('file:///etc'), folder), /by http and https only/);
});

check('a mirror is asked for NAME/FILE', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, (request, response) => sendFile(request, response, content));
  const entry = download('http://published.invalid', {sha256: sum});
  checkComplete(await fetchFiles(entry, folder, {mirror: `${server.url}/data//`}), folder);
  assert.equal(server.requests[0].url, '/data/set/data.bin');
});
