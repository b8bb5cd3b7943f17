// The fold "More" of the settings: options of optimizer, schedule, loss, augmentation, updates,
// early stopping.

import {makeOptionFields, withOption} from './option_form.js';

/** The members of the run's options that the fold edits, with their values when left out. */
const defaults = {
  optimizer_options: {}, schedule: 'constant', schedule_options: {},
  loss: 'softmax_cross_entropy', loss_options: {}, augmentation: {}, update_options: {},
  early_stopping: false, early_stopping_options: {},
};

function section(title, ...children) {
  const made = document.createElement('fieldset');
  const legend = document.createElement('legend');
  legend.textContent = title;
  made.append(legend, ...children);
  return made;
}

export class MoreOptions {
  #root;
  #changed;
  #forms = [];
  #optimizer = '';
  #options = {};

  /**
   * @param {HTMLElement} root  the element for the fields
   * @param {() => void} changed  called after each valid change
   */
  constructor(root, changed) {
    this.#root = root;
    this.#changed = changed;
  }

  /** @param {import('./option_form.js').Form[]} forms */
  fill(forms) { this.#forms = forms; }

  /** Picks the members of a run's options that the fold edits. */
  pick(options) {
    const run = this.#form('run')?.defaults ?? {};
    return Object.fromEntries(Object.entries({...defaults, ...run})
      .map(([name, value]) => [name, options[name] ?? value]));
  }

  /** Shows the options of a run. */
  show(options) {
    this.#optimizer = options.optimizer;
    this.#options = this.pick(options);
    this.#render();
  }

  /** Shows the default options of another optimizer. */
  setOptimizer(name) {
    this.#optimizer = name;
    this.#options.optimizer_options = {};  // those of another optimizer would be refused
    this.#render();
  }

  /** The chosen values. */
  get values() { return this.#options; }

  #form(group, kind = '') {
    return this.#forms.find((form) => form.group === group && form.kind === kind);
  }

  #set(changes, mustRender = false) {
    this.#options = {...this.#options, ...changes};
    if (mustRender) this.#render();
    this.#changed();
  }

  /** Returns the fields of a kind's form; its values are the member `name` of the options. */
  #fields(group, kind, name) {
    const form = this.#form(group, kind);
    if (!form) return [];
    return makeOptionFields(form, this.#options[name], (values) => this.#set({[name]: values}));
  }

  /** Returns the list of the kinds of a group and the fields of the chosen one. */
  #kindSection(title, group) {
    const field = document.createElement('div');
    field.className = 'field kind';
    const label = document.createElement('label');
    label.htmlFor = `option-${group}`;
    label.textContent = 'Kind';
    const select = document.createElement('select');
    select.id = `option-${group}`;
    const kinds = this.#forms.filter((form) => form.group === group);
    select.append(...kinds.map(({kind, title: name}) => new Option(name, kind)));
    select.value = this.#options[group];
    select.addEventListener('change', () => {
      this.#set({[group]: select.value, [`${group}_options`]: {}}, true);
    });
    field.append(label, select);
    return section(title, field,
      ...this.#fields(group, this.#options[group], `${group}_options`));
  }

  #earlyStopping() {
    const isOn = this.#options.early_stopping;
    /** @type {import('./option_form.js').Form} */
    const form = {group: 'run', kind: '', defaults: {early_stopping: false}, fields: [{
      name: 'early_stopping', type: 'flag', help: 'end training when it no longer improves'}]};
    const flag = makeOptionFields(form, isOn ? {early_stopping: true} : {}, (values) => {
      this.#set({early_stopping: values.early_stopping ?? false}, true);
    });
    return section('Early stopping', ...flag,
      ...(isOn ? this.#fields('early_stopping', '', 'early_stopping_options') : []));
  }

  /** Returns the fields of the group "run", whose options are members of the run's options. */
  #run() {
    const form = this.#form('run');
    if (!form) return [];
    const values = Object.keys(form.defaults).reduce(
      (given, name) => withOption(form, given, name, this.#options[name]), {});
    return [section('Run', ...makeOptionFields(form, values,
      (changed) => this.#set({...form.defaults, ...changed})))];
  }

  /** Makes all fields anew; the one with the focus keeps it. */
  #render() {
    const focused = this.#root.contains(document.activeElement) ? document.activeElement?.id : '';
    const optimizer = this.#form('optimizer', this.#optimizer);
    this.#root.replaceChildren(
      section(optimizer?.title ?? 'Optimizer',
        ...this.#fields('optimizer', this.#optimizer, 'optimizer_options')),
      this.#kindSection('Learning rate schedule', 'schedule'),
      this.#kindSection('Loss', 'loss'),
      section('Augmentation', ...this.#fields('augmentation', '', 'augmentation')),
      section('Updates', ...this.#fields('update', '', 'update_options')),
      this.#earlyStopping(),
      ...this.#run());
    if (focused) document.getElementById(focused)?.focus();
  }
}
