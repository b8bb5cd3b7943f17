// The page that measures training speed. ?bundle=NAME selects an engine bundle of bundles.js.

import {Convlab} from './convlab.js';

/** @returns {any} an element of the kind that bench.html has */
const element = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const bundle = query.get('bundle') ?? undefined;
const number = (value, digits = 0) => value.toLocaleString('en',
  {minimumFractionDigits: digits, maximumFractionDigits: digits});

let convlab = null;
let isStopping = false;
let hasCrashed = false;
const results = [];

try {
  convlab = new Convlab({bundle});
  convlab.addEventListener('ready', getReady);
  convlab.addEventListener('error', ({error}) => {
    hasCrashed ||= error.kind === 'crash';
    say(error.message);
  });
} catch (error) {
  say(error.message);
}

function say(text) { element('state').textContent = text; }

function getReady() {
  for (const {name, title} of convlab.controls.models) {
    element('model').append(new Option(title, name));
  }
  element('threads').max = convlab.threads;
  setBusy(false);
  say(`Engine ${convlab.bundle}, up to ${convlab.threads} threads.`);
}

function setBusy(isBusy) {
  element('run').disabled = isBusy || hasCrashed;
  element('suite').disabled = isBusy || hasCrashed;
}

/** Adds a result, or {model, batch, threads, error}, to the table and to the JSON. */
function show(result) {
  results.push({bundle: convlab.bundle, ...result});
  element('result').textContent = JSON.stringify(results, null, 2);
  const cells = [result.model, number(result.batch), result.images ? number(result.images) : '',
    number(result.threads)];
  const row = element('table').tBodies[0].insertRow();
  for (const cell of cells) row.insertCell().textContent = cell;
  if (result.error) {
    const cell = row.insertCell();
    cell.colSpan = element('table').tHead.rows[0].cells.length - cells.length;
    cell.className = 'text';
    cell.textContent = result.error;
  } else {
    for (const cell of [number(result.first_step_ms, 1), number(result.step_ms, 1),
      number(result.images_per_second), number(result.gflops, 1),
      number(result.efficiency, 2), number(result.peak_memory_bytes / 2 ** 20)]) {
      row.insertCell().textContent = cell;
    }
  }
  element('table').hidden = false;
}

async function run() {
  setBusy(true);
  say('Measuring…');
  try {
    const result = await convlab.bench({
      model: element('model').value,
      batch: element('batch').valueAsNumber,
      threads: element('threads').valueAsNumber,
    });
    show(result);
    say(`${number(result.images_per_second)} images/s, ` +
      `${number(result.efficiency * 100)} % of the matrix product’s speed.`);
  } catch (error) {
    say(error.message);
  }
  setBusy(false);
}

async function runSuite() {
  setBusy(true);
  isStopping = false;
  element('stop').hidden = false;
  element('progress').value = 0;
  element('progress').hidden = false;
  try {
    const runs = await convlab.benchSuite();
    const start = performance.now();
    for (const [index, options] of runs.entries()) {
      if (isStopping || hasCrashed) break;
      const left = (performance.now() - start) / index * (runs.length - index) / 60_000;
      say(`${index + 1} of ${runs.length}: ${options.model}, batch ${options.batch}, ` +
        `threads: ${options.threads}${index ? `. About ${number(Math.ceil(left))} min left` : ''}`);
      try {
        show(await convlab.bench(options));
      } catch (error) {
        show({...options, error: error.message});
      }
      element('progress').value = (index + 1) / runs.length;
    }
    if (!hasCrashed) say(isStopping ? 'Stopped.' : 'Done.');
  } catch (error) {
    say(error.message);
  }
  element('stop').hidden = true;
  element('progress').hidden = true;
  setBusy(false);
}

element('run').addEventListener('click', run);
element('suite').addEventListener('click', runSuite);
element('stop').addEventListener('click', () => { isStopping = true; });
