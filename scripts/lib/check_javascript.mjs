#!/usr/bin/env node
// Checks the JavaScript: ESLint over all of it, TypeScript (tsconfig.json) over the page's and over the scripts of
// the pages in examples/, which import convlab.js as if they stood beside it.
import {spawnSync} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const copies = join(root, 'build/examples');  // in the tree, so that ESLint finds its settings

function copyExamples() {
  rmSync(copies, {recursive: true, force: true});
  mkdirSync(copies, {recursive: true});
  for (const name of readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.html'))) {
    const html = readFileSync(join(root, 'examples', name), 'utf8');
    const [, script] = html.match(/<script type="module">\n([^]*)<\/script>/);
    writeFileSync(join(copies, name.replace('.html', '.js')), script.replaceAll("'./", "'../../web/"));
  }
  // Without the checks for null, for which twenty lines would need annotations.
  writeFileSync(join(copies, 'tsconfig.json'), JSON.stringify({
    extends: '../../tsconfig.json', compilerOptions: {strictNullChecks: false}, include: ['*.js'],
  }));
}

const run = (program, ...args) =>
  spawnSync(join(root, 'node_modules/.bin', program), args, {cwd: root, stdio: 'inherit'}).status ?? 1;

copyExamples();
process.exitCode =
  run('eslint', '.') || run('tsc', '--project', '.') || run('tsc', '--project', copies) ? 1 : 0;
