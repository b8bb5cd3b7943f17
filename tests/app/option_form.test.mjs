// The page's forms treat values and names as the window's do (option_form_test.cpp).
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { optionLabel, parseOption, withOption } from '../../web/option_form.js';

test('a typed value must be one of the option\'s', () => {
  const number = { type: 'number', min: 0, max: 1 };
  assert.equal(parseOption(number, ' 0,5 '), 0.5);
  for (const bad of ['', 'x', '-0.1', '1.1', 'NaN']) assert.equal(parseOption(number, bad), undefined, bad);
  const integer = { type: 'integer', min: 1, max: 9 };
  assert.equal(parseOption(integer, '9'), 9);
  for (const bad of ['0', '1.5', '']) assert.equal(parseOption(integer, bad), undefined, bad);
  assert.equal(parseOption({ type: 'numbers' }, ' 1, 2 '), '1, 2');
});

test('an option with its default is left out', () => {
  const form = { defaults: { momentum: 0, nesterov: false } };
  assert.deepEqual(withOption(form, {}, 'momentum', 0.9), { momentum: 0.9 });
  assert.deepEqual(withOption(form, { momentum: 0.9 }, 'momentum', 0), {});
  assert.deepEqual(withOption(form, { momentum: 0.9 }, 'nesterov', true), { momentum: 0.9, nesterov: true });
});

test('names are shown in words', () => {
  assert.equal(optionLabel('weight_decay'), 'Weight decay');
});
