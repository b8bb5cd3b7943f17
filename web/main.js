// The page: connects an engine with the controls and with the displays of its state.

import {checkBundle, checkThreads, detectFeatures} from './bundles.js';
import {Comparison} from './comparison.js';
import {Controls} from './controls.js';
import {Convlab} from './convlab.js';
import {Join} from './join.js';
import {ModelTab} from './model_tab.js';
import {OwnData} from './own_data.js';
import {Progress} from './progress.js';
import {Results} from './results.js';
import {Tabs} from './tabs.js';
import {Transfer} from './transfer.js';
import {View} from './view.js';

/** @returns {any} an element of the kind that index.html has */
const byId = (id) => document.getElementById(id);

// The options with which the page opens; all others have the engine's defaults.
let options = {data: 'mnist', model: 'mnist-cnn'};
let convlab = null;

const alerts = new Map();

/** Shows `text` as the alert `name`, replacing an earlier one; an empty text removes it. */
function showAlert(name, text, label = '', action = () => {}) {
  const shown = alerts.get(name);
  if (shown?.text === text) return;
  shown?.element.remove();
  alerts.delete(name);
  if (!text) return;
  const element = document.createElement('div');
  const paragraph = document.createElement('p');
  paragraph.textContent = text;
  element.append(paragraph);
  if (label) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', () => {
      showAlert(name, '');
      action();
    });
    element.append(button);
  }
  alerts.set(name, {text, element});
  byId('alert').append(element);
}

/** Reads ?threads=N and ?bundle=NAME; an invalid value is reported and ignored. */
function readQuery() {
  const query = new URLSearchParams(location.search);
  /** @type {{bundle?: string, threads?: number}} */
  const chosen = {};
  try {
    const bundle = query.get('bundle');
    if (bundle !== null) {
      checkBundle(bundle, detectFeatures());
      chosen.bundle = bundle;
    }
    if (query.has('threads')) {
      const threads = Number(query.get('threads'));
      checkThreads(threads);
      chosen.threads = threads;
    }
  } catch (error) {
    showAlert('query', error.message, 'Dismiss');
  }
  return chosen;
}

// The parts of snapshots that the canvas shows; none while it cannot.
const viewParts = ['samples', 'predictions', 'filters'];
let looks = viewParts;

/** An engine that has ended rejects this, which is reported as what ended it. */
const subscribe = () => convlab?.subscribe(looks).catch(() => {});

/** Shows the canvas or, if `why` says that nothing can be drawn, that and charts in its place. */
function showView(why) {
  const [old, next] = why ? [byId('view'), byId('no-view')] : [byId('no-view'), byId('view')];
  const hadFocus = old.contains(document.activeElement);
  byId('no-view-why').textContent =
    `${why}, so images of samples and filters cannot be shown. Training still works.`;
  old.hidden = true;
  next.hidden = false;
  if (hadFocus) next.focus();
  results.showCharts(why !== '');
  looks = why ? [] : viewParts;
  subscribe();
}

const results = new Results();
const comparison = new Comparison(byId('comparison'));
const progress = new Progress();
const view = new View(byId('view'), (request) => convlab.sendEncoded(request), showView);
const model = new ModelTab(byId('model-panel'), () => convlab);
let latest = null;
new Tabs(byId('tabs'), () => { if (latest) model.show(latest); });
const controls = new Controls({
  configure(chosen) {
    options = chosen;
    ownData.offer(null);
    showAlert('data', '');
    showAlert('command', '');
    const {signal, onProgress, done} = ownData.waitFor(chosen.data);
    convlab.configure(options, {signal, onProgress}).then(done, ({kind}) => {
      done();  // a refusal is reported by an event
      if (kind === 'cancelled') keepSettings();
    });
  },
  setLearningRate(rate) { convlab.setLearningRate(rate); },
  setEpochs(epochs) { convlab.setEpochs(epochs); },
  command(name) {
    showAlert('command', '');
    convlab[name]();
  },
});

/** Shows the settings of the run again, after others were chosen and cancelled. */
function keepSettings() {
  if (!latest) return;
  options = {...latest.options, learning_rate: latest.learning_rate};
  controls.forget();
  controls.show(latest);
}

/** The user's own data sets, and features that are being computed. */
let ownSets = [];
let growing = null;
/** The data set whose features a network is trained on while they are computed; without them there is no run. */
let imagesOfGrowing = '';

function offerData() {
  controls.setOwnData([...ownSets.filter(({name}) => name !== growing?.name), ...(growing ? [growing] : [])]);
}

const ownData = new OwnData(byId('own-data'), () => convlab, {
  changed: (list) => {
    ownSets = list;
    offerData();
  },
  choose: (name) => controls.chooseData(name),
});

new Transfer(byId('transfer'), () => convlab, {
  data: () => options.data,
  growing: (data, images) => {
    growing = data;
    offerData();
    if (!data) return;
    comparison.beginPreparation(data.name);
    imagesOfGrowing = images;
    controls.chooseData(data.name);
  },
  computed: (name, seconds) => comparison.addPreparation(name, seconds),
  added: async (name, images) => {
    imagesOfGrowing = '';
    await ownData.refresh();
    if ([images, name].includes(options.data)) controls.chooseData(name);
  },
});

const join = new Join(byId('transfer'), () => convlab);

// What the engine said that is about no run.
const notices = new Set();

function notesOf({stop_reason: reason, notes}) {
  return [...notices, ...(reason ? [`Training stopped: ${reason}`] : []), ...notes];
}

function showNotes(notes) {
  const list = byId('notes');
  if (list.dataset.shown === JSON.stringify(notes)) return;
  list.dataset.shown = JSON.stringify(notes);
  list.replaceChildren(...notes.map((note) =>
    Object.assign(document.createElement('li'), {textContent: note})));
}

function showWhatRuns(snapshot) {
  const {bundle, features} = convlab;
  const threads = snapshot?.threads || convlab.threads;
  const parts = [`Engine ${bundle}`, `${threads} ${threads === 1 ? 'thread' : 'threads'}`];
  parts.push(features.isolated ? 'cross-origin isolated' : 'not cross-origin isolated');
  if (snapshot?.backend) parts.push(snapshot.backend);
  if (snapshot?.parameters) parts.push(`${snapshot.parameters.toLocaleString('en')} parameters`);
  if (snapshot?.memory_bytes) parts.push(`${Math.ceil(snapshot.memory_bytes / 2 ** 20)} MB`);
  const text = parts.join(' · ');
  if (byId('runs-on').textContent !== text) byId('runs-on').textContent = text;
}

function showIsolation() {
  const {whyOneThread} = convlab;
  byId('isolation').hidden = whyOneThread === '';
  byId('isolation').textContent = `Single-threaded: ${whyOneThread}`;
}

function showSnapshot({snapshot, encoded}) {
  options = {...snapshot.options, learning_rate: snapshot.learning_rate};
  controls.show(snapshot);
  progress.show(snapshot);
  results.show(snapshot);
  comparison.show(snapshot);
  latest = snapshot;
  model.show(snapshot);
  join.show(snapshot);
  view.show(encoded);
  showNotes(notesOf(snapshot));
  showWhatRuns(snapshot);
  if (snapshot.state === 'empty' && imagesOfGrowing) {
    const images = imagesOfGrowing;
    imagesOfGrowing = '';
    controls.chooseData(images);
  }
  // If no network could be built, there is nothing to reset: other options must be chosen.
  if (snapshot.state === 'failed' && snapshot.parameters > 0) {
    showAlert('run', snapshot.error, 'Reset', () => {
      controls.forget();
      convlab.reset();
    });
  } else {
    showAlert('run', snapshot.error);
  }
}

function showError({error}) {
  if (error.kind === 'data') {
    showAlert('data', error.message, 'Retry', () => {
      ownData.offer(null);
      convlab.retry();
    });
    ownData.offer(convlab.controls?.data_sets.find(({name}) => name === options.data));
  } else if (error.kind === 'command') {
    controls.forget();
    showAlert('command', error.message, 'Dismiss');
  } else {
    controls.disable();
    progress.showNone('The engine has crashed');
    showAlert('data', '');
    showAlert('run', '');
    const restart = convlab.bundle ? 'Restart the engine' : '';
    showAlert('crash', error.message, restart, openEngine);
  }
}

function openEngine() {
  convlab = new Convlab(readQuery());
  convlab.addEventListener('ready', () => {
    controls.fill(convlab.controls);
    ownData.refresh();
    showIsolation();
  });
  convlab.addEventListener('snapshot', showSnapshot);
  convlab.addEventListener('notice', ({message}) => {
    notices.add(message);
    if (latest) showNotes(notesOf(latest));
  });
  convlab.addEventListener('error', showError);
  subscribe();
  convlab.configure(options);
  showIsolation();
  if (convlab.bundle) showWhatRuns(null);
  // For tests and for the browser's console.
  globalThis.convlabPage = {convlab, view, get model() { return options.model; },
    get data() { return options.data; }};
}

openEngine();
byId('stuck')?.remove();  // what the page said while this module had not arrived
view.open();
