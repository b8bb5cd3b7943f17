// Keeps data sets in the origin-private file system, for the engine worker: those of the user's own,
// each as one file, the bytes of its files one after another, and the shards of packed ones and the
// pieces of weight files that were fetched, each as a file. An index lists them (store_index.js). One tab writes at a time, under
// a lock; files are added and deleted, never changed, so others go on reading.

import {
  bytesLeft, bytesOf, DamageError, digest, explain, fileIn, pieceBytes, piecesOf, StorageError, toHex,
  writeFile,
} from './stored_files.js';
import {isText, listedFiles, readIndex, shardName, shardsOf, writeIndex} from './store_index.js';

const lockName = 'convlab-data';
const shardLockName = 'convlab-shards';
// For the index, and because the browser's estimate is rough.
const spareBytes = 2 ** 22;

/**
 * @typedef {import('./store_index.js').KeptData} KeptData
 * @typedef {import('./store_index.js').KeptPack} KeptPack
 * @typedef {import('./store_index.js').KeptFile} KeptFile
 * @typedef {import('./store_index.js').Index} Index
 * @typedef {(done: number, total: number) => void} OnBytes
 */

/** A lock that tabs share while they read the file of a data set, and need alone to delete it. */
const fileLock = (file) => `convlab-${file}`;

/** Deletes a file unless a tab reads it; returns whether it is gone. */
async function remove(folder, file) {
  return navigator.locks.request(fileLock(file), {ifAvailable: true}, async (lock) => {
    if (lock === null) return false;
    await folder.removeEntry(file).catch(() => {});
    return true;
  });
}

export class DataStore {
  /** @type {FileSystemDirectoryHandle|null} */
  #folder = null;
  /** Why nothing can be kept; empty if it can. */
  #why = '';

  /** Opens the storage; there is nothing in it if it cannot be used. */
  async open() {
    const {crypto, navigator, FileSystemFileHandle} = /** @type {any} */ (globalThis);
    const isSupported = crypto?.subtle && navigator?.locks && navigator.storage?.getDirectory &&
      FileSystemFileHandle?.prototype.createSyncAccessHandle;
    if (!isSupported) {
      this.#why = globalThis.isSecureContext === false
        ? 'pages without TLS (https) can keep nothing' : 'this browser has no storage for files';
      return;
    }
    try {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('convlab-data', {create: true});
      await readIndex(folder);
      this.#folder = folder;
    } catch (error) {
      this.#why = explain(error, 0, null).message;
    }
  }

  /** Returns what is kept now; other tabs may have added to it. @returns {Promise<Index>} */
  async list() {
    return this.#folder === null ? {generation: 0, datasets: [], packs: []}
      : readIndex(this.#folder);
  }

  /**
   * Keeps all tabs from deleting the file of a data set until the function is called that this
   * returns.
   * @param {string} file
   * @returns {Promise<() => Promise<void>>}
   */
  hold(file) {
    return new Promise((resolve, reject) => {
      const held = navigator.locks.request(fileLock(file), {mode: 'shared'}, () =>
        new Promise((release) => {
          resolve(async () => {
            release(undefined);
            await held;
          });
        }));
      held.catch(reject);
    });
  }

  /**
   * Returns the files of a kept data set after comparing all its bytes with their checksums.
   * Throws DamageError if they differ.
   * @param {KeptData} data @param {OnBytes} onBytes @param {AbortSignal} [signal]
   */
  async check(data, onBytes, signal) {
    const blob = await fileIn(this.#folder, data.file);
    const refuse = (why) => new DamageError(
      `The kept copy of ${data.name} is damaged: ${why}. Delete it and add the files again.`);
    if (blob === null) throw refuse('its file is gone');
    if (blob.size !== data.bytes) {
      throw refuse(`it has ${blob.size} bytes; expected ${data.bytes}`);
    }
    let index = 0;
    for await (const piece of piecesOf(bytesOf(blob))) {
      signal?.throwIfAborted();
      if (await digest(piece) !== data.pieces[index]) {
        throw refuse(`the checksum of its bytes from ${index * pieceBytes} on is wrong`);
      }
      index += 1;
      onBytes(Math.min(index * pieceBytes, data.bytes), data.bytes);
    }
    return data.files.map(({path, offset, size}) =>
      ({path, file: blob.slice(offset, offset + size)}));
  }

  /**
   * Returns the bytes of a shard as they were kept, which may be damaged; null if it is not kept.
   * @param {string} sha256 @param {number} max  of bytes
   */
  async readShard(sha256, max) {
    if (this.#folder === null) return null;
    try {
      const file = await fileIn(this.#folder, shardName(sha256));
      return file !== null && file.size <= max ? new Uint8Array(await file.arrayBuffer()) : null;
    } catch {
      return null;  // another tab is writing it
    }
  }

  /**
   * Keeps a shard of a pack that is listed. Throws StorageError if there is no room.
   * @param {string} sha256 @param {Uint8Array} bytes
   */
  async writeShard(sha256, bytes) {
    const folder = this.#folder;
    const name = shardName(sha256);
    const left = await bytesLeft();
    await navigator.locks.request(shardLockName, async () => {
      try {
        if (left !== null && bytes.length + spareBytes > left) {
          throw new DOMException('no room', 'QuotaExceededError');
        }
        await writeFile(folder, name, async (write) => write(bytes));
      } catch (error) {
        await /** @type {any} */ (folder).removeEntry(name).catch(() => {});
        throw explain(error, bytes.length, left);
      }
    });
  }

  /** Returns the titles of the packs that are kept, all or in part, and their bytes here. */
  async keptPacks() {
    const {packs} = await this.list();
    const files = new Set(packs.flatMap(({entry}) => shardsOf(entry).map(({sha256}) => shardName(sha256))));
    let bytes = 0;
    for (const name of files) {
      // Not counted: one that another tab is writing.
      bytes += (await fileIn(this.#folder, name).catch(() => null))?.size ?? 0;
    }
    return {titles: packs.map(({entry: {name, title}}) => (isText(title) ? title : name)), bytes};
  }

  /** Deletes a shard, which is damaged. @param {string} sha256 */
  async removeShard(sha256) {
    await this.#folder?.removeEntry(shardName(sha256)).catch(() => {});
  }

  /**
   * Lists a pack, in place of another version of it, so that its shards can be kept. Returns whether
   * it is listed: not while another tab writes. Throws StorageError if nothing can be kept.
   * @param {KeptPack} pack
   * @returns {Promise<boolean>}
   */
  async listPack(pack) {
    return (await this.#lock({ifAvailable: true}, (writer) => writer.listPack(pack))) ?? false;
  }

  /**
   * Calls `use` with a Writer while no other tab writes. Throws StorageError if nothing can be
   * kept. The signal ends the wait for other tabs.
   * @template T
   * @param {(writer: Writer) => Promise<T>} use @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  async write(use, signal) { return /** @type {Promise<any>} */ (this.#lock({signal}, use)); }

  /** Deletes what is no longer listed, unless another tab writes: it does so, too. */
  async clean() { await this.#lock({ifAvailable: true}, async () => true).catch(() => {}); }

  /** The same as `write`; returns null if the lock is not available. */
  async #lock(options, use) {
    const folder = this.#folder;
    if (folder === null) throw new StorageError(this.#why);
    return navigator.locks.request(lockName, options, async (lock) => {
      if (lock === null) return null;
      let index;
      try {
        index = await readIndex(folder);
        if (!index.isNewer) await this.#clean(index);
      } catch (error) {
        throw new StorageError(`what is kept here cannot be read (${error.message})`);
      }
      if (index.isNewer) {
        throw new StorageError('what is kept here was written by a newer version of convlab');
      }
      return use(new Writer(folder, index));
    });
  }

  /** Deletes files that no valid index lists, as a tab that was closed while it wrote leaves. */
  async #clean(index) {
    const folder = /** @type {any} */ (this.#folder);
    const listed = listedFiles(index);
    for await (const name of folder.keys()) {
      // One that another tab reads stays until the next time.
      if (!listed.has(name)) await remove(folder, name);
    }
  }
}

/** What can be done while no other tab writes. */
class Writer {
  #folder;
  #index;

  /** @param {FileSystemDirectoryHandle} folder @param {Index} index */
  constructor(folder, index) {
    this.#folder = folder;
    this.#index = index;
  }

  /**
   * Writes files that are not listed yet: `keep` lists them, `discard` deletes them. Leaves nothing
   * behind after an error. Packs, which can be fetched again, make room. Throws StorageError if
   * there is none.
   * @param {{path: string, size: number, chunks: () => AsyncIterable<Uint8Array>}[]} files
   *   sizes may be estimates
   * @param {OnBytes} onBytes @param {AbortSignal} [signal]
   */
  async draft(files, onBytes, signal) {
    const needed = files.reduce((sum, {size}) => sum + size, 0);
    const file = `data-${toHex(crypto.getRandomValues(new Uint8Array(16)))}`;
    /** @type {{file: string, bytes: number, pieces: string[], files: KeptFile[]}} */
    const draft = {file, bytes: 0, pieces: [], files: []};
    const all = async function* all() {
      let offset = 0;
      for (const {path, chunks} of files) {
        let size = 0;
        for await (const chunk of chunks()) {
          size += chunk.length;
          yield chunk;
        }
        draft.files.push({path, offset, size});
        offset += size;
      }
    };
    let left = await bytesLeft();
    try {
      if (left !== null && needed + spareBytes > left) {
        await this.#listPacks([]);
        left = await bytesLeft();
      }
      if (left !== null && needed + spareBytes > left) {
        throw new DOMException('no room', 'QuotaExceededError');
      }
      await writeFile(this.#folder, file, async (write) => {
        for await (const piece of piecesOf(all())) {
          signal?.throwIfAborted();
          write(piece);
          draft.pieces.push(await digest(piece));
          draft.bytes += piece.length;
          onBytes(draft.bytes, Math.max(needed, draft.bytes));
        }
      });
      const blob = await (await this.#folder.getFileHandle(file)).getFile();
      const blobs = draft.files.map(({path, offset, size}) =>
        ({path, file: blob.slice(offset, offset + size)}));
      return {...draft, blobs};
    } catch (error) {
      await this.discard({file});
      throw explain(error, Math.max(needed, draft.bytes), left);
    }
  }

  /**
   * Lists a draft as data set `name`, in place of the one in the file `known`, and returns all that
   * are kept. Throws StorageError if another tab has kept one of this name.
   */
  async keep({file, bytes, pieces, files}, name, about, known) {
    const {datasets} = this.#index;
    try {
      const others = datasets.filter((data) => data.name !== name);
      const before = datasets.find((data) => data.name === name);
      if (before !== undefined && before.file !== known) {
        throw new StorageError(`another tab has just kept a data set ${name}; reload to see it`);
      }
      await this.#list({datasets: [...others, {name, bytes, file, pieces, files, about}]});
      return this.#index.datasets;
    } catch (error) {
      await this.discard({file});
      throw explain(error, bytes, null);
    }
  }

  /** Deletes a draft, or any file that no tab reads; returns whether it is gone. */
  async discard({file}) { return remove(this.#folder, file); }

  /**
   * Deletes a data set; another one that has got its name meanwhile stays. Returns false if its
   * file stays until no tab reads it.
   * @param {KeptData} data
   */
  async remove({file}) {
    await this.#list({datasets: this.#index.datasets.filter((data) => data.file !== file)});
    return this.discard({file});
  }

  /** Lists a pack. Throws StorageError if there is no room for all of it. @param {KeptPack} pack */
  async listPack(pack) {
    const {packs} = this.#index;
    const isSame = ({folder, entry}) => folder === pack.folder && entry.name === pack.entry.name;
    const before = packs.find(isSame);
    if (JSON.stringify(before) === JSON.stringify(pack)) return true;
    const needed = shardsOf(pack.entry).reduce((sum, {bytes}) => sum + bytes, 0);
    const left = await bytesLeft();
    try {
      if (left !== null && needed + spareBytes > left) {
        throw new DOMException('no room', 'QuotaExceededError');
      }
      await this.#listPacks([...packs.filter((other) => !isSame(other)), pack]);
    } catch (error) {
      throw explain(error, needed, left);
    }
    return true;
  }

  /** Deletes all packs. */
  async removePacks() { await this.#listPacks([]); }

  /** Lists only these packs and deletes the shards of others. @param {KeptPack[]} packs */
  async #listPacks(packs) {
    const before = listedFiles(this.#index);
    await this.#list({packs});
    const after = listedFiles(this.#index);
    for (const file of before) {
      if (!after.has(file)) await this.discard({file});
    }
  }

  /** Writes the next generation of the index, with these changes. */
  async #list(changes) {
    const index = {...this.#index, ...changes, generation: this.#index.generation + 1};
    await writeIndex(this.#folder, index);
    this.#index = index;
  }
}
