// A class for the C API of the engine module (src/wasm/api.h). Results are copies, not views.

import {explainModule, FileError, fetchFile, watchModule, whatIsForbidden}
  from './fetch_file.js';

export const Activity = Object.freeze({idle: 0, waiting: 1, busy: 2});

/** An error reported by the engine. Any other exception means that the engine has crashed. */
export class EngineError extends Error {}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const wasmMagic = [0x00, 0x61, 0x73, 0x6d];

async function compileFile(url) {
  const {bytes} = await fetchFile(url);
  try {
    if (!wasmMagic.every((byte, i) => bytes[i] === byte)) throw new Error('no WebAssembly');
    return await WebAssembly.compile(bytes);
  } catch (error) {
    const forbidden = await whatIsForbidden('script-src');
    throw new FileError(forbidden ? `${url} cannot be compiled: ${forbidden}.`
      : `${url} is damaged or truncated: its ${bytes.length} bytes cannot be compiled ` +
        `(${error.message}). Copy the file to the server again.`, url);
  }
}

async function importModule(url) {
  try {
    return await new Promise((resolve, reject) => {
      const stop = watchModule(url, (why) => reject(new FileError(why, url)));
      import(url).then(resolve, reject).finally(stop);
    });
  } catch (error) {
    let why = error instanceof FileError ? error.message : '';
    const forbidden = why ? '' : await whatIsForbidden('script-src', 'script-src-elem');
    if (forbidden) why = `${url}: ${forbidden}.`;
    why ||= await explainModule(url) || `${url}: ${error.message}.`;
    throw new Error(`The engine could not be loaded: ${why}`);
  }
}

export class EngineModule {
  #module;

  /**
   * Loads a bundle and creates its engine. Throws Error if that fails.
   * @param {string} base  folder of the bundles
   * @param {string} bundle
   * @param {number} threads
   * @param {import('./blob_table.js').BlobTable} blobs  read by the engine
   */
  static async load(base, bundle, threads, blobs) {
    const file = (ending) => new URL(`engine-${bundle}.${ending}`, base).href;
    const [{default: factory}, compiled] =
      await Promise.all([importModule(file('mjs')), compileFile(file('wasm'))]);
    const module = await new Promise((resolve, reject) => {
      factory({
        threads: 2 * threads,  // for training, and for a benchmark besides it
        blobs,
        onAbort: (what) => {
          throw new WebAssembly.RuntimeError(`The engine has ended: ${what || 'out of memory'}`);
        },
        instantiateWasm: (imports, receive) => {
          WebAssembly.instantiate(compiled, imports)
            .then((instance) => receive(instance, compiled)).catch(reject);
          return {};
        },
      }).then(resolve, reject);
    });
    const engine = new EngineModule(module, threads);
    blobs.attach(() => engine.#heap());
    return engine;
  }

  constructor(module, threads) {
    this.#module = module;
    this.#check(module._convlab_create(threads));
  }

  /** Sends a request as encodeRequest in protocol.js returns it. */
  send({json, block}) {
    const text = encoder.encode(json);
    this.#withBytes([text, new Uint8Array(block)], ([memory, blockMemory]) =>
      this.#check(
        this.#module._convlab_send(memory, text.length, blockMemory, block.byteLength)));
  }

  /** Returns the name of the data set that a request will open; empty if none. */
  neededData({json, block}) {
    const text = encoder.encode(json);
    return this.#withBytes([text, new Uint8Array(block)], ([memory, blockMemory]) => {
      this.#check(this.#module._convlab_needed_data(
        memory, text.length, blockMemory, block.byteLength));
      return this.#text(this.#module._convlab_json());
    });
  }

  /**
   * Returns the next reply, or null.
   * @returns {{json: string, block: ArrayBuffer}|null}
   */
  takeReply() {
    const found = this.#module._convlab_take_reply();
    if (found < 0) this.#check(found);
    return found === 0 ? null : this.#message();
  }

  /** Says which data sets are hosted: the text of data/catalog.json, which has the URL `source`. */
  describeCatalog(catalog, source) {
    const text = encoder.encode(catalog);
    this.#withBytes([text, encoder.encode(`${source}\0`)], ([memory, sourceMemory]) =>
      this.#check(this.#module._convlab_describe_catalog(memory, text.length, sourceMemory)));
  }

  /** Appends the images of the file `file` of the catalog, which has the URL `source`. */
  append(data, file, bytes, source) {
    const texts = [data, file, source].map((text) => encoder.encode(`${text}\0`));
    this.#withBytes([...texts, bytes], ([dataMemory, fileMemory, sourceMemory, memory]) =>
      this.#check(this.#module._convlab_append(
        dataMemory, fileMemory, memory, bytes.length, sourceMemory)));
  }

  /**
   * Opens a data set of the user's own; returns what was found (src/data/own_data_json.h).
   * @param {{name: string, files: {path: string, size: number, source: number}[]}} listed
   */
  addData(listed) {
    const text = encoder.encode(JSON.stringify(listed));
    return this.#withBytes([text], ([memory]) => {
      this.#check(this.#module._convlab_add_data(memory, text.length));
      return JSON.parse(this.#text(this.#module._convlab_json()));
    });
  }

  /** @param {string} name */
  removeData(name) {
    this.#withBytes([encoder.encode(`${name}\0`)], ([memory]) =>
      this.#check(this.#module._convlab_remove_data(memory)));
  }

  /**
   * Opens weights of a pretrained network: one file, with the bytes that weightRanges asks for.
   * @param {{name: string, files: {path: string, size: number, source: number}[]}} listed
   * @param {string} sha256  of the whole file
   */
  addWeights(listed, sha256) {
    const text = encoder.encode(JSON.stringify(listed));
    this.#withBytes([text, encoder.encode(`${sha256}\0`)], ([memory, hashMemory]) =>
      this.#check(this.#module._convlab_add_weights(memory, text.length, hashMemory)));
  }

  /**
   * Returns [offset, bytes] of what the body of a pretrained network needs of a weight file.
   * @param {{name: string, files: {path: string, size: number, source: number}[]}} listed  one file,
   *   of which only the header need be there
   * @returns {number[][]}
   */
  weightRanges(listed) {
    const text = encoder.encode(JSON.stringify(listed));
    return this.#withBytes([text], ([memory]) => {
      this.#check(this.#module._convlab_weight_ranges(memory, text.length));
      return JSON.parse(this.#text(this.#module._convlab_json()));
    });
  }

  /** Works for about `milliseconds`; returns an Activity. */
  advance(milliseconds) {
    const activity = this.#module._convlab_advance(milliseconds);
    if (activity < 0) this.#check(activity);
    return activity;
  }

  /**
   * Returns the latest snapshot if its sequence number is greater than `seen`, else null.
   * @returns {{sequence: number, json: string, block: ArrayBuffer}|null}
   */
  poll(seen) {
    const found = this.#module._convlab_poll(seen);
    if (found < 0) this.#check(found);
    if (found === 0) return null;
    const sequence = this.#module._convlab_sequence();
    return {sequence, ...this.#message()};
  }

  #message() {
    const json = this.#text(this.#module._convlab_json());
    const begin = this.#module._convlab_block() >>> 0;
    const bytes = this.#module._convlab_block_bytes() >>> 0;
    const block = new Uint8Array(bytes);
    block.set(this.#heap().subarray(begin, begin + bytes));
    return {json, block: block.buffer};
  }

  #check(result) {
    if (result < 0) throw new EngineError(this.#text(this.#module._convlab_error()));
  }

  // Creates a new view every time, because a view becomes invalid when the memory grows.
  #heap() { return new Uint8Array(this.#module.wasmMemory?.buffer ?? this.#module.HEAPU8.buffer); }

  #text(pointer) {
    const heap = this.#heap();
    const begin = pointer >>> 0;
    // slice makes a copy, because TextDecoder does not accept shared memory.
    return decoder.decode(heap.slice(begin, heap.indexOf(0, begin)));
  }

  #withBytes(arrays, use) {
    const memories = [];
    try {
      for (const bytes of arrays) {
        const memory = this.#module._convlab_allocate(bytes.length) >>> 0;
        if (memory === 0) throw new EngineError(`Out of memory for ${bytes.length} bytes.`);
        memories.push(memory);
        this.#heap().set(bytes, memory);
      }
      return use(memories);
    } finally {
      for (const memory of memories) this.#module._convlab_free(memory);
    }
  }
}
