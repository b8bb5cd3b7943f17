// Line charts as SVG.

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

function ticks({end, toText}) {
  const step = niceStep(end);
  const all = [];
  for (let i = 0; i * step <= end * 1.0001; ++i) all.push({value: i * step, text: toText(i * step)});
  return all.filter(({text}) => text !== '');
}

/**
 * @typedef {{end: number, toText: (value: number) => string}} Axis  from 0 to `end`; an empty text
 *   leaves a tick out
 * @typedef {{className: string, x: ArrayLike<number>, y: ArrayLike<number>, hasDots?: boolean}} Line
 */

/**
 * Returns a figure with its title as caption.
 * @param {string} title
 * @param {Line[]} lines
 * @param {Axis} horizontal
 * @param {Axis} vertical
 */
export function makeChart(title, lines, horizontal, vertical) {
  const x = (value) => margin.left + (value / horizontal.end) * (width - margin.left - margin.right);
  const y = (value) =>
    height - margin.bottom - (value / vertical.end) * (height - margin.top - margin.bottom);
  const places = (line) =>
    Array.from(line.x, (at, i) => ({cx: x(at).toFixed(1), cy: y(line.y[i]).toFixed(1)}));
  const chart = svg('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title},
    ...ticks(vertical).flatMap(({value, text}) => [
      svg('line',
        {class: 'axis', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value)}),
      svg('text', {x: margin.left - 8, y: y(value) + 4, 'text-anchor': 'end'}, text),
    ]),
    ...ticks(horizontal).map(({value, text}) =>
      svg('text', {x: x(value), y: height - 8, 'text-anchor': 'middle'}, text)),
    ...lines.map((line) => svg('polyline', {class: line.className,
      points: places(line).map(({cx, cy}) => `${cx},${cy}`).join(' ')})),
    ...lines.filter(({hasDots}) => hasDots).flatMap((line) =>
      places(line).map((place) => svg('circle', {class: line.className, ...place, r: 3}))));
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.textContent = title;
  figure.append(caption, chart);
  return figure;
}
