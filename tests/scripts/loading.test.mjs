// The report of scripts/loading, from measurements made up for it.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {decodingRate, loadingReport, summarize} from '../../scripts/lib/loading_report.mjs';

/** 400 images/s are decoded by one core, 800 by both, beside a network that makes 4,000. */
const alone = [{decoding: 1 / (1 / 400 + 1 / 4000), cached: 4000}, {decoding: 1 / (1 / 800 + 1 / 4000), cached: 4000}];
const rounds = (decoding, cached) => [1, 1.02, 0.98].map((speed) =>
  ({decoding: decoding * speed, first: decoding * speed, cached: cached * speed}));

const reportOf = (...sizes) => loadingReport({commit: 'abc1234', processor: 'a processor', imagenette:
  {sizes, model: 'imagenette-cnn', batch: 32, limit: 32, moreAlone: 4, rounds: 3}});

test('what the epoch from the cache takes, too, is no decoding', () => {
  assert.equal(Math.round(decodingRate(alone[0])), 400);
});

test('decoding\'s share of the cores is seconds of a core per image, times images per second', () => {
  // 80 images/s of 1/400 s on two cores.
  const found = summarize({size: 96, rounds: rounds(80, 84), alone});
  assert.equal(found.share.toFixed(3), '0.100');
  assert.equal(found.ratio.toFixed(3), '0.952');
});

test('a size at which loading does not starve training says so, with the share', () => {
  const text = reportOf({size: 224, rounds: rounds(80, 84), alone});
  assert.match(text, /At 224 px loading does not starve training: with decoding it runs at 0\.952 .*10\.0 % of the 2 cores/);
  assert.match(text, /\| 224 px \| 80 \| 80 \| 84 \| 0\.952 \| 1\.050 \|/);
  assert.match(text, /\| 224 px \| 400 \| 800 \| 10\.0 % \|/);
  assert.match(text, /cache removes it .* 1\.05 × at 224 px/);
});

test('where decoding is the bound, the numbers show it', () => {
  // Training would make 900 images/s, more than both cores decode.
  assert.match(reportOf({size: 96, rounds: rounds(420, 900), alone}),
    /At 96 px training with decoding runs at 0\.467 .*decoding is the bound: alone, on 2 cores, it makes 800 images\/s, and training from the cache 900\./);
  // 200 images/s decoded take a quarter of the cores, by which training is slower.
  assert.match(reportOf({size: 96, rounds: rounds(200, 270), alone}),
    /0\.741 .*decoding is the bound: it competes with training for the 2 cores, of which 200 images\/s take 25\.0 %/);
  // Half of the speed is lost, though decoding takes 5 % of the cores: something else is slow.
  assert.match(reportOf({size: 96, rounds: rounds(40, 80), alone}),
    /decoding takes 5\.0 % of the 2 cores, which does not explain the loss of 50\.0 %/);
});

test('MNIST is compared only with another build', () => {
  assert.doesNotMatch(reportOf({size: 96, rounds: rounds(80, 84), alone}), /MNIST/);
  const mnist = {models: [{model: 'mnist-mlp', epochs: 5, speeds: [{here: 200, there: 190}, {here: 210, there: 210},
                                                                   {here: 190, there: 200}]}], rounds: 3, against: 'def5678'};
  const text = loadingReport({commit: 'abc1234', processor: 'a processor', mnist, imagenette:
    {sizes: [{size: 96, rounds: rounds(80, 84), alone}], model: 'imagenette-cnn', batch: 32, limit: 32, moreAlone: 4, rounds: 3}});
  assert.match(text, /the build of def5678/);
  assert.match(text, /\| `mnist-mlp`, 5 epochs \| 200 \| 200 \| 1\.000 \| 0\.950 \| 1\.053 \|/);
});

test('scripts/loading without a folder of data sets says what it needs', () => {
  const {status, stderr} = spawnSync('scripts/loading', [], {encoding: 'utf8'});
  assert.equal(status, 1);
  assert.match(stderr, /^scripts\/loading: --data-dir is required\nUsage:/);
});
