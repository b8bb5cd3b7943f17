// Files of the user's own as a page gets them: chosen, dropped or pasted.

import {formatBytes} from './format.js';

/** @typedef {{path: string, file: File}} GivenFile */

const maxFiles = 500000;

/** Returns the path of a File within the folder that was chosen. */
const pathOf = (file) => file.webkitRelativePath || file.name || 'file';

/**
 * Returns Files, or objects {path, file}, as GivenFiles. Throws Error for anything else.
 * @param {Iterable<File|{path: string, file: Blob}>} files
 */
export function givenFiles(files) {
  const given = Array.from(files, (item) => {
    if (item instanceof Blob) return {path: pathOf(item), file: item};
    if (typeof item?.path === 'string' && item.file instanceof Blob) {
      return {path: item.path, file: item.file};
    }
    throw new Error('expected File objects, or objects {path, file}');
  });
  if (given.length === 0) throw new Error('there are no files');
  return given;
}

const readEntries = (reader) => new Promise((resolve, reject) => {
  reader.readEntries(resolve, reject);
});

const fileOf = (entry) => new Promise((resolve, reject) => { entry.file(resolve, reject); });

async function addEntry(entry, given) {
  if (entry.isFile) {
    if (given.length === maxFiles) {
      throw new Error(`There are more than ${maxFiles} files; put them into a .zip or .tar.`);
    }
    given.push({path: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry)});
    return;
  }
  const reader = entry.createReader();
  // It returns a hundred at a time.
  for (let entries = await readEntries(reader); entries.length > 0;
    entries = await readEntries(reader)) {
    for (const item of entries) await addEntry(item, given);
  }
}

/**
 * Returns the files of a drop or a paste, also those in folders.
 * @param {DataTransfer} transfer
 * @returns {Promise<GivenFile[]>}
 */
export async function transferredFiles(transfer) {
  // Both before the first await: the transfer is empty after the event.
  const items = [...transfer.items].filter(({kind}) => kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  const files = items.map((item) => item.getAsFile());
  /** @type {GivenFile[]} */
  const given = [];
  for (let i = 0; i < items.length; ++i) {
    const entry = entries[i];
    const file = files[i];
    if (entry?.isDirectory) await addEntry(entry, given);
    else if (file !== null) given.push({path: pathOf(file), file});
  }
  return given;
}

/**
 * Returns a name for a data set of these files that is not in `taken`: that of their folder or of
 * the archive.
 * @param {GivenFile[]} files @param {Set<string>} taken
 */
export function nameFor(files, taken) {
  const folders = new Set(files.map(({path}) =>
    (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')));
  const [folder] = folders;
  let name = 'my images';
  if (folders.size === 1 && folder) {
    name = folder;
  } else if (files.length === 1) {
    name = files[0].path.replace(/\.(zip|tar|tgz|tar\.gz|safetensors)$/i, '');
  }
  // Characters that a list cannot show, and those the engine refuses.
  name = Array.from(name.replace(/[\p{C}/\\]/gu, ' ').trim()).slice(0, 60).join('') || 'my images';
  let free = name;
  for (let i = 2; taken.has(free); ++i) free = `${name} ${i}`;
  return free;
}

/** Returns how many files there are and their size: "4 files, 11.1 MiB". */
export function sizeText(files) {
  const bytes = files.reduce((sum, {file}) => sum + file.size, 0);
  return `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`;
}
