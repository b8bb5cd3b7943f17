// The notice of the page for a network that has learned from features: joins it with the pretrained
// network that computes them, so that it reads images.

import {make, makeButton} from './elements.js';
import {formatBytes} from './format.js';

/** The learning rate factor of the pretrained network's last block, when that is trained, too. */
const lastBlockFactor = 0.1;

/** Options of the run that follows: a batch of large images takes more memory. */
const nextRun = {batch: 16, epochs: 3};

export class Join {
  #engine;
  #root = make('div', {className: 'notice', id: 'join', hidden: true});
  #about = make('p');
  #say = make('p', {className: 'about', tabIndex: -1});
  #status = make('p', {className: 'for-readers'});
  #choices;
  #cancel = makeButton('Cancel', () => this.#abort?.abort());
  /** @type {AbortController|null} */
  #abort = null;
  #features = '';
  /** The model that #say is about. */
  #told = '';

  /**
   * @param {HTMLElement} parent  to which the notice is appended
   * @param {() => any} engine  returns the Convlab
   */
  constructor(parent, engine) {
    this.#engine = engine;
    this.#status.setAttribute('role', 'status');
    this.#cancel.hidden = true;
    this.#choices = [
      makeButton('Use it on photos', () => this.#start(0)),
      makeButton('Fine-tune the last block', () => this.#start(lastBlockFactor)),
    ];
    this.#root.append(this.#about, make('div', {className: 'buttons'}, ...this.#choices, this.#cancel));
    parent.append(this.#root, this.#say, this.#status);
  }

  /** Shows the notice for a network that reads features and has been trained, or was opened. */
  show({features, step, options}) {
    const {model, data, architecture} = options;
    const network = JSON.stringify([model, data]);
    if (network !== this.#told) this.#say.textContent = this.#status.textContent = '';
    this.#told = network;
    if (features !== this.#features) {
      this.#abort?.abort();
      this.#features = features;
      const backbone = this.#backbone;
      this.#about.textContent = `This network reads features of ${backbone}. Joined with it, it reads photos.`;
    }
    this.#root.hidden = !features || (step === 0 && !architecture);
  }

  get #backbone() { return this.#features.split(',')[0]; }

  async #start(factor) {
    const abort = this.#abort = new AbortController();
    this.#setBusy(true);
    let text = '';
    try {
      text = await this.#join(factor, abort.signal);
    } catch (error) {
      if (error.kind !== 'ended' && error.kind !== 'cancelled') text = error.message;
    }
    this.#setBusy(false);
    this.#abort = null;
    this.#say.textContent = this.#status.textContent = text;
    // The buttons may be gone.
    if (text && this.#root.contains(document.activeElement)) this.#say.focus();
  }

  #setBusy(isBusy) {
    for (const button of this.#choices) button.hidden = isBusy;
    this.#cancel.hidden = !isBusy;
    if (isBusy) this.#cancel.focus();
    this.#status.textContent = isBusy ? `Joining with ${this.#backbone}` : '';
  }

  /** Returns what to say. */
  async #join(factor, signal) {
    const backbone = this.#backbone;
    const engine = this.#engine();
    await engine.fetchWeights(backbone, {signal, onProgress: ({done, total}) => {
      this.#say.textContent = `Fetching ${backbone}: ${formatBytes(done)} of ${formatBytes(total)}`;
    }});
    if (signal.aborted) return '';
    const file = await engine.saveModel({backbone_weights: backbone, last_block_factor: factor});
    if (signal.aborted) return '';
    const {data} = await engine.loadModel(file, nextRun);
    this.#told = JSON.stringify([file.name.replace(/\.safetensors$/, ''), data]);
    const next = factor > 0 && data
      ? 'Start trains the last block, too, with a tenth of the learning rate.'
      : 'Predict photos in the tab Model.';
    return `This is ${file.name}, which reads photos. ${next}`;
  }
}
