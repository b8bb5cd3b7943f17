// The page that measures a training step. ?bundle= picks an engine bundle of bundles.js.

import {Convlab} from './convlab.js';

const element = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const bundle = query.get('bundle') ?? undefined;

let convlab = null;
try {
  convlab = new Convlab({bundle});
  convlab.addEventListener('ready', getReady);
  convlab.addEventListener('error', ({error}) => say(error.message));
} catch (error) {
  say(error.message);
}

function say(text) { element('state').textContent = text; }

function getReady() {
  for (const {name, title} of convlab.controls.models) {
    element('model').append(new Option(title, name));
  }
  element('threads').max = convlab.threads;
  element('run').disabled = false;
  say(`Engine ${convlab.bundle}, up to ${convlab.threads} threads.`);
}

async function run() {
  element('run').disabled = true;
  say('Measuring…');
  try {
    const result = await convlab.bench({
      model: element('model').value,
      batch: element('batch').valueAsNumber,
      threads: element('threads').valueAsNumber,
    });
    element('result').textContent = JSON.stringify({bundle: convlab.bundle, ...result}, null, 2);
    const percent = Math.round(result.efficiency * 100);
    say(`${Math.round(result.images_per_second).toLocaleString('en')} images/s, ` +
      `${percent} % of the matrix product’s speed.`);
  } catch (error) {
    say(error.message);
  }
  element('run').disabled = false;
}

element('run').addEventListener('click', run);
