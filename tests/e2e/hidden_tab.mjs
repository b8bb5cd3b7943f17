// Opens a tab that is really hidden. Playwright makes its pages always report "visible", so this
// tab is opened and controlled with Chromium's DevTools protocol, through a pipe.

import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {findChromium, flags} from '../../scripts/lib/chromium.mjs';

/** JSON messages, each terminated by a zero byte: written to pipe 3, read from pipe 4. */
function connect(child) {
  const waiting = new Map();
  let count = 0;
  let rest = Buffer.alloc(0);
  child.stdio[4].on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const {id, result, error} = JSON.parse(rest.subarray(0, end).toString());
      rest = rest.subarray(end + 1);
      const call = waiting.get(id);
      waiting.delete(id);
      if (error) call?.reject(new Error(`${call.method}: ${error.message}`));
      else call?.resolve(result);
    }
  });
  child.on('exit', (code) => {
    for (const {reject} of waiting.values()) reject(new Error(`Chromium ended (${code})`));
    waiting.clear();
  });
  return (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    count += 1;
    waiting.set(count, {method, resolve, reject});
    child.stdio[3].write(`${JSON.stringify({id: count, method, params, sessionId})}\0`);
  });
}

/** Opens `url` in a tab behind another. `evaluate` evaluates an expression in it. */
export async function openHiddenTab(url) {
  const profile = mkdtempSync(join(tmpdir(), 'convlab-hidden-'));
  const child = spawn(findChromium(),
    ['--headless', '--remote-debugging-pipe', `--user-data-dir=${profile}`, ...flags,
      'about:blank'],
    {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
  const call = connect(child);
  const close = async () => {
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      call('Browser.close').catch(() => child.kill('SIGKILL'));
      await ended;
    }
    rmSync(profile, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
  };
  try {
    const {targetId} = await call('Target.createTarget', {url, background: true});
    const {sessionId} = await call('Target.attachToTarget', {targetId, flatten: true});
    const evaluate = async (expression) => {
      const {result, exceptionDetails} = await call('Runtime.evaluate',
        {expression, returnByValue: true, awaitPromise: true}, sessionId);
      if (exceptionDetails) {
        throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
      }
      return result.value;
    };
    const loaded = 'document.readyState === "complete"';
    // During navigation a tab has no document in which to evaluate, so errors are ignored.
    while (!(await evaluate(`location.href !== "about:blank" && ${loaded}`).catch(() => false))) {
      await sleep(50);
    }
    const waitFor = async (expression, milliseconds) => {
      const end = Date.now() + milliseconds;
      while (!(await evaluate(expression))) {
        if (Date.now() > end) {
          const text = await evaluate('document.body.innerText');
          throw new Error(`not within ${milliseconds} ms: ${expression}\n${text}`);
        }
        await sleep(250);
      }
    };
    return {evaluate, waitFor, close};
  } catch (error) {
    await close();
    throw error;
  }
}
