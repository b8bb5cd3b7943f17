// The Blobs that the engine module reads (src/wasm/blob_source.h): files that the user gave, and
// those kept in the origin-private file system. Only a worker can read them at once.

/** Only of workers, so unknown to the types of a page. @type {any} */
const FileReaderSync = /** @type {any} */ (globalThis).FileReaderSync;

export class BlobTable {
  /** @type {Map<number, Blob>} */
  #blobs = new Map();
  /** What to call when they are closed. @type {Map<number, () => void>} */
  #onClose = new Map();
  #last = 0;
  /** Returns a view of the module's memory. @type {() => Uint8Array} */
  #heap = () => new Uint8Array();

  /** @param {() => Uint8Array} heap */
  attach(heap) { this.#heap = heap; }

  /**
   * Returns the numbers by which the module reads these Blobs until it closes them. Calls `onClosed`
   * when all are closed.
   * @param {Blob[]} blobs @param {() => void} onClosed
   */
  open(blobs, onClosed) {
    let left = blobs.length;
    return blobs.map((blob) => {
      this.#last += 1;
      this.#blobs.set(this.#last, blob);
      this.#onClose.set(this.#last, () => {
        left -= 1;
        if (left === 0) onClosed();
      });
      return this.#last;
    });
  }

  /** Reads the same bytes from another Blob from now on. @param {number} id @param {Blob} blob */
  replace(id, blob) {
    if (this.#blobs.has(id)) this.#blobs.set(id, blob);
  }

  /** @param {number} id */
  close(id) {
    this.#blobs.delete(id);
    const onClose = this.#onClose.get(id);
    this.#onClose.delete(id);
    onClose?.();
  }

  /** Called by the module; returns 0, or −1 if the bytes cannot be read. */
  read(id, offset, count, pointer) {
    try {
      const blob = /** @type {Blob} */ (this.#blobs.get(id)).slice(offset, offset + count);
      const bytes = new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob));
      if (bytes.length !== count) return -1;
      this.#heap().set(bytes, pointer >>> 0);
      return 0;
    } catch {
      return -1;
    }
  }
}
