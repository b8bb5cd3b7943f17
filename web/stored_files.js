// Files in the origin-private file system, for the engine worker: read, written at once on the disk,
// in pieces with a checksum each.

import {formatBytes} from './format.js';

/** Bytes of a piece, which has a checksum. */
export const pieceBytes = 2 ** 20;

/** Storage cannot be used, or has no room; data can be used nevertheless, without being kept. */
export class StorageError extends Error {}

/** The kept copy is not what was stored. */
export class DamageError extends Error {}

/** @param {ArrayBuffer|Uint8Array} buffer */
export const toHex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
/** Returns the SHA-256 of bytes as text. */
export const digest = async (bytes) => toHex(await crypto.subtle.digest('SHA-256', bytes));
export const digestText = (text) => digest(new TextEncoder().encode(text));

/** Returns the file `name` of a folder; null if there is none. @returns {Promise<File|null>} */
export async function fileIn(folder, name) {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (error) {
    if (error.name === 'NotFoundError') return null;
    throw error;
  }
}

/** Returns the text of a file of at most `max` bytes, else null. Another tab may be writing it. */
export async function readText(folder, name, max) {
  for (let tries = 1; ; ++tries) {
    try {
      const file = await fileIn(folder, name);
      return file !== null && file.size <= max ? await file.text() : null;
    } catch (error) {
      if (error.name !== 'NotReadableError' || tries === 10) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }
}

/** Writes a file with what `write` passes to its argument, at once on the disk. */
export async function writeFile(folder, name, write) {
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
export async function* piecesOf(chunks) {
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
export async function bytesLeft() {
  try {
    const {quota, usage = 0} = await navigator.storage.estimate();
    return quota === undefined ? null : Math.max(quota - usage, 0);
  } catch {
    return null;
  }
}

/** Explains an error of the storage. */
export function explain(error, needed, left) {
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
