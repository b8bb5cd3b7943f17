// What scripts/docs runs: the parts of the documentation that the command itself writes.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {readBlock, writeBlocks} from './readme.mjs';

const usage = `scripts/docs [--check]
Writes the help texts in README.md and src/nn/LAYERS.md from build/native/convlab.
  --check  write nothing; fail if they differ from what the command prints`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = path.resolve(process.env.CONVLAB ?? path.join(root, 'build/native/convlab'));
const layersFile = path.join(root, 'src/nn/LAYERS.md');

const convlab = (...args) => execFileSync(program, args, {encoding: 'utf8'});

function help() {
  const texts = [['--help'], ['train', '--help']].map(
    (args) => `$ convlab ${args.join(' ')}\n${convlab(...args).trim()}`);
  return `\`\`\`\n${texts.join('\n\n')}\n\`\`\``;
}

const args = process.argv.slice(2);
if (args.length > 1 || (args.length === 1 && args[0] !== '--check')) {
  console.log(usage);
  process.exit(['-h', '--help'].includes(args[0]) ? 0 : 1);
}
const layers = convlab('layers', '--markdown');
if (args[0] === '--check') {
  const stale = [];
  if (readBlock('help') !== help()) stale.push('README.md (help)');
  if (fs.readFileSync(layersFile, 'utf8') !== layers) stale.push('src/nn/LAYERS.md');
  if (stale.length > 0) {
    console.error(`scripts/docs: not what the command prints: ${stale.join(', ')}. Run scripts/docs.`);
    process.exit(1);
  }
} else {
  writeBlocks({help: help()});
  fs.writeFileSync(layersFile, layers);
}
