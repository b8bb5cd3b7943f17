// Opens a page in WebKitGTK's MiniBrowser on a display of its own, controlled with WebDriver.

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync} from 'node:fs';
import {createServer} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {makeFolder, startProgram, stopProgram, whenTrue} from './remote_page.mjs';

const driver = '/usr/bin/WebKitWebDriver';
const display = '/usr/bin/Xvfb';

// Below a folder named after the processor; that of GTK 3 or 4.
const browser = (existsSync('/usr/lib') ? readdirSync('/usr/lib') : [])
  .flatMap((folder) => ['webkit2gtk-4.1', 'webkitgtk-6.0'].map(
    (library) => `/usr/lib/${folder}/${library}/MiniBrowser`))
  .find((path) => existsSync(path));

/** Why there is no WebKit; false if there is one. */
export const noWebKit = !(browser && existsSync(driver) && existsSync(display)) &&
  'no WebKit: install webkit2gtk-driver and xvfb';

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startDriver(port, env) {
  // With a process group of its own, so that no browser outlives it.
  const child = spawn(driver, [`--port=${port}`], {stdio: 'ignore', detached: true, env});
  const ended = once(child, 'exit');
  const address = `http://127.0.0.1:${port}`;
  const stop = async () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Ignored: nothing of it is left.
    }
    await ended;
  };
  // It does not say when it listens.
  while (child.exitCode === null && !(await fetch(`${address}/status`).catch(() => null))) {
    await sleep(50);
  }
  return {address, stop};
}

/** Opens `url` in WebKit. @returns {Promise<import('./remote_page.mjs').RemotePage>} */
export async function openInWebKit(url) {
  const {folder, remove} = makeFolder();
  const closing = [remove];
  const close = async () => {
    for (const action of closing.reverse()) await action();
  };
  try {
    const {child, match} = await startProgram(display,
      ['-displayfd', '3', '-nolisten', 'tcp', '-screen', '0', '1280x1024x24'],
      {pattern: /(\d+)\n/, from: 3});
    closing.push(() => stopProgram(child));
    const {address, stop} = await startDriver(await freePort(),
      {...process.env, DISPLAY: `:${match[1]}`, HOME: folder, GDK_BACKEND: 'x11'});
    closing.push(stop);
    const call = async (method, path, body) => {
      const response = await fetch(`${address}/session${path}`,
        {method, body: body && JSON.stringify(body)});
      const {value} = /** @type {any} */ (await response.json());
      if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
      return value;
    };
    const {sessionId} = await call('POST', '', {capabilities: {alwaysMatch: {
      timeouts: {script: 600_000},
      'webkitgtk:browserOptions': {binary: browser, args: ['--automation']},
    }}});
    closing.push(() => call('DELETE', `/${sessionId}`).catch(() => {}));  // it is killed next
    await call('POST', `/${sessionId}/url`, {url});
    const evaluate = async (expression) => {
      const {value, error} = await call('POST', `/${sessionId}/execute/async`, {
        args: [],
        script: `const done = arguments[0];
          Promise.resolve().then(() => ${expression}).then(
            (value) => done({value}), (error) => done({error: String(error)}));`,
      });
      if (error) throw new Error(error);
      return value;
    };
    const waitFor = (condition, milliseconds) => evaluate(whenTrue(condition, milliseconds));
    return {evaluate, waitFor, close};
  } catch (error) {
    await close();
    throw error;
  }
}
