// Gets weight files of pretrained networks, which the folder's catalog.json lists (convlab weights
// pack): only those pieces of 1 MiB that the engine needs, from the storage where an earlier visit has
// kept them, all others from the server by ranges. Each piece is compared with its SHA-256; what is
// there stays when a fetch is interrupted.

import {FileError, fetchFile, fetchRange} from './fetch_file.js';
import {isDigest, isText, isWeights, pieceOf} from './store_index.js';
import {digest, pieceBytes} from './stored_files.js';

const maxCatalogBytes = 2 ** 24;
const maxHeaderBytes = 2 ** 24;
/** Tries in a row without a new piece. */
const maxTries = 3;

/**
 * @typedef {import('./store_index.js').Weights} Weights
 * @typedef {Weights & {file: string, network: string, source: string, licence: string}} Listed
 * @typedef {(done: number, total: number) => void} OnBytes
 */

const isListed = (entry) => isWeights(entry) && isDigest(entry.sha256) && isText(entry.source) &&
  isText(entry.licence) && /^[\w.-]+\.safetensors$/.test(entry.file);

const blank = new Blob([new Uint8Array(pieceBytes)]);

/** The indices of the pieces that hold some of the bytes of ranges. */
function piecesIn(ranges) {
  const found = new Set();
  for (const [offset, bytes] of ranges) {
    const last = Math.floor((offset + Math.max(bytes, 1) - 1) / pieceBytes);
    for (let i = Math.floor(offset / pieceBytes); i <= last; ++i) found.add(i);
  }
  return [...found];
}

const withAll = (...lists) => [...new Set(lists.flat())].sort((a, b) => a - b);

/** A weight file of which pieces arrive. */
class ArrivingFile {
  #entry;
  #url;
  #packs;
  /** @type {(Uint8Array<ArrayBuffer>|null)[]} */
  #pieces;

  /**
   * @param {Listed} entry @param {string} url
   * @param {import('./pack_store.js').PackStore} packs
   */
  constructor(entry, url, packs) {
    this.#entry = entry;
    this.#url = url;
    this.#packs = packs;
    this.#pieces = Array(entry.pieces.length).fill(null);
  }

  /** Returns the file as far as it is here; bytes of other pieces are 0. */
  blob() {
    return new Blob(this.#pieces.map((piece, i) =>
      piece ?? blank.slice(0, pieceOf(this.#entry, i).bytes)));
  }

  /** Returns the number of bytes of those of these pieces that are here. */
  bytesOf(indices) {
    return indices.reduce((sum, i) => sum + (this.#pieces[i]?.length ?? 0), 0);
  }

  /** Reads the pieces that are kept, and are not damaged. */
  async readKept(indices) {
    for (const index of indices) {
      const piece = pieceOf(this.#entry, index);
      const bytes = this.#pieces[index] === null ? await this.#packs.read(piece) : null;
      if (bytes === null) continue;
      if (await digest(bytes) === piece.sha256) this.#pieces[index] = bytes;
      else await this.#packs.drop(piece);
    }
  }

  /** Fetches the pieces that are not here. @param {OnBytes} onBytes @param {AbortSignal} signal */
  async fetchMissing(indices, onBytes, signal) {
    const total = indices.reduce((sum, i) => sum + pieceOf(this.#entry, i).bytes, 0);
    const missing = () => indices.filter((i) => this.#pieces[i] === null);
    for (let tries = 0, left = missing(); left.length > 0;) {
      try {
        await this.#fetchRun(left, () => onBytes(this.bytesOf(indices), total), signal);
      } catch (error) {
        signal.throwIfAborted();
        tries = missing().length < left.length ? 0 : tries + 1;
        if (error.isFinal || error.status >= 400 || tries === maxTries) throw error;
      }
      left = missing();
    }
  }

  /** Fetches the first of these pieces and those that follow it without a gap. */
  async #fetchRun([first, ...others], onPiece, signal) {
    let last = first;
    for (const index of others) {
      if (index !== last + 1) break;
      last = index;
    }
    const end = Math.min((last + 1) * pieceBytes, this.#entry.bytes);
    let piece = new Uint8Array();
    let used = 0;
    await fetchRange(this.#url, {begin: first * pieceBytes, end, signal}, async (offset, chunk) => {
      for (let at = 0; at < chunk.length;) {
        const index = Math.floor((offset + at) / pieceBytes);
        if (index > last) return false;
        if (used === 0) piece = new Uint8Array(pieceOf(this.#entry, index).bytes);
        const count = Math.min(piece.length - used, chunk.length - at);
        piece.set(chunk.subarray(at, at + count), used);
        at += count;
        used += count;
        if (used < piece.length) continue;
        used = 0;
        if (index < first || this.#pieces[index] !== null) continue;
        await this.#take(index, piece);
        onPiece();
      }
      return true;
    });
    if (this.#pieces[first] === null) {
      throw new FileError(`${this.#url} could not be fetched: it ended early; expected ` +
        `${this.#entry.bytes} bytes.`, this.#url);
    }
  }

  async #take(index, bytes) {
    const piece = pieceOf(this.#entry, index);
    if (await digest(bytes) !== piece.sha256) {
      const error = new FileError(`${this.#url} is damaged: the checksum of its bytes from ` +
        `${index * pieceBytes} on is not that of the catalog. Copy it and catalog.json to the ` +
        'server again.', this.#url);
      throw Object.assign(error, {isFinal: true});
    }
    this.#pieces[index] = bytes;
    await this.#packs.keep(piece, bytes);
  }
}

/** The weight files that are hosted beside the page. */
export class WeightFeed {
  #folder;
  #packs;
  #rangesOf;
  /** @type {Listed[]|null} */
  #catalog = null;

  /**
   * @param {string} folder  URL of the folder with catalog.json
   * @param {import('./pack_store.js').PackStore} packs
   * @param {(name: string, file: Blob) => number[][]} rangesOf  returns [offset, bytes] of what is
   *   needed of a file, of which only the header is there
   */
  constructor(folder, packs, rangesOf) {
    this.#folder = folder;
    this.#packs = packs;
    this.#rangesOf = rangesOf;
  }

  /**
   * Returns the weight files of the server, or those that are kept where it cannot be reached; none
   * where no weights are hosted.
   * @returns {Promise<Listed[]>}
   */
  async list() {
    if (this.#catalog !== null) return this.#catalog;
    const url = new URL('catalog.json', this.#folder).href;
    try {
      const {bytes} = await fetchFile(url, {max: maxCatalogBytes});
      this.#catalog = this.#parse(new TextDecoder().decode(bytes), url);
      return this.#catalog;
    } catch (error) {
      if (error.status === 404) return [];
      const kept = (await this.#packs.entries()).filter(isListed);
      if (kept.length > 0) return kept;
      throw error;
    }
  }

  /**
   * Returns the file of weights `name`, in which bytes that are not needed are 0, and the SHA-256 of
   * the whole file. Throws FileError.
   * @param {string} name @param {OnBytes} onBytes @param {AbortSignal} signal
   */
  async open(name, onBytes, signal) {
    const listed = await this.list();
    const entry = listed.find((one) => one.name === name);
    if (entry === undefined) {
      const names = listed.map((one) => one.name).join(', ');
      throw new FileError(`No weights "${name}" are hosted here` +
        `${names && `; there are: ${names}`}. To host them: convlab weights pack.`, this.#folder);
    }
    const file = new ArrivingFile(entry, new URL(entry.file, this.#folder).href, this.#packs);
    const known = await this.#neededBefore(entry);
    const get = async (indices, kept) => {
      this.#packs.choose({...entry, needed: kept});
      await file.readKept(indices);
      await file.fetchMissing(indices, onBytes, signal);
    };
    await get([0], withAll(known, [0]));
    const start = new DataView(await file.blob().slice(0, 8).arrayBuffer());
    const length = start.byteLength === 8 ? Number(start.getBigUint64(0, true)) : 0;
    const header = piecesIn([[0, Math.min(8 + length, maxHeaderBytes, entry.bytes)]]);
    await get(header, withAll(known, header));
    const needed = withAll(header, piecesIn(this.#rangesOf(name, file.blob())));
    await get(needed, needed);
    await this.#packs.finish();
    return {file: file.blob(), sha256: entry.sha256};
  }

  /** The pieces of this file that an earlier visit has listed. */
  async #neededBefore({name, pieces}) {
    const before = (await this.#packs.entries()).find((entry) => entry.name === name);
    return JSON.stringify(before?.pieces) === JSON.stringify(pieces) ? before.needed : [];
  }

  /** @returns {Listed[]} */
  #parse(text, url) {
    let entries;
    try {
      entries = JSON.parse(text).weights;
    } catch {
      entries = null;
    }
    if (!Array.isArray(entries)) {
      throw new FileError(`${url} is no catalog of weights; make it with: convlab weights pack.`, url);
    }
    const wrong = entries.find((entry) => !isListed(entry));
    if (wrong !== undefined) {
      throw new FileError(`${url}: the entry of ${String(wrong?.name)} is not as this page needs it; ` +
        'pack these weights again with: convlab weights pack.', url);
    }
    return entries;
  }
}
