// The text of docs/results/loading.md, from what scripts/loading has measured.

/** What an epoch with decoding must reach of the speed of the same epoch from the cache. */
export const goal = 0.9;

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Images per second with three significant digits. */
const rate = (value) => Number(value.toPrecision(3)).toLocaleString('en-US');
const percent = (value) => `${(100 * value).toFixed(1)} %`;
const ratio = (value) => value.toFixed(3);

const table = (columns, rows) => [columns, columns.map((_, i) => (i === 0 ? '---' : '--:')), ...rows]
  .map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/**
 * Returns images per second of decoding and resizing alone, of two epochs with a network that costs next to nothing:
 * what the one from the cache needs, too, is not counted.
 */
export const decodingRate = ({decoding, cached}) => 1 / (1 / decoding - 1 / cached);

/**
 * Summarizes what was measured for one size.
 * @param {{size: number, rounds: {decoding: number, first: number, cached: number}[],
 *   alone: {decoding: number, cached: number}[]}} measured  images/s: of an epoch with decoding, of the first one
 *   with a cache and of one from the cache; with the small network on 1, 2, … cores
 */
export function summarize({size, rounds, alone}) {
  const of = (member) => median(rounds.map((round) => round[member]));
  const decoded = alone.map(decodingRate);
  const decoding = of('decoding');
  return {
    size, decoding, first: of('first'), cached: of('cached'), decoded,
    ratio: median(rounds.map((round) => round.decoding / round.cached)),
    second: median(rounds.map((round) => round.cached / round.first)),
    // Seconds of one core per image, times images per second.
    share: decoding / decoded[0] / alone.length,
  };
}

/** Says whether loading starves training at a size; if so, what the bound is. */
function verdict({size, ratio: found, share, decoded, cached, decoding}) {
  const cores = `${decoded.length} cores`;
  if (found >= goal) {
    return `- At ${size} px loading does not starve training: with decoding it runs at ${ratio(found)} of the speed from ` +
      `the cache (goal: ${goal}). Decoding takes ${percent(share)} of the ${cores}.`;
  }
  // Whether the time that decoding takes on the cores is that by which the epoch is longer.
  const lost = 1 - found;
  const explained = share >= 0.8 * lost;
  const bound = decoded.at(-1) < cached ?
    `decoding is the bound: alone, on ${cores}, it makes ${rate(decoded.at(-1))} images/s, and training from the cache ` +
      `${rate(cached)}` :
    explained ?
      `decoding is the bound: it competes with training for the ${cores}, of which ${rate(decoding)} images/s take ` +
        `${percent(share)}` :
      `decoding takes ${percent(share)} of the ${cores}, which does not explain the loss of ${percent(lost)}`;
  return `- At ${size} px training with decoding runs at ${ratio(found)} of the speed from the cache (goal: ${goal}): ${bound}.`;
}

const perClass = (limit) => `${limit} images of each class, ${10 * limit} in an epoch`;

function photos({sizes, model, batch, limit, moreAlone, rounds}) {
  const found = sizes.map(summarize);
  const cores = found[0].decoded.length;
  return `## Imagenette

\`convlab train --model ${model} --data imagenette --image-size SIZE --batch ${batch} --limit ${limit} --threads ${cores}\`, ${perClass(limit)}:
images/s of the second epoch, which decodes all images again, and with \`--cache-images auto\` of the first epoch, which decodes
and fills the cache, and of the second one, from the cache. Medians of ${rounds} rounds, in each of which both are measured.

${table(['size', 'decoding', 'cache, first epoch', 'cache, second epoch', 'decoding : cache', 'second : first epoch'],
    found.map((one) => [`${one.size} px`, rate(one.decoding), rate(one.first), rate(one.cached), ratio(one.ratio), ratio(one.second)]))}

Decoding and resizing alone: epochs of ${10 * moreAlone * limit} images with a network of one pooling and one dense layer, less
what those from the cache take.
The share of the cores is what decoding takes of them in the epoch with decoding of the table above.

${table(['size', ...found[0].decoded.map((_, i) => `decoded on ${i === 0 ? '1 core' : `${i + 1} cores`}`), `share of ${cores} cores`],
    found.map((one) => [`${one.size} px`, ...one.decoded.map(rate), percent(one.share)]))}

${found.map(verdict).join('\n')}
- The cache removes it from the second epoch on, which runs at ${found.map((one) => `${one.second.toFixed(2)} × at ${one.size} px`).join(' and ')} the speed of the first.`;
}

function digits({models, rounds, against}) {
  const rows = models.map(({model, epochs, speeds}) => {
    const [here, there] = ['here', 'there'].map((member) => median(speeds.map((speed) => speed[member])));
    const ratios = speeds.map((speed) => speed.here / speed.there);
    return [`\`${model}\`, ${epochs === 1 ? '1 epoch' : `${epochs} epochs`}`, rate(here), rate(there),
            ratio(median(ratios)), ratio(Math.min(...ratios)), ratio(Math.max(...ratios))];
  });
  return `## MNIST

Images in memory cost nothing to read: images/s of all 60,000 against those of the build of ${against}, measured in turn,
medians of ${rounds} rounds.

${table(['model', 'images/s', 'of the other', 'median ratio', 'least', 'greatest'], rows)}`;
}

/** Returns the whole document. `mnist` may be missing. */
export function loadingReport({commit, processor, imagenette, mnist}) {
  const parts = [`# Loading

Whether loading images keeps up with training. Written by \`scripts/loading\`, ${commit}, on two cores of ${processor}; images/s.`,
                 photos(imagenette)];
  if (mnist) parts.push(digits(mnist));
  return `${parts.join('\n\n')}\n`;
}
