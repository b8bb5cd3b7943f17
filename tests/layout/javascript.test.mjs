import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';

test('ESLint and TypeScript find nothing in the JavaScript', () => {
  const {status, stdout, stderr} =
    spawnSync(process.execPath, ['scripts/lib/check_javascript.mjs'], {encoding: 'utf8'});
  assert.equal(stdout + stderr, '');
  assert.equal(status, 0);
});
