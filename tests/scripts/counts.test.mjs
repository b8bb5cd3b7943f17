// scripts/lib/counts.mjs: what scripts/test says of each test runner's output.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

const script = fileURLToPath(new URL('../../scripts/lib/counts.mjs', import.meta.url));

function counts(runner, text) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'convlab-counts-'));
  const file = path.join(folder, 'output');
  if (text !== null) fs.writeFileSync(file, text);
  const {stdout} = spawnSync(process.execPath, [script, runner, file], {encoding: 'utf8'});
  fs.rmSync(folder, {recursive: true});
  return stdout.trimEnd().split('\n');
}

test('counts: node\'s tests that fail and are skipped are named', () => {
  const text = `TAP version 13
ok 1 - adds
  ---
  duration_ms: 1
  ...
not ok 2 - subtracts
  ---
  duration_ms: 1
  error: 'expected 1'
  ...
ok 3 - divides # SKIP no divider
  ---
  ...
# pass 1
# fail 1
# cancelled 0
# skipped 1
`;
  assert.deepEqual(counts('tap', text),
    ['1 1 1', 'failed subtracts: \'expected 1\'', 'skipped divides: no divider']);
});

test('counts: Catch2\'s test cases that fail are named', () => {
  const text = `<TestCase name="a &lt; b"><Expression/><OverallResult success="false"/></TestCase>
<TestCase name="c"><OverallResult success="true"/></TestCase>
<OverallResultsCases successes="1" failures="1" expectedFailures="0" skips="0"/>`;
  assert.deepEqual(counts('catch2', text), ['1 1 0', 'failed a < b']);
});

test('counts: pytest\'s tests that fail are named', () => {
  const text = 'FAILED tests/a.py::test_b - AssertionError\n==== 1 failed, 3 passed in 0.50s ====\n';
  assert.deepEqual(counts('pytest', text), ['3 1 0', 'failed tests/a.py::test_b - AssertionError']);
});

test('counts: no output at all is a failure', () => {
  for (const runner of ['tap', 'catch2', 'pytest']) {
    assert.match(counts(runner, null)[0], /^0 1 0$/, runner);
  }
});
