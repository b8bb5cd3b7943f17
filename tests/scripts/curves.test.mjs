// The charts of scripts/results.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {comparison, curves} from '../../scripts/lib/curves.mjs';

const points = (svg) => [...svg.matchAll(/points="([^"]*)"/g)].map(([, text]) =>
  text.split(' ').map((pair) => pair.split(',').map(Number)));

test('curves has a line for training and one for the test images of each run', () => {
  const lines = points(curves('a & b', [{train_accuracy: [0.5, 0.7], val_accuracy: [0.4, 0.6]}]));
  assert.equal(lines.length, 2);
  assert.ok(lines[0][1][1] < lines[0][0][1], 'what is better is higher');
  assert.match(curves('a & b', [{train_accuracy: [0.5], val_accuracy: [0.4]}]), /a &amp; b/);
});

test('comparison draws the mean of each row over the same epochs, and keeps their names apart', () => {
  const svg = comparison('Accuracy', [
    {title: 'long', runs: [{val_accuracy: [0.2, 0.4, 0.6, 0.7]}, {val_accuracy: [0.4, 0.4, 0.6, 0.5]}]},
    {title: 'short', runs: [{val_accuracy: [0.9, 0.9]}]},
    {title: 'as good', runs: [{val_accuracy: [0.9, 0.91]}]},
  ]);
  const [long, short] = points(svg);
  assert.equal(long.length, 4);
  assert.deepEqual(short.map(([x]) => x), long.slice(0, 2).map(([x]) => x));
  assert.ok(long[2][1] === long[3][1], 'both are 0.6 in the mean');
  assert.match(svg, /<title>Accuracy: long 60\.0 %, short 90\.0 %, as good 91\.0 %<\/title>/);
  const heights = ['short', 'as good'].map((title) => Number(new RegExp(`y="([\\d.]+)"[^>]*>${title}<`).exec(svg)[1]));
  assert.ok(Math.abs(heights[0] - heights[1]) >= 14, heights.join());
});
