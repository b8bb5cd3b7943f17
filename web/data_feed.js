// Fetches the catalog of the packed data sets, data/catalog.json, and the files of one of them, one
// after another. The engine checks all of them (src/data/arriving_data.h).

import {FileError, fetchFile} from './fetch_file.js';

const maxCatalogBytes = 2 ** 24;
// Data sets up to this size are kept, so that another network can use them without fetching.
const maxKeptBytes = 2 ** 26;
// Training begins when these images are here (Loader::first_epoch_block in src/data/loader.h).
const firstImages = 2048;

/**
 * @typedef {object} Shard
 * @property {string} file  below data/
 * @property {number} count  of images
 * @property {number} bytes  of the file
 * @property {number} size  of what it inflates to
 */

/**
 * Returns the files in the order of use: those with the first training images, the test images, the
 * rest.
 * @returns {Shard[]}
 */
function inOrder({splits: {train, test}}) {
  let images = 0;
  const isLater = train.shards.map(({count}) => {
    images += count;
    return images - count >= firstImages;
  });
  const first = train.shards.filter((_, i) => !isLater[i]);
  return [...first, ...test.shards, ...train.shards.slice(first.length)];
}

export class DataFeed {
  #folder;
  #describe;
  #append;
  #fail;
  #name = '';
  /** @type {any[]|null} */
  #catalog = null;
  /** Why the catalog could not be loaded; null once it was reported. */
  #catalogError = null;
  #next = 0;
  #kept = new Map();
  #abort = new AbortController();
  #stopped = false;

  /**
   * @param {string} folder  URL of data/
   * @param {object} user
   * @param {(catalog: string, url: string) => void} user.describe  throws for an invalid catalog
   * @param {(name: string, file: string, bytes: Uint8Array, url: string) => void} user.append
   * @param {(error: FileError) => void} user.fail
   */
  constructor(folder, {describe, append, fail}) {
    this.#folder = folder;
    this.#describe = describe;
    this.#append = append;
    this.#fail = fail;
  }

  /** The data sets of the catalog; none before it is loaded. */
  get hosted() {
    return (this.#catalog ?? []).map(({name, title, description, source, licence, get}) =>
      ({name, title, description, source, licence, get, download_bytes: 0, urls: []}));
  }

  /** Loads the catalog. An error is reported to `fail` when a data set is chosen. */
  async loadCatalog() {
    try {
      this.#catalog = await this.#fetchCatalog({cache: 'default'});
    } catch (error) {
      this.#catalogError = error;
    }
  }

  /** Fetches data set `name` and passes all its files to `append`; ends a fetch still running. */
  choose(name) {
    this.stop();
    if (name !== this.#name) this.#kept.clear();
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
      const shards = await this.#findShards({signal, cache});
      const isKept = shards.reduce((sum, {bytes}) => sum + bytes, 0) <= maxKeptBytes;
      while (!signal.aborted && this.#next < shards.length) {
        const {file, bytes: packed, size} = shards[this.#next];
        const url = new URL(file, this.#folder).href;
        const max = Math.max(packed, size);
        const bytes = this.#kept.get(url) ?? (await fetchFile(url, {max, signal, cache})).bytes;
        if (signal.aborted) return;
        this.#append(this.#name, file, bytes, url);
        if (isKept) this.#kept.set(url, bytes);
        this.#next += 1;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#stopped = true;
      this.#fail(error);
    }
  }

  async #findShards(options) {
    const known = this.#catalogError;
    this.#catalogError = null;
    if (known) throw known;
    const catalog = this.#catalog ??= await this.#fetchCatalog(options);
    const entry = catalog.find(({name}) => name === this.#name);
    if (entry) return inOrder(entry);
    const url = new URL('catalog.json', this.#folder).href;
    const names = catalog.map(({name}) => name).join(', ');
    throw new FileError(`${url} lists no data set "${this.#name}"; it lists: ${names}.`, url);
  }

  async #fetchCatalog(options) {
    const url = new URL('catalog.json', this.#folder).href;
    const {bytes} = await fetchFile(url, {max: maxCatalogBytes, ...options});
    const text = new TextDecoder().decode(bytes);
    this.#describe(text, url);
    return JSON.parse(text).datasets;
  }
}
