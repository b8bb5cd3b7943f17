// convlab eval: metrics of each class.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {convlab, jsonLines, lines, temporaryFolder, writeDataSet} from './helpers.mjs';

/** Trains a model briefly, so that it makes mistakes. Returns a function that evaluates it. */
function halfTrained(t) {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const model = path.join(folder, 'model.safetensors');
  const data = ['--data', 'mnist', '--data-dir', folder, '--threads', '1'];
  const trained = convlab('train', '--model', 'mnist-mlp', '--epochs', '1', '--lr', '0.0002', ...data, '--save', model);
  assert.equal(trained.status, 0, trained.stderr);
  return (...more) => {
    const result = convlab('eval', '--model', model, ...data, ...more);
    assert.equal(result.status, 0, result.stderr);
    return result;
  };
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const ratio = (part, whole) => (whole === 0 ? 0 : part / whole);
const percent = (fraction) => `${(100 * fraction).toFixed(2)} %`;

function close(got, wanted) {
  assert.ok(Math.abs(got - wanted) < 1e-12, `${got} instead of ${wanted}`);
}

test('eval --json prints metrics of each class that agree with the confusion matrix', (t) => {
  const [result] = jsonLines(halfTrained(t)('--json', '-').stdout);
  assert.equal(result.event, 'eval');
  assert.equal(result.images, 200);
  const {confusion, classes} = result;
  assert.equal(confusion.length, 10);
  assert.ok(result.val_accuracy > 0.1 && result.val_accuracy < 0.95, `no use for this test: ${result.val_accuracy}`);
  close(result.val_accuracy, sum(confusion.map((row, c) => row[c])) / 200);
  assert.equal(result.top_k, 5);
  assert.ok(result.top_k_accuracy > result.val_accuracy && result.top_k_accuracy <= 1);
  classes.forEach((figures, c) => {
    assert.deepEqual(Object.keys(figures), ['name', 'precision', 'recall', 'f1', 'support']);
    const taken = sum(confusion.map((row) => row[c]));
    assert.equal(figures.name, String(c));
    assert.equal(figures.support, 20);
    assert.equal(sum(confusion[c]), 20);
    close(figures.precision, ratio(confusion[c][c], taken));
    close(figures.recall, confusion[c][c] / 20);
    close(figures.f1, (2 * confusion[c][c]) / (taken + 20));
  });
  assert.equal(result.macro.support, 200);
  for (const name of ['precision', 'recall', 'f1']) close(result.macro[name], sum(classes.map((c) => c[name])) / 10);
});

test('eval prints one line, and tables with --report and --confusion', (t) => {
  const evaluate = halfTrained(t);
  const [{classes, confusion, macro}] = jsonLines(evaluate('--json', '-').stdout);
  assert.match(evaluate().stdout,
               /^\S+ on mnist: test accuracy [\d.]+ %, top-5 [\d.]+ %, test loss [\d.]+ \(200 images, [\d,]+ images\/s\)\n$/);

  const report = lines(evaluate('--report').stdout);
  const row = (title, s) => [title, percent(s.precision), percent(s.recall), percent(s.f1), String(s.support)].join('  ');
  const squeezed = report.map((line) => line.replace(/ {2,}/g, '  '));
  assert.equal(squeezed[1], 'Class  Precision  Recall  F1  Images');
  assert.match(report[2], /^─+$/);
  assert.deepEqual(squeezed.slice(3, 13), classes.map((figures) => row(figures.name, figures)));
  assert.equal(squeezed[13], row('mean of classes', macro));
  assert.equal(report.length, 15);

  const matrix = lines(evaluate('--confusion').stdout).slice(3, 13).map((line) => line.trim().split(/ +/).map(Number));
  assert.deepEqual(matrix, confusion.map((counts, c) => [c, c, ...counts]));
});

test('eval --top-k prints the top-k accuracy, except for k = number of classes', (t) => {
  const evaluate = halfTrained(t);
  const read = (k) => jsonLines(evaluate('--top-k', k, '--json', '-').stdout)[0];
  const first = read('1');
  assert.equal(first.top_k_accuracy, first.val_accuracy);
  assert.ok(read('9').top_k_accuracy >= read('2').top_k_accuracy);
  assert.match(evaluate('--top-k', '3').stdout, /, top-3 [\d.]+ %, test loss/);
  const all = evaluate('--top-k', '10', '--json', '-');
  assert.equal(jsonLines(all.stdout)[0].top_k_accuracy, undefined);
  assert.doesNotMatch(all.stderr, /top-/);
  assert.notEqual(convlab('eval', '--model', 'x', '--data', 'mnist', '--top-k', '0').status, 0);
});
