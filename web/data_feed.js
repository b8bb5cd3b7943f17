// Fetches the shards of a data set, listed in data/catalog.json, one after another.

/** A file could not be fetched or is invalid. */
export class DataError extends Error {
  constructor(message, url, status) {
    super(message);
    this.url = url;
    this.status = status;
  }
}

const maxCatalogBytes = 2 ** 20;
const maxShardBytes = 2 ** 28;
// Data sets up to this size are kept, so that another network can use them without fetching.
const maxKeptBytes = 2 ** 26;

async function readBody(response, url, max) {
  const reader = response.body.getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done) break;
    size += value.length;
    if (size > max) {
      reader.cancel();
      throw new DataError(`${url}: more than ${max} bytes; expected fewer.`, url, response.status);
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

async function fetchBytes(url, max, options) {
  try {
    const response = await fetch(url, options);
    if (!response.ok) {
      const what = `HTTP ${response.status} ${response.statusText}`.trim();
      throw new DataError(`${url} could not be fetched: ${what}.`, url, response.status);
    }
    return await readBody(response, url, max);
  } catch (error) {
    if (error instanceof DataError || options.signal.aborted) throw error;
    throw new DataError(`${url} could not be fetched: no answer (${error.message}).`, url);
  }
}

const toHex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

async function checkShard(bytes, {url, size, sha256}) {
  // If the server sent Content-Encoding: gzip, the browser has already decompressed the file.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return;
  if (bytes.length !== size) {
    throw new DataError(`${url}: ${bytes.length} bytes; expected ${size}.`, url);
  }
  if (!globalThis.crypto?.subtle) return;  // not available to pages without TLS
  if (toHex(await crypto.subtle.digest('SHA-256', bytes)) !== sha256) {
    throw new DataError(`${url} is damaged: its SHA-256 is not the one in the catalog.`, url);
  }
}

/** Returns the shards in the order of use: the first training shard, the test set, the rest. */
function readShards(catalog, name, folder, catalogUrl) {
  const entry = catalog?.datasets?.find?.((dataset) => dataset?.name === name);
  if (!entry) {
    const known = catalog?.datasets?.map?.((dataset) => dataset?.name).join(', ');
    throw new DataError(
      `${catalogUrl} lists no data set "${name}"; it lists: ${known}.`, catalogUrl);
  }
  const read = (split) => {
    const shards = entry.splits?.[split]?.shards;
    if (!Array.isArray(shards) || shards.length === 0) {
      throw new DataError(`${catalogUrl}: no ${split} shards of ${name}.`, catalogUrl);
    }
    return shards.map(({file, bytes, sha256}) => {
      const url = new URL(String(file), folder).href;
      if (!url.startsWith(folder) || !(bytes > 0 && bytes <= maxShardBytes)) {
        throw new DataError(`${catalogUrl}: invalid shard ${file} of ${name}.`, catalogUrl);
      }
      return {url, isTrain: split === 'train', size: bytes, sha256};
    });
  };
  const [first, ...rest] = read('train');
  return [first, ...read('test'), ...rest];
}

export class DataFeed {
  #folder;
  #append;
  #fail;
  #name = null;
  #shards = null;
  #next = 0;
  #kept = new Map();
  #abort = new AbortController();
  #stopped = false;

  /**
   * @param {string} folder  URL of data/
   * @param {(name: string, isTrain: boolean, bytes: Uint8Array, url: string) => void} append
   * @param {(error: DataError) => void} fail
   */
  constructor(folder, append, fail) {
    this.#folder = folder;
    this.#append = append;
    this.#fail = fail;
  }

  /** Fetches data set `name` and passes all its shards to `append`; ends a fetch still running. */
  choose(name) {
    this.stop();
    if (name !== this.#name) {
      this.#kept.clear();
      this.#shards = null;
    }
    this.#name = name;
    this.#next = 0;
    this.#run('default');
  }

  /** Continues after a failure, with the file that failed. */
  retry() {
    // Bypasses the browser's cache, which may hold the damaged file.
    if (this.#stopped) this.#run('reload');
  }

  stop() {
    this.#abort.abort();
    this.#stopped = false;
  }

  async #run(cache) {
    this.#stopped = false;
    this.#abort = new AbortController();
    const {signal} = this.#abort;
    try {
      this.#shards ??= await this.#fetchShards({signal, cache});
      while (!signal.aborted && this.#next < this.#shards.length) {
        const shard = this.#shards[this.#next];
        const bytes = await this.#fetchShard(shard, {signal, cache});
        if (signal.aborted) return;
        this.#append(this.#name, shard.isTrain, bytes, shard.url);
        this.#next += 1;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#stopped = true;
      this.#fail(error);
    }
  }

  async #fetchShards(options) {
    const url = new URL('catalog.json', this.#folder).href;
    const bytes = await fetchBytes(url, maxCatalogBytes, options);
    let catalog;
    try {
      catalog = JSON.parse(new TextDecoder().decode(bytes));
    } catch (error) {
      throw new DataError(`${url} is not a valid catalog: ${error.message}.`, url);
    }
    return readShards(catalog, this.#name, this.#folder, url);
  }

  async #fetchShard(shard, options) {
    const kept = this.#kept.get(shard.url);
    if (kept) return kept;
    const bytes = await fetchBytes(shard.url, maxShardBytes, options);
    await checkShard(bytes, shard);
    const total = this.#shards.reduce((sum, {size}) => sum + size, 0);
    if (total <= maxKeptBytes) this.#kept.set(shard.url, bytes);
    return bytes;
  }
}
