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

Measures training steps with build/native/convlab, with the page in build/web/dist in headless Chromium, and with
build/web/convlab.cjs under node (both: threads and relaxed SIMD), each beside a matrix product of the same
run. Prints a table in Markdown: efficiency is the step's fraction of that product's speed. The machine should be
otherwise idle.

  --model NAME   may be repeated; else simple-convnet
  --batch N      else 128
  --threads N    may be repeated; else 1 and 2
  --suite        every model on one and on all threads, then growing batches and sets of images: minutes
  --where PLACE  native, chromium or node; may be repeated; else the first two
  --json FILE    write all results there, an array`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

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

const places = {
  native: (options) => command([path.join(root, 'build/native/convlab')], flags(options)),
  chromium: (options) => inChromium(async (page) => {
    if (options.suite) return resultsOf(page, '#suite');
    await page.locator('#model').selectOption(options.model);
    await page.locator('#batch').fill(options.batch);
    await page.locator('#threads').fill(options.threads);
    return resultsOf(page, '#run');
  }),
  node: (options) => command(
    [process.execPath, '--experimental-wasm-relaxed-simd', path.join(root, 'build/web/convlab.cjs')],
    flags(options)),
};

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
    where: {type: 'string', multiple: true, default: ['native', 'chromium']},
    json: {type: 'string'},
    help: {type: 'boolean', short: 'h'},
  }});
  if (values.help) {
    console.log(usage);
    return;
  }
  const unknown = values.where.find((where) => !(where in places));
  if (unknown) throw new Error(`--where ${unknown}: expected ${Object.keys(places).join(', ')}`);
  console.log('| where | model | batch | images | threads | first step ms | step ms | images/s | GFLOP/s | ' +
    `GEMM GFLOP/s | efficiency | MB |\n|${'---|'.repeat(12)}`);
  const runs = values.suite ? [{suite: true}] : values.model.flatMap((model) =>
    values.threads.map((threads) => ({model, batch: values.batch, threads})));
  const results = [];
  for (const options of runs) {
    for (const where of values.where) {
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
