// The blocks of README.md that scripts write, between <!-- name --> and <!-- /name -->.
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../README.md');

/** Where a block's text begins and ends. Throws Error where its marks are missing. */
function findBlock(readme, name) {
  const begin = `<!-- ${name} -->\n`;
  const end = `<!-- /${name} -->`;
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`README.md lacks ${begin.trim()} … ${end}`);
  return [from + begin.length, to];
}

export function readBlock(name) {
  const readme = fs.readFileSync(file, 'utf8');
  return readme.slice(...findBlock(readme, name)).trimEnd();
}

/** Puts each text of {name: text} into its block. */
export function writeBlocks(texts) {
  let readme = fs.readFileSync(file, 'utf8');
  for (const [name, text] of Object.entries(texts)) {
    const [from, to] = findBlock(readme, name);
    readme = `${readme.slice(0, from)}${text}\n${readme.slice(to)}`;
  }
  fs.writeFileSync(file, readme);
}
