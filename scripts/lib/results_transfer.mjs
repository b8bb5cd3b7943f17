// The rows of scripts/results that classify features of pretrained networks: their commands and their table.

export const isTransfer = (row) => row.features !== undefined;

/** The name of a row's file of features in its command. */
export const featureFileOf = ({features: {backbone, pool}}) => `${backbone}-${pool}.safetensors`;

/** The command that computes the features of a row. */
export const featureCommandOf = (row) => `convlab features --backbone ${row.features.backbone} --data ${row.data} ` +
  `--pool ${row.features.pool} --out ${featureFileOf(row)}`;

/** The command of any row of scripts/results. */
export function commandOf(row) {
  const data = isTransfer(row) ? featureFileOf(row) : row.data;
  return `convlab ${row.knn ? 'knn' : `train --model ${row.model}`} --data ${data} ${row.options}`.trim();
}

const percent = (value) => `${(100 * value).toFixed(2)} %`;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function tableRow(row, accuracies) {
  const range = accuracies.length > 1 ? ` (${percent(Math.min(...accuracies))} to ${percent(Math.max(...accuracies))})` : '';
  const goal = row.goal ? `${(100 * row.goal).toFixed(1)} %` : '–';
  return `| ${row.features.backbone} | \`${commandOf(row)}\` | ${percent(mean(accuracies))}${range} | ` +
    `${row.knn ? '–' : accuracies.length} | ${goal} |`;
}

/** The table of the rows that have run; `accuracies` returns those of a row's runs, one for each seed. */
export function transferTable(rows, accuracies) {
  const done = rows.filter((row) => accuracies(row).length > 0);
  const features = [...new Set(done.map(featureCommandOf))];
  return ['```sh', ...features, '```', '', '| network | command | test accuracy, mean (range) | seeds | goal |', '|---|---|--:|--:|--:|',
    ...done.map((row) => tableRow(row, accuracies(row)))].join('\n');
}
