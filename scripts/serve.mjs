#!/usr/bin/env node
// Serves a folder on this machine with the headers that let a page use shared memory.
//   scripts/serve.mjs FOLDER [--port N] [--no-isolation]
// No cache: what was built a second ago is what the page gets.

import {createReadStream} from 'node:fs';
import {realpath, stat} from 'node:fs/promises';
import {createServer} from 'node:http';
import {extname, join, sep} from 'node:path';
import {pathToFileURL} from 'node:url';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * The file below `root` that a request's path names, of a folder its index.html, or null. Follows
 * no link out of `root`.
 */
async function findFile(root, path) {
  let name;
  try {
    name = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (name.includes('\0') || name.includes('\\')) return null;
  try {
    let file = await realpath(join(root, name));
    const isFolder = (await stat(file)).isDirectory();
    if (isFolder) file = await realpath(join(file, 'index.html'));
    const information = await stat(file);
    if (!file.startsWith(root + sep) || !information.isFile()) return null;
    return {file, isFolder, size: information.size};
  } catch {
    return null;
  }
}

/**
 * What a Range header asks for of a file of `size` bytes: {begin, end}, or null for the whole file,
 * also where the header has another form than one range with a beginning. Of a range that begins
 * beyond the end, begin is `size`.
 */
function findRange(header, size) {
  const found = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (!found) return null;
  const begin = Math.min(Number(found[1]), size);
  const end = found[2] === '' ? size : Math.min(Number(found[2]) + 1, size);
  return end > begin || begin === size ? {begin, end} : null;
}

async function answer(root, headers, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, {...headers, Allow: 'GET, HEAD'}).end();
    return;
  }
  const path = request.url.split(/[?#]/, 1)[0];
  const found = await findFile(root, path);
  if (!found) {
    response.writeHead(404, {...headers, 'Content-Type': 'text/plain; charset=utf-8'})
      .end(`Nothing here by the name ${path}\n`);
    return;
  }
  // Without the slash, the page in a folder would look for its files in the folder above.
  if (found.isFolder && !path.endsWith('/')) {
    const folder = path.slice(path.lastIndexOf('/') + 1);
    response.writeHead(301, {...headers, Location: `./${folder}/`}).end();
    return;
  }
  const range = findRange(request.headers.range, found.size);
  if (range?.begin === found.size) {
    response.writeHead(416, {...headers, 'Content-Range': `bytes */${found.size}`}).end();
    return;
  }
  const {begin, end} = range ?? {begin: 0, end: found.size};
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'Content-Type': types[extname(found.file).toLowerCase()] ?? 'application/octet-stream',
    'Content-Length': end - begin,
    'Accept-Ranges': 'bytes',
    ...(range && {'Content-Range': `bytes ${begin}-${end - 1}/${found.size}`}),
  });
  if (request.method === 'HEAD' || end === begin) {
    response.end();
    return;
  }
  createReadStream(found.file, {start: begin, end: end - 1}).on('error', () => response.destroy()).pipe(response);
}

/**
 * Serves the folder `root` on `port` (0: any free one) of the loopback address. `first(request, response)` may answer in
 * place of a file, and then resolves to true. Resolves to {url, close}; rejects if the folder is missing or the port is taken.
 */
export async function startServer({root, port = 0, isolated = true, first = async () => false}) {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`the port must be a whole number from 0 to 65535, not ${port}`);
  }
  const folder = await realpath(root).catch(() => {
    throw new Error(`no folder ${root} to serve`);
  });
  const headers = {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(isolated ? isolation : {}),
  };
  const server = createServer(async (request, response) => {
    try {
      if (!await first(request, response)) await answer(folder, headers, request, response);
    } catch {
      response.destroy();
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} is taken; try another one`) : error);
    });
    server.listen(port, 'localhost', resolve);
  });
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return {url: `http://localhost:${server.address().port}/`, close};
}

function parseArguments(args) {
  const options = {root: null, port: 8080, isolated: true};
  while (args.length > 0) {
    const argument = args.shift();
    if (argument === '--no-isolation') {
      options.isolated = false;
    } else if (argument === '--port') {
      const value = args.shift() ?? '';
      options.port = /^\d+$/.test(value) ? Number(value) : NaN;
    } else if (!argument.startsWith('-') && options.root === null) {
      options.root = argument;
    } else {
      throw new Error(`unexpected ${argument}; usage: scripts/serve.mjs FOLDER [--port N] [--no-isolation]`);
    }
  }
  if (options.root === null) {
    throw new Error('which folder? usage: scripts/serve.mjs FOLDER [--port N] [--no-isolation]');
  }
  return options;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const {url} = await startServer(parseArguments(process.argv.slice(2)));
    console.log(`\n  convlab is at ${url}\n  Ctrl+C stops it.`);
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exit(1);
  }
}
