// Measures where Winograd's algorithm is faster than direct convolutions: scripts/winograd.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

const usage = `Usage: scripts/winograd [--where native|relaxed_simd|simd]...

Measures 3x3 convolutions of 28x28 images with 8 to 512 channels on one thread, with and without Winograd's
algorithm in turn, and writes the ratios to src/backend/xnnpack/winograd_speedups.h; by default all, else the others
are kept. The machine should be otherwise idle. Takes a minute natively and several minutes as WebAssembly.

  native        build/native/convlab
  relaxed_simd  WebAssembly with relaxed SIMD under node: build/web/convlab.cjs
  simd          WebAssembly without it: build/web-threads-simd/convlab.cjs, which is built by
                cmake --build --preset web-threads-simd --target convlab`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const header = path.join(root, 'src/backend/xnnpack/winograd_speedups.h');
const channels = [8, 16, 32, 64, 128, 256, 512];
const rounds = 3;
const programs = {
  native: [path.join(root, 'build/native/convlab')],
  relaxed_simd: [process.execPath, '--experimental-wasm-relaxed-simd', path.join(root, 'build/web/convlab.cjs')],
  simd: [process.execPath, path.join(root, 'build/web-threads-simd/convlab.cjs')],
};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Returns the milliseconds of an evaluation. */
function measure(where, file, batch, winograd) {
  const [program, ...args] = programs[where];
  const {status, stdout, stderr} = spawnSync(program,
    [...args, 'bench', '--model', file, '--inference', '--batch', String(batch), '--threads', '1', '--winograd', winograd,
     '--seconds', '0.02', '--json', '-'], {encoding: 'utf8'});
  if (status !== 0) throw new Error(stderr || `${program} is not built`);
  return JSON.parse(stdout).step_ms;
}

/** Returns 100 times the ratio of speeds. */
function ratio(where, folder, inputs, outputs) {
  const file = path.join(folder, 'convolution.json');
  const options = {filters: outputs, kernel: 3, padding: 'same'};
  fs.writeFileSync(file, JSON.stringify({input: [28, 28, inputs], layers: [{kind: 'conv2d', options}]}));
  const batch = Math.max(1, Math.min(16, 2 ** 20 / (inputs * outputs)));
  const ratios = [];
  for (let round = 0; round < rounds; ++round)
    ratios.push(measure(where, file, batch, 'off') / measure(where, file, batch, 'always'));
  return Math.round(100 * median(ratios));
}

function table(where, rows) {
  const lines = rows.map((row) => `    {${row.join(', ')}},`);
  return `inline constexpr WinogradSpeedups winograd_speedups_${where}{{\n${lines.join('\n')}\n}};\n`;
}

/** Returns the rows that the header holds. */
function kept(where) {
  const [, text] = fs.readFileSync(header, 'utf8').match(new RegExp(`speedups_${where}{{([^;]*)}};`));
  return [...text.matchAll(/{([\d, ]+)}/g)].map(([, row]) => row.split(',').map(Number));
}

function main() {
  const {values} = parseArgs({options: {
    where: {type: 'string', multiple: true, default: Object.keys(programs)},
    help: {type: 'boolean', short: 'h'},
  }});
  if (values.help) {
    console.log(usage);
    return;
  }
  const unknown = values.where.find((where) => !(where in programs));
  if (unknown) throw new Error(`--where ${unknown}: expected ${Object.keys(programs).join(', ')}`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-winograd-'));
  try {
    const tables = Object.keys(programs).map((where) => table(where, !values.where.includes(where) ? kept(where) :
      channels.map((inputs) => channels.map((outputs) => ratio(where, folder, inputs, outputs)))));
    fs.writeFileSync(header, `#pragma once

#include <array>
#include <cstdint>

// Made by scripts/winograd.

namespace convlab {

/// By input and output channels (winograd_channels), in per cent: the speed of WinogradConv2d
/// relative to a direct convolution of 28×28 images.
using WinogradSpeedups = std::array<std::array<int64_t, ${channels.length}>, ${channels.length}>;

inline constexpr std::array<int64_t, ${channels.length}> winograd_channels{${channels.join(', ')}};

${tables.join('\n')}
}  // namespace convlab
`);
  } finally {
    fs.rmSync(folder, {recursive: true});
  }
}

try {
  main();
} catch (error) {
  console.error(`scripts/winograd: ${error.message}\n${usage}`);
  process.exitCode = 1;
}
