// convlab's JavaScript API: trains networks in its own worker, so that neither slow steps nor a
// crash affect the page.
//
//   import {Convlab} from './convlab.js';
//
//   const convlab = new Convlab();
//   convlab.addEventListener('snapshot', ({snapshot}) => {
//     console.log(snapshot.state, snapshot.loss, snapshot.val_accuracy);
//   });
//   convlab.addEventListener('error', ({error}) => console.error(error.message));
//   convlab.configure({data: 'mnist', model: 'mnist-cnn'});
//   convlab.start();
//
// For several threads, the page must be served with Cross-Origin-Opener-Policy: same-origin and
// Cross-Origin-Embedder-Policy: require-corp; otherwise training uses one thread.

import {checkBundle, checkThreads, chooseBundle, detectFeatures, usableThreads}
  from './bundles.js';
import {explainModule, lacksIsolation, watchModule, whatIsForbidden} from './fetch_file.js';
import {plainCopy} from './plain_data.js';
import {decodeSnapshot} from './snapshot.js';

/**
 * An error. `kind` is one of:
 * - 'data': a file could not be fetched or is damaged. `url` is its address and `status` the HTTP
 *   status, if the server answered. Training continues with the data that has arrived; retry()
 *   fetches the rest.
 * - 'command': a command was invalid and had no effect.
 * - 'crash': the engine could not be loaded or has crashed. Create a new Convlab.
 *
 * A failed run (for example with a loss of NaN) causes no event: see snapshot.state and .error.
 * @typedef {{kind: 'data'|'command'|'crash', message: string, url?: string, status?: number}}
 *   ConvlabError
 */

// A browser runs no worker from another origin, whatever headers that sends.
function checkOrigin(folder) {
  const here = globalThis.location?.origin;
  if (folder.origin === here) return;
  throw new Error(`The engine's files are at ${folder.href}, which is another origin than this ` +
    `page's, and no worker can come from there. Copy them to ${here} and give that folder as ` +
    'base.');
}

/** Event 'snapshot': the complete visible state of the engine at one moment. */
export class SnapshotEvent extends Event {
  /**
   * @param {import('./snapshot.js').Snapshot} snapshot
   * @param {{json: string, block: ArrayBuffer}} encoded
   */
  constructor(snapshot, encoded) {
    super('snapshot');
    this.snapshot = snapshot;
    /** The snapshot as encoded by the engine, for the window module. */
    this.encoded = encoded;
  }
}

/** Event 'error'. */
export class ConvlabErrorEvent extends Event {
  /** @param {ConvlabError} error */
  constructor(error) {
    super('error');
    this.error = error;
  }
}

/**
 * An engine. Commands may be sent before 'ready'; they take effect in order, between two training
 * steps.
 *
 * Events: 'ready' (`controls` is set), 'snapshot' (SnapshotEvent), 'error' (ConvlabErrorEvent).
 */
export class Convlab extends EventTarget {
  #folder;
  #worker = null;
  #waiting = [];
  #benches = [];
  #isReady = false;
  #hasEnded = false;
  #hasStarted = () => {};
  #blob = '';

  /** Name of the engine bundle; null if this browser can run none. @type {string|null} */
  bundle = null;
  /** Number of threads used for training. */
  threads = 1;
  /** Why there is only one thread; empty if the engine can have several. */
  whyOneThread = '';
  /** Features available to this page: isolated, threads, simd, relaxed. */
  features = detectFeatures();
  /**
   * Tables of the available choices (src/engine/controls.h): data_sets, models, optimizers,
   * buttons, batches, min_learning_rate, max_learning_rate. Null until 'ready'.
   */
  controls = null;

  /**
   * @param {object} [options]
   * @param {string|URL} [options.base]  folder of the engine bundles and of data/, on the same
   *   origin; default: the folder of this file
   * @param {number} [options.threads]  1 to 64, of which at most one per processor is used;
   *   default: one per processor, at most 8
   * @param {string} [options.bundle]  one of bundleNames in bundles.js; default: the fastest
   *
   * Throws Error for invalid options. If the engine cannot run here (no bundle for this browser,
   * files of another origin), an 'error' event follows.
   */
  constructor({base = new URL('.', import.meta.url), threads, bundle} = {}) {
    super();
    if (threads !== undefined) checkThreads(threads);
    if (bundle !== undefined) checkBundle(bundle, this.features);
    const folder = new URL(base, globalThis.location?.href);
    try {
      checkOrigin(folder);
      this.bundle = bundle ?? chooseBundle(this.features);
    } catch (error) {
      queueMicrotask(() => this.#crash(error.message));
      return;
    }
    this.threads = this.bundle.startsWith('threads-') ? usableThreads(threads) : 1;
    if (!this.features.threads) {
      this.whyOneThread = this.features.isolated ? 'this browser has no shared memory'
        : 'this page is not cross-origin isolated';
    }
    this.#folder = folder;
    this.#startWorker(this.#urlOf('engine_worker.js'));
  }

  /**
   * Builds a new network and fetches its data set. Ends the run before. Omitted options have the
   * engine's defaults (RunOptions in src/engine/protocol.h).
   * @param {{data?: string, model?: string, optimizer?: string, optimizer_options?: object,
   *   learning_rate?: number, schedule?: string, schedule_options?: object, warmup_epochs?: number,
   *   update_options?: object, batch?: number, epochs?: number, seed?: number,
   *   label_smoothing?: number}} options
   *   learning_rate 0: the optimizer's default; optimizer_options and the like: {momentum: 0.9}
   */
  configure(options = {}) { this.#command('configure', {options}); }

  /**
   * Trains until the planned epochs are done: starts, resumes after pause() or, when they are done,
   * trains for the same number of epochs again.
   */
  start() { this.#command('start'); }

  /** Stops after the current step; start() resumes. */
  pause() { this.#command('pause'); }

  /** Does one training step, then pauses. */
  step() { this.#command('step'); }

  /** Initializes the weights again from the same seed and discards all training progress. */
  reset() { this.#command('reset'); }

  /** Sets the base rate of the schedule, also during training. @param {number} learningRate */
  setLearningRate(learningRate) {
    this.#command('set_learning_rate', {learning_rate: learningRate});
  }

  /**
   * Measures training steps on random images, compared with a matrix product; other training pauses
   * meanwhile. Resolves to the object that `convlab bench --json -` prints; rejects if the options
   * are invalid or the engine ends. Options are those of `convlab bench`; `document` is a network
   * as JSON, used instead of a model of the zoo; `threads` is at most the engine's (the default).
   * @param {{model?: string, document?: string, batch?: number, threads?: number,
   *   optimizer?: string, inference?: boolean, images?: number, layers?: boolean,
   *   seconds?: number}} options
   */
  bench(options = {}) {
    return this.#measure(() => {
      const {threads = this.threads} = options;
      // More than the engine has would be waited for without end.
      if (!Number.isInteger(threads) || threads < 1 || threads > this.threads) {
        throw new Error(`[bench] threads is ${String(threads)}; ` +
          `expected a whole number from 1 to ${this.threads}, the number of the engine's threads.`);
      }
      return {options: {...plainCopy(options, 'bench'), threads}};
    });
  }

  /** Resolves to the runs of `convlab bench --suite`: an array of options for bench(). */
  benchSuite() { return this.#measure(() => ({threads: this.threads})); }

  /** After an error of kind 'data', continues to fetch, starting with the file that failed. */
  retry() { this.#post({type: 'retry'}); }

  /** Ends the engine at once and frees its memory. No more events follow. */
  terminate() {
    this.#hasEnded = true;
    this.#hasStarted();
    this.#worker?.terminate();
    this.#worker = null;
    this.#waiting = [];
    for (const {reject} of this.#benches.splice(0)) reject(new Error('The engine has ended.'));
  }

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
    worker.addEventListener('message', ({data}) => this.#receive(data));
    worker.addEventListener('messageerror', () =>
      this.#crash('The engine sent a message that cannot be read.'));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;  // each of its threads can report an error
      const what = event.message || `${script} could not be loaded`;
      if (this.#isReady) this.#crash(what);
      else this.#explain(what);
    });
    this.#hasStarted = watchModule(script, (why) => {
      if (!this.#hasEnded) this.#crash(why);
    });
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
    if (!this.#hasEnded) this.#crash(why || `${what}.`);
  }

  /**
   * Starts the engine where only `script` lacks the header that a worker needs: in a worker made
   * from a blob, which has the page's headers, and with one thread, which needs no more workers.
   */
  #startAlone(script) {
    this.bundle = this.bundle.replace('threads-', 'single-');
    this.threads = 1;
    this.whyOneThread = `${script} is sent without Cross-Origin-Embedder-Policy`;
    const code = `import ${JSON.stringify(this.#urlOf('engine_worker.js'))};`;
    this.#blob = URL.createObjectURL(new Blob([code], {type: 'text/javascript'}));
    this.#startWorker(this.#blob);
  }

  /** Posts the request that `make` returns. */
  async #measure(make) {
    if (this.#hasEnded) throw new Error('The engine has ended.');
    const request = make();
    return new Promise((resolve, reject) => {
      this.#benches.push({resolve, reject});
      this.#post({type: 'bench', ...request});
    });
  }

  #command(command, fields = {}) {
    try {
      this.#post({type: 'command', command: {command, ...plainCopy(fields, command)}});
    } catch (error) {
      // Later, like the errors that the engine reports.
      queueMicrotask(() => this.dispatchEvent(
        new ConvlabErrorEvent({kind: 'command', message: error.message})));
    }
  }

  #post(message) {
    if (this.#isReady) {
      this.#worker?.postMessage(message);
    } else {
      this.#waiting.push(message);
    }
  }

  #receive(message) {
    if (this.#worker === null) return;
    if (message.type === 'started') {
      this.#hasStarted();
      URL.revokeObjectURL(this.#blob);
    } else if (message.type === 'snapshot') {
      this.#snapshot(message);
    } else if (message.type === 'ready') {
      this.controls = JSON.parse(message.controls);
      this.#isReady = true;
      for (const waiting of this.#waiting) this.#worker.postMessage(waiting);
      this.#waiting = [];
      this.dispatchEvent(new Event('ready'));
    } else if (message.type === 'bench') {
      const {resolve, reject} = this.#benches.shift();
      if (message.result) resolve(message.result);
      else reject(new Error(message.message));
    } else if (message.type === 'error') {
      if (message.error.kind === 'crash') {
        this.#crash(message.error.message);
      } else {
        this.dispatchEvent(new ConvlabErrorEvent(message.error));
      }
    }
  }

  #snapshot({json, block}) {
    // The engine waits for this before it sends the next snapshot, so that a slow page gets fewer
    // snapshots instead of a growing queue.
    this.#worker.postMessage({type: 'seen'});
    let snapshot;
    try {
      snapshot = decodeSnapshot(json, block);
    } catch (error) {
      this.#crash(error.message);
      return;
    }
    this.dispatchEvent(new SnapshotEvent(snapshot, {json, block}));
  }

  #crash(message) {
    this.terminate();
    this.dispatchEvent(new ConvlabErrorEvent({kind: 'crash', message}));
  }
}
