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
  #say = make('p', {className: 'about'});
  #buttons;
  #backbone = '';

  /**
   * @param {HTMLElement} parent  to which the notice is appended
   * @param {() => any} engine  returns the Convlab
   */
  constructor(parent, engine) {
    this.#engine = engine;
    this.#say.setAttribute('role', 'status');
    this.#buttons = [
      makeButton('Use it on photos', () => this.#join(0, 'Predict photos in the tab Model.')),
      makeButton('Fine-tune the last block', () => this.#join(lastBlockFactor,
        'Start trains the last block, too, with a tenth of the learning rate.')),
    ];
    this.#root.append(this.#about, make('div', {className: 'buttons'}, ...this.#buttons));
    parent.append(this.#root, this.#say);
  }

  /** Shows the notice for a network that has been trained on features. */
  show({features, step}) {
    this.#root.hidden = !features || step === 0;
    const backbone = features.split(',')[0];
    if (this.#root.hidden || backbone === this.#backbone) return;
    this.#backbone = backbone;
    this.#about.textContent = `This network reads features of ${backbone}. Joined with it, it reads photos.`;
  }

  async #join(factor, next) {
    const backbone = this.#backbone;
    const engine = this.#engine();
    const say = (text) => { this.#say.textContent = text; };
    for (const button of this.#buttons) button.disabled = true;
    try {
      await engine.fetchWeights(backbone, {onProgress: ({done, total}) =>
        say(`Fetching ${backbone}: ${formatBytes(done)} of ${formatBytes(total)}`)});
      const file = await engine.saveModel({backbone_weights: backbone, last_block_factor: factor});
      await engine.loadModel(file, nextRun);
      say(`This is ${file.name}, which reads photos. ${next}`);
    } catch (error) {
      if (error.kind !== 'ended') say(error.message);
    } finally {
      for (const button of this.#buttons) button.disabled = false;
    }
  }
}
