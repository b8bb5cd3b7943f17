// Keeps the files of packed data sets that were fetched, in the engine worker, so that a later visit
// needs no network for them. They are kept as they came, under their SHA-256, which the engine
// compares whenever they are used (src/data/arriving_data.h).

export class PackStore {
  #store;
  #folder;
  #notKept;
  /** The data set whose files are kept now. @type {import('./store_index.js').Pack|null} */
  #entry = null;
  #isListed = false;
  #hasFailed = false;

  /**
   * @param {import('./data_store.js').DataStore} store
   * @param {string} folder  URL of data/
   * @param {(title: string, why: string) => void} notKept  called once for a data set that cannot
   *   be kept
   */
  constructor(store, folder, notKept) {
    this.#store = store;
    this.#folder = folder;
    this.#notKept = notKept;
  }

  /** Returns the catalog's entries of the data sets that are kept, all or in part. */
  async entries() {
    const {packs} = await this.#store.list();
    return packs.filter(({folder}) => folder === this.#folder).map(({entry}) => entry);
  }

  /** Keeps files of this data set from now on. @param {import('./store_index.js').Pack} entry */
  choose(entry) {
    if (JSON.stringify(entry) === JSON.stringify(this.#entry)) return;
    this.#entry = entry;
    this.#isListed = false;
    this.#hasFailed = false;
  }

  /**
   * Returns the bytes of a file, which may be damaged, and null if it is not kept.
   * @param {import('./store_index.js').Shard} shard
   */
  read({sha256, bytes, size}) { return this.#store.readShard(sha256, Math.max(bytes, size)); }

  /** Forgets a damaged file. @param {import('./store_index.js').Shard} shard */
  drop({sha256}) { return this.#store.removeShard(sha256); }

  /**
   * Keeps a file, unless another tab writes just now.
   * @param {import('./store_index.js').Shard} shard @param {Uint8Array} bytes
   */
  async keep({sha256}, bytes) {
    await this.#try(async () => {
      if (await this.#list()) await this.#store.writeShard(sha256, bytes);
    });
  }

  /** Keeps what the catalog says of the data set. */
  async finish() { await this.#try(() => this.#list()); }

  async #list() {
    const entry = /** @type {import('./store_index.js').Pack} */ (this.#entry);
    this.#isListed ||= await this.#store.listPack({folder: this.#folder, entry});
    return this.#isListed;
  }

  async #try(action) {
    if (this.#hasFailed) return;
    try {
      await action();
    } catch (error) {
      // Training continues without it.
      this.#hasFailed = true;
      this.#notKept(this.#entry?.title ?? '', error.message);
    }
  }
}
