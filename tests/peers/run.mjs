// Implements scripts/peers: measures convlab and other libraries in alternation, in one run.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {launch} from '../../scripts/lib/chromium.mjs';
import {writeBlocks} from '../../scripts/lib/blocks.mjs';
import {startServer} from '../../scripts/serve.mjs';

const usage = `Usage: scripts/peers [--only PATTERN] [--rounds N] [--seconds S] [--write]

Trains the same networks from the same weights with convlab and with other libraries, each in its own best layout, and
prints tables. Natively the peer is PyTorch's own wheel, channels-last; in the same Chromium TensorFlow.js (wasm with
the gradients of convolutions added, so that it can train; cpu; webgl) and jax-js (wasm, without dropout). A peer's
losses in three steps of SGD without dropout, or the mean magnitude of its outputs, must be convlab's, or there is no
row. Forward passes are also measured with direct convolution in place of Winograd's algorithm, in the same turn. The
machine should be otherwise idle.

  --only PATTERN   rows whose name matches, such as 'native|jax'
  --rounds N       how often to measure both in turn; the medians count; else 3
  --seconds S      how long each time; else 3
  --write          put the tables into README.md and all numbers into tests/peers/results.json; rows that --only leaves out
                   stay as they are`;

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const build = path.join(root, 'build/peers');
const site = path.join(build, 'site');
const models = path.join(site, 'models');
// Tolerance for sums of a few thousand floats in another order.
const maxDifference = 1e-3;

function runProgram(program, args) {
  const {status, stdout, stderr, error} =
    spawnSync(program, args, {encoding: 'utf8', maxBuffer: 2 ** 26, cwd: build});
  if (status !== 0) throw new Error(`${path.basename(program)} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

const lines = (text) => text.trim().split('\n').map((line) => JSON.parse(line));
const binary = (name) => path.join(root, 'build/native', name);
const modelFile = (name) => path.join(models, `${name}.safetensors`);

function graphOf(name) {
  const bytes = fs.readFileSync(modelFile(name));
  const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0)));
  return JSON.parse(header.toString()).__metadata__.graph;
}

function prepare() {
  fs.rmSync(site, {recursive: true, force: true});
  fs.mkdirSync(path.join(site, 'tfjs'), {recursive: true});
  fs.cpSync(path.join(here, 'page'), site, {recursive: true});
  const modules = path.join(build, 'node_modules');
  fs.cpSync(path.join(modules, '@jax-js/jax/dist'), path.join(site, 'jax'), {recursive: true});
  const tensorflow = path.join(modules, '@tensorflow');
  fs.copyFileSync(path.join(tensorflow, 'tfjs/dist/tf.min.js'), path.join(site, 'tfjs/tf.min.js'));
  for (const name of fs.readdirSync(path.join(tensorflow, 'tfjs-backend-wasm/dist'))) {
    if (!/^(tf-backend-wasm\.min\.js|.*\.wasm)$/.test(name)) continue;
    fs.copyFileSync(path.join(tensorflow, 'tfjs-backend-wasm/dist', name), path.join(site, 'tfjs', name));
  }
  runProgram(binary('tests/convlab_peer_models'), [models]);
  fs.writeFileSync(path.join(build, 'vgg16-body.json'), graphOf('vgg16-body'));
}

// Each function makes one measurement and returns {images_per_second, …}.

function nativeConvlab({model, work, threads, batch, winograd = 'auto'}, seconds) {
  const what = work === 'inference' ? ['--model', `${model}.json`, '--inference', '--winograd', winograd] :
    ['--model', model, '--optimizer', 'sgd'];
  return lines(runProgram(binary('convlab'), ['bench', ...what, '--batch', String(batch), '--threads', String(threads),
    '--seconds', String(seconds), '--json', '-']))[0];
}

function pytorch({model, work, threads}, seconds) {
  return lines(runProgram(path.join(root, 'build/peers-venv/bin/python'),
    [path.join(here, 'pytorch.py'), work, modelFile(model), String(threads), String(seconds)]))[0];
}

async function inPage(folder, file, isolated, body, argument) {
  const server = await startServer({root: folder, port: 0, isolated});
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(1_200_000);
    await page.goto(new URL(file, server.url).href);
    return await page.evaluate(body, argument);
  } finally {
    await browser.close();
    await server.close();
  }
}

function pageConvlab({model, work, threads, batch, winograd = 'auto'}, seconds) {
  const options = {model, batch, threads, seconds, optimizer: 'sgd'};
  if (work === 'inference') Object.assign(options, {document: graphOf(model), inference: true, winograd});
  return inPage(path.join(root, 'build/web/dist'), 'bench.html', true, async (given) => {
    const {Convlab} = await import('./convlab.js');
    return new Convlab({bundle: 'threads-relaxed'}).bench(given);
  }, options);
}

const pagePeer = (script, isolated) => ({model, work, threads, backend}, seconds) =>
  inPage(site, 'index.html', isolated ?? threads > 1, async ([file, given]) => (await import(file)).run(given),
    [script, {model: `./models/${model}.safetensors`, work, threads, backend, seconds}]);
const tensorflow = pagePeer('./tfjs.js', true);
const jax = pagePeer('./jax.js');

const nameOf = ({where, peer, model, threads}) => `${where} ${peer} ${model} ${threads}`;

function rows() {
  const all = [];
  const add = (row) => all.push({batch: 128, work: 'train', ...row, name: nameOf({...row, peer: row.peerName})});
  for (const threads of [1, 2]) {
    const native = {where: 'native', ours: nativeConvlab, peer: pytorch, peerName: 'PyTorch', threads};
    for (const model of ['mnist-mlp', 'simple-convnet', 'cifar-cnn']) add({...native, model});
    add({...native, model: 'vgg16-body', work: 'inference', batch: 8});
  }
  for (const threads of [1, 2]) {
    const page = {where: 'Chromium', ours: pageConvlab, threads};
    for (const model of ['mnist-mlp', 'simple-convnet', 'cifar-cnn'])
      add({...page, model, peer: tensorflow, peerName: 'TensorFlow.js wasm', backend: 'wasm'});
    add({...page, model: 'vgg16-body', work: 'inference', batch: 8, peer: tensorflow,
      peerName: 'TensorFlow.js wasm', backend: 'wasm'});
    for (const model of ['mnist-mlp', 'simple-convnet'])
      add({...page, model, peer: jax, peerName: 'jax-js wasm'});
  }
  for (const backend of ['cpu', 'webgl']) {
    add({where: 'Chromium', ours: pageConvlab, threads: 1, model: 'simple-convnet', peer: tensorflow,
      peerName: `TensorFlow.js ${backend}`, backend});
  }
  return all;
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const speed = (value) => Number(value.toPrecision(3)).toLocaleString('en-US');

async function measureRow(row, {rounds, seconds}) {
  const ours = [];
  const direct = [];
  const peer = [];
  // If a step of the peer takes more than 2 s, the difference is so large that one round is enough.
  for (let round = 0; round < rounds && !(peer[0]?.step_ms > 2000); ++round) {
    ours.push(await row.ours(row, seconds));
    if (row.work === 'inference') direct.push(await row.ours({...row, winograd: 'off'}, seconds));
    peer.push(await row.peer(row, seconds));
    if (!(peer.at(-1).difference <= maxDifference))
      throw new Error(`${row.name}: the peer's losses differ from convlab's by ${peer.at(-1).difference}`);
  }
  // Both sides by the median step: what the machine does beside it is no difference between libraries.
  for (const result of ours) result.images_per_second = row.batch * 1e3 / result.step_ms;
  const middle = (results, field) => median(results.map((result) => result[field]));
  return {where: row.where, model: row.model, work: row.work, batch: row.batch, threads: row.threads, peer: row.peerName,
    images_per_second: middle(ours, 'images_per_second'),
    peer_images_per_second: middle(peer, 'images_per_second'),
    ratio: median(ours.map((result, i) => result.images_per_second / peer[i].images_per_second)),
    efficiency: middle(ours, 'efficiency'),
    gemm_peak_gflops: middle(ours, 'gemm_peak_gflops'),
    peer_threads: peer[0].threads ?? row.threads,  // TensorFlow.js uses at most half of the cores
    peer_gemm_peak_gflops: peer[0].gemm_peak_gflops && middle(peer, 'gemm_peak_gflops'),
    peer_first_step_ms: middle(peer, 'first_step_ms'),
    first_step_ms: middle(ours, 'first_step_ms'),
    step_ms: middle(ours, 'step_ms'),
    peak_memory_bytes: middle(ours, 'peak_memory_bytes'),
    ...(direct.length > 0 && {direct_step_ms: middle(direct, 'step_ms'),
      direct_ratio: median(direct.map((result, i) => result.step_ms / ours[i].step_ms))}),
    difference: Math.max(...peer.map((result) => result.difference))};
}

const tableHead = '| where | network | threads | convlab images/s | peer | peer images/s | convlab is |\n' +
  '|---|---|--:|--:|---|--:|--:|';
const tableRow = (r) => `| ${r.where} | ${r.model}${r.work === 'inference' ? ', forward' : ''} | ${r.threads} | ` +
  `${speed(r.images_per_second)} | ${r.peer}${r.peer_threads === r.threads ? '' : `, ${r.peer_threads} thread`} | ${speed(r.peer_images_per_second)} | ${r.ratio.toFixed(2)} × |`;

const forwardHead = '| where | network | threads | ms | direct convolution, ms | Winograd is | peak memory, MiB |\n' +
  '|---|---|--:|--:|--:|--:|--:|';
const forwardRow = (r) => `| ${r.where} | ${r.model}, batch ${r.batch} | ${r.threads} | ${r.step_ms.toFixed(0)} | ` +
  `${r.direct_step_ms.toFixed(0)} | ${r.direct_ratio.toFixed(2)} × | ${Math.round(r.peak_memory_bytes / 2 ** 20)} |`;

/** Both tables in Markdown. */
function tables(results) {
  const forward = results.filter((r) => r.direct_ratio);
  return [tableHead, ...results.map(tableRow),
    ...(forward.length > 0 ? ['', forwardHead, ...forward.map(forwardRow)] : [])].join('\n');
}

// Single convolutions of convlab, measured with Google Benchmark: milliseconds of forward and gradients.
function ourConvolutions() {
  const text = runProgram(binary('tests/convlab_single_ops'), ['--benchmark_filter=conv2d', '--benchmark_format=json']);
  const shapes = new Map();
  for (const {name, real_time: nanoseconds} of JSON.parse(text).benchmarks) {
    const [op, ...fields] = name.replace('/real_time', '').split('/');
    const shape = Object.fromEntries(fields.map((field) => field.split(':')).map(([key, value]) => [key, Number(value)]));
    const key = JSON.stringify(shape);
    shapes.set(key, {...shape, ...shapes.get(key), [op]: nanoseconds * 1e-6});
  }
  // A first layer (one or three channels) does not need the input gradient.
  return [...shapes.values()].map(({conv2d_forward, conv2d_grad_input, conv2d_grad_kernel, ...shape}) => ({...shape,
    forward_ms: conv2d_forward, grads_ms: conv2d_grad_kernel + (shape.inputs <= 3 ? 0 : conv2d_grad_input)}));
}

function measureConvolutions({seconds}) {
  const ours = ourConvolutions();
  return ours.map(({threads, forward_ms, grads_ms, ...shape}) => {
    const [peer] = lines(runProgram(path.join(root, 'build/peers-venv/bin/python'), [path.join(here, 'pytorch.py'), 'ops',
      JSON.stringify([shape]), String(threads), String(seconds / 3)]));
    return {...shape, threads, forward_ms, grads_ms, peer_forward_ms: peer.forward_ms, peer_grads_ms: peer.grads_ms,
      forward_ratio: peer.forward_ms / forward_ms, grads_ratio: peer.grads_ms / grads_ms};
  });
}

const convolutionHead = '| convolution 3×3 | batch | threads | forward ms | PyTorch | convlab is | gradients ms | ' +
  'PyTorch | convlab is |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|';
const convolutionRow = (r) => `| ${r.inputs}→${r.filters} at ${r.image}×${r.image}${r.same ? ' same' : ''} | ${r.batch} | ` +
  `${r.threads} | ${r.forward_ms.toFixed(2)} | ${r.peer_forward_ms.toFixed(2)} | ${r.forward_ratio.toFixed(2)} × | ` +
  `${r.grads_ms.toFixed(2)} | ${r.peer_grads_ms.toFixed(2)} | ${r.grads_ratio.toFixed(2)} × |`;

async function main() {
  const {values} = parseArgs({options: {
    only: {type: 'string', default: ''},
    rounds: {type: 'string', default: '3'},
    seconds: {type: 'string', default: '3'},
    write: {type: 'boolean'},
    help: {type: 'boolean', short: 'h'},
  }});
  if (values.help) {
    console.log(usage);
    return;
  }
  if (!fs.existsSync(binary('tests/convlab_single_ops')))
    throw new Error('no convlab_single_ops: install Google Benchmark (libbenchmark-dev) and build again');
  const options = {rounds: Number(values.rounds), seconds: Number(values.seconds)};
  const only = new RegExp(values.only, 'i');
  prepare();
  const file = path.join(here, 'results.json');
  const before = JSON.parse(fs.readFileSync(file, 'utf8'));
  const measured = new Map();
  const wanted = rows().filter(({name}) => only.test(name));
  for (const [i, row] of wanted.entries()) {
    console.error(`${i + 1} of ${wanted.length}: ${row.name}`);
    measured.set(row.name, await measureRow(row, options));
  }
  if (measured.size > 0) console.log(tables([...measured.values()]));
  const convolutions = only.test('convolutions') ? measureConvolutions(options) : [];
  if (convolutions.length > 0) console.log(['', convolutionHead, ...convolutions.map(convolutionRow)].join('\n'));
  if (values.write) {
    const old = new Map(before.results.map((result) => [nameOf(result), result]));
    const results = rows().map(({name}) => measured.get(name) ?? old.get(name)).filter(Boolean);
    const written = {processor: os.cpus()[0].model.trim(), cores: os.cpus().length, results,
      convolutions: convolutions.length > 0 ? convolutions : before.convolutions};
    fs.writeFileSync(file, `${JSON.stringify(written, null, 1)}\n`);
    writeBlocks({peers: tables(results)});
  }
}

try {
  await main();
} catch (error) {
  console.error(`scripts/peers: ${error.message}`);
  process.exitCode = 1;
}
