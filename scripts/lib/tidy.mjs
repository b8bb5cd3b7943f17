#!/usr/bin/env node
// clang-tidy over our sources, several at a time. A file that passed is not looked at again until it, one of the
// headers it includes or the settings change: the proof of a pass is kept in the user's cache.
//   scripts/lib/tidy.mjs BUILD_FOLDER FOLDER...
// In CI it ends after five minutes and says how many files are left for the next run.

import {execFileSync, spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {availableParallelism, homedir} from 'node:os';
import {join, relative, resolve} from 'node:path';

const [build, ...folders] = process.argv.slice(2);
const root = process.cwd();
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'convlab', 'tidy');
const program = ['clang-tidy-19', 'clang-tidy'].find((name) => {
  try {
    execFileSync(name, ['--version'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
});
if (!program) {
  console.error('no clang-tidy here: run scripts/bootstrap');
  process.exit(1);
}
mkdirSync(cache, {recursive: true});

/** The headers of ours that each object was compiled with, from ninja's own record. */
function readHeaders() {
  const headers = new Map();
  let object = null;
  for (const line of execFileSync('ninja', ['-C', build, '-t', 'deps'], {encoding: 'utf8', maxBuffer: 1 << 28}).split('\n')) {
    if (/^\S.*: #deps/.test(line)) {
      object = line.slice(0, line.indexOf(': #deps'));
      headers.set(object, []);
    } else if (object && line.startsWith('    ')) {
      const path = relative(root, resolve(build, line.trim()));
      if (/^(src|tests|build)\//.test(path)) headers.get(object).push(path);
    }
  }
  return headers;
}

const headers = readHeaders();
const settings = readFileSync('.clang-tidy');
const jobs = JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8'))
  .map(({file, command, output}) => ({file: relative(root, file), command, output}))
  .filter(({file}) => folders.includes(file.split('/')[0]))
  .map(({file, command, output}) => {
    const hash = createHash('sha256').update(settings).update(command.replaceAll(root, ''));
    for (const path of [file, ...(headers.get(output) ?? []).sort()]) hash.update(readFileSync(path));
    return {file, proof: join(cache, hash.digest('hex'))};
  })
  .filter(({proof}) => !existsSync(proof));

const total = jobs.length;
let started = 0;
let failures = 0;

function run({file, proof}) {
  console.log(`[${++started}/${total}] ${file}`);
  return new Promise((done) => {
    // The flags are GCC's, which has warnings that clang has not; and clang finds GCC's own headers deprecated.
    const clangOnly = ['unknown-warning-option', 'deprecated-declarations'].map((name) => `--extra-arg=-Wno-${name}`);
    const flags = ['--quiet', ...clangOnly, '-p', build];
    const child = spawn(program, [...flags, file], {stdio: ['ignore', 'pipe', 'pipe']});
    let output = '';
    child.stdout.on('data', (text) => { output += text; });
    child.on('close', (status) => {
      if (status === 0) {
        writeFileSync(proof, '');
      } else {
        failures += 1;
        console.log(output);
      }
      done();
    });
  });
}

const end = Date.now() + (process.env.CI === 'true' ? 5 * 60_000 : Infinity);

async function work() {
  while (jobs.length > 0 && Date.now() < end) await run(jobs.shift());
}

await Promise.all(Array.from({length: availableParallelism()}, work));
const left = jobs.length > 0 ? `; ${jobs.length} files are LEFT for the next run` : '';
console.log(failures === 0 ? `clang-tidy: ${total - jobs.length} files looked at, nothing found${left}` : `clang-tidy: findings in ${failures} files`);
process.exit(failures === 0 ? 0 : 1);
