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

/**
 * Returns an SVG file with the accuracy of training (faint) and of the test images after each epoch, a line for each of
 * the runs {train_accuracy, val_accuracy}.
 */
export function curves(title, runs) {
  const all = runs.flatMap((run) => [...run.train_accuracy, ...run.val_accuracy]);
  const epochs = Math.max(...runs.map((run) => run.val_accuracy.length));
  const step = roundStep(Math.max(Math.max(...all) - Math.min(...all), 0.005));
  const low = Math.floor(Math.min(...all) / step);
  const high = Math.min(Math.ceil(Math.max(...all) / step), Math.round(1 / step));
  const x = (epoch) => plot.left + (plot.right - plot.left) * (epoch - 1) / Math.max(epochs - 1, 1);
  const y = (value) => plot.bottom - (plot.bottom - plot.top) * (value / step - low) / Math.max(high - low, 1);
  const line = (values, kind) => `  <polyline class="${kind}" fill="none" stroke-width="1.5" points="` +
    `${values.map((value, i) => `${x(i + 1).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}"/>`;
  const digits = step < 0.00999 ? 1 : 0;
  const marks = [];
  for (let i = low; i <= high; ++i) {
    marks.push(`  <line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(i * step)}" y2="${y(i * step)}"/>`,
      `  <text x="${plot.left - 6}" y="${y(i * step) + 4}" text-anchor="end">${(100 * i * step).toFixed(digits)}%</text>`);
  }
  const description = `${title}: accuracy on training images (faint) and test images, by epoch`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escape(description)}</title>
  <style>${style}
  </style>
  <rect class="back" width="100%" height="100%" fill="#fff"/>
  <text x="${plot.left}" y="18">${escape(title)}: accuracy on training images (faint) and test images</text>
${marks.join('\n')}
  <text x="${plot.left}" y="${height - 10}">epoch 1</text>
  <text x="${plot.right}" y="${height - 10}" text-anchor="end">${epochs}</text>
${runs.map((run) => line(run.train_accuracy, 'train')).join('\n')}
${runs.map((run) => line(run.val_accuracy, 'val')).join('\n')}
</svg>
`;
}
