// convlab's JavaScript API: trains networks in its own worker, so that neither slow steps nor a
// crash affect the page.
//
//   import {Convlab} from './convlab.js';
//
//   const convlab = new Convlab();
//   convlab.addEventListener('snapshot', ({snapshot}) => {
//     console.log(snapshot.state, snapshot.loss, snapshot.history.at(-1)?.val_accuracy);
//   });
//   convlab.addEventListener('error', ({error}) => console.error(error.message));
//   convlab.configure({data: 'mnist', model: 'mnist-cnn'});
//   convlab.start();
//   …
//   const {accuracy} = await convlab.evaluate();
//   const file = await convlab.saveModel();
//
// For several threads, the page must be served with Cross-Origin-Opener-Policy: same-origin and
// Cross-Origin-Embedder-Policy: require-corp; otherwise training uses one thread.

import {checkBundle, checkThreads, detectFeatures} from './bundles.js';
import {EngineLink} from './engine_link.js';
import {ConvlabErrorEvent, NoticeEvent, SnapshotEvent, TypedEventTarget} from './events.js';
import {givenFiles} from './given_files.js';
import {OpenRequests} from './open_requests.js';
import {plainCopy} from './plain_data.js';
import {decodeSnapshot} from './protocol.js';
import {readImage} from './read_image.js';
import {nameOf, readBytes, runOptions, toFile} from './request_fields.js';

export {ConvlabErrorEvent, NoticeEvent, RequestError, SnapshotEvent} from './events.js';

/** @typedef {import('./events.js').ConvlabError} ConvlabError */

/**
 * @typedef {{signal?: AbortSignal,
 *   onProgress?: (running: {progress: number, seconds_left: number}) => void}} Waiting
 *   Aborting the signal cancels the request. progress is 0 to 1, seconds_left negative if unknown.
 * @typedef {{data?: string, model?: string, architecture?: string|object, loss?: string,
 *   loss_options?: object, optimizer?: string, optimizer_options?: object, learning_rate?: number,
 *   schedule?: string, schedule_options?: object, warmup_epochs?: number, augmentation?: object,
 *   update_options?: object, image_size?: number, resize?: string, featurewise_center?: boolean,
 *   standardize?: boolean, cache_images?: number, batch?: number, epochs?: number, seed?: number, validation_split?: number,
 *   class_weights?: string, early_stopping?: boolean, early_stopping_options?: object, time_budget?: number}} RunOptions
 *   Options that are left out have the engine's defaults (src/engine/run_options.h).
 *   learning_rate 0: the optimizer's default; optimizer_options and the like: {momentum: 0.9};
 *   architecture: a network as JSON (src/io/graph_json.h) instead of a model of the zoo
 */

/**
 * An image: a PNG or JPEG file, any image file that the browser can read, pixels, an element that
 * can be drawn on a canvas, or the index of a test image of the run.
 * @typedef {Blob|ArrayBuffer|Uint8Array|ImageData|CanvasImageSource|number} Image
 * @typedef {{method?: 'gradcam'|'saliency'|'smoothgrad'|'occlusion', class_name?: string,
 *   layer?: string, samples?: number, noise?: number, seed?: number, patch?: number,
 *   stride?: number}} ExplainOptions  (src/explain/explain_options.h)
 */

/**
 * A data set of the user's own: what the engine found in its files, and whether they are kept for
 * the next visit; `why` says why not. Its size is that of the files.
 * @typedef {import('./own_sets.js').OwnDescription} OwnDescription
 * @typedef {{name: string, signal?: AbortSignal, onProgress?: (progress: {
 *   stage: 'inflate'|'store'|'check'|'fetch', done: number, total: number}) => void}} Adding
 *   done and total are bytes
 */

/**
 * An engine. Requests may be sent before 'ready'; they are carried out in order, between two
 * training steps. Each method that sends one returns a promise, which rejects with RequestError.
 *
 * Events: 'ready' (`controls` is set), 'snapshot' (SnapshotEvent), 'notice' (NoticeEvent), 'error'
 * (ConvlabErrorEvent).
 */
export class Convlab extends TypedEventTarget {
  #link;
  #requests;
  /** @type {import('./protocol.js').Snapshot|null} */
  #snapshot = null;

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
    this.#link = new EngineLink(new URL(base, globalThis.location?.href), {threads, bundle},
      this.features, {
        receive: (message) => this.#receive(message),
        crash: (why) => this.#crash(why),
      });
    this.#requests = new OpenRequests(this.#link);
  }

  /** Name of the engine bundle; null if this browser can run none. @type {string|null} */
  get bundle() { return this.#link.bundle; }
  /** Number of threads used for training. */
  get threads() { return this.#link.threads; }
  /** Why there is only one thread; empty if the engine can have several. */
  get whyOneThread() { return this.#link.whyOneThread; }

  /**
   * Builds a new network and fetches its data set. Ends the run before, unless the options are
   * invalid: then nothing changes. Progress is that of checking a kept data set of the user's own
   * when it is first used.
   * @param {RunOptions} options
   * @param {Waiting} [waiting]
   */
  configure(options = {}, waiting = {}) {
    return this.#command('configure', () => ({options: runOptions(options, 'configure')}), waiting);
  }

  /**
   * Trains until the planned epochs are done: starts, resumes after pause() or, when they are done,
   * trains for the same number of epochs again.
   */
  start() { return this.#command('start'); }

  /** Stops after the current step; start() resumes. */
  pause() { return this.#command('pause'); }

  /** Does one training step, then pauses. */
  step() { return this.#command('step'); }

  /**
   * Initializes the weights again from the same seed, or brings back those of loadModel(), and
   * discards all training progress.
   */
  reset() { return this.#command('reset'); }

  /** Ends the training now, as after the last epoch: the best weights may be restored. */
  end() { return this.#command('end'); }

  /** Sets the base rate of the schedule, also during training. @param {number} learningRate */
  setLearningRate(learningRate) {
    return this.#command('set_learning_rate',
      () => plainCopy({learning_rate: learningRate}, 'set_learning_rate'));
  }

  /** Sets the number of planned epochs, also during training. @param {number} epochs */
  setEpochs(epochs) {
    return this.#command('set_epochs', () => plainCopy({epochs}, 'set_epochs'));
  }

  /**
   * Evaluates the network on the test images: loss, accuracy, and for each class precision, recall,
   * F1 score and the confusion matrix (Evaluation in src/engine/replies.h).
   * @param {{top_k?: number}} [options]
   * @param {Waiting} [waiting]
   */
  evaluate(options = {}, waiting = {}) {
    return this.#requests.send('evaluate', () => plainCopy(options, 'evaluate'), waiting);
  }

  /**
   * Predicts the class of an image. Resolves to {class_names, scores, are_probabilities, best,
   * height, width, channels, pixels}; pixels are what the network saw.
   * @param {Image} image
   */
  predict(image) { return this.#requests.send('predict', () => readImage(image)); }

  /**
   * Describes a data set. Resolves to {data, train, test, image, class_names, models}: numbers of
   * images, their shape [height, width, channels], and names of the models that accept them.
   * @param {string} data
   */
  describeData(data) { return this.#requests.send('describe_data', () => plainCopy({data}, 'describe_data')); }

  /**
   * Returns what one layer computes for an image, its feature maps. Resolves to {layer, shape,
   * values}: the values of shape [height, width, channels] or [units], in row-major order.
   * @param {Image} image
   * @param {string} [layer]  its name, as in describeModel; default: that of explain
   */
  activations(image, layer = '') {
    return this.#requests.send('activations', async () => ({...await readImage(image), layer}));
  }

  /**
   * Explains what the network predicts for an image: Grad-CAM (the default), saliency, SmoothGrad
   * or occlusion. Training waits meanwhile. Resolves to {method, class_index, class_name, score,
   * probability, is_probability, layer, map_height, map_width, values, height, width, channels,
   * pixels}: values are a map [map_height, map_width] that covers the image, pixels what the
   * network saw.
   * @param {Image} image
   * @param {ExplainOptions} [options]  class_name: name or number,
   *   default: the predicted one; layer: of Grad-CAM
   * @param {Waiting} [waiting]
   */
  explain(image, options = {}, waiting = {}) {
    return this.#requests.send('explain',
      async () => ({...await readImage(image), ...plainCopy(options, 'explain', 'options')}), waiting);
  }

  /**
   * Returns the weights of a convolution, or of a dense layer that reads the image, as images.
   * Resolves to {layer, count, height, width, channels, weights}.
   * @param {string} [layer]  default: the first such layer
   */
  filters(layer = '') { return this.#requests.send('filters', () => plainCopy({layer}, 'filters')); }

  /**
   * Returns how a convolution computes one number of its output: patch, kernel, products, bias and
   * sum (PixelArithmetic in src/explain/results.h).
   * @param {Image} image
   * @param {{layer?: string, row?: number, column?: number, channel?: number}} [place]
   */
  pixelArithmetic(image, place = {}) {
    return this.#requests.send('pixel_arithmetic',
      async () => ({...await readImage(image), ...plainCopy(place, 'pixel_arithmetic', 'place')}));
  }

  /**
   * Resolves to the trained model as a file. A network that reads features is joined with
   * `backbone_weights`, the weights of fetchWeights that compute them, if that is given, and then
   * reads images; `last_block_factor`: the learning rate factor with which their last block can be
   * trained; 0: it is frozen, too.
   * @param {{backbone_weights?: string, last_block_factor?: number}} [options]
   * @returns {Promise<File>}
   */
  saveModel(options = {}) {
    return this.#requests.send('save_model', () => plainCopy(options, 'save_model', 'options')).then(toFile);
  }

  /** Resolves to a checkpoint, from which training can be resumed. @returns {Promise<File>} */
  saveCheckpoint() { return this.#requests.send('save_checkpoint').then(toFile); }

  /**
   * Opens a model file or a checkpoint as a new run with its network and weights. Its data set is
   * fetched if it is one of `controls.data_sets`, or opened if it is one of the user's own that is
   * kept; otherwise the network can predict only. A document of a network (.json) is configured with new
   * weights, on the data set of the run unless options.data names another.
   * @param {Blob|ArrayBuffer|Uint8Array} file
   * @param {RunOptions} [options]  of the new run; architecture and model are those of the file
   * @param {Waiting} [waiting]
   */
  loadModel(file, options = {}, waiting = {}) {
    return this.#requests.send('load_model', async () => ({
      source: nameOf(file) ?? 'the model',
      file: await readBytes(file, 'load_model'),
      options: {data: '', ...runOptions(options, 'load_model')},
    }), waiting);
  }

  /**
   * Restores a checkpoint into the configured run, whose options must be those of the checkpoint.
   * @param {Blob|ArrayBuffer|Uint8Array} file
   */
  loadCheckpoint(file) {
    return this.#requests.send('load_checkpoint', async () => ({
      source: nameOf(file) ?? 'the checkpoint',
      file: await readBytes(file, 'load_checkpoint'),
    }));
  }

  /**
   * Looks for a learning rate by training a new network with increasing rates, on the data set of
   * the run. Resolves to {suggestion, rates, losses, smoothed}; suggestion is null if the loss does
   * not fall.
   * @param {RunOptions} options
   * @param {{first_rate?: number, last_rate?: number, steps?: number}} [test]
   * @param {Waiting} [waiting]
   */
  findLearningRate(options, test = {}, waiting = {}) {
    return this.#requests.send('find_learning_rate', () => ({
      ...plainCopy(test, 'find_learning_rate'),
      options: runOptions(options, 'find_learning_rate'),
    }), waiting);
  }

  /**
   * Describes a network layer by layer: a model of the zoo, an architecture, or the run's network
   * (ModelDescription in src/engine/replies.h).
   * @param {{architecture?: string|object, model?: string, image?: number[], classes?: number,
   *   batch?: number}} [options]
   */
  describeModel(options = {}) {
    return this.#requests.send('describe_model', () => runOptions(options, 'describe_model'));
  }

  /**
   * Finds all that is wrong with a network as JSON, and the shapes that are known nevertheless
   * (ModelCheck in src/engine/replies.h). With `image` and `classes`, also whether it suits such
   * data.
   * @param {string|object} architecture
   * @param {{image?: number[], classes?: number}} [data]
   */
  checkModel(architecture, data = {}) {
    return this.#requests.send('check_model', () => runOptions({...data, architecture}, 'check_model'));
  }

  /**
   * Chooses what the engine makes only for those who look at it: 'samples', 'predictions' and
   * 'filters' of the snapshots. Nothing at first; each call replaces the choice.
   * @param {string[]} parts
   */
  subscribe(parts) { return this.#requests.send('subscribe', () => plainCopy({parts}, 'subscribe')); }

  /**
   * Measures training steps on random images, compared with a matrix product; other training pauses
   * meanwhile. Resolves to the object that `convlab bench --json -` prints. Options are those of
   * `convlab bench`; `document` is a network as JSON, used instead of a model of the zoo; `threads`
   * is at most the engine's (the default).
   * @param {{model?: string, document?: string, batch?: number, threads?: number,
   *   optimizer?: string, inference?: boolean, images?: number, layers?: boolean,
   *   seconds?: number, winograd?: 'auto'|'off'|'always'}} options
   * @param {Waiting} [waiting]
   */
  bench(options = {}, waiting = {}) {
    return this.#requests.send('bench', () => {
      const {threads = this.threads} = options;
      // More than the engine has would be waited for without end.
      if (!Number.isInteger(threads) || threads < 1 || threads > this.threads) {
        throw new Error(`[bench] threads is ${String(threads)}; ` +
          `expected a whole number from 1 to ${this.threads}, the number of the engine's threads.`);
      }
      return {options: {...plainCopy(options, 'bench'), threads}};
    }, waiting);
  }

  /** Resolves to the runs of `convlab bench --suite`: an array of options for bench(). */
  benchSuite() {
    return this.#requests.send('list_benches', () => ({threads: this.threads})).then(({runs}) => runs);
  }

  /**
   * Sends an encoded request {json, block} (protocol.js) with any id, for the window module;
   * resolves to its encoded reply with the same id, also if that is an error.
   * @param {{json: string, block: ArrayBuffer}} message
   */
  sendEncoded(message) { return this.#requests.sendEncoded(message); }

  /**
   * Opens files of the user's own as a data set, which configure() then finds by `name`: images in
   * folders of their classes, IDX or CIFAR files, or an archive of such (.zip, .tar, .tar.gz). A
   * name of `controls.data_sets` means that these are the files of that data set. They are kept for
   * the next visit where the browser allows it. Rejects with RequestError for what is no data set.
   * @param {Iterable<File|{path: string, file: Blob}>} files  of a file input, for example
   * @param {Adding} adding
   * @returns {Promise<OwnDescription>}
   */
  addData(files, {name, signal, onProgress}) {
    return this.#requests.sendAboutData('add_data', () => ({name: String(name), files: givenFiles(files)}),
      {signal, onProgress});
  }

  /** Resolves to the user's own data sets, also those kept from earlier visits.
   * @returns {Promise<OwnDescription[]>} */
  listData() { return this.#requests.sendAboutData('list_data'); }

  /**
   * Forgets a data set of the user's own and deletes what is kept of it; where a run or another tab
   * reads it, when that ends. Resolves to whether it is deleted now.
   * @param {string} name
   * @returns {Promise<{is_deleted: boolean}>}
   */
  removeData(name) { return this.#requests.sendAboutData('remove_data', () => ({name: String(name)})); }

  /**
   * Resolves to what is kept of downloaded data sets and weights for the next visit.
   * @returns {Promise<{titles: string[], bytes: number}>}
   */
  listDownloads() { return this.#requests.sendAboutData('list_downloads'); }

  /**
   * Deletes what is kept of downloads. What is in use stays in memory; it is downloaded again on the
   * next visit. Resolves to what is kept now.
   * @returns {Promise<{titles: string[], bytes: number}>}
   */
  deleteDownloads() { return this.#requests.sendAboutData('delete_downloads'); }

  /**
   * Resolves to the weights of pretrained networks that are hosted beside the page, in data/weights/
   * (`convlab weights pack`), or kept from an earlier visit where the server cannot be reached.
   * @returns {Promise<{name: string, title: string, network: string, source: string,
   *   licence: string, bytes: number}[]>}  bytes: of the file
   */
  listWeights() { return this.#requests.sendAboutData('list_weights'); }

  /**
   * Fetches what is needed of such weights, and keeps it for the next visit where the browser allows
   * it. What has arrived before an interruption is not fetched again. Progress is in bytes.
   * @param {string} name
   * @param {Omit<Adding, 'name'>} [waiting]
   * @returns {Promise<{name: string, bytes: number}>}
   */
  fetchWeights(name, {signal, onProgress} = {}) {
    return this.#requests.sendAboutData('fetch_weights', () => ({name: String(name)}), {signal, onProgress});
  }

  /**
   * Computes features of the images of the run's data set, with weights of fetchWeights: the outputs
   * of a network that was trained on ImageNet, before its classifier. Waits for images that have not
   * arrived yet. From the first progress above 0 on there is a data set `data_name` of the features
   * that are computed already, for configure(). Training on it continues while the others are
   * computed; training on other data waits. Resolves to a file for addData(), and what is in it;
   * `train` and `test` are numbers of images.
   * @param {string} weights
   * @param {{pool?: 'avg'|'max'|'none', images_per_class?: number, data_name?: string}} [options]
   *   images_per_class: of the training and of the test images; default: all
   * @param {Waiting} [waiting]
   * @returns {Promise<{file: File, backbone: string, pool: string, train: number, test: number,
   *   seconds: number}>}
   */
  extractFeatures(weights, options = {}, waiting = {}) {
    return this.#requests.send('extract_features',
      () => ({...plainCopy(options, 'extract_features', 'options'), weights: String(weights)}), waiting)
      .then(({file_name, bytes, ...about}) => ({...about, file: toFile({file_name, bytes})}));
  }

  /** After an error of kind 'data', continues to fetch, starting with the file that failed. */
  retry() { this.#link.post({type: 'retry'}); }

  /** Ends the engine at once and frees its memory. No more events follow. */
  terminate() {
    this.#link.terminate();
    this.#requests.end();
  }

  /** The same for requests whose errors are also reported by an event. */
  #command(name, make, waiting) {
    const promise = this.#requests.send(name, make, waiting);
    promise.catch((error) => {
      if (error.kind === 'ended' || error.kind === 'cancelled') return;
      this.dispatchEvent(new ConvlabErrorEvent({kind: 'command', message: error.message}));
    });
    return promise;
  }

  #receive(message) {
    if (message.type === 'snapshot') {
      this.#show(message);
    } else if (message.type === 'reply') {
      this.#requests.reply(message);
    } else if (message.type === 'data_reply') {
      this.#requests.replyAboutData(message);
    } else if (message.type === 'data_progress') {
      this.#requests.progressAboutData(message);
    } else if (message.type === 'ready') {
      const {controls} = message;
      this.controls = {...controls, batches: Array.from(controls.batches)};
      this.dispatchEvent(new Event('ready'));
    } else if (message.type === 'notice') {
      this.dispatchEvent(new NoticeEvent(message.message));
    } else if (message.type === 'error') {
      if (message.error.kind === 'crash') {
        this.#crash(message.error.message);
      } else {
        this.dispatchEvent(new ConvlabErrorEvent(message.error));
      }
    }
  }

  #show({json, block}) {
    // The engine waits for this before it sends the next snapshot, so that a slow page gets fewer
    // snapshots instead of a growing queue.
    this.#link.post({type: 'seen'});
    let snapshot;
    try {
      snapshot = this.#snapshot = decodeSnapshot(json, block, this.#snapshot);
    } catch (error) {
      this.#crash(error.message);
      return;
    }
    this.#requests.progress(snapshot.running);
    this.dispatchEvent(new SnapshotEvent(snapshot, {json, block}));
  }

  #crash(message) {
    this.terminate();
    this.dispatchEvent(new ConvlabErrorEvent({kind: 'crash', message}));
  }
}
