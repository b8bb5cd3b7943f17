// convlab's JavaScript API: trains networks in a worker of its own, so that neither a slow step
// nor a crash touches the page.
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
// The page is served with Cross-Origin-Opener-Policy: same-origin and
// Cross-Origin-Embedder-Policy: require-corp for threads; without, training takes one.

import {checkBundle, checkThreads, chooseBundle, defaultThreads, detectFeatures}
  from './bundles.js';
import {decodeSnapshot} from './snapshot.js';

/**
 * What went wrong. `kind` says what helps:
 * - 'data': a file could not be fetched or is damaged; `url` and, if there was an answer, `status`
 *   say which. Training goes on with the data that is here; retry() fetches the rest.
 * - 'command': a command was refused. Nothing has changed.
 * - 'crash': the engine could not be loaded or has ended. Only terminate() and a new Convlab help.
 *
 * That a run failed (a loss that is no number, say) is no event: snapshot.state and .error tell.
 * @typedef {{kind: 'data'|'command'|'crash', message: string, url?: string, status?: number}}
 *   ConvlabError
 */

/** Event 'snapshot': all that can be seen of the engine at one moment. */
export class SnapshotEvent extends Event {
  /**
   * @param {import('./snapshot.js').Snapshot} snapshot
   * @param {{json: string, block: ArrayBuffer}} encoded
   */
  constructor(snapshot, encoded) {
    super('snapshot');
    this.snapshot = snapshot;
    /** As it left the engine, for the window module. */
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
 * An engine. Commands may be given at once; they take effect in order, between two training steps.
 *
 * Events: 'ready' (`controls` is there), 'snapshot' (SnapshotEvent), 'error' (ConvlabErrorEvent).
 */
export class Convlab extends EventTarget {
  #worker = null;
  #waiting = [];
  #benches = [];
  #isReady = false;

  /** Name of the engine bundle; null if none can run here. @type {string|null} */
  bundle = null;
  /** Threads that train. */
  threads = 1;
  /** What this page may use: isolated, threads, simd, relaxed. */
  features = detectFeatures();
  /**
   * The tables of what can be chosen (src/engine/controls.h): data_sets, models, optimizers,
   * buttons, batches, min_learning_rate, max_learning_rate. Null until 'ready'.
   */
  controls = null;

  /**
   * @param {object} [options]
   * @param {string|URL} [options.base]  folder of the engine bundles and of data/; same origin;
   *   this file's by default
   * @param {number} [options.threads]  1 to 64; as many as cores, but no more than 8, by default
   * @param {string} [options.bundle]  one of bundleNames in bundles.js; the fastest by default
   *
   * Throws Error for bad options. A browser that can run no bundle gets an 'error' event.
   */
  constructor({base = new URL('.', import.meta.url), threads, bundle} = {}) {
    super();
    if (threads !== undefined) checkThreads(threads);
    if (bundle !== undefined) checkBundle(bundle, this.features);
    const folder = new URL(base, globalThis.location?.href);
    try {
      this.bundle = bundle ?? chooseBundle(this.features);
    } catch (error) {
      queueMicrotask(() => this.#crash(error.message));
      return;
    }
    this.threads = this.bundle.startsWith('threads-') ? (threads ?? defaultThreads()) : 1;
    this.#worker = new Worker(new URL('engine_worker.js', folder),
      {type: 'module', name: 'convlab-engine'});
    this.#worker.addEventListener('message', ({data}) => this.#receive(data));
    this.#worker.addEventListener('messageerror', () =>
      this.#crash('The engine sent a message that cannot be read.'));
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#crash(event.message || 'The engine worker could not be loaded.');
    });
    this.#worker.postMessage(
      {type: 'create', base: folder.href, bundle: this.bundle, threads: this.threads});
  }

  /**
   * Builds a network anew and fetches its data set; ends what ran before. Omitted options take
   * the engine's defaults (RunOptions in src/engine/protocol.h).
   * @param {{data?: string, model?: string, optimizer?: string, optimizer_options?: object,
   *   learning_rate?: number, schedule?: string, schedule_options?: object, warmup_epochs?: number,
   *   update_options?: object, batch?: number, epochs?: number, seed?: number,
   *   label_smoothing?: number}} options
   *   learning_rate 0: the optimizer's default; options of a kind by name: {momentum: 0.9}
   */
  configure(options = {}) { this.#command({command: 'configure', options: {...options}}); }

  /**
   * Trains until the planned epochs are done: begins, goes on after pause(), or, after the end,
   * trains for as many epochs again.
   */
  start() { this.#command({command: 'start'}); }

  pause() { this.#command({command: 'pause'}); }

  /** One training step, then pause. */
  step() { this.#command({command: 'step'}); }

  /** Fresh weights from the same seed, nothing trained. */
  reset() { this.#command({command: 'reset'}); }

  /** The base of the schedule, also while training. @param {number} learningRate */
  setLearningRate(learningRate) {
    this.#command({command: 'set_learning_rate', learning_rate: learningRate});
  }

  /**
   * Measures training steps on random images beside a matrix product; trains nothing else
   * meanwhile. Resolves to what `convlab bench --json -` prints; rejects when there is no such model
   * or the engine ends. Options are those of `convlab bench`; `document` is a network as JSON, which
   * takes the place of the zoo's model.
   * @param {{model?: string, document?: string, batch?: number, threads?: number,
   *   optimizer?: string, inference?: boolean, images?: number, layers?: boolean,
   *   seconds?: number}} options
   */
  bench(options = {}) {
    return this.#measure({options: {...options, threads: options.threads ?? this.threads}});
  }

  /** What `convlab bench --suite` measures: options for bench(), in order. */
  benchSuite() { return this.#measure({threads: this.threads}); }

  /** Fetches on from the file at which an error of kind 'data' stopped. */
  retry() { this.#post({type: 'retry'}); }

  /** Ends the engine at once and gives back its memory. No event comes any more. */
  terminate() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#waiting = [];
    for (const {reject} of this.#benches.splice(0)) reject(new Error('The engine has ended.'));
  }

  #measure(what) {
    if (this.#worker === null) return Promise.reject(new Error('The engine has ended.'));
    return new Promise((resolve, reject) => {
      this.#benches.push({resolve, reject});
      this.#post({type: 'bench', ...what});
    });
  }

  #command(command) { this.#post({type: 'command', command}); }

  #post(message) {
    if (this.#isReady) {
      this.#worker?.postMessage(message);
    } else {
      this.#waiting.push(message);
    }
  }

  #receive(message) {
    if (this.#worker === null) return;
    if (message.type === 'snapshot') {
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
    // The engine sends the next one only then: a slow page gets fewer, not a queue of them.
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
