// The index of what is kept in the origin-private file system (docs/files.md), in two generations,
// each with a checksum: the older is overwritten, the newer valid one is read.

import {digestText, pieceBytes, readText, StorageError, writeFile} from './stored_files.js';

const version = 3;  // 1 had no packs, 2 no weights
const maxIndexBytes = 2 ** 28;
const maxDatasets = 1000;
const maxPacks = 100;
const maxWeightBytes = 2 ** 31;
export const indexNames = ['index-a.json', 'index-b.json'];

/**
 * A file of a kept data set.
 * @typedef {{path: string, offset: number, size: number}} KeptFile
 * @typedef {{name: string, bytes: number, file: string, pieces: string[], files: KeptFile[],
 *   about: object}} KeptData  pieces: SHA-256 of each 1 MiB; about: the engine's description
 * @typedef {{file: string, count: number, bytes: number, size: number, sha256: string}} Shard  in a
 *   catalog of packed data sets (src/data/packed_catalog.h)
 * @typedef {{name: string, title: string, splits: {train: {shards: Shard[]},
 *   test: {shards: Shard[]}}}} Pack  an entry of such a catalog
 * @typedef {{name: string, title: string, bytes: number, sha256: string,
 *   pieces: string[], needed: number[]}} Weights  an entry of a catalog of weight files (src/pack/pack_weights.h);
 *   pieces: SHA-256 of each MiB; needed: the indices of those that are used
 * @typedef {{folder: string, entry: Pack|Weights}} KeptPack  of which some shards or pieces are kept;
 *   folder: URL
 * @typedef {{generation: number, datasets: KeptData[], packs: KeptPack[]}} Index
 */

const isCount = (value, max = Number.MAX_SAFE_INTEGER) =>
  Number.isSafeInteger(value) && value >= 0 && value <= max;
export const isText = (value) => typeof value === 'string' && value !== '';

function isKept(data) {
  const {name, bytes, file, pieces, files, about} = data ?? {};
  return isText(name) && isCount(bytes) && /^data-[0-9a-f]{32}$/.test(file) &&
    typeof about === 'object' && about !== null && Array.isArray(pieces) &&
    pieces.length === Math.ceil(bytes / pieceBytes) && pieces.every(isText) &&
    Array.isArray(files) && files.every((entry) => isText(entry?.path) &&
      isCount(entry.offset, bytes) && isCount(entry.size, bytes - entry.offset));
}

export const isDigest = (text) => /^[0-9a-f]{64}$/.test(text);

/** Whether this describes a weight file. */
export function isWeights(entry) {
  const {name, title, bytes, pieces, needed = []} = entry ?? {};
  return isText(name) && isText(title) && isCount(bytes, maxWeightBytes) && Array.isArray(pieces) &&
    pieces.length === Math.ceil(bytes / pieceBytes) && pieces.every(isDigest) &&
    isListOf(needed, pieces.length, (index) => isCount(index, pieces.length - 1));
}

/** Only what is used before the engine has read the entry. */
function isKeptPack(pack) {
  const {folder, entry} = pack ?? {};
  if (entry?.pieces !== undefined) return isText(folder) && isWeights(entry);
  const shards = [entry?.splits?.train?.shards, entry?.splits?.test?.shards];
  return isText(folder) && isText(entry?.name) && shards.every((list) => Array.isArray(list) &&
    list.every((shard) => isDigest(shard?.sha256)));
}

const isListOf = (value, max, isGood) =>
  Array.isArray(value) && value.length <= max && value.every(isGood);

/** Returns a piece of a weight file. @param {{bytes: number, pieces: string[]}} entry */
export const pieceOf = ({bytes, pieces}, index) =>
  ({sha256: pieces[index], bytes: Math.min(pieceBytes, bytes - index * pieceBytes)});

/**
 * Returns all that is kept of a pack: the shards of a data set, the needed pieces of a weight file.
 * @param {Pack|Weights} entry
 * @returns {{sha256: string, bytes: number}[]}
 */
export const shardsOf = (entry) => ('splits' in entry
  ? [...entry.splits.train.shards, ...entry.splits.test.shards]
  : entry.needed.map((index) => pieceOf(entry, index)));

/** Returns the name of the file in which a shard is kept. */
export const shardName = (sha256) => `shard-${sha256}`;

/** Returns the names of all files that an index lists, and its own. @param {Index} index */
export function listedFiles({datasets, packs}) {
  return new Set([...indexNames, ...datasets.map(({file}) => file),
    ...packs.flatMap(({entry}) => shardsOf(entry).map(({sha256}) => shardName(sha256)))]);
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
    const {generation, datasets, packs = []} = content;
    const isGood = isCount(content.version) && isCount(generation) &&
      isListOf(datasets, maxDatasets, isKept) && isListOf(packs, maxPacks, isKeptPack);
    return isGood ? {generation, datasets, packs} : null;
  } catch {
    return null;
  }
}

/**
 * Reads the newest valid generation; `isNewer`: one was written by a newer version of convlab.
 * @param {FileSystemDirectoryHandle} folder
 * @returns {Promise<Index & {isNewer: boolean}>}
 */
export async function readIndex(folder) {
  const found = await Promise.all(indexNames.map(async (name) => {
    const text = await readText(folder, name, maxIndexBytes);
    return text === null ? null : parseIndex(text);
  }));
  /** @type {Index} */
  let newest = {generation: 0, datasets: [], packs: []};
  for (const index of found) {
    if (index !== null && index !== 'newer' && index.generation > newest.generation) {
      newest = index;
    }
  }
  return {...newest, isNewer: found.includes('newer')};
}

/**
 * Writes an index. Throws StorageError if it lists too much.
 * @param {FileSystemDirectoryHandle} folder @param {Index} index
 */
export async function writeIndex(folder, {generation, datasets, packs}) {
  const content = {version, generation, datasets, packs};
  const whole = JSON.stringify({checksum: await digestText(JSON.stringify(content)), content});
  if (datasets.length > maxDatasets || packs.length > maxPacks || whole.length > maxIndexBytes) {
    throw new StorageError('too many data sets or files are kept; delete some first');
  }
  // The name alternates, so that the generation before stays until this one is whole.
  await writeFile(folder, indexNames[generation % 2],
    async (write) => write(new TextEncoder().encode(whole)));
}
