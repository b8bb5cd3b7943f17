// convlab bench: its output, and a check against a drastically slower training step.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {convlab, jsonLines} from './helpers.mjs';

function bench(model, seconds, ...more) {
  const result = convlab('bench', '--model', model, '--batch', '16', '--threads', '1', '--seconds', seconds, ...more);
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}

test('bench prints one object with all its numbers, or a table', () => {
  const [numbers, ...more] = jsonLines(bench('mnist-mlp', '0.05', '--json', '-'));
  assert.equal(more.length, 0);
  const measured = ['first_step_ms', 'second_step_ms', 'step_ms', 'images_per_second', 'gflops', 'gemm_peak_gflops', 'efficiency',
                    'peak_memory_bytes'];
  assert.deepEqual(Object.keys(numbers), ['model', 'backend', 'threads', 'batch', 'images', 'inference', 'optimizer',
                                          ...measured, 'layers']);
  assert.deepEqual(numbers.layers, []);
  for (const field of measured) assert.ok(numbers[field] > 0, field);
  assert.equal(numbers.inference, false);
  assert.equal(numbers.optimizer, 'adam');
  assert.match(bench('mnist-mlp', '0.05'), /efficiency +\d+\.\d+ %/);
});

test('bench accepts an optimizer or a data set, or measures inference only', () => {
  const [sgd] = jsonLines(bench('mnist-mlp', '0.02', '--optimizer', 'sgd', '--images', '1000', '--json', '-'));
  assert.equal(sgd.optimizer, 'sgd');
  assert.equal(sgd.images, 1000);
  const [forward] = jsonLines(bench('simple-convnet', '0.02', '--inference', '--json', '-'));
  assert.equal(forward.inference, true);
  assert.equal(forward.optimizer, '');
  const [train] = jsonLines(bench('simple-convnet', '0.02', '--json', '-'));
  assert.ok(forward.step_ms < train.step_ms, `${forward.step_ms} ms to evaluate, ${train.step_ms} ms to train`);
  assert.match(bench('mnist-mlp', '0.02', '--inference'), /evaluation +\d/);
  const [direct] = jsonLines(bench('simple-convnet', '0.02', '--inference', '--winograd', 'off', '--json', '-'));
  assert.ok(direct.images_per_second > 0);
  const unknown = convlab('bench', '--winograd', 'maybe');
  assert.match(unknown.stderr, /--winograd.*maybe/);
  const few = convlab('bench', '--images', '100');
  assert.notEqual(few.status, 0);
  assert.match(few.stderr, /a batch of 128 cannot be filled with 100 images/);
  const wrong = convlab('bench', '--optimizer', 'newton');
  assert.notEqual(wrong.status, 0);
  assert.match(wrong.stderr, /newton.*adam/s);
});

test('bench --suite chooses models and batches itself', () => {
  const wrong = convlab('bench', '--suite', '--optimizer', 'newton');
  assert.notEqual(wrong.status, 0, 'not a row for each run');
  for (const option of ['--model', '--batch', '--images']) {
    const result = convlab('bench', '--suite', option, option === '--model' ? 'mnist-mlp' : '8');
    assert.notEqual(result.status, 0);
    assert.match(result.stderr, new RegExp(`--suite.*${option}|${option}.*--suite`));
  }
});

test('bench --layers prints the times of each layer', () => {
  const [{layers}] = jsonLines(bench('simple-convnet', '0.05', '--layers', '--json', '-'));
  assert.deepEqual(layers.map(({kind}) => kind), ['conv2d', 'relu', 'max_pool2d', 'conv2d', 'relu', 'max_pool2d',
                                                  'flatten', 'dropout', 'dense']);
  const [first, relu, pool, second] = layers;
  for (const part of ['forward_ms', 'input_grad_ms', 'parameter_grad_ms']) assert.ok(second[part] > 1e-3, part);
  // The first layer needs no input gradient; the relu is folded into the convolution; a pooling has no weights.
  for (const none of [first.input_grad_ms, relu.forward_ms, relu.input_grad_ms, pool.parameter_grad_ms])
    assert.ok(none < second.forward_ms / 4, `${none} ms`);
  // 2 · 9 · 32 · 64 operations for each of the 11 · 11 pixels of 16 images.
  assert.equal(Math.round(second.gflop * 1e9), 2 * 9 * 32 * 64 * 11 * 11 * 16);
  assert.match(bench('simple-convnet', '0.05', '--layers'), /^conv2d_2 +\(11, 11, 64\) +\d+\.\d\d \(\d+\)/m);
});

// A loose bound on the best of five runs, because other tests run at the same time; typically it is twice as fast.
test('a training step of simple-convnet reaches 0.3 of the FLOP/s of a matrix product', () => {
  let best = 0;
  for (let i = 0; i < 5 && best < 0.3; ++i) {
    const [{efficiency}] = jsonLines(bench('simple-convnet', '0.5', '--json', '-'));
    best = Math.max(best, efficiency);
  }
  assert.ok(best >= 0.3, `${best}`);
});
