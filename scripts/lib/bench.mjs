// Measures training steps natively, in Chromium and under node, and prints tables: scripts/bench.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {startServer} from '../serve.mjs';
import {launch} from './chromium.mjs';

const usage = `Usage: scripts/bench [--model NAME]... [--batch N] [--threads N]... [--where PLACE]... [--json FILE]
       scripts/bench --suite [--where PLACE]... [--json FILE]
       scripts/bench --against FOLDER [--model NAME]... [--batch N] [--threads N]... [--where PLACE]...

Measures training steps with build/native/convlab, with the page in build/web/dist in headless Chromium, and with
build/web/convlab.cjs under node (both: threads and relaxed SIMD), each beside a matrix product of the same
run. Prints a table in Markdown: efficiency is the step's fraction of that product's speed. The machine should be
otherwise idle.

  --model NAME   may be repeated; else simple-convnet
  --batch N      else 128
  --threads N    may be repeated; else 1 and 2
  --suite        every model on one and on all threads, then growing batches and sets of images: minutes
  --where PLACE  native, chromium or node; may be repeated; else the first two (with --against native and node)
  --against FOLDER
                 compare with the builds in another checkout of convlab: both are measured in turn, five times;
                 prints the median of the five ratios of speed (by the median step), this one to that one
  --json FILE    write all results there, an array`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const rounds = 5;

function command(program, args) {
  const {status, stdout, stderr} =
    spawnSync(program[0], [...program.slice(1), 'bench', ...args, '--json', '-'],
      {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26});
  if (status !== 0) throw new Error(`convlab bench ${args.join(' ')}: ${stderr || 'not built? scripts/test builds it'}`);
  return stdout.trim().split('\n').map((line) => JSON.parse(line));
}

const flags = (options) => Object.entries(options).flatMap(([name, value]) =>
  value === true ? [`--${name}`] : [`--${name}`, String(value)]);

/** Calls use(page of bench.html, ready). */
async function inChromium(use) {
  const server = await startServer({root: path.join(root, 'build/web/dist'), port: 0, isolated: true});
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(new URL('bench.html?bundle=threads-relaxed', server.url).href);
    await page.locator('#run:enabled').waitFor();
    return await use(page);
  } finally {
    await browser.close();
    await server.close();
  }
}

async function resultsOf(page, button) {
  await page.locator(button).click();
  await page.locator('#run:enabled').waitFor({timeout: 3_600_000});
  const text = await page.locator('#result').textContent();
  if (text === '') throw new Error(await page.locator('#state').innerText());
  return JSON.parse(text);
}

const nativeCommand = (checkout) => [path.join(checkout, 'build/native/convlab')];
const nodeCommand = (checkout) =>
  [process.execPath, '--experimental-wasm-relaxed-simd', path.join(checkout, 'build/web/convlab.cjs')];

const places = {
  native: (options) => command(nativeCommand(root), flags(options)),
  chromium: (options) => inChromium(async (page) => {
    if (options.suite) return resultsOf(page, '#suite');
    await page.locator('#model').selectOption(options.model);
    await page.locator('#batch').fill(options.batch);
    await page.locator('#threads').fill(options.threads);
    return resultsOf(page, '#run');
  }),
  node: (options) => command(nodeCommand(root), flags(options)),
};

/** The places in which two checkouts can be compared. */
const comparable = {native: nativeCommand, node: nodeCommand};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function compare(other, where, options) {
  const speeds = [root, other].map(() => []);
  for (let round = 0; round < rounds; ++round) {
    for (const [i, checkout] of [root, other].entries()) {
      const [{batch, step_ms: ms}] = command(comparable[where](checkout), flags({...options, seconds: 1}));
      speeds[i].push(1000 * batch / ms);
    }
  }
  const ratios = speeds[0].map((speed, round) => speed / speeds[1][round]);
  const cells = [where, options.model, options.batch, options.threads, ...speeds.map((s) => Math.round(median(s))),
                 median(ratios).toFixed(3), Math.min(...ratios).toFixed(3), Math.max(...ratios).toFixed(3)];
  console.log(`| ${cells.join(' | ')} |`);
}

function compareAll(other, wheres, runs) {
  console.log('| where | model | batch | threads | images/s | of the other | median ratio | least | greatest |\n' +
    `|${'---|'.repeat(9)}`);
  for (const where of wheres) for (const options of runs) compare(other, where, options);
}

function row({where, ...result}) {
  const cells = [where, result.model, result.batch, result.images || '', result.threads];
  if (result.error) {
    cells.push(result.error, '', '', '', '', '', '');
  } else {
    cells.push(result.first_step_ms.toFixed(1), result.step_ms.toFixed(1), Math.round(result.images_per_second),
               result.gflops.toFixed(1), result.gemm_peak_gflops.toFixed(1), result.efficiency.toFixed(2),
               Math.round(result.peak_memory_bytes / 2 ** 20));
  }
  console.log(`| ${cells.join(' | ')} |`);
}

async function main() {
  const {values} = parseArgs({options: {
    model: {type: 'string', multiple: true, default: ['simple-convnet']},
    batch: {type: 'string', default: '128'},
    threads: {type: 'string', multiple: true, default: ['1', '2']},
    suite: {type: 'boolean'},
    where: {type: 'string', multiple: true},
    against: {type: 'string'},
    json: {type: 'string'},
    help: {type: 'boolean', short: 'h'},
  }});
  if (values.help) {
    console.log(usage);
    return;
  }
  const known = values.against ? comparable : places;
  const {where: wheres = values.against ? ['native', 'node'] : ['native', 'chromium']} = values;
  const unknown = wheres.find((where) => !(where in known));
  if (unknown) throw new Error(`--where ${unknown}: expected ${Object.keys(known).join(', ')}`);
  const runs = values.suite ? [{suite: true}] : values.model.flatMap((model) =>
    values.threads.map((threads) => ({model, batch: values.batch, threads})));
  if (values.against) {
    if (values.suite || values.json) throw new Error('--against goes with neither --suite nor --json');
    compareAll(path.resolve(values.against), wheres, runs);
    return;
  }
  console.log('| where | model | batch | images | threads | first step ms | step ms | images/s | GFLOP/s | ' +
    `GEMM GFLOP/s | efficiency | MB |\n|${'---|'.repeat(12)}`);
  const results = [];
  for (const options of runs) {
    for (const where of wheres) {
      for (const result of await places[where](options)) {
        results.push({where, ...result});
        row(results.at(-1));
      }
    }
  }
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
}

try {
  await main();
} catch (error) {
  console.error(`scripts/bench: ${error.message}\n${usage}`);
  process.exitCode = 1;
}
