// Measures whether loading images keeps up with training, natively, and writes docs/results/loading.md: scripts/loading.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {loadingReport, median} from './loading_report.mjs';

const usage = `Usage: scripts/loading --data-dir DIR [--against FOLDER] [--limit N] [--rounds N] [--print]

Trains with build/native/convlab (or $CONVLAB) on two cores: on Imagenette at 224 and 96 px with decoding, from the
cache of decoded images, and with decoding alone; on MNIST also with another build. Writes docs/results/loading.md.
The machine should be otherwise idle. It needs taskset (util-linux).

  --data-dir DIR     folder with the data sets imagenette and mnist, as for convlab train
  --against FOLDER   compare MNIST with the build in another checkout of convlab; without it MNIST is left out
  --limit N          images of each class of Imagenette; else 32, with which all takes about 8 minutes
  --rounds N         else 3
  --print            print the report instead of writing it`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const reportFile = path.join(root, 'docs/results/loading.md');
const commandOf = (checkout) => path.join(checkout, 'build/native/convlab');
const program = path.resolve(process.env.CONVLAB ?? commandOf(root));
const sizes = [224, 96];
const model = 'imagenette-cnn';
const batch = 32;
const moreAlone = 4;  // decoding alone is so fast that it needs more images for a measurement
const digitModels = [{model: 'mnist-mlp', epochs: 5}, {model: 'simple-convnet', epochs: 1}];

/** The first two processors that this process may use: "0-3,8" are 0 to 3 and 8. */
function twoCores() {
  const [, list] = fs.readFileSync('/proc/self/status', 'utf8').match(/^Cpus_allowed_list:\s*(\S+)$/m);
  const cores = list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({length: last - first + 1}, (_, i) => first + i);
  });
  if (cores.length < 2) throw new Error(`this process may use one processor, ${list}; expected at least two`);
  return cores.slice(0, 2);
}

/** Trains on `cores` and returns the images/s of each epoch. */
function train(convlab, cores, args) {
  const {status, stdout, stderr, error} = spawnSync(
    'taskset', ['-c', cores.join(','), convlab, 'train', ...args, '--threads', String(cores.length), '--json', '-'],
    {encoding: 'utf8', maxBuffer: 2 ** 26});
  if (error) throw new Error(`taskset: ${error.message}`);
  if (status !== 0) throw new Error(`convlab train ${args.join(' ')}: ${stderr || 'not built?'}`);
  return stdout.trim().split('\n').map((line) => JSON.parse(line))
    .filter(({event}) => event === 'epoch').map((epoch) => epoch.images_per_second);
}

/** A network in which loading takes nearly all the time, as a file in `folder`. */
function smallNetwork(folder, size) {
  const file = path.join(folder, `pooling-${size}.json`);
  const layers = [{kind: 'global_avg_pool2d'}, {kind: 'dense', options: {units: 10}}];
  fs.writeFileSync(file, JSON.stringify({input: [size, size, 3], layers}));
  return file;
}

function measurePhotos(folder, cores, {dataDir, limit, rounds}) {
  const epochs = (network, size, on, ...args) => {
    const images = String(network === model ? limit : moreAlone * limit);
    return train(program, on, ['--model', network, '--data', 'imagenette', '--data-dir', dataDir, '--image-size', String(size),
                               '--batch', String(batch), '--limit', images, '--epochs', '2', ...args]);
  };
  const cache = ['--cache-images', 'auto'];
  return sizes.map((size) => {
    const network = smallNetwork(folder, size);
    const measured = {size, rounds: [], alone: []};
    for (let round = 0; round < rounds; ++round) {
      const [, decoding] = epochs(model, size, cores);
      const [first, cached] = epochs(model, size, cores, ...cache);
      measured.rounds.push({decoding, first, cached});
      console.error(`${size} px: ${JSON.stringify(measured.rounds.at(-1))}`);
    }
    for (let count = 1; count <= cores.length; ++count) {
      const on = cores.slice(0, count);
      const several = Array.from({length: rounds}, () =>
        ({decoding: epochs(network, size, on)[1], cached: epochs(network, size, on, ...cache)[1]}));
      measured.alone.push({decoding: median(several.map(({decoding}) => decoding)),
                           cached: median(several.map(({cached}) => cached))});
      console.error(`${size} px, ${count} of the cores, small network: ${JSON.stringify(measured.alone.at(-1))}`);
    }
    return measured;
  });
}

function measureDigits(cores, {dataDir, rounds, against}) {
  const other = commandOf(path.resolve(against));
  return digitModels.map(({model: name, epochs}) => {
    const speed = (convlab) => median(train(convlab, cores, ['--model', name, '--data', 'mnist', '--data-dir', dataDir,
                                                            '--epochs', String(epochs)]));
    const speeds = Array.from({length: rounds}, () => ({here: speed(program), there: speed(other)}));
    console.error(`mnist, ${name}: ${JSON.stringify(speeds)}`);
    return {model: name, epochs, speeds};
  });
}

function commitOf(checkout) {
  const {stdout} = spawnSync('git', ['-C', checkout, 'rev-parse', '--short', 'HEAD'], {encoding: 'utf8'});
  return stdout?.trim() || 'an unknown commit';
}

function positive(values, name) {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} takes a whole number from 1`);
  return number;
}

function main() {
  const {values} = parseArgs({options: {
    'data-dir': {type: 'string'},
    against: {type: 'string'},
    limit: {type: 'string', default: '32'},
    rounds: {type: 'string', default: '3'},
    print: {type: 'boolean'},
    help: {type: 'boolean', short: 'h'},
  }});
  if (values.help) {
    console.log(usage);
    return;
  }
  if (!values['data-dir']) throw new Error('--data-dir is required');
  const options = {dataDir: path.resolve(values['data-dir']), against: values.against,
                   limit: positive(values, 'limit'), rounds: positive(values, 'rounds')};
  const cores = twoCores();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-loading-'));
  try {
    const measured = {commit: commitOf(root), processor: os.cpus()[0].model.trim(),
                      imagenette: {sizes: measurePhotos(folder, cores, options), model, batch, moreAlone, ...options}};
    if (options.against) {
      measured.mnist = {models: measureDigits(cores, options), rounds: options.rounds, against: commitOf(options.against)};
    }
    const report = loadingReport(measured);
    if (values.print) {
      console.log(report);
    } else {
      fs.writeFileSync(reportFile, report);
    }
  } finally {
    fs.rmSync(folder, {recursive: true});
  }
}

try {
  main();
} catch (error) {
  console.error(`scripts/loading: ${error.message}\n${usage}`);
  process.exitCode = 1;
}
