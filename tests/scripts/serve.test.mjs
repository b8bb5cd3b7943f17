// scripts/serve.mjs: headers and types of served files, and requests that are refused.
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {request} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';

import {startServer} from '../../scripts/serve.mjs';

let folder;
let server;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'convlab-serve-'));
  mkdirSync(join(folder, 'root/part'), {recursive: true});
  writeFileSync(join(folder, 'root/index.html'), '<p>page</p>');
  writeFileSync(join(folder, 'root/part/index.html'), '<p>part</p>');
  writeFileSync(join(folder, 'root/a b.wasm'), 'wasm');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  mkdirSync(join(folder, 'root-too'));
  writeFileSync(join(folder, 'root-too/secret.txt'), 'secret');
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'root/link.txt'));
  server = await startServer({root: join(folder, 'root')});
});

after(async () => {
  await server.close();
  rmSync(folder, {recursive: true});
});

/** Requests a path unchanged; fetch would normalize it. */
const get = (path, method = 'GET', headers = {}) => new Promise((resolve, reject) => {
  const {hostname, port} = new URL(server.url);
  request({hostname, port, path, method, headers}, (response) => {
    let body = '';
    response.on('data', (text) => { body += text; });
    response.on('end', () => resolve({status: response.statusCode, headers: response.headers, body}));
  }).on('error', reject).end();
});

test('serve: a page is cross-origin isolated and a module has its MIME type', async () => {
  const page = await get('/?query#part');
  assert.equal(page.status, 200);
  assert.equal(page.body, '<p>page</p>');
  assert.equal(page.headers['cross-origin-opener-policy'], 'same-origin');
  assert.equal(page.headers['cross-origin-embedder-policy'], 'require-corp');
  assert.equal(page.headers['cross-origin-resource-policy'], 'same-origin');
  assert.match(page.headers['content-type'], /^text\/html/);
  assert.equal((await get('/part/')).body, '<p>part</p>');
  const folder = await get('/part');
  assert.deepEqual([folder.status, folder.headers.location], [301, './part/']);
  assert.equal((await get('/a%20b.wasm')).headers['content-type'], 'application/wasm');
});

test('serve: without isolation the headers are absent', async () => {
  const plain = await startServer({root: join(folder, 'root'), isolated: false});
  const {headers} = await fetch(plain.url);
  assert.equal(headers.get('cross-origin-opener-policy'), null);
  assert.equal(headers.get('cross-origin-embedder-policy'), null);
  await plain.close();
});

test('serve: files outside the folder are not served, in any spelling of the path', async () => {
  for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/part/../../secret.txt',
    '/../root-too/secret.txt', '/link.txt', '/%00', '/%', '/..%5csecret.txt', '//etc/passwd', '/missing']) {
    const {status, body} = await get(path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(body, /^secret/, path);
  }
});

test('serve: sends the part of a file that a Range header asks for', async () => {
  const ranges = [['bytes=1-2', 206, 'as', 'bytes 1-2/4'], ['bytes=2-', 206, 'sm', 'bytes 2-3/4'],
    ['bytes=3-99', 206, 'm', 'bytes 3-3/4'], ['bytes=4-5', 416, '', 'bytes */4'],
    ['bytes=2-1', 200, 'wasm', undefined], ['bytes=-2', 200, 'wasm', undefined], ['lines=0-1', 200, 'wasm', undefined]];
  for (const [range, status, body, sent] of ranges) {
    const answer = await get('/a%20b.wasm', 'GET', {range});
    assert.deepEqual([answer.status, answer.body, answer.headers['content-range']], [status, body, sent], range);
  }
});

test('serve: accepts only GET and HEAD', async () => {
  assert.equal((await get('/', 'POST')).status, 405);
  const head = await get('/', 'HEAD');
  assert.deepEqual([head.status, head.body], [200, '']);
});

test('serve: reports invalid arguments', async () => {
  await assert.rejects(startServer({root: join(folder, 'nowhere')}), /no folder .*nowhere/);
  await assert.rejects(startServer({root: folder, port: 70000}), /from 0 to 65535/);
  await assert.rejects(startServer({root: folder, port: Number(new URL(server.url).port)}), /is taken/);
});
