import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';

test('README.md and LAYERS.md show what the command prints', () => {
  const {status, stderr} = spawnSync('scripts/docs', ['--check'], {encoding: 'utf8'});
  assert.equal(stderr, '');
  assert.equal(status, 0);
});
