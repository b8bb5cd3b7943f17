// The worker in which the engine runs. It receives {type: 'create', base, bundle, threads}, then
// {type: 'command', command}, {type: 'bench', options or threads}, {type: 'retry'} and
// {type: 'seen'} (the last snapshot has arrived). It sends {type: 'started'},
// {type: 'ready', controls}, {type: 'snapshot', json, block}, {type: 'bench', result or message}
// and {type: 'error', error}.

import {bundleNames, checkThreads} from './bundles.js';
import {DataFeed} from './data_feed.js';
import {Activity, EngineError, EngineModule} from './engine_module.js';
import {FileError} from './fetch_file.js';

// Short enough to respond to commands quickly, long enough that the event loop costs little.
const sliceMilliseconds = 30;
const commandNames = ['configure', 'start', 'pause', 'step', 'reset', 'set_learning_rate'];
const maxCommandLength = 2 ** 16;

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
  publish();
}

function publish() {
  if (!isSeen) return;
  const snapshot = engine.poll(seenSequence);
  if (snapshot === null) return;
  seenSequence = snapshot.sequence;
  isSeen = false;
  const {json, block} = snapshot;
  postMessage({type: 'snapshot', json, block}, [block]);
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
  feed = new DataFeed(new URL('data/', folder).href, append, fail);
  postMessage({type: 'ready', controls: engine.controls()});
}

function append(name, isTrain, bytes, url) {
  try {
    engine.append(name, isTrain, bytes, url);
  } catch (error) {
    if (error instanceof EngineError) throw new FileError(error.message, url);
    throw error;
  }
  schedule();
}

function fail(error) {
  if (error instanceof FileError) {
    report({kind: 'data', message: error.message, url: error.url, status: error.status});
  } else {
    crash(error);
  }
}

function command(value) {
  if (!commandNames.includes(value?.command)) {
    throw new EngineError(`Unknown command; known: ${commandNames.join(', ')}.`);
  }
  if (JSON.stringify(value).length > maxCommandLength) {
    throw new EngineError(`Command ${value.command} is too long.`);
  }
  engine.send(value);
  work();
  if (value.command === 'configure') {
    // Reads back the resulting options: the engine fills in defaults, and may have failed.
    const {state, options} = JSON.parse(engine.poll(-1).json);
    if (state === 'failed') {
      feed.stop();
    } else {
      feed.choose(options.data);
    }
  }
}

// Without options, returns the runs of the suite.
function bench({options, threads}) {
  try {
    postMessage({type: 'bench', result: options ? engine.bench(options) : engine.benchSuite(threads)});
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    postMessage({type: 'bench', message: error.message});
  }
}

function receive(message) {
  if (message?.type === 'command') {
    try {
      command(message.command);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      report({kind: 'command', message: error.message});
    }
  } else if (message?.type === 'bench') {
    bench(message);
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
