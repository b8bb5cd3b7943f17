// A copy of the page's files with the first images only of its data sets: most tests do not need 60,000 images, and
// every page that opens would fetch, check and keep them.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Files of each part; of MNIST they hold 4,002 and 1,334 images. */
const count = {train: 3, test: 1};

const sum = (shards, name) => shards.reduce((total, shard) => total + shard[name], 0);

function firstOf(split, shardCount) {
  const shards = split.shards.slice(0, shardCount);
  return {...split, count: sum(shards, 'count'), bytes: sum(shards, 'bytes'), shards};
}

/** Returns the catalog of the page in `dist`, with the first files only of each data set. */
export function smallCatalog(dist) {
  const {datasets, ...rest} = JSON.parse(fs.readFileSync(path.join(dist, 'data/catalog.json'), 'utf8'));
  return {...rest, datasets: datasets.map(({splits: {train, test}, ...about}) =>
    ({...about, splits: {train: firstOf(train, count.train), test: firstOf(test, count.test)}}))};
}

/** Returns the folder of the copy of `dist`, which the caller removes. */
export function makeSmallDist(dist) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-dist-'));
  const [from, to] = [path.join(dist, 'data'), path.join(folder, 'data')];
  fs.cpSync(dist, folder, {recursive: true, filter: (file) => file !== from});
  const catalog = smallCatalog(dist);
  for (const {splits} of catalog.datasets) {
    for (const {file} of [...splits.train.shards, ...splits.test.shards]) {
      fs.cpSync(path.join(from, file), path.join(to, file));
    }
  }
  fs.writeFileSync(path.join(to, 'catalog.json'), JSON.stringify(catalog));
  return folder;
}
