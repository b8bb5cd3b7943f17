// An HTTP server for tests of downloads, and a way to run programs while it answers.
import {spawn} from 'node:child_process';
import http from 'node:http';

/**
 * Starts a server that ends with the test `t`. `handle(request, response, count)` answers; `count` is
 * the number of the request, from 1. Returns {url, requests}; requests are {url, headers}.
 */
export async function startServer(t, handle) {
  const requests = [];
  const server = http.createServer((request, response) => {
    requests.push({url: request.url, headers: request.headers});
    handle(request, response, requests.length);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {url: `http://127.0.0.1:${server.address().port}`, requests};
}

/**
 * Sends `bytes` with an ETag, or the part that the request asks for, unless `ranges` is false. Cuts the
 * connection after `cut` bytes of the body, or with `hold` sends nothing more.
 */
export function sendFile(request, response, bytes, {etag = '"1"', ranges = true, cut = Infinity, hold = false} = {}) {
  const {range, 'if-range': version} = request.headers;
  let [start, end] = [0, bytes.length];
  if (ranges && range && (version === undefined || version === etag)) {
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range);
    start = Number(first);
    if (last) end = Math.min(end, Number(last) + 1);
    if (start >= bytes.length) {
      response.writeHead(416, {'Content-Range': `bytes */${bytes.length}`}).end();
      return;
    }
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${start}-${end - 1}/${bytes.length}`);
  }
  if (etag) response.setHeader('ETag', etag);
  response.setHeader('Content-Length', end - start);
  const body = bytes.subarray(start, end);
  if (cut >= body.length) response.end(body);
  else response.write(body.subarray(0, cut), () => hold || setTimeout(() => response.destroy(), 50));
}

/** Runs a program without blocking the server; returns {status, signal, stdout, stderr}. */
export function runProgram(program, args, {env = process.env, started = () => {}} = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {env: {...env, no_proxy: '*'}, timeout: 60_000});
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => (stdout += text));
    child.stderr.on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({status, signal, stdout, stderr}));
    started(child);
  });
}
