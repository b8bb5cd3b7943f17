// Gets the catalog of the packed data sets, data/catalog.json, and the files of one of them, one after
// another: those that are kept from an earlier visit, all others from the server. The engine checks
// all of them (src/data/arriving_data.h).

import {FileError, fetchFile} from './fetch_file.js';
import {shardsOf} from './store_index.js';

const maxCatalogBytes = 2 ** 24;
// Data sets up to this size stay in memory, so that another network can use them at once.
const maxBytesInMemory = 2 ** 26;
// Training begins when about these are here (Loader::first_epoch_block in src/data/loader.h).
const firstImages = 2048;
const firstBytes = 2 ** 21;

/**
 * @typedef {import('./store_index.js').Shard} Shard
 * @typedef {import('./store_index.js').Pack} Pack
 */

/**
 * Returns the files in the order of use: those with the first training images, the first test
 * images, which are shown while it trains, and the rest, of both parts in proportion, so that the
 * first evaluation need not wait. A training file is the last.
 * @param {Pack} pack
 * @returns {Shard[]}
 */
function inOrder({splits: {train, test}}) {
  let [images, used] = [0, 0];
  const first = train.shards.filter(({count, size}) => {
    const isFirst = images < firstImages && used < firstBytes;
    images += count;
    used += size;
    return isFirst;
  });
  const shown = test.shards.slice(0, 1);
  const placed = (shards) => shards.map((shard, i) => ({shard, at: (i + 1) / shards.length}));
  const rest = [...placed(test.shards.slice(1)), ...placed(train.shards.slice(first.length))]
    .sort((a, b) => a.at - b.at);
  return [...first, ...shown, ...rest.map(({shard}) => shard)];
}

export class DataFeed {
  #folder;
  #packs;
  #describe;
  #append;
  #fail;
  #name = '';
  /** The data set that is being fetched, as the catalog had it. @type {Pack|null} */
  #pack = null;
  /** @type {any[]|null} */
  #catalog = null;
  /** Whether the catalog is that of the server, and not what is kept of it. */
  #isCurrent = false;
  /** Why the catalog could not be loaded; null once it was reported. */
  #catalogError = null;
  #next = 0;
  /** Files of the data set that is in use, by SHA-256. @type {Map<string, Uint8Array>} */
  #memory = new Map();
  #abort = new AbortController();
  #stopped = false;

  /**
   * @param {string} folder  URL of data/
   * @param {import('./pack_store.js').PackStore} packs
   * @param {object} user
   * @param {(catalog: string, url: string) => void} user.describe  throws for an invalid catalog
   * @param {(name: string, file: string, bytes: Uint8Array, url: string) => void} user.append
   *   throws FileError for a damaged file
   * @param {(error: FileError) => void} user.fail
   */
  constructor(folder, packs, {describe, append, fail}) {
    this.#folder = folder;
    this.#packs = packs;
    this.#describe = describe;
    this.#append = append;
    this.#fail = fail;
  }

  /** The data sets of the catalog; none before it is loaded. */
  get hosted() {
    return (this.#catalog ?? []).map(({name, title, description, source, licence, get}) =>
      ({name, title, description, source, licence, get, download_bytes: 0, urls: []}));
  }

  /**
   * Loads the catalog, or else what is kept of it. An error is reported to `fail` when a data set is
   * chosen that is not kept.
   */
  async loadCatalog() {
    try {
      await this.#fetchCatalog({cache: 'default'});
    } catch (error) {
      this.#catalogError = error;
      await this.#loadKept();
    }
  }

  /** Gets data set `name` and passes all its files to `append`; ends a fetch still running. */
  choose(name) {
    this.stop();
    if (name !== this.#name) this.#memory.clear();
    this.#name = name;
    this.#next = 0;
    this.#pack = null;
    this.#run({isRetry: false});
  }

  /** Continues after a failure, with the catalog, which may be new, and the file that failed. */
  retry() {
    if (!this.#stopped) return;
    this.#run({isRetry: true});
  }

  stop() {
    this.#abort.abort();
    this.#stopped = false;
  }

  async #run({isRetry}) {
    this.#stopped = false;
    this.#abort = new AbortController();
    const {signal} = this.#abort;
    // A damaged file may be in the browser's cache.
    const cache = isRetry ? 'reload' : 'default';
    try {
      if (isRetry) await this.#fetchCatalog({signal, cache});
      const pack = await this.#findPack({signal, cache});
      if (signal.aborted) return;
      this.#packs.choose(pack);
      for (const shards = inOrder(pack); this.#next < shards.length; this.#next += 1) {
        await this.#add(shards[this.#next], {signal, cache});
        if (signal.aborted) return;
      }
      await this.#packs.finish();
    } catch (error) {
      if (signal.aborted) return;
      this.#stopped = true;
      this.#fail(error);
    }
  }

  /** Passes a file to `append`: as it is in memory, as it is kept, or else from the server. */
  async #add(shard, {signal, cache}) {
    const {file, bytes: packed, size, sha256} = shard;
    const url = new URL(file, this.#folder).href;
    const here = this.#memory.get(sha256) ?? await this.#packs.read(shard);
    if (signal.aborted) return;
    if (here && await this.#addKept(shard, here, url)) return;
    const {bytes} = await fetchFile(url, {max: Math.max(packed, size), signal, cache});
    if (signal.aborted) return;
    this.#append(this.#name, file, bytes, url);
    this.#remember(sha256, bytes);
    await this.#packs.keep(shard, bytes);
  }

  /** Returns whether bytes from memory or the storage could be used; if not, forgets them. */
  async #addKept(shard, bytes, url) {
    try {
      this.#append(this.#name, shard.file, bytes, url);
      this.#remember(shard.sha256, bytes);
      return true;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#memory.delete(shard.sha256);
      await this.#packs.drop(shard);
      return false;
    }
  }

  #remember(sha256, bytes) {
    const all = shardsOf(/** @type {Pack} */ (this.#pack));
    const total = all.reduce((sum, shard) => sum + shard.bytes, 0);
    if (total <= maxBytesInMemory) this.#memory.set(sha256, bytes);
  }

  /** Returns the data set's entry in the catalog, which is fetched if only that of kept ones is here. */
  async #findPack(options) {
    const find = () => this.#catalog?.find(({name}) => name === this.#name);
    if (find() === undefined && !this.#isCurrent) {
      const known = this.#catalogError;
      this.#catalogError = null;
      if (known) throw known;
      await this.#fetchCatalog(options);
    }
    const found = find();
    const url = new URL('catalog.json', this.#folder).href;
    if (found === undefined) {
      const names = (this.#catalog ?? []).map(({name}) => name).join(', ');
      throw new FileError(`${url} lists no data set "${this.#name}"; it lists: ${names}.`, url);
    }
    if (this.#next > 0 && JSON.stringify(found) !== JSON.stringify(this.#pack)) {
      throw new FileError(`${url}: ${this.#name} has changed on the server since it was chosen; ` +
        'choose it again.', url);
    }
    this.#pack = found;
    return found;
  }

  async #fetchCatalog(options) {
    const url = new URL('catalog.json', this.#folder).href;
    const {bytes} = await fetchFile(url, {max: maxCatalogBytes, ...options});
    this.#setCatalog(new TextDecoder().decode(bytes), url);
    this.#isCurrent = true;
  }

  async #loadKept() {
    try {
      const datasets = await this.#packs.entries();
      if (datasets.length > 0) this.#setCatalog(JSON.stringify({datasets}), 'the kept catalog');
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      // As if nothing were kept: why the server's catalog is not here is reported.
    }
  }

  #setCatalog(text, source) {
    this.#describe(text, source);
    this.#catalog = JSON.parse(text).datasets;
  }
}
