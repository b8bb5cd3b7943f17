// The requests of a page that have no reply yet (web/open_requests.js), without an engine.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {OpenRequests} from '../../web/open_requests.js';

test('a request of the window module has a reply also when the engine ends, or has ended', async () => {
  const link = {hasEnded: false, post() {}};
  const requests = new OpenRequests(/** @type {any} */ (link));
  const send = () => requests.sendEncoded({json: '{"protocol": 4, "id": 7, "request": "pause"}', block: new ArrayBuffer(0)});
  const expected = {protocol: 4, id: 7, error: 'The engine has ended.', kind: 'failed'};
  const open = send();
  requests.end();
  assert.deepEqual(JSON.parse((await open).json), expected);
  link.hasEnded = true;
  assert.deepEqual(JSON.parse((await send()).json), expected);
});
