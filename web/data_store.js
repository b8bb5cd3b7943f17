// Keeps data sets of the user's own in the origin-private file system, for the engine worker. Each
// is one file, the bytes of its files one after another. Which there are stands in an index of two
// generations: the older is overwritten, the newer valid one is read. One tab writes at a time,
// under a lock; files are added and deleted, never changed, so others go on reading.

import {formatBytes} from './format.js';

const version = 1;
const pieceBytes = 2 ** 20;
const maxIndexBytes = 2 ** 28;
const maxDatasets = 1000;
const lockName = 'convlab-data';
const indexNames = ['index-a.json', 'index-b.json'];
// For the index, and because the browser's estimate is rough.
const spareBytes = 2 ** 22;

/**
 * A file of a kept data set.
 * @typedef {{path: string, offset: number, size: number}} KeptFile
 * @typedef {{name: string, bytes: number, file: string, pieces: string[], files: KeptFile[],
 *   about: object}} KeptData  pieces: SHA-256 of each 1 MiB; about: the engine's description
 * @typedef {{generation: number, datasets: KeptData[]}} Index
 * @typedef {(done: number, total: number) => void} OnBytes
 */

/** Storage cannot be used, or has no room; data can be used nevertheless, without being kept. */
export class StorageError extends Error {}

/** The kept copy is not what was stored. */
export class DamageError extends Error {}

const toHex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
const digest = async (bytes) => toHex(await crypto.subtle.digest('SHA-256', bytes));
const digestText = (text) => digest(new TextEncoder().encode(text));

const isCount = (value, max = Number.MAX_SAFE_INTEGER) =>
  Number.isSafeInteger(value) && value >= 0 && value <= max;
const isText = (value) => typeof value === 'string' && value !== '';

function isKept(data) {
  const {name, bytes, file, pieces, files, about} = data ?? {};
  return isText(name) && isCount(bytes) && /^data-[0-9a-f]{32}$/.test(file) &&
    typeof about === 'object' && about !== null && Array.isArray(pieces) &&
    pieces.length === Math.ceil(bytes / pieceBytes) && pieces.every(isText) &&
    Array.isArray(files) && files.every((entry) => isText(entry?.path) &&
      isCount(entry.offset, bytes) && isCount(entry.size, bytes - entry.offset));
}

/**
 * Returns the index in a file's text, null if it is damaged, and 'newer' if another version of
 * convlab has written it.
 * @returns {Promise<Index|'newer'|null>}
 */
async function parseIndex(text) {
  try {
    const {checksum, content} = JSON.parse(text);
    if (await digestText(JSON.stringify(content)) !== checksum) return null;
    if (content.version > version) return 'newer';
    const isGood = content.version === version && isCount(content.generation) &&
      Array.isArray(content.datasets) && content.datasets.length <= maxDatasets &&
      content.datasets.every(isKept);
    return isGood ? content : null;
  } catch {
    return null;
  }
}

async function fileIn(folder, name) {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (error) {
    if (error.name === 'NotFoundError') return null;
    throw error;
  }
}

/** Returns the text of a small file, null if there is none. Another tab may be writing it. */
async function readText(folder, name) {
  for (let tries = 1; ; ++tries) {
    try {
      const file = await fileIn(folder, name);
      return file !== null && file.size <= maxIndexBytes ? await file.text() : null;
    } catch (error) {
      if (error.name !== 'NotReadableError' || tries === 10) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }
}

/** Writes a file with what `write` passes to its argument, at once on the disk. */
async function writeFile(folder, name, write) {
  const file = await folder.getFileHandle(name, {create: true});
  const handle = await /** @type {any} */ (file).createSyncAccessHandle();  // only in workers
  try {
    handle.truncate(0);
    let at = 0;
    await write((bytes) => {
      const written = handle.write(bytes, {at});
      at += written;
      if (written !== bytes.length) throw new DOMException('disk full', 'QuotaExceededError');
    });
    handle.flush();
  } finally {
    handle.close();
  }
}

/** Yields the bytes of streams one after another in pieces of 1 MiB, the last one shorter. */
async function* piecesOf(chunks) {
  let piece = new Uint8Array(pieceBytes);
  let used = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const count = Math.min(pieceBytes - used, chunk.length - at);
      piece.set(chunk.subarray(at, at + count), used);
      at += count;
      used += count;
      if (used < pieceBytes) continue;
      yield piece;
      piece = new Uint8Array(pieceBytes);
      used = 0;
    }
  }
  if (used > 0) yield piece.subarray(0, used);
}

/** Yields the bytes of a Blob. @param {Blob} blob */
export async function* bytesOf(blob) {
  for (let at = 0; at < blob.size; at += pieceBytes) {
    yield new Uint8Array(await blob.slice(at, at + pieceBytes).arrayBuffer());
  }
}

/** Returns the room in bytes that the browser estimates; null if it does not. */
async function bytesLeft() {
  try {
    const {quota, usage = 0} = await navigator.storage.estimate();
    return quota === undefined ? null : Math.max(quota - usage, 0);
  } catch {
    return null;
  }
}

/** Explains an error of the storage. */
function explain(error, needed, left) {
  if (error instanceof StorageError) return error;
  if (error?.name === 'QuotaExceededError') {
    const room = left === null ? '' : `, and ${formatBytes(left)} are left`;
    return new StorageError(
      `there is no room to keep it: it needs ${formatBytes(needed)}${room}`);
  }
  if (['SecurityError', 'NotAllowedError', 'InvalidStateError', 'UnknownError'].includes(
    error?.name)) {
    return new StorageError(`this browser lets the page keep nothing here (${error.message})`);
  }
  return error;
}

export class DataStore {
  /** @type {FileSystemDirectoryHandle|null} */
  #folder = null;
  /** Why nothing can be kept; empty if it can. */
  #why = '';

  /** Why nothing can be kept; empty if it can. */
  get why() { return this.#why; }

  /** Opens the storage and returns what is kept; nothing if there is none. */
  async open() {
    const {crypto, navigator, FileSystemFileHandle} = /** @type {any} */ (globalThis);
    const isSupported = crypto?.subtle && navigator?.locks && navigator.storage?.getDirectory &&
      FileSystemFileHandle?.prototype.createSyncAccessHandle;
    if (!isSupported) {
      this.#why = globalThis.isSecureContext === false
        ? 'pages without TLS (https) can keep nothing' : 'this browser has no storage for files';
      return [];
    }
    try {
      const root = await navigator.storage.getDirectory();
      this.#folder = await root.getDirectoryHandle('convlab-data', {create: true});
      return (await this.#read()).datasets;
    } catch (error) {
      this.#folder = null;
      this.#why = explain(error, 0, null).message;
      return [];
    }
  }

  /** Returns what is kept now; other tabs may have added to it. @returns {Promise<KeptData[]>} */
  async list() { return this.#folder === null ? [] : (await this.#read()).datasets; }

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
   * Calls `use` with a Writer while no other tab writes. Throws StorageError if nothing can be
   * kept. The signal ends the wait for other tabs.
   * @template T
   * @param {(writer: Writer) => Promise<T>} use @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  async write(use, signal) {
    const folder = this.#folder;
    if (folder === null) throw new StorageError(this.#why);
    return navigator.locks.request(lockName, {signal}, async () => {
      let index;
      try {
        index = await this.#read();
        if (!index.isNewer) await this.#clean(index.datasets);
      } catch (error) {
        throw new StorageError(`what is kept here cannot be read (${error.message})`);
      }
      if (index.isNewer) {
        throw new StorageError('what is kept here was written by a newer version of convlab');
      }
      return use(new Writer(folder, index));
    });
  }

  /** @returns {Promise<Index & {isNewer: boolean}>} */
  async #read() {
    const folder = /** @type {FileSystemDirectoryHandle} */ (this.#folder);
    const found = await Promise.all(indexNames.map(async (name) => {
      const text = await readText(folder, name);
      return text === null ? null : parseIndex(text);
    }));
    /** @type {Index} */
    let newest = {generation: 0, datasets: []};
    for (const index of found) {
      if (index !== null && index !== 'newer' && index.generation > newest.generation) {
        newest = index;
      }
    }
    return {...newest, isNewer: found.includes('newer')};
  }

  /** Deletes files that no valid index lists, as a tab that was closed while it wrote leaves. */
  async #clean(datasets) {
    const folder = /** @type {any} */ (this.#folder);
    const listed = new Set([...indexNames, ...datasets.map(({file}) => file)]);
    for await (const name of folder.keys()) {
      // One that another tab reads stays until the next time.
      if (!listed.has(name)) await folder.removeEntry(name).catch(() => {});
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
   * behind after an error. Throws StorageError if there is no room.
   * @param {{path: string, size: number, chunks: () => AsyncIterable<Uint8Array>}[]} files
   *   sizes may be estimates
   * @param {OnBytes} onBytes @param {AbortSignal} [signal]
   */
  async draft(files, onBytes, signal) {
    const needed = files.reduce((sum, {size}) => sum + size, 0);
    const left = await bytesLeft();
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
    try {
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
    try {
      const others = this.#index.datasets.filter((data) => data.name !== name);
      const before = this.#index.datasets.find((data) => data.name === name);
      if (before !== undefined && before.file !== known) {
        throw new StorageError(`another tab has just kept a data set ${name}; reload to see it`);
      }
      await this.#list([...others, {name, bytes, file, pieces, files, about}]);
      return this.#index.datasets;
    } catch (error) {
      await this.discard({file});
      throw explain(error, bytes, null);
    }
  }

  /** Deletes a draft. */
  async discard({file}) { await this.#folder.removeEntry(file).catch(() => {}); }

  /** Deletes a data set; another one that has got its name meanwhile stays. @param {KeptData} data */
  async remove({file}) {
    await this.#list(this.#index.datasets.filter((data) => data.file !== file));
    await this.discard({file});
  }

  /** Writes the next generation of the index. */
  async #list(datasets) {
    const generation = this.#index.generation + 1;
    const content = {version, generation, datasets};
    const text = JSON.stringify(content);
    const whole = JSON.stringify({checksum: await digestText(text), content});
    if (datasets.length > maxDatasets || whole.length > maxIndexBytes) {
      throw new StorageError('too many data sets or files are kept; delete some first');
    }
    // The name alternates, so that the generation before stays until this one is whole.
    await writeFile(this.#folder, indexNames[generation % 2],
      async (write) => write(new TextEncoder().encode(whole)));
    this.#index = {generation, datasets};
  }
}
