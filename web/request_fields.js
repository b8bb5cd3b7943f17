// What the methods of the JavaScript API (convlab.js) make of their arguments and results.

import {RequestError} from './events.js';
import {plainCopy} from './plain_data.js';

/** An architecture given as an object becomes text. */
export function runOptions(options, what) {
  const copy = plainCopy(options, what, 'options');
  if (copy.architecture && typeof copy.architecture === 'object') {
    copy.architecture = JSON.stringify(copy.architecture);
  }
  return copy;
}

export async function readBytes(file, what) {
  if (file instanceof Blob) return new Uint8Array(await file.arrayBuffer());
  if (file instanceof ArrayBuffer) return new Uint8Array(file);
  if (file instanceof Uint8Array) return file;
  throw new RequestError(`[${what}] expected a Blob, an ArrayBuffer or a Uint8Array.`, 'invalid');
}

/** Returns the name of a File. */
export const nameOf = (file) => file?.name;

/** Returns the File of a reply. */
export const toFile = ({file_name: name, bytes}) =>
  new File([bytes], name, {type: 'application/octet-stream'});
