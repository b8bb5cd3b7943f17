// Compares the runs of this visit: their accuracy over the time that they took, with the time of
// computing the features on which a network was trained.

import {makeChart} from './charts.js';
import {make} from './elements.js';
import {formatDuration, formatPercent} from './format.js';

/** More lines could not be told apart. */
const maxRuns = 6;

const formatTime = (seconds) => (seconds < 100 ? `${Number(seconds.toPrecision(2))} s` : formatDuration(seconds));

/** Returns the accuracy after each epoch, and the seconds from the start of the run. */
function curveOf(history, before) {
  let seconds = before;
  return {x: history.map((epoch) => (seconds += epoch.seconds)), y: history.map((epoch) => epoch.val_accuracy)};
}

export class Comparison {
  #root;
  #chart = make('div', {className: 'charts'});
  #list = make('ul', {className: 'runs'});
  /**
   * By the settings, the latest last; `before`: the seconds of computing the features, if they are known.
   * @type {Map<string, {data: string, label: string, history: any[], before: number|undefined}>}
   */
  #runs = new Map();
  /** Seconds that computing the features took, by the name of their data set; those that are there now. */
  #before = new Map();

  /** @param {HTMLElement} root  in which the comparison is built; hidden while there is one run */
  constructor(root) {
    this.#root = root;
    root.append(make('summary', {textContent: 'Compare runs'}),
      make('div', {className: 'table'}, this.#chart, this.#list));
  }

  /** From now on, runs on a data set are on features that are being computed again. */
  beginPreparation(data) { this.#before.delete(data); }

  /** Adds the time that computing the features of a data set took to the runs on it that have none yet. */
  addPreparation(data, seconds) {
    this.#before.set(data, seconds);
    for (const run of this.#runs.values()) {
      if (run.data === data) run.before ??= seconds;
    }
    this.#draw();
  }

  /** @param {import('./protocol.js').Snapshot} snapshot */
  show({options, history}) {
    if (history.length === 0) return;
    // Some options can be changed during a run.
    const key = JSON.stringify({...options, learning_rate: 0, epochs: 0});
    const known = this.#runs.get(key);
    if (known?.history.length === history.length) return;
    const {data, model} = options;
    // A shorter history is that of another run with the same settings.
    const isSameRun = known && known.history.length < history.length;
    const before = isSameRun ? known.before : this.#before.get(data);
    this.#runs.set(key, {data, label: `${model} on ${data}`, history, before});
    if (this.#runs.size > maxRuns) this.#runs.delete([...this.#runs.keys()][0]);
    this.#draw();
  }

  #draw() {
    this.#root.hidden = this.#runs.size < 2;
    if (this.#root.hidden) return;
    const runs = [...this.#runs.values()].map(({label, history, before}) => ({label, ...curveOf(history, before ?? 0)}));
    const end = Math.max(...runs.map(({x}) => x.at(-1) ?? 0));
    const lines = runs.map(({x, y}, i) => ({className: `run run-${i}`, x, y, hasDots: true}));
    this.#chart.replaceChildren(makeChart('Accuracy over time', lines, {end, toText: formatTime},
      {end: 1, toText: (value) => `${Math.round(100 * value)} %`}));
    this.#list.replaceChildren(...runs.map(({label, x, y}, i) => make('li', {},
      make('span', {className: `key run-${i}`}), `${label}: ${formatPercent(y.at(-1))} after ${
        formatTime(x.at(-1) ?? 0)}, ${x.length} ${x.length === 1 ? 'epoch' : 'epochs'}`)));
  }
}
