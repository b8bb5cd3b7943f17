// Shows the results of each epoch in a table and, if the window module cannot draw, in charts.

import {makeChart} from './charts.js';
import {formatCount, formatLoss, formatPercent, validationName} from './format.js';

/** @returns {any} an element of the kind that index.html has */
const byId = (id) => document.getElementById(id);
const largest = (...curves) =>
  curves.reduce((max, {y}) => y.reduce((a, b) => Math.max(a, b), max), 0);

function makeRow({epoch, train_loss, train_accuracy, val_loss, val_accuracy}) {
  const row = document.createElement('tr');
  const cells = [formatCount(epoch), formatLoss(train_loss), formatPercent(train_accuracy),
    formatLoss(val_loss), formatPercent(val_accuracy)];
  row.append(...cells.map((text, i) => {
    const cell = document.createElement(i === 0 ? 'th' : 'td');
    if (i === 0) cell.scope = 'row';
    cell.textContent = text;
    return cell;
  }));
  return row;
}

export class Results {
  #rows = byId('epoch-rows');
  #empty = this.#rows.firstElementChild;
  #shown = '';
  #hasCharts = false;
  /** @type {import('./protocol.js').Snapshot|null} */
  #snapshot = null;

  /** Sets whether charts are shown; with them, the table is opened. @param {boolean} visible */
  showCharts(visible) {
    this.#hasCharts = visible;
    if (!visible) return;
    byId('results').open = true;
    if (this.#snapshot) this.#drawCharts(this.#snapshot);
  }

  /** @param {import('./protocol.js').Snapshot} snapshot */
  show(snapshot) {
    this.#snapshot = snapshot;
    const {history} = snapshot;
    const name = validationName(snapshot);
    for (const metric of ['loss', 'accuracy']) {
      byId(`column-val-${metric}`).textContent = `${name} ${metric}`;
    }
    const shown = JSON.stringify(history);
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#rows.replaceChildren(...(history.length > 0 ? history.map(makeRow) : [this.#empty]));
    }
    if (this.#hasCharts) this.#drawCharts(snapshot);
  }

  #drawCharts({train_loss, val_loss, train_accuracy, val_accuracy, epochs}) {
    const curves = (train, val) =>
      [{className: 'train', ...train}, {className: 'val', hasDots: true, ...val}];
    const right = {end: Math.max(epochs, 1), toText: (epoch) => (Number.isInteger(epoch) ? String(epoch) : '')};
    byId('charts').replaceChildren(
      makeChart('Loss', curves(train_loss, val_loss), right,
        {end: largest(train_loss, val_loss) || 1, toText: (value) => String(Number(value.toPrecision(3)))}),
      makeChart('Accuracy', curves(train_accuracy, val_accuracy), right,
        {end: 1, toText: (value) => `${Math.round(100 * value)} %`}));
  }
}
