// Shows the results of each epoch in a table and, if the window module cannot draw, in charts.

import {formatCount, formatLoss, formatPercent, validationName} from './format.js';

/** @returns {any} an element of the kind that index.html has */
const byId = (id) => document.getElementById(id);
const svgSpace = 'http://www.w3.org/2000/svg';
const width = 480;
const height = 220;
const margin = {left: 46, right: 10, top: 10, bottom: 26};

function svg(name, attributes, ...children) {
  const element = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Returns 1, 2 or 5 times a power of ten, such that about four steps reach `max`. */
function niceStep(max) {
  const power = 10 ** Math.floor(Math.log10(max / 4));
  return [1, 2, 5].map((digit) => digit * power).find((step) => max / step <= 5) ?? 10 * power;
}

function axis(max, toText, place) {
  const step = niceStep(max);
  const lines = [];
  for (let i = 0; i * step <= max * 1.0001; ++i) lines.push(...place(i * step, toText(i * step)));
  return lines;
}

/**
 * @param {string} title
 * @param {{train: object, val: object}} curves
 * @param {number} epochs  the right end
 * @param {number} max  the upper end
 * @param {(value: number) => string} toText
 */
function makeChart(title, {train, val}, epochs, max, toText) {
  const x = (epoch) => margin.left + (epoch / epochs) * (width - margin.left - margin.right);
  const y = (value) =>
    height - margin.bottom - (value / max) * (height - margin.top - margin.bottom);
  const points = (curve) =>
    Array.from(curve.x, (at, i) => `${x(at).toFixed(1)},${y(curve.y[i]).toFixed(1)}`).join(' ');
  const horizontal = axis(max, toText, (value, text) => [
    svg('line',
      {class: 'axis', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value)}),
    svg('text', {x: margin.left - 8, y: y(value) + 4, 'text-anchor': 'end'}, text),
  ]);
  const vertical = axis(epochs, String, (value, text) => (Number.isInteger(value) ? [
    svg('text', {x: x(value), y: height - 8, 'text-anchor': 'middle'}, text),
  ] : []));
  const chart = svg('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title},
    ...horizontal, ...vertical,
    svg('polyline', {class: 'train', points: points(train)}),
    svg('polyline', {class: 'val', points: points(val)}),
    ...Array.from(val.x, (at, i) =>
      svg('circle', {class: 'val', cx: x(at), cy: y(val.y[i]), r: 3})));
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.textContent = title;
  figure.append(caption, chart);
  return figure;
}

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
    const max = Math.max(epochs, 1);
    byId('charts').replaceChildren(
      makeChart('Loss', {train: train_loss, val: val_loss}, max,
        largest(train_loss, val_loss) || 1, (value) => String(Number(value.toPrecision(3)))),
      makeChart('Accuracy', {train: train_accuracy, val: val_accuracy}, max, 1,
        (value) => `${Math.round(100 * value)} %`));
  }
}
