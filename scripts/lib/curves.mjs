// Draws curves of accuracy as an SVG file that can be looked at in light and dark.

const width = 480;
const height = 260;
const plot = {left: 44, right: width - 12, top: 28, bottom: height - 34};

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

const style = `
    text { font: 12px system-ui, sans-serif; fill: #444 }
    .grid { stroke: #ddd }
    .train { stroke: #2563c9; opacity: .35 }
    .val { stroke: #c05a00 }
    @media (prefers-color-scheme: dark) {
      text { fill: #ccc } .grid { stroke: #444 } .train { stroke: #7ba7f0 } .val { stroke: #f0a050 } .back { fill: #161616 }
    }`;

/** Returns a step of 1, 2, 5 or 10 per cent and the like, so that about five of them span `range`. */
function roundStep(range) {
  const rough = range / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

/** Returns the places of epochs and accuracies, and the lines and texts of the axes, for `epochs` epochs of `values`. */
function axes(epochs, values) {
  const step = roundStep(Math.max(Math.max(...values) - Math.min(...values), 0.005));
  const low = Math.floor(Math.min(...values) / step);
  const high = Math.min(Math.ceil(Math.max(...values) / step), Math.round(1 / step));
  const x = (epoch) => plot.left + (plot.right - plot.left) * (epoch - 1) / Math.max(epochs - 1, 1);
  const y = (value) => plot.bottom - (plot.bottom - plot.top) * (value / step - low) / Math.max(high - low, 1);
  const digits = step < 0.00999 ? 1 : 0;
  const marks = [];
  for (let i = low; i <= high; ++i) {
    marks.push(`  <line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(i * step)}" y2="${y(i * step)}"/>`,
      `  <text x="${plot.left - 6}" y="${y(i * step) + 4}" text-anchor="end">${(100 * i * step).toFixed(digits)}%</text>`);
  }
  marks.push(`  <text x="${plot.left}" y="${height - 10}">epoch 1</text>`,
    `  <text x="${plot.right}" y="${height - 10}" text-anchor="end">${epochs}</text>`);
  return {x, y, marks};
}

const line = ({x, y}, values, kind) => `  <polyline class="${kind}" fill="none" stroke-width="1.5" points="` +
  `${values.map((value, i) => `${x(i + 1).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}"/>`;

function svg(heading, description, body) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escape(description)}</title>
  <style>${style}
  </style>
  <rect class="back" width="100%" height="100%" fill="#fff"/>
  <text x="${plot.left}" y="18">${escape(heading)}</text>
${body.join('\n')}
</svg>
`;
}

/**
 * Returns an SVG file with the accuracy of training (faint) and of the test images after each epoch, a line for each of
 * the runs {train_accuracy, val_accuracy}.
 */
export function curves(title, runs) {
  const epochs = Math.max(...runs.map((run) => run.val_accuracy.length));
  const frame = axes(epochs, runs.flatMap((run) => [...run.train_accuracy, ...run.val_accuracy]));
  return svg(`${title}: accuracy on training images (faint) and test images`,
    `${title}: accuracy on training images (faint) and test images, by epoch`,
    [...frame.marks, ...runs.map((run) => line(frame, run.train_accuracy, 'train')),
      ...runs.map((run) => line(frame, run.val_accuracy, 'val'))]);
}

/**
 * Returns an SVG file with the mean test accuracy after each epoch of several rows {title, runs}, each named at the end of
 * its line.
 */
export function comparison(heading, rows) {
  const means = rows.map(({runs}) => runs[0].val_accuracy.map((_, epoch) =>
    runs.reduce((sum, run) => sum + run.val_accuracy[epoch], 0) / runs.length));
  const epochs = Math.max(...means.map((values) => values.length));
  const frame = axes(epochs, means.flat());
  // Beside the last point, or above it where there is no room; those that would overlap move up.
  const room = 0.7 * epochs;
  const places = means.map((values, i) => ({title: rows[i].title, isLong: values.length > room,
    x: frame.x(values.length), y: frame.y(values.at(-1))}));
  places.sort((a, b) => b.y - a.y);
  let above = Infinity;
  const names = places.map(({title, isLong, x, y}) => {
    above = Math.min(above - 14, isLong ? y - 8 : y + 4);
    return `  <text x="${isLong ? x : x + 6}" y="${above}" text-anchor="${isLong ? 'end' : 'start'}">${escape(title)}</text>`;
  });
  return svg(heading, `${heading}: ${rows.map(({title}, i) => `${title} ${(100 * means[i].at(-1)).toFixed(1)} %`).join(', ')}`,
    [...frame.marks, ...means.map((values) => line(frame, values, 'val')), ...names]);
}
