// What scripts/docs runs: the parts of the documentation that come from the command and the sources.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {readBlock, writeBlocks} from './blocks.mjs';
import {protocolTables} from './protocol_tables.mjs';

const usage = `scripts/docs [--check]
Writes the help texts in README.md and src/nn/LAYERS.md from build/native/convlab, the tables in
docs/protocol.md from src/engine, and the examples in docs/ from examples/.
  --check  write nothing; fail if they differ`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = path.resolve(process.env.CONVLAB ?? path.join(root, 'build/native/convlab'));
const layersFile = path.join(root, 'src/nn/LAYERS.md');

const convlab = (...args) => execFileSync(program, args, {encoding: 'utf8'});

function help() {
  const texts = [['--help'], ['train', '--help']].map(
    (args) => `$ convlab ${args.join(' ')}\n${convlab(...args).trim()}`);
  return `\`\`\`\n${texts.join('\n\n')}\n\`\`\``;
}

const example = (file, language) =>
  `\`\`\`${language}\n${fs.readFileSync(path.join(root, 'examples', file), 'utf8').trim()}\n\`\`\``;

const args = process.argv.slice(2);
if (args.length > 1 || (args.length === 1 && args[0] !== '--check')) {
  console.log(usage);
  process.exit(['-h', '--help'].includes(args[0]) ? 0 : 1);
}
const blocks = {
  'README.md': {help: help()},
  'docs/architecture.md': {example: example('train_mlp.cpp', 'cpp')},
  'docs/javascript.md': {example: example('train.html', 'html')},
  'docs/protocol.md': protocolTables(),
};
const layers = convlab('layers', '--markdown');
if (args[0] === '--check') {
  const stale = Object.entries(blocks).flatMap(([file, texts]) => Object.entries(texts)
    .filter(([name, text]) => readBlock(name, file) !== text).map(([name]) => `${file} (${name})`));
  if (fs.readFileSync(layersFile, 'utf8') !== layers) stale.push('src/nn/LAYERS.md');
  if (stale.length > 0) {
    console.error(`scripts/docs: no longer true: ${stale.join(', ')}. Run scripts/docs.`);
    process.exit(1);
  }
} else {
  for (const [file, texts] of Object.entries(blocks)) writeBlocks(texts, file);
  fs.writeFileSync(layersFile, layers);
}
