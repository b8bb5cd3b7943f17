// The blocks of README.md and docs/ that scripts write, between <!-- name --> and <!-- /name -->.
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Where a block's text begins and ends. Throws Error where its marks are missing. */
function findBlock(text, name, file) {
  const begin = `<!-- ${name} -->\n`;
  const end = `<!-- /${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${file} lacks ${begin.trim()} … ${end}`);
  return [from + begin.length, to];
}

const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');

/** Returns the text of a block; `file` is relative to the repository. */
export function readBlock(name, file = 'README.md') {
  const text = read(file);
  return text.slice(...findBlock(text, name, file)).trimEnd();
}

/** Puts each text of {name: text} into its block. */
export function writeBlocks(texts, file = 'README.md') {
  let whole = read(file);
  for (const [name, text] of Object.entries(texts)) {
    const [from, to] = findBlock(whole, name, file);
    whole = `${whole.slice(0, from)}${text}\n${whole.slice(to)}`;
  }
  fs.writeFileSync(path.join(root, file), whole);
}
