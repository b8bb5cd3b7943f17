// Fetches the shards of a data set, listed in data/catalog.json, one after another.

import {FileError, fetchFile, readStream} from './fetch_file.js';

const maxCatalogBytes = 2 ** 20;
const maxShardBytes = 2 ** 28;
// Of src/data/formats/shard.h; a label and the pixels of each image follow.
const shardHeaderBytes = 28;
// Data sets up to this size are kept, so that another network can use them without fetching.
const maxKeptBytes = 2 ** 26;

const toHex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

const startsWith = (bytes, ...begin) => begin.every((byte, i) => bytes[i] === byte);

// If the server sent Content-Encoding: gzip, the browser has already inflated the file.
const isInflated = (bytes) => startsWith(bytes, ...new TextEncoder().encode('CVLSHRD1'));

/**
 * Returns the inflated bytes of a shard after comparing them with the catalog: what is used is what
 * was hashed, whether server, browser or this function has inflated it.
 */
async function readShard(bytes, {url, size, inflatedSize, sha256}) {
  const refuse = (why) =>
    new FileError(`${url} is damaged: ${why}. Copy the file to the server again, then retry.`, url);
  let inflated = bytes;
  if (!isInflated(bytes)) {
    if (!startsWith(bytes, 0x1f, 0x8b)) throw refuse('it is neither gzip nor a shard');
    if (bytes.length !== size) throw refuse(`it has ${bytes.length} bytes; expected ${size}`);
    // Missing in Firefox before 113; the engine inflates it then, and checks gzip's CRC.
    if (typeof DecompressionStream !== 'function') return bytes;
    const tooLong = () => refuse(`it inflates to more than ${inflatedSize} bytes`);
    try {
      inflated = await readStream(
        new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')),
        inflatedSize, tooLong);
    } catch (error) {
      throw error instanceof FileError ? error : refuse(`invalid gzip data (${error.message})`);
    }
  }
  if (inflated.length !== inflatedSize) {
    throw refuse(`it has ${inflated.length} bytes when inflated; expected ${inflatedSize}`);
  }
  // crypto.subtle is not available to pages without TLS.
  if (globalThis.crypto?.subtle &&
      toHex(await crypto.subtle.digest('SHA-256', inflated)) !== sha256) {
    throw refuse('its SHA-256 is not the one in the catalog');
  }
  return inflated;
}

/** Returns the shards in the order of use: the first training shard, the test set, the rest. */
function readShards(catalog, name, folder, catalogUrl) {
  const entry = catalog?.datasets?.find?.((dataset) => dataset?.name === name);
  if (!entry) {
    const known = catalog?.datasets?.map?.((dataset) => dataset?.name).join(', ');
    throw new FileError(
      `${catalogUrl} lists no data set "${name}"; it lists: ${known}.`, catalogUrl);
  }
  const read = (split) => {
    const shards = entry.splits?.[split]?.shards;
    if (!Array.isArray(shards) || shards.length === 0) {
      throw new FileError(`${catalogUrl}: no ${split} shards of ${name}.`, catalogUrl);
    }
    return shards.map(({file, count, bytes, sha256}) => {
      const url = new URL(String(file), folder).href;
      const inflatedSize =
        shardHeaderBytes + count * (1 + entry.height * entry.width * entry.channels);
      if (!url.startsWith(folder) || !(bytes > 0 && bytes <= maxShardBytes) ||
          !(inflatedSize > shardHeaderBytes && inflatedSize <= maxShardBytes)) {
        throw new FileError(`${catalogUrl}: invalid shard ${file} of ${name}.`, catalogUrl);
      }
      return {url, isTrain: split === 'train', size: bytes, inflatedSize, sha256};
    });
  };
  const [first, ...rest] = read('train');
  return [first, ...read('test'), ...rest];
}

export class DataFeed {
  #folder;
  #append;
  #fail;
  #name = '';
  /** @type {{url: string, isTrain: boolean, size: number}[]|null} */
  #shards = null;
  #next = 0;
  #kept = new Map();
  #abort = new AbortController();
  #stopped = false;

  /**
   * @param {string} folder  URL of data/
   * @param {(name: string, isTrain: boolean, bytes: Uint8Array, url: string) => void} append
   * @param {(error: FileError) => void} fail
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
      const shards = this.#shards ??= await this.#fetchShards({signal, cache});
      const total = shards.reduce((sum, {size}) => sum + size, 0);
      while (!signal.aborted && this.#next < shards.length) {
        const shard = shards[this.#next];
        const bytes = await this.#fetchShard(shard, total <= maxKeptBytes, {signal, cache});
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
    const {bytes} = await fetchFile(url, {max: maxCatalogBytes, ...options});
    let catalog;
    try {
      catalog = JSON.parse(new TextDecoder().decode(bytes));
    } catch (error) {
      throw new FileError(`${url} is not a valid catalog: ${error.message}.`, url);
    }
    return readShards(catalog, this.#name, this.#folder, url);
  }

  async #fetchShard(shard, keep, options) {
    const kept = this.#kept.get(shard.url);
    const bytes = kept ?? (await fetchFile(shard.url, {max: maxShardBytes, ...options})).bytes;
    const inflated = await readShard(bytes, shard);
    if (keep) this.#kept.set(shard.url, bytes);
    return inflated;
  }
}
