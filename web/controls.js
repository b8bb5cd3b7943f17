// The controls: settings and buttons, created from the engine's tables (src/engine/controls.h).

import {formatCount} from './format.js';
import {LearningRateField} from './learning_rate_field.js';
import {MoreOptions} from './more_options.js';

/** @returns {any} an element of the kind that index.html has */
const byId = (id) => document.getElementById(id);
const listFields = ['data', 'model', 'optimizer', 'batch'];
const atRest = ['ready', 'paused', 'finished'];
const maxEpochs = 1000;
/** The value of the network, of a file for example, that is not one of the tables' models. */
const ownNetwork = '(own)';

/** Whether each command is possible in the state of a snapshot. */
const isPossible = {
  start: ({state}) => atRest.includes(state),
  pause: ({state}) => state === 'running' || state === 'waiting_for_data',
  step: ({state}) => atRest.includes(state),
  reset: ({state, step, parameters}) => step > 0 || (state === 'failed' && parameters > 0),
};

/** Whether there is something to lose: a network that has learned and has not failed. */
const isTrained = ({step, state}) => step > 0 && state !== 'failed';

/** Returns a text that is the same for equal settings, whatever the order of an object's members. */
const canonical = (value) => JSON.stringify(value, (_, item) =>
  (item && typeof item === 'object' && !Array.isArray(item)
    ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item));

const isEqual = (a, b) => a === b || canonical(a) === canonical(b);

/** Compares settings; the learning rate is ignored for a failed run, which has none. */
const isSame = (awaited, settings, isFailed) => Object.entries(awaited).every(([name, value]) =>
  isEqual(settings[name], value) || (isFailed && name === 'learning_rate'));

/** Selects a value; one that the tables lack gets an item of its own, until another is shown. */
function choose(select, value, title) {
  select.querySelector('[data-extra]')?.remove();
  if (![...select.options].some((option) => option.value === String(value))) {
    const option = new Option(title, value);
    option.dataset.extra = '';
    select.add(option);
  }
  select.value = value;
}

/**
 * Says what a data set of the user's own holds: "28 × 28 pixels, grey; 3 classes: a, b, c", or
 * "512 features of each image; …".
 */
function ownDataText({height, width, channels, classes, class_names: names}) {
  const listed = 5;
  const some = names.slice(0, listed).join(', ') + (classes > listed ? ', …' : '');
  const isImage = channels === 1 || channels === 3;
  const what = isImage ? `${width} × ${height} pixels, ${channels === 1 ? 'grey' : 'colour'}`
    : `${formatCount(height * width * channels)} features of each image`;
  return `Yours: ${what}; ${classes} ${classes === 1 ? 'class' : 'classes'}: ${some}`;
}

function fillSelect(select, items) {
  select.replaceChildren(...items.map(({name, title}) => new Option(title, name)));
}

export class Controls {
  #act;
  /** Set by `fill`, before any control can be used. @type {any} */
  #tables;
  /** The latest; without it, no control can be used. @type {any} */
  #snapshot;
  #shown = '';
  /** The options of the last network that could be built; the form edits only some of them. */
  #working = {};
  /** Model and architecture of the network that is not one of the tables' models. */
  #own = {};
  /** Data sets of the user's own. @type {any[]} */
  #ownData = [];
  #more = new MoreOptions(byId('more-fields'), () => this.#changed('more'));
  #rate = new LearningRateField(() => this.#changeRate());
  /**
   * Settings that were sent but are not yet confirmed by a snapshot.
   * @type {Object<string, any>|null}
   */
  #awaited = null;
  /** Whether a field of the settings holds text that is not finished. */
  #isTyping = false;
  #buttons = new Map();

  /**
   * @param {{configure: (options: object) => void, setLearningRate: (rate: number) => void,
   *   setEpochs: (epochs: number) => void, command: (name: string) => void}} act
   */
  constructor(act) {
    this.#act = act;
    for (const name of listFields) {
      byId(name).addEventListener('change', () => this.#changed(name));
    }
    byId('epochs').addEventListener('change', () => this.#changed('epochs'));
    byId('apply').addEventListener('click', () => {
      this.#configure();
      this.#act.command('start');
    });
    byId('reset-yes').addEventListener('click', () => this.#answer(true));
    byId('reset-no').addEventListener('click', () => this.#answer(false));
    byId('discard').addEventListener('click', () => this.#discard());
    byId('settings').addEventListener('submit', (event) => event.preventDefault());
    const settings = byId('settings');
    settings.addEventListener('input', () => { this.#isTyping = true; });
    settings.addEventListener('focusout', () => { this.#isTyping = false; });
    // Before the field's own listener, which sends all fields.
    settings.addEventListener('change', ({target}) => this.#endTyping(target), {capture: true});
    this.#prepareShortcuts();
  }

  /** Creates the controls from the tables. */
  fill(tables) {
    this.#tables = tables;
    this.#rate.setRange(tables.min_learning_rate, tables.max_learning_rate);
    this.#fillData();
    fillSelect(byId('model'), tables.models);
    fillSelect(byId('optimizer'), tables.optimizers);
    this.#more.fill(tables.forms);
    fillSelect(byId('batch'), tables.batches.map((size) => ({name: size, title: size})));
    this.#buttons.clear();
    byId('buttons').replaceChildren(...tables.buttons.map((item) => this.#makeButton(item)));
    this.#shown = '';
  }

  /** @param {import('./protocol.js').Snapshot} snapshot */
  show(snapshot) {
    this.#snapshot = snapshot;
    if (snapshot.parameters > 0) this.#working = snapshot.options;
    if (!isTrained(snapshot)) byId('ask').hidden = true;
    const settings = this.#settingsOf(snapshot);
    if (this.#awaited && isSame(this.#awaited, settings, snapshot.state === 'failed')) {
      this.#awaited = null;
    }
    // Updates the fields only when the engine's settings change, not from snapshots that are older
    // than the last choice, and not while the user types, so that no input is overwritten.
    const shown = JSON.stringify(settings);
    if (shown !== this.#shown && !this.#awaited && !this.#isTyping) {
      this.#shown = shown;
      this.#takeOver();
    }
    for (const [command, {button, text, title}] of this.#buttons) {
      button.setAttribute('aria-disabled', String(!isPossible[command]?.(snapshot)));
      if (command === 'start') {
        text.textContent = {paused: 'Resume', finished: 'Continue'}[snapshot.state] ?? title;
      }
    }
    const start = this.#buttons.get('start')?.button;
    start?.classList.toggle('primary', atRest.includes(snapshot.state));
    byId('epochs-about').textContent =
      snapshot.state === 'finished' ? `Continue adds ${snapshot.options.epochs}` : '';
  }

  /**
   * Offers data sets of the user's own besides those of the tables.
   * @param {import('./own_sets.js').OwnDescription[]} list
   */
  setOwnData(list) {
    this.#ownData = list;
    const {value} = byId('data');
    this.#fillData();
    if (value) choose(byId('data'), value, `${value} (not available)`);
    if (this.#snapshot) {
      this.#offerModels();
      this.#describe();
    }
  }

  /** Chooses a data set as the user does. @param {string} name */
  chooseData(name) {
    byId('data').value = name;
    this.#changed('data');
    // The same name as before, whose files are here now.
    if (!this.#differs() && !isTrained(this.#snapshot)) this.#configure();
    byId('data').focus();
  }

  /** Stops waiting for sent settings: the fields show the engine's settings again. */
  forget() {
    this.#awaited = null;
    this.#isTyping = false;
    this.#shown = '';
  }

  /** Disables all controls, when there is no engine. */
  disable() {
    this.#snapshot = null;
    this.forget();
    for (const field of byId('settings').elements) field.disabled = true;
    for (const {button} of this.#buttons.values()) button.setAttribute('aria-disabled', 'true');
    byId('staged').hidden = true;
    byId('ask').hidden = true;
  }

  #makeButton({request: command, title, hint, shortcut}) {
    const button = document.createElement('button');
    button.type = 'button';
    button.id = command;
    button.title = hint;
    button.setAttribute('aria-disabled', 'true');
    const text = document.createElement('span');
    text.textContent = title;
    button.append(text);
    const key = document.createElement('kbd');
    key.textContent = shortcut.length === 1 ? shortcut.toUpperCase() : shortcut;
    key.setAttribute('aria-hidden', 'true');
    button.append(key);
    button.setAttribute('aria-keyshortcuts', shortcut);
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-disabled') === 'true') return;
      if (command === 'reset') {
        this.#reset();
      } else {
        this.#act.command(command);
      }
    });
    this.#buttons.set(command, {button, text, title, shortcut});
    return button;
  }

  /** Resets at once if nothing is lost by it, else asks first. */
  #reset() {
    if (isTrained(this.#snapshot)) {
      byId('ask').hidden = false;
      byId('reset-yes').focus();
    } else {
      this.forget();
      this.#act.command('reset');
    }
  }

  #answer(isYes) {
    byId('ask').hidden = true;
    byId('reset').focus();
    if (!isYes) return;
    this.forget();
    this.#act.command('reset');
  }

  #prepareShortcuts() {
    const check = byId('shortcuts');
    const isOn = () => document.body.classList.toggle('no-shortcuts', !check.checked);
    check.addEventListener('change', isOn);
    isOn();
    document.addEventListener('keydown', (event) => {
      if (!check.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const target = /** @type {Element} */ (event.target);
      if (target.closest('input:not([type="checkbox"]), select, textarea')) return;
      // Enter and Space activate the focused button instead of being shortcuts.
      const presses = event.key === ' ' || event.key === 'Enter';
      if (presses && target.closest('button, summary, input')) return;
      const pressed = event.key.toLowerCase();
      const found = [...this.#buttons.values()].find(
        ({shortcut}) => shortcut.toLowerCase() === pressed);
      if (!found) return;
      event.preventDefault();
      found.button.click();
    });
  }

  /** Shows what the engine has set while a field was changed, but for that field. */
  #endTyping({id, value}) {
    if (!this.#isTyping) return;
    this.#isTyping = false;
    this.show(this.#snapshot);
    const field = byId(id);  // none: an option that the engine's settings do not have
    if (field) field.value = value;
  }

  #takeOver() {
    const {options, learning_rate: rate} = this.#snapshot;
    choose(byId('data'), options.data, `${options.data || 'No data'} (not available)`);
    const {model, architecture} = options;
    this.#own = {model, architecture};
    choose(byId('model'), architecture ? ownNetwork : model,
      architecture ? `${model} (own)` : model);
    this.#offerModels();
    byId('optimizer').value = options.optimizer;
    choose(byId('batch'), options.batch, options.batch);
    this.#more.show(options);
    byId('epochs').value = options.epochs;
    // Rejected options have no learning rate.
    this.#rate.show(rate || this.#defaultRate());
    for (const field of byId('settings').elements) field.disabled = false;
    byId('staged').hidden = true;
    this.#describe();
  }

  #fillData() {
    const known = this.#tables?.data_sets ?? [];
    const own = this.#ownData.filter(({name}) => !known.some((item) => item.name === name));
    fillSelect(byId('data'), known);
    if (own.length === 0) return;
    const group = document.createElement('optgroup');
    group.label = 'Yours';
    group.append(...own.map(({name}) => new Option(name, name)));
    byId('data').append(group);
  }

  /** Offers only models that accept the images of the chosen data set. */
  #offerModels() {
    const data = byId('data').value;
    const own = this.#ownData.find(({name}) => name === data);
    const select = byId('model');
    for (const option of select.options) {
      if ('extra' in option.dataset) continue;  // the engine checks whether it fits
      const item = this.#tables.models.find(({name}) => name === option.value);
      const isFit = own ? own.models.includes(option.value) : item?.data_sets.includes(data);
      option.hidden = option.disabled = !isFit;
    }
  }

  #describe() {
    for (const [field, table] of [['data', 'data_sets'], ['model', 'models']]) {
      const item = this.#tables[table].find(({name}) => name === byId(field).value);
      byId(`${field}-about`).textContent = item?.description ?? '';
    }
    const own = this.#ownData.find(({name}) => name === byId('data').value);
    if (own) byId('data-about').textContent = ownDataText(own);
    if (byId('model').value === ownNetwork) {
      byId('model-about').textContent = 'A network of your own; choosing another model drops it';
    }
  }

  #changed(name) {
    if (name === 'optimizer') {
      this.#more.setOptimizer(byId('optimizer').value);
      this.#rate.show(this.#defaultRate());
    }
    if (name === 'data') {
      this.#offerModels();
      const select = byId('model');
      const fitting = [...select.options].find((option) => !option.disabled);
      if (fitting && select.selectedOptions[0]?.disabled !== false) select.value = fitting.value;
    }
    if (name === 'epochs') {
      const epochs = byId('epochs');
      epochs.value = Math.min(Math.max(Math.round(Number(epochs.value)) || 1, 1), maxEpochs);
    }
    this.#describe();
    const isFresh = this.#snapshot.step === 0 && !isPossible.pause(this.#snapshot);
    if (!this.#differs()) {
      byId('staged').hidden = true;
      if (name === 'optimizer') this.#changeRate();
    } else if (isFresh || this.#snapshot.state === 'failed') {
      this.#configure();
    } else if (name === 'epochs' && this.#onlyEpochsDiffer()) {
      byId('staged').hidden = true;
      this.#awaited = {...(this.#awaited ?? this.#settingsOf(this.#snapshot)), ...this.#chosen()};
      this.#act.setEpochs(this.#chosen().epochs);
    } else {
      byId('staged').hidden = false;
    }
  }

  #defaultRate() {
    const chosen = byId('optimizer').value;
    const item = this.#tables.optimizers.find(({name}) => name === chosen);
    return item?.learning_rate ?? this.#tables.min_learning_rate;
  }

  /** Returns the values of a snapshot that the fields show. */
  #settingsOf({options, learning_rate}) {
    const {data, model, architecture, optimizer, batch, epochs} = options;
    const more = this.#more.pick(options);
    return {data, model, architecture, optimizer, batch, epochs, ...more, learning_rate};
  }

  #chosen() {
    const model = byId('model').value;
    return {
      data: byId('data').value,
      ...(model === ownNetwork ? this.#own : {model, architecture: ''}),
      ...this.#more.values,
      optimizer: byId('optimizer').value,
      batch: Number(byId('batch').value),
      epochs: Number(byId('epochs').value),
    };
  }

  #differs() {
    const settings = this.#awaited ?? this.#settingsOf(this.#snapshot);
    return Object.entries(this.#chosen()).some(([name, value]) => !isEqual(settings[name], value));
  }

  #onlyEpochsDiffer() {
    const settings = this.#awaited ?? this.#settingsOf(this.#snapshot);
    return Object.entries(this.#chosen())
      .every(([name, value]) => name === 'epochs' || isEqual(settings[name], value));
  }

  #configure() {
    byId('staged').hidden = true;
    const learning_rate = this.#rate.check() ?? this.#defaultRate();
    this.#awaited = {...this.#chosen(), learning_rate};
    this.#shown = '';
    this.#act.configure({...this.#working, ...this.#awaited});
  }

  #discard() {
    this.#takeOver();
    byId('data').focus();
  }

  #changeRate() {
    const rate = this.#rate.check();
    // If other settings wait for confirmation, the learning rate is sent together with them.
    if (rate === null || !byId('staged').hidden) return;
    this.#awaited = {...(this.#awaited ?? this.#settingsOf(this.#snapshot)), learning_rate: rate};
    this.#act.setLearningRate(rate);
  }
}
