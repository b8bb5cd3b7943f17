// The connection of a page to the worker in which its engine runs: starts it, finds out why it does
// not start, and passes messages.

import {checkBundle, chooseBundle, usableThreads} from './bundles.js';
import {explainModule, lacksIsolation, watchModule, whatIsForbidden} from './fetch_file.js';

// A browser runs no worker from another origin, whatever headers that sends.
function checkOrigin(folder) {
  const here = globalThis.location?.origin;
  if (folder.origin === here) return;
  throw new Error(`The engine's files are at ${folder.href}, which is another origin than this ` +
    `page's, and no worker can come from there. Copy them to ${here} and give that folder as ` +
    'base.');
}

// Workers that were ended before their script had come. Browsers let another request for the same URL wait for one that
// hangs, so that starting again would hang as well.
let neverCame = 0;

export class EngineLink {
  #folder;
  #receive;
  #crash;
  /** @type {Worker|null} */
  #worker = null;
  #waiting = [];
  #isReady = false;
  #hasEnded = false;
  #isStarted = false;
  #hasStarted = () => {};
  #blob = '';

  /** @type {string|null} */
  bundle = null;
  threads = 1;
  whyOneThread = '';

  /**
   * @param {URL} folder  of the engine's files
   * @param {{threads?: number, bundle?: string}} chosen
   * @param {import('./bundles.js').Features} features
   * @param {{receive: (message: object) => void, crash: (why: string) => void}} events
   */
  constructor(folder, {threads, bundle}, features, {receive, crash}) {
    this.#folder = folder;
    this.#receive = receive;
    this.#crash = (why) => { if (!this.#hasEnded) crash(why); };
    if (bundle !== undefined) checkBundle(bundle, features);
    try {
      checkOrigin(folder);
      this.bundle = bundle ?? chooseBundle(features);
    } catch (error) {
      queueMicrotask(() => this.#crash(error.message));
      return;
    }
    this.threads = this.bundle.startsWith('threads-') ? usableThreads(threads) : 1;
    if (!features.threads) {
      this.whyOneThread = features.isolated ? 'this browser has no shared memory'
        : 'this page is not cross-origin isolated';
    }
    this.#startWorker(this.#workerUrl);
  }

  /** Posts a message, or keeps it until the engine is ready. */
  post(message, transfer = []) {
    if (this.#isReady) this.#worker?.postMessage(message, transfer);
    else this.#waiting.push([message, transfer]);
  }

  get hasEnded() { return this.#hasEnded; }

  /** Ends the worker at once and frees its memory. */
  terminate() {
    this.#hasEnded = true;
    this.#hasStarted();
    if (this.#worker !== null && !this.#isStarted) neverCame += 1;
    this.#worker?.terminate();
    this.#worker = null;
    this.#waiting = [];
  }

  get #workerUrl() { return this.#urlOf(`engine_worker.js${neverCame > 0 ? `?${neverCame}` : ''}`); }

  #urlOf(file) { return new URL(file, this.#folder).href; }

  #startWorker(url) {
    const script = this.#urlOf('engine_worker.js');
    let worker;
    try {
      worker = new Worker(url, {type: 'module', name: 'convlab-engine'});
    } catch (error) {
      this.#explain(`${script} could not be started: ${error.message}`);
      return;
    }
    this.#worker = worker;
    worker.addEventListener('message', ({data}) => this.#read(data));
    worker.addEventListener('messageerror', () =>
      this.#crash('The engine sent a message that cannot be read.'));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;  // each of its threads can report an error
      const what = event.message || `${script} could not be loaded`;
      if (this.#isReady) this.#crash(what);
      else this.#explain(what);
    });
    this.#hasStarted = watchModule(script, (why) => this.#crash(why));
    worker.postMessage(
      {type: 'create', base: this.#folder.href, bundle: this.bundle, threads: this.threads});
  }

  /** Finds out why the worker has not started; `what` is all that the browser tells. */
  async #explain(what) {
    this.#hasStarted();
    this.#worker?.terminate();
    this.#worker = null;
    const scripts =
      ['engine_worker.js', `engine-${this.bundle}.mjs`].map((file) => this.#urlOf(file));
    const forbidden = await whatIsForbidden('worker-src', 'script-src', 'script-src-elem',
      'require-trusted-types-for', 'trusted-types');
    let why = forbidden && `${scripts[0]} cannot be used as a worker: ${forbidden}.`;
    for (const script of scripts) why ||= await explainModule(script);
    if (!why && !this.#blob) {
      for (const script of scripts) {
        if (!await lacksIsolation(script)) continue;
        if (!this.#hasEnded) this.#startAlone(script);
        return;
      }
    }
    this.#crash(why || `${what}.`);
  }

  /**
   * Starts the engine where only `script` lacks the header that a worker needs: in a worker made
   * from a blob, which has the page's headers, and with one thread, which needs no more workers.
   */
  #startAlone(script) {
    this.bundle = /** @type {string} */ (this.bundle).replace('threads-', 'single-');
    this.threads = 1;
    this.whyOneThread = `${script} is sent without Cross-Origin-Embedder-Policy`;
    const code = `import ${JSON.stringify(this.#workerUrl)};`;
    this.#blob = URL.createObjectURL(new Blob([code], {type: 'text/javascript'}));
    this.#startWorker(this.#blob);
  }

  #read(message) {
    if (this.#worker === null) return;
    if (message.type === 'started') {
      this.#isStarted = true;
      this.#hasStarted();
      URL.revokeObjectURL(this.#blob);
      return;
    }
    this.#receive(message);
    if (message.type !== 'ready') return;
    this.#isReady = true;
    for (const [waiting, transfer] of this.#waiting.splice(0)) this.post(waiting, transfer);
  }
}
