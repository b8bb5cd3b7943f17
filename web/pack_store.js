// Keeps what was fetched of packed data sets and weight files, in the engine worker, so that a later
// visit needs no network for it. The files are kept as they came, under their SHA-256, which is
// compared whenever they are used (src/data/arriving_data.h, weight_feed.js).

/**
 * @typedef {import('./store_index.js').Pack|import('./store_index.js').Weights} Entry
 * @typedef {{sha256: string, bytes: number, size?: number}} Stored  size: as it is used
 */

export class PackStore {
  #store;
  #folder;
  #notKept;
  /** That whose files are kept now. @type {Entry|null} */
  #entry = null;
  #isListed = false;
  /** Whether nothing more of it is kept. */
  #isStopped = false;

  /**
   * @param {import('./data_store.js').DataStore} store
   * @param {string} folder  URL of the catalog's folder
   * @param {(title: string, why: string) => void} notKept  called once for what cannot be kept
   */
  constructor(store, folder, notKept) {
    this.#store = store;
    this.#folder = folder;
    this.#notKept = notKept;
  }

  /** Returns the catalog's entries of what is kept, all or in part. @returns {Promise<any[]>} */
  async entries() {
    const {packs} = await this.#store.list();
    return packs.filter(({folder}) => folder === this.#folder).map(({entry}) => entry);
  }

  /** Keeps files of this data set or weight file from now on. @param {Entry} entry */
  choose(entry) {
    if (JSON.stringify(entry) === JSON.stringify(this.#entry)) return;
    this.#entry = entry;
    this.#isListed = false;
    this.#isStopped = false;
  }

  /**
   * Returns the bytes of a file, which may be damaged, and null if it is not kept.
   * @param {Stored} shard @returns {Promise<Uint8Array<ArrayBuffer>|null>}
   */
  read({sha256, bytes, size = 0}) { return this.#store.readShard(sha256, Math.max(bytes, size)); }

  /** Forgets a damaged file. @param {Stored} shard */
  drop({sha256}) { return this.#store.removeShard(sha256); }

  /**
   * Keeps a file, unless another tab writes just now.
   * @param {Stored} shard @param {Uint8Array} bytes
   */
  async keep({sha256}, bytes) {
    await this.#try(async () => {
      if (await this.#list()) await this.#store.writeShard(sha256, bytes);
    });
  }

  /** Keeps nothing more until another one is chosen. */
  stop() { this.#isStopped = true; }

  /** Keeps what the catalog says of it. */
  async finish() { await this.#try(() => this.#list()); }

  async #list() {
    const entry = /** @type {Entry} */ (this.#entry);
    this.#isListed ||= await this.#store.listPack({folder: this.#folder, entry});
    return this.#isListed;
  }

  async #try(action) {
    if (this.#isStopped) return;
    try {
      await action();
    } catch (error) {
      // Training continues without it.
      this.stop();
      this.#notKept(this.#entry?.title ?? '', error.message);
    }
  }
}
