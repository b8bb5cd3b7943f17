// Opens a page in Firefox, controlled with WebDriver BiDi.

import {once} from 'node:events';
import {existsSync} from 'node:fs';
import WebSocket from 'ws';
import {makeFolder, startProgram, stopProgram, whenTrue} from './remote_page.mjs';

const firefox = [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox']
  .find((path) => path && existsSync(path));

/** Why there is no Firefox; false if there is one. */
export const noFirefox =
  firefox === undefined && 'no Firefox: install firefox-esr, or name it in $FIREFOX';

/** Returns a function that sends a command and resolves to its result; `notify` gets events. */
function connect(socket, notify) {
  const waiting = new Map();
  let count = 0;
  socket.on('message', (bytes) => {
    const message = JSON.parse(bytes.toString());
    if (message.type === 'event') {
      notify(message);
      return;
    }
    const {resolve, reject} = waiting.get(message.id) ?? {};
    waiting.delete(message.id);
    if (message.type === 'error') reject?.(new Error(`${message.error}: ${message.message}`));
    else resolve?.(message.result);
  });
  socket.on('close', () => {
    for (const {reject} of waiting.values()) reject(new Error('Firefox has ended'));
  });
  return (method, params = {}) => new Promise((resolve, reject) => {
    count += 1;
    waiting.set(count, {resolve, reject});
    socket.send(JSON.stringify({id: count, method, params}));
  });
}

/** Opens `url` in a headless Firefox. @returns {Promise<import('./remote_page.mjs').RemotePage>} */
export async function openInFirefox(url) {
  const {folder, remove} = makeFolder();
  let child = null;
  const close = async () => {
    await stopProgram(child);
    remove();
  };
  try {
    // Opened by the command line: after the command browsingContext.navigate, one page in four
    // cannot start all of its worker's workers.
    const started = await startProgram(firefox,
      ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port', '0', url],
      {pattern: /WebDriver BiDi listening on (ws:\/\/\S+)/, from: 2});
    child = started.child;
    const socket = new WebSocket(`${started.match[1]}/session`);
    await once(socket, 'open');
    let loaded;
    const isLoaded = new Promise((resolve) => { loaded = resolve; });
    const call = connect(socket, ({params}) => { if (params.url === url) loaded(); });
    await call('session.new', {capabilities: {}});
    await call('session.subscribe', {events: ['browsingContext.load']});
    const {contexts: [{context, url: shown}]} = await call('browsingContext.getTree');
    if (shown !== url) await isLoaded;
    const evaluate = async (expression) => {
      const {result, exceptionDetails} = await call('script.evaluate',
        {expression, target: {context}, awaitPromise: true});
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return result.value;
    };
    const waitFor = (condition, milliseconds) => evaluate(whenTrue(condition, milliseconds));
    return {evaluate, waitFor, close};
  } catch (error) {
    await close();
    throw error;
  }
}
