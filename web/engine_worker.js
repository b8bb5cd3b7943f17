// The worker in which the engine runs. It receives {type: 'create', base, bundle, threads}, then
// {type: 'request', id, json, block}, {type: 'retry'} and {type: 'seen'} (the last snapshot has
// arrived). It sends {type: 'started'}, {type: 'ready', controls}, {type: 'snapshot', json, block},
// {type: 'reply', json, block} and {type: 'error', error}.

import {bundleNames, checkThreads} from './bundles.js';
import {DataFeed} from './data_feed.js';
import {Activity, EngineError, EngineModule} from './engine_module.js';
import {FileError} from './fetch_file.js';
import {decodeReply, encodeRefusal, encodeRequest} from './protocol.js';

// Short enough to respond to requests quickly, long enough that the event loop costs little.
const sliceMilliseconds = 30;

let engine = null;
let feed = null;
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
  if (isScheduled) return;
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
    if (data === '') feed.stop();
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
  engine = await EngineModule.load(folder.href, bundle, threads);
  feed = new DataFeed(new URL('data/', folder).href, {describe, append, fail});
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

const describe = (catalog, url) => withFile(url, () => engine.describeData(catalog, url));

function append(name, file, bytes, url) {
  withFile(url, () => engine.append(name, file, bytes, url));
  schedule();
}

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

function receive(message) {
  if (message?.type === 'request') {
    request(message);
  } else if (message?.type === 'retry') {
    feed.retry();
  } else if (message?.type === 'seen') {
    isSeen = true;
    publish();
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
