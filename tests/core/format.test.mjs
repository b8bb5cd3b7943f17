// The page formats numbers like the command and the window: the table is that of format_test.cpp.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import * as format from '../../web/format.js';

const functions = {
  percent: format.formatPercent,
  probability: (value) => format.formatScore(value, true),
  output: (value) => format.formatScore(value, false),
  loss_text: format.formatLoss,
  with_commas: format.formatCount,
  bytes_text: format.formatBytes,
  duration: format.formatDuration,
};

test('the page formats the numbers of the shared table as the command does', () => {
  const cases = JSON.parse(readFileSync(new URL('format_cases.json', import.meta.url), 'utf8'));
  assert.ok(cases.length > 20);
  for (const { function: name, value, text } of cases) {
    assert.equal(functions[name](value ?? NaN), text, `${name}(${value})`);
  }
});
