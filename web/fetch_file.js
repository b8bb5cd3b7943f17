// Fetches a file, or says why it cannot be had: which file, what the server answered, which
// directive forbids it, and what to do.

/** A file could not be fetched or is invalid. */
export class FileError extends Error {
  /**
   * @param {string} message
   * @param {string} url
   * @param {number} [status]  HTTP status, if the server answered
   */
  constructor(message, url, status) {
    super(message);
    this.url = url;
    this.status = status;
  }
}

/** Seconds without any data after which a server is taken for one that never answers. */
const maxQuietSeconds = 8;
/** Seconds after which modules, which the browser fetches, are checked, and how long the check may take. */
const moduleSeconds = 4;

const sources = {
  'connect-src': "'self'",
  'worker-src': "'self'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'script-src-elem': "'self'",
};

// The directives that have forbidden something to this page or worker.
const broken = new Set();
globalThis.addEventListener?.('securitypolicyviolation', ({disposition, effectiveDirective}) => {
  if (disposition === 'enforce') broken.add(effectiveDirective);
});

/**
 * Resolves to a text that names the one of `directives` which has forbidden something, and the
 * remedy; to an empty text if none has.
 */
export async function whatIsForbidden(...directives) {
  // The event comes after the failure that it explains.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const directive = directives.find((name) => broken.has(name));
  if (!directive) return '';
  const remedy = directive in sources ? `; it must allow ${sources[directive]}`
    : '; leave it out for this page';
  return `the Content-Security-Policy directive ${directive} forbids it${remedy}`;
}

/**
 * Reads a stream to its end; `tooLong` makes the error for more than `max` bytes, and `onChunk` is
 * called whenever some have arrived.
 */
export async function readStream(stream, max, tooLong, onChunk = () => {}) {
  const reader = stream.getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done) break;
    onChunk();
    size += value.length;
    if (size > max) {
      reader.cancel().catch(() => {});
      throw tooLong();
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

const isPage = (bytes) =>
  /^\s*<(!doctype html|html)/i.test(new TextDecoder().decode(bytes.subarray(0, 256)));

/**
 * Requests `url` and passes the response, and a function to be called whenever bytes have arrived, to
 * `use`. Throws FileError, and whatever `signal` was aborted with.
 * @param {string} url
 * @param {{signal?: AbortSignal, cache?: RequestCache, quiet?: number, headers?: HeadersInit}} options
 * @param {(response: Response, arrived: () => void) => Promise<any>} use
 */
async function request(url, {signal, cache, quiet = maxQuietSeconds, headers}, use) {
  const abort = new AbortController();
  const stop = () => abort.abort();
  signal?.addEventListener('abort', stop);
  // Counted in ticks: while a long training step blocks the worker, neither bytes nor ticks arrive.
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    if (ticks === quiet) stop();
  }, 1000);
  const fail = (what, status) => {
    throw new FileError(`${url} could not be fetched: ${what}`, url, status);
  };
  try {
    const response = await fetch(url, {signal: abort.signal, cache, headers});
    const {status} = response;
    ticks = 0;
    if (!response.ok) fail(`HTTP ${`${status} ${response.statusText}`.trim()}.`, status);
    return await use(response, () => { ticks = 0; });
  } catch (error) {
    if (error instanceof FileError || signal?.aborted) throw error;
    if (ticks >= quiet) {
      fail(`nothing has arrived for ${quiet} seconds. Check the connection and the server, then ` +
        'try again.');
    }
    const forbidden = await whatIsForbidden('connect-src');
    return fail(`${forbidden || `no answer (${error.message})`}.`);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** Throws FileError if `bytes` begin as a web page does, in place of the file. */
function refusePage(url, bytes, status) {
  if (!isPage(bytes)) return;
  throw new FileError(`${url} could not be fetched: the server sent a web page instead. Is the ` +
    'file there, and does the server answer HTTP 404 for files that are not?', url, status);
}

/**
 * Fetches a file that is no web page. Throws FileError, and whatever `signal` was aborted with.
 * @param {string} url
 * @param {{max?: number, signal?: AbortSignal, cache?: RequestCache, quiet?: number}} [options]
 *   max: number of bytes; quiet: seconds without any after which to give up
 * @returns {Promise<{bytes: Uint8Array<ArrayBuffer>, headers: Headers}>}
 */
export function fetchFile(url, {max = 2 ** 28, ...options} = {}) {
  return request(url, options, async (response, arrived) => {
    const {status, headers} = response;
    const bytes = await readStream(response.body, max,
      () => new FileError(`${url}: more than ${max} bytes; expected fewer.`, url, status), arrived);
    refusePage(url, bytes, status);
    return {bytes, headers};
  });
}

/**
 * Fetches the bytes of a file from `begin` to before `end`. Passes them on in their order as they
 * arrive; a server that sends no parts of files sends all from 0 on. Throws like fetchFile.
 * @param {string} url
 * @param {{begin: number, end: number, signal?: AbortSignal, cache?: RequestCache}} options
 * @param {(offset: number, bytes: Uint8Array) => Promise<boolean>} use  returns whether more is
 *   wanted
 */
export function fetchRange(url, {begin, end, ...options}, use) {
  const headers = {Range: `bytes=${begin}-${end - 1}`};
  return request(url, {...options, headers}, async (response, arrived) => {
    const {status} = response;
    const range = response.headers.get('Content-Range') ?? '';
    if (status === 206 && !range.startsWith(`bytes ${begin}-`)) {
      throw new FileError(`${url} could not be fetched: the server sent the bytes "${range}"; ` +
        `expected those from ${begin} on.`, url, status);
    }
    const reader = /** @type {ReadableStream} */ (response.body).getReader();
    try {
      let offset = status === 206 ? begin : 0;
      for (;;) {
        const {done, value} = await reader.read();
        if (done) return;
        arrived();
        if (offset === 0) refusePage(url, value, status);
        if (!await use(offset, value)) return;
        offset += value.length;
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  });
}

/**
 * Resolves to why the module `url`, or one that it imports, cannot be loaded; to an empty text if
 * all of them can be fetched.
 */
export async function explainModule(url, seen = new Set()) {
  if (seen.has(url)) return '';
  seen.add(url);
  let file;
  try {
    file = await fetchFile(url, {quiet: moduleSeconds});
  } catch (error) {
    return error.message;
  }
  const type = file.headers.get('Content-Type') ?? '';
  if (!/javascript/i.test(type)) {
    return `${url} was sent with the Content-Type "${type}"; expected text/javascript.`;
  }
  const text = new TextDecoder().decode(file.bytes);
  for (const [, path] of text.matchAll(/\bfrom '(\.\/[^']+)'/g)) {
    const why = await explainModule(new URL(path, url).href, seen);
    if (why) return why;
  }
  return '';
}

/**
 * Calls `found` with explainModule's text if `url` has not been loaded after a while and cannot be;
 * returns a function to be called when it has been loaded.
 */
export function watchModule(url, found) {
  let isLoaded = false;
  const timer = setTimeout(async () => {
    const why = await explainModule(url);
    if (why && !isLoaded) found(why);
  }, 1000 * moduleSeconds);
  return () => {
    isLoaded = true;
    clearTimeout(timer);
  };
}

/**
 * Resolves to whether the server sends `url` without the header that a worker of a cross-origin
 * isolated page needs.
 */
export async function lacksIsolation(url) {
  if (globalThis.crossOriginIsolated !== true) return false;
  try {
    return !(await fetchFile(url)).headers.has('Cross-Origin-Embedder-Policy');
  } catch {
    return false;
  }
}
