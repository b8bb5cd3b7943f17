// What the drivers of Firefox and WebKit have in common: processes, folders and waiting.

import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/**
 * @typedef {{evaluate: (expression: string) => Promise<any>,
 *   waitFor: (condition: string, milliseconds: number) => Promise<void>,
 *   close: () => Promise<void>}} RemotePage
 *   `evaluate` also awaits a promise that the expression returns. `waitFor` waits until an
 *   expression is true, and rejects with the page's text if it is not in time.
 */

/**
 * Returns an expression whose promise resolves when `condition` is true. It is evaluated again
 * after each change of the document.
 */
export const whenTrue = (condition, milliseconds) => `new Promise((resolve, reject) => {
  const observer = new MutationObserver(() => check());
  const late = setTimeout(() => {
    observer.disconnect();
    reject(new Error(${JSON.stringify(`not within ${milliseconds} ms: ${condition}`)} + '\\n' +
      document.body.innerText));
  }, ${milliseconds});
  const check = () => {
    if (!document.body || !(${condition})) return;
    observer.disconnect();
    clearTimeout(late);
    resolve(true);
  };
  observer.observe(document,
    {subtree: true, childList: true, characterData: true, attributes: true});
  check();
})`;

/**
 * Starts a program that writes to the pipe `from` (2: stderr, 3: another) when it is ready;
 * resolves to the process and the match of `pattern` in what it wrote.
 * @param {string} program
 * @param {string[]} args
 * @param {{pattern: RegExp, from: 2|3, env?: object}} ready
 */
export async function startProgram(program, args, {pattern, from, env = {}}) {
  const stdio = ['ignore', 'ignore', from === 2 ? 'pipe' : 'ignore', 'pipe'];
  const child = spawn(program, args, {stdio, env: {...process.env, ...env}});
  let text = '';
  const match = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${program} has ended (${code}): ${text}`)));
    child.stdio[from].on('data', (bytes) => {
      text = (text + bytes).slice(-10000);
      const found = text.match(pattern);
      if (found) resolve(found);
    });
  });
  return {child, match};
}

/** Ends a process and waits until it has ended. */
export async function stopProgram(child) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** Returns a new folder and a function that removes it. */
export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-browser-'));
  return {
    folder,
    remove: () => rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}),
  };
}
