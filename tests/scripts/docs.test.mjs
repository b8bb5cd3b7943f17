import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';

test('README.md, LAYERS.md and docs/ show what the command, the sources and the examples say', () => {
  const {status, stderr} = spawnSync('scripts/docs', ['--check'], {encoding: 'utf8'});
  assert.equal(stderr, '');
  assert.equal(status, 0);
});
