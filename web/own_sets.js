// The data sets of the user's own, in the engine worker: gives their files to the engine module and
// keeps them in the store, so that they are there after a reload.

import {EngineError} from './engine_module.js';
import {formatBytes} from './format.js';
import {bytesOf, StorageError} from './stored_files.js';

// A compressed archive, which is inflated once, may inflate to 200 times its size, as InflateLimit in
// src/data/inflated_file.h says.
const maxInflated = ({size}) => Math.min(Math.max(200 * size, 2 ** 26), 2 ** 36);
const maxInflatedInMemory = 2 ** 29;

/**
 * What the engine found in the files (describe_data in src/data/own_data_json.h), and whether they
 * are kept; `why` says why not.
 * @typedef {{name: string, train: number, test: number, classes: number, class_names: string[],
 *   height: number, width: number, channels: number, has_common_size: boolean, notes: string[],
 *   models: string[], kept: boolean, why: string, bytes: number}} OwnDescription
 * @typedef {{path: string, file: Blob}} GivenFile
 * @typedef {(stage: 'inflate'|'store'|'check', done: number, total: number) => void} OnProgress
 */

const isGzip = async (file) => {
  const [a, b] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return a === 0x1f && b === 0x8b;
};

/** Yields what a gzip file inflates to. */
async function* inflate({path, file}, max, where) {
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  let total = 0;
  try {
    for (;;) {
      let next;
      try {
        next = await reader.read();
      } catch (error) {
        throw new Error(`${path} is damaged or truncated: ${error.message || 'invalid gzip data'}`);
      }
      if (next.done) return;
      total += next.value.length;
      if (total > max) throw new Error(`${path} inflates to more than ${formatBytes(max)}${where}`);
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Whether a file is a compressed .tar archive: those of other names are, too. */
async function isCompressedTar({path, file}) {
  if (!await isGzip(file)) return false;
  if (typeof DecompressionStream !== 'function') {
    if (!/\.(tgz|tar\.gz)$/i.test(path)) return false;
    throw new Error(`This browser cannot inflate ${path}; inflate it to a .tar first, or use a ` +
      'newer browser.');
  }
  const magicAt = 257;
  let start = new Uint8Array();
  for await (const chunk of inflate({path, file}, Infinity, '')) {
    start = new Uint8Array([...start, ...chunk.subarray(0, 512)]);
    if (start.length >= 512) break;
  }
  return new TextDecoder().decode(start.subarray(magicAt, magicAt + 5)) === 'ustar';
}

const tarPath = (path) => path.replace(/\.(tgz|tar\.gz|gz)$/i, '') + '.tar';

async function inflateInMemory(given, onProgress, signal) {
  const chunks = [];
  let done = 0;
  const max = maxInflated(given.file);
  const [limit, where] = max <= maxInflatedInMemory ? [max, '']
    : [maxInflatedInMemory, ', the limit where nothing can be kept; inflate it to a .tar first'];
  for await (const chunk of inflate(given, limit, where)) {
    signal?.throwIfAborted();
    chunks.push(chunk);
    done += chunk.length;
    onProgress('inflate', done, Math.max(done, given.file.size));
  }
  return [{path: tarPath(given.path), file: new Blob(chunks)}];
}

/** Keeps the file of a data set from being deleted as long as the engine reads it. */
class Hold {
  #store;
  #isClosed = false;
  /** @type {(() => Promise<void>)|null} */
  #release = null;
  /** Resolves when what `close` began is done. @type {Promise<void>} */
  closing = Promise.resolve();

  constructor(store) { this.#store = store; }

  /** @param {string} file */
  async take(file) {
    this.#release = await this.#store.hold(file);
    if (this.#isClosed) await this.#end();
  }

  /** The engine has closed the last of its files. */
  close() {
    this.#isClosed = true;
    this.closing = this.#end().catch(() => {});
  }

  async #end() {
    const release = this.#release;
    this.#release = null;
    await release?.();
    // If it was deleted meanwhile, its bytes go now.
    if (release) await this.#store.clean();
  }
}

export class OwnSets {
  #engine;
  #blobs;
  #store;
  /** Data sets that the engine has opened. @type {Map<string, OwnDescription>} */
  #opened = new Map();
  /** @type {Map<string, Hold>} */
  #holds = new Map();
  /** Those that are kept, as last read. @type {Map<string, import('./store_index.js').KeptData>} */
  #kept = new Map();

  /**
   * @param {import('./engine_module.js').EngineModule} engine
   * @param {import('./blob_table.js').BlobTable} blobs
   * @param {import('./data_store.js').DataStore} store
   */
  constructor(engine, blobs, store) {
    this.#engine = engine;
    this.#blobs = blobs;
    this.#store = store;
  }

  /** Finds out what is kept; deletes what was left because a tab read it. */
  async start() {
    await this.#store.clean();
    this.#setKept((await this.#store.list()).datasets);
  }

  /** Whether the engine uses the user's own data set `name`. @param {string} name */
  isOpen(name) { return this.#opened.has(name); }

  /** Whether there are any that are kept, but not open yet. */
  get hasClosed() { return [...this.#kept.keys()].some((name) => !this.#opened.has(name)); }

  /** Whether `name` is kept, but not open yet. @param {string} name */
  isClosed(name) { return this.#kept.has(name) && !this.#opened.has(name); }

  /** Returns the descriptions of all. @returns {Promise<OwnDescription[]>} */
  async list() {
    this.#setKept((await this.#store.list()).datasets);
    const all = new Map([...this.#kept].map(([name, {about, bytes}]) =>
      [name, /** @type {OwnDescription} */ ({...about, name, bytes, kept: true, why: ''})]));
    for (const [name, description] of this.#opened) all.set(name, description);
    return [...all.values()];
  }

  /** Opens a kept data set after comparing it with its checksums. */
  async open(name, onProgress, signal) {
    if (this.isOpen(name)) return this.#opened.get(name);
    const data = this.#kept.get(name);
    if (data === undefined) throw new Error(`There is no data set ${name}.`);
    const hold = new Hold(this.#store);
    await hold.take(data.file);
    let about;
    try {
      const files = await this.#store.check(data, (done, total) =>
        onProgress('check', done, total), signal);
      ({about} = this.#give(name, files, hold));
    } catch (error) {
      hold.close();
      throw error;
    }
    return this.#remember(about, {kept: true, why: '', bytes: data.bytes});
  }

  /**
   * Opens files as data set `name` and keeps them, if that is possible.
   * @param {string} name @param {GivenFile[]} files
   * @param {OnProgress} onProgress @param {AbortSignal} [signal]
   */
  async add(name, files, onProgress, signal) {
    try {
      return await this.#store.write((writer) =>
        this.#addAndKeep(writer, name, files, onProgress, signal), signal);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return this.#addOnly(name, files, onProgress, signal, error.message);
    }
  }

  /**
   * Forgets a data set, and deletes what is kept of it; where a run or another tab reads it, when
   * that ends. Returns whether it is deleted now.
   * @param {string} name
   */
  async remove(name) {
    const kept = this.#kept.get(name);
    if (!this.isOpen(name) && !kept) throw new Error(`There is no data set ${name}.`);
    // Before it is deleted, so that only runs still read it.
    if (this.#opened.delete(name)) this.#engine.removeData(name);
    await this.#holds.get(name)?.closing;
    const isGone = kept === undefined ||
      await this.#store.write((writer) => writer.remove(kept));
    this.#kept.delete(name);
    return {is_deleted: isGone};
  }

  async #addAndKeep(writer, name, files, onProgress, signal) {
    const isTar = files.length === 1 && await isCompressedTar(files[0]);
    const onStore = (done, total) => onProgress(isTar ? 'inflate' : 'store', done, total);
    const write = (parts) => writer.draft(parts, onStore, signal);
    if (isTar) {
      const [given] = files;
      const draft = await write([{path: tarPath(given.path), size: given.file.size,
        chunks: () => inflate(given, maxInflated(given.file), '')}]);
      let isOpen = false;
      const hold = new Hold(this.#store);
      try {
        const {about} = this.#give(name, draft.blobs, hold);
        isOpen = true;
        return await this.#keep(writer, draft, about, hold);
      } catch (error) {
        if (isOpen) this.#forget(name);
        await writer.discard(draft);
        throw error;
      }
    }
    const hold = new Hold(this.#store);
    const {about, ids} = this.#give(name, files, hold);
    try {
      const draft = await write(files.map(({path, file}) =>
        ({path, size: file.size, chunks: () => bytesOf(file)})));
      const description = await this.#keep(writer, draft, about, hold);
      // From now on the kept copy is read, so that the files given may go.
      ids.forEach((id, i) => this.#blobs.replace(id, draft.blobs[i].file));
      return description;
    } catch (error) {
      if (!(error instanceof StorageError)) {
        this.#forget(name);
        throw error;
      }
      return this.#notKept(files, about, error.message);
    }
  }

  async #keep(writer, draft, about, hold) {
    const {name} = about;
    this.#setKept(await writer.keep(draft, name, about, this.#kept.get(name)?.file));
    await hold.take(draft.file);  // before other tabs can write
    return this.#remember(about, {kept: true, why: '', bytes: draft.bytes});
  }

  async #addOnly(name, files, onProgress, signal, why) {
    const isTar = files.length === 1 && await isCompressedTar(files[0]);
    const usable = isTar ? await inflateInMemory(files[0], onProgress, signal) : files;
    return this.#notKept(usable, this.#give(name, usable, new Hold(this.#store)).about, why);
  }

  #notKept(files, about, why) {
    const bytes = files.reduce((sum, {file}) => sum + file.size, 0);
    return this.#remember(about, {kept: false, why, bytes});
  }

  #remember(about, more) {
    const description = {...about, ...more};
    this.#opened.set(about.name, description);
    return description;
  }

  #forget(name) {
    this.#opened.delete(name);
    this.#engine.removeData(name);
  }

  #setKept(datasets) { this.#kept = new Map(datasets.map((data) => [data.name, data])); }

  /**
   * Lets the engine open files, and closes `hold` when it has closed all of them. Returns its
   * description and the numbers of the Blobs.
   */
  #give(name, files, hold) {
    const ids = this.#blobs.open(files.map(({file}) => file), () => hold.close());
    this.#holds.set(name, hold);
    try {
      const listed = files.map(({path, file}, i) => ({path, size: file.size, source: ids[i]}));
      return {about: this.#engine.addData({name, files: listed}), ids};
    } catch (error) {
      if (error instanceof EngineError) ids.forEach((id) => this.#blobs.close(id));
      throw error;
    }
  }
}
