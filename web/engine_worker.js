// The worker in which the engine runs. It receives {type: 'create', base, bundle, threads}, then
// {type: 'request', id, json, block}, {type: 'retry'} and {type: 'seen'} (the last snapshot has
// arrived). It sends {type: 'started'}, {type: 'ready', controls}, {type: 'snapshot', json, block},
// {type: 'reply', json, block}, {type: 'error', error} and {type: 'notice', message}. About the user's own data it receives
// {type: 'add_data', id, name, files: [{path, file}]}, {type: 'remove_data', id, name},
// {type: 'list_data', id} and {type: 'cancel_data', id}, about what is kept of downloads {type: 'list_downloads', id} and
// {type: 'delete_downloads', id}, about weights of pretrained networks {type: 'list_weights', id} and {type: 'fetch_weights', id, name}; it sends {type: 'data_reply', id}
// with `result` or `error`, and {type: 'data_progress', id, name, stage, done, total}.

import {BlobTable} from './blob_table.js';
import {bundleNames, checkThreads} from './bundles.js';
import {DataFeed} from './data_feed.js';
import {DataStore} from './data_store.js';
import {Activity, EngineError, EngineModule} from './engine_module.js';
import {FileError} from './fetch_file.js';
import {OwnSets} from './own_sets.js';
import {PackStore} from './pack_store.js';
import {decodeReply, encodeRefusal, encodeRequest} from './protocol.js';
import {RequestQueue} from './request_queue.js';
import {WeightFeed} from './weight_feed.js';

// Short enough to respond to requests quickly, long enough that the event loop costs little.
const sliceMilliseconds = 30;

let engine = null;
let feed = null;
/** @type {WeightFeed} */
let weights;
/** @type {(name: string, file: Blob, sha256: string) => void} */
let addWeights;
/** @type {OwnSets} */
let own;
/** @type {DataStore} */
let store;
/** What keeps downloads. @type {PackStore[]} */
let packStores = [];
let isCreated = false;
let isScheduled = false;
let isSeen = true;
let seenSequence = -1;

// Returns to the event loop by a message: timers of hidden pages are throttled, messages are not.
const channel = new MessageChannel();
channel.port1.onmessage = () => {
  isScheduled = false;
  guard(work);
};

function schedule() {
  // Training would slow down the check of the data set for which requests wait.
  if (isScheduled || requests.isWaiting) return;
  isScheduled = true;
  channel.port2.postMessage(null);
}

function work() {
  if (engine.advance(sliceMilliseconds) === Activity.busy) schedule();
  for (let reply = engine.takeReply(); reply !== null; reply = engine.takeReply()) answer(reply);
  publish();
}

function answer({json, block}) {
  const {result, data} = decodeReply(json, block);
  if (result === 'configured') {
    if (data === '' || own.isOpen(data)) feed.stop();
    else feed.choose(data);
  }
  postMessage({type: 'reply', json, block}, {transfer: [block]});
}

function publish() {
  if (!isSeen) return;
  const snapshot = engine.poll(seenSequence);
  if (snapshot === null) return;
  seenSequence = snapshot.sequence;
  isSeen = false;
  const {json, block} = snapshot;
  postMessage({type: 'snapshot', json, block}, {transfer: [block]});
}

const report = (error) => postMessage({type: 'error', error});

function crash(error) {
  engine = null;
  feed?.stop();
  report({kind: 'crash', message: error?.message || String(error)});
}

function guard(action) {
  if (engine === null) return;
  try {
    action();
  } catch (error) {
    crash(error);
  }
}

async function create({base, bundle, threads}) {
  if (isCreated) throw new Error('The engine was already created.');
  isCreated = true;
  const folder = new URL(base);
  if (folder.origin !== self.location.origin) throw new Error(`${base} has another origin.`);
  if (!bundleNames.includes(bundle)) throw new Error(`Unknown bundle "${bundle}".`);
  checkThreads(threads);
  const blobs = new BlobTable();
  const withWeights = (name, file, use) => {
    const [source] = blobs.open([file], () => {});
    try {
      return use({name, files: [{path: name, size: file.size, source}]});
    } catch (error) {
      if (error instanceof EngineError) blobs.close(source);
      throw error;
    }
  };
  const module = await EngineModule.load(folder.href, bundle, threads, blobs);
  store = new DataStore();
  await store.open();
  own = new OwnSets(module, blobs, store);
  await own.start();
  engine = module;
  const data = new URL('data/', folder).href;
  const hosted = new URL('weights/', data).href;
  packStores = [data, hosted].map((url) => new PackStore(store, url, notKept));
  feed = new DataFeed(data, packStores[0], {describe, append, fail});
  weights = new WeightFeed(hosted, packStores[1], (name, file) =>
    withWeights(name, file, (listed) => module.weightRanges(listed)));
  addWeights = (name, file, sha256) =>
    withWeights(name, file, (listed) => module.addWeights(listed, sha256));
  await feed.loadCatalog();
  engine.send(encodeRequest(1, 'list_controls'));
  engine.advance(0);
  const {json, block} = /** @type {{json: string, block: ArrayBuffer}} */ (engine.takeReply());
  const controls = decodeReply(json, block);
  for (const hosted of feed.hosted) {
    if (controls.data_sets.some(({name}) => name === hosted.name)) continue;
    // The host's own. The engine says which networks fit when one is chosen.
    controls.data_sets.push(hosted);
    for (const model of controls.models) model.data_sets.push(hosted.name);
  }
  postMessage({type: 'ready', controls});
}

/** Calls `use`; an error of the engine in it is about the file `url`. */
function withFile(url, use) {
  try {
    use();
  } catch (error) {
    throw error instanceof EngineError ? new FileError(error.message, url) : error;
  }
}

const describe = (catalog, url) => withFile(url, () => engine.describeCatalog(catalog, url));

function append(name, file, bytes, url) {
  withFile(url, () => engine.append(name, file, bytes, url));
  schedule();
}

const notice = (message) => postMessage({type: 'notice', message});
const notKept = (title, why) => notice(`${title} is not kept for the next visit: ${why}.`);

function fail(error) {
  if (error instanceof FileError) {
    report({kind: 'data', message: error.message, url: error.url, status: error.status});
  } else {
    crash(error);
  }
}

function request({id, json, block}) {
  try {
    engine.send({json, block});
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    postMessage({type: 'reply', ...encodeRefusal(id, error.message)});
    return;
  }
  work();
}

/** What is asked about data and weights in the storage. */
const inTurnRequests = {
  add_data: ({name, files}, onProgress, signal) => own.add(name, files, onProgress, signal),
  remove_data: ({name}) => own.remove(name),
  list_data: () => own.list(),
  list_downloads: () => store.keptPacks(),
  delete_downloads: async () => {
    for (const packs of packStores) packs.stop();
    await store.write((writer) => writer.removePacks());
    return store.keptPacks();
  },
  list_weights: () => weights.list(),
  fetch_weights: async ({name}, onProgress, signal) => {
    const {file, sha256} =
      await weights.open(name, (done, total) => onProgress('fetch', done, total), signal);
    addWeights(name, file, sha256);
    return {name, bytes: file.size};
  },
};

/** Those of them that are being worked on, by id. @type {Map<number, AbortController>} */
const running = new Map();
// A slow listener gets fewer messages.
const progressMilliseconds = 100;

/** Returns a function that posts the progress of the request `id`. */
function postProgress(id, name) {
  let last = -Infinity;
  return (stage, done, total) => {
    const now = performance.now();
    if (done < total && now - last < progressMilliseconds) return;
    last = now;
    postMessage({type: 'data_progress', id, name, stage, done, total});
  };
}

let lastDone = Promise.resolve();

/** Calls `work` after all earlier work of this kind has ended: each may write to the storage. */
function inTurn(work) {
  const result = lastDone.then(work);
  lastDone = result.then(() => {}, () => {});
  return result;
}

function serveInTurn(message) {
  const {type, id, name} = message;
  const abort = new AbortController();
  running.set(id, abort);
  inTurn(async () => {
    try {
      abort.signal.throwIfAborted();
      const result = await inTurnRequests[type](message, postProgress(id, name), abort.signal);
      postMessage({type: 'data_reply', id, result});
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      const isCancelled = abort.signal.aborted;
      postMessage({type: 'data_reply', id, isCancelled, error: error?.message || String(error)});
    } finally {
      running.delete(id);
    }
  }).catch(crash);
}

/** Returns the name of a kept data set that must be opened before the engine gets this request. */
function closedData(message) {
  if (!own.hasClosed) return '';
  try {
    const name = engine.neededData(message);
    return own.isClosed(name) ? name : '';
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return '';  // the engine refuses it
  }
}

/** Opens a kept data set for the request `id`; the signal ends this, also before its turn. */
function openKept(id, name, signal) {
  const opened = inTurn(() => {
    signal.throwIfAborted();
    return own.open(name, postProgress(id, name), signal);
  });
  const aborted = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  return Promise.race([opened, aborted]);
}

const requests = new RequestQueue({
  send: (message) => guard(() => request(message)),
  reply: (encoded) => postMessage({type: 'reply', ...encoded}),
  closedData,
  open: openKept,
  notice,
  resume: schedule,
  crash,
});

function receive(message) {
  if (message?.type === 'request') {
    requests.receive(message);
  } else if (message?.type === 'retry') {
    feed.retry();
  } else if (message?.type === 'seen') {
    isSeen = true;
    publish();
  } else if (Object.hasOwn(inTurnRequests, message?.type ?? '')) {
    serveInTurn(message);
  } else if (message?.type === 'cancel_data') {
    running.get(message.id)?.abort();
  }
}

self.onmessage = ({data: message}) => {
  if (message?.type === 'create') {
    create(message).catch(crash);
  } else {
    guard(() => receive(message));
  }
};
self.onunhandledrejection = (event) => {
  event.preventDefault();
  crash(event.reason);
};
postMessage({type: 'started'});
