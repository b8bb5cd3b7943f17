// Measures training steps natively and in Chromium and prints a table: scripts/bench.
import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {startServer} from '../serve.mjs';
import {launch} from './chromium.mjs';

const usage = `Usage: scripts/bench [--model NAME]... [--batch N] [--threads N]...

Measures training steps with build/native/convlab and with the page in build/web/dist, in headless Chromium
(threads and relaxed SIMD), each beside a matrix product of the same run. Prints a table in Markdown: efficiency is
the step's share of that product's speed. The machine should be otherwise idle.

  --model NAME   may be repeated; else simple-convnet
  --batch N      else 128
  --threads N    may be repeated; else 1 and 2`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

function native(model, batch, threads) {
  const program = path.join(root, 'build/native/convlab');
  const args = ['bench', '--model', model, '--batch', batch, '--threads', threads, '--json', '-'];
  const {status, stdout, stderr} = spawnSync(program, args, {encoding: 'utf8'});
  if (status !== 0) throw new Error(`convlab ${args.join(' ')}: ${stderr || 'not built? scripts/test builds it'}`);
  return JSON.parse(stdout);
}

async function chromium(url, model, batch, threads) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(new URL('bench.html?bundle=threads-relaxed', url).href);
    await page.locator('#run:enabled').waitFor();
    await page.locator('#model').selectOption(model);
    await page.locator('#batch').fill(batch);
    await page.locator('#threads').fill(threads);
    await page.locator('#run').click();
    await page.locator('#run:enabled').waitFor({timeout: 600_000});
    const text = await page.locator('#result').innerText();
    if (text === '') throw new Error(await page.locator('#state').innerText());
    return JSON.parse(text);
  } finally {
    await browser.close();
  }
}

function row(where, result) {
  const cells = [where, result.model, result.threads, result.batch, Math.round(result.images_per_second),
                 result.gflops.toFixed(1), result.gemm_peak_gflops.toFixed(1), result.efficiency.toFixed(2),
                 Math.round(result.peak_memory_bytes / 2 ** 20)];
  console.log(`| ${cells.join(' | ')} |`);
}

async function main() {
  const {values} = parseArgs({options: {
    model: {type: 'string', multiple: true, default: ['simple-convnet']},
    batch: {type: 'string', default: '128'},
    threads: {type: 'string', multiple: true, default: ['1', '2']},
    help: {type: 'boolean', short: 'h'},
  }});
  if (values.help) {
    console.log(usage);
    return;
  }
  const server = await startServer({root: path.join(root, 'build/web/dist'), port: 0, isolated: true});
  try {
    console.log('| where | model | threads | batch | images/s | GFLOP/s | GEMM GFLOP/s | efficiency | MB |');
    console.log('|---|---|---|---|---|---|---|---|---|');
    for (const model of values.model) {
      for (const threads of values.threads) {
        row('native', native(model, values.batch, threads));
        row('Chromium', await chromium(server.url, model, values.batch, threads));
      }
    }
  } finally {
    await server.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(`scripts/bench: ${error.message}\n${usage}`);
  process.exitCode = 1;
}
