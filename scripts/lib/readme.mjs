// The blocks of README.md that scripts write.
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../README.md');

/** Puts each text of {name: text} between <!-- name --> and <!-- /name -->. Throws Error where these are missing. */
export function writeBlocks(texts) {
  let readme = fs.readFileSync(file, 'utf8');
  for (const [name, text] of Object.entries(texts)) {
    const begin = `<!-- ${name} -->`;
    const end = `<!-- /${name} -->`;
    const from = readme.indexOf(begin);
    const to = readme.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`README.md lacks ${begin} … ${end}`);
    readme = `${readme.slice(0, from + begin.length)}\n${text}\n${readme.slice(to)}`;
  }
  fs.writeFileSync(file, readme);
}
