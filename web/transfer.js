// The area of the page for transfer learning: computes features of the images of the run's data set
// with a network that was trained on ImageNet, and adds them as a data set, on which a small network
// learns, also while they are being computed.

import {labelled, make, makeButton} from './elements.js';
import {formatBytes, formatCount, formatDuration, timeLeft} from './format.js';

/** How long computing features should take where no number of images is chosen. */
const wantedSeconds = 120;

/** The weights that are chosen at first, a small network; where they are not hosted, the first. */
const preferred = 'squeezenet1.1';

/**
 * Returns how many images of each class take about wantedSeconds, after `computed`, which has one of
 * each class.
 * @param {{train: number, test: number, seconds: number}} computed
 */
const affordable = ({train, test, seconds}) =>
  Math.max(1, Math.floor(wantedSeconds / Math.max(seconds, 0.01) * (train + test) / (2 * train)));

export class Transfer {
  #engine;
  #data;
  #growing;
  #computed;
  #added;
  /** The data set of the features that are being computed. */
  #name = '';
  /** The data set of which they are. */
  #images = '';
  /** @type {AbortController|null} */
  #abort = null;
  /** What listWeights has returned. @type {any[]} */
  #list = [];
  #details = make('details');
  #weights = make('select', {id: 'transfer-weights', disabled: true});
  #count = make('input', {id: 'transfer-count', type: 'number', min: '1', step: '1',
    placeholder: 'about two minutes'});
  #about = make('p', {className: 'about', id: 'transfer-about'});
  #say = make('p', {className: 'about'});
  #error = make('p', {className: 'about bad'});
  #status = make('p', {className: 'for-readers'});
  #progress = make('div', {className: 'own-progress', hidden: true});
  #bar = make('progress', {max: 1, value: 0});
  #compute = makeButton('Compute features', () => this.#start());
  #train = makeButton('Train on them meanwhile', () => this.#trainMeanwhile());

  /**
   * @param {HTMLElement} root  in which the area is built
   * @param {() => any} engine  returns the Convlab
   * @param {{data: () => string, growing: (data: any, images: string) => void,
   *   computed: (name: string, seconds: number) => void, added: (name: string, images: string) => Promise<void>}} use
   *   data: returns the name of the run's data set. Called: growing, to train on the features that are computed
   *   already, with their description (OwnDescription), or null when that ends; computed, with the name of their data
   *   set and the seconds they took; added, when that is added. images: the data set of which they are
   */
  constructor(root, engine, {data, growing, computed, added}) {
    this.#engine = engine;
    this.#data = data;
    this.#growing = growing;
    this.#computed = computed;
    this.#added = added;
    this.#build(root);
  }

  #build(root) {
    this.#error.setAttribute('role', 'alert');
    this.#status.setAttribute('role', 'status');
    this.#bar.setAttribute('aria-label', 'Progress of computing features');
    this.#weights.setAttribute('aria-describedby', this.#about.id);
    this.#weights.addEventListener('change', () => this.#showWeights());
    this.#compute.disabled = true;
    this.#progress.append(this.#bar, this.#train, makeButton('Cancel', () => this.#abort?.abort()));
    this.#details.append(
      make('summary', {textContent: 'Features of a pretrained network'}),
      make('div', {className: 'own-content'},
        make('p', {className: 'about', textContent: 'A network that was trained on a million photos ' +
          'computes features of the images of the data set above, once. A small network learns from ' +
          'them within seconds, also from few images.'}),
        make('div', {className: 'transfer-fields'}, labelled('Pretrained network', this.#weights),
          labelled('Images of each class', this.#count)),
        this.#about, make('div', {className: 'buttons'}, this.#compute), this.#say, this.#progress,
        this.#error));
    // The server is asked only when somebody looks.
    this.#details.addEventListener('toggle', () => {
      if (this.#details.open && this.#list.length === 0) this.#refresh();
    });
    root.append(this.#details, this.#status);
  }

  async #refresh() {
    this.#error.textContent = '';
    try {
      this.#list = await this.#engine().listWeights();
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#weights.replaceChildren(...this.#list.map(({name, title}) =>
      make('option', {value: name, textContent: title, selected: name === preferred})));
    const isEmpty = this.#list.length === 0;
    this.#weights.disabled = this.#compute.disabled = isEmpty;
    this.#say.textContent = isEmpty
      ? 'This server hosts no weights of pretrained networks. To host them: convlab weights pack.' : '';
    this.#showWeights();
  }

  #showWeights() {
    const chosen = this.#list.find(({name}) => name === this.#weights.value);
    this.#about.textContent = chosen
      ? `${chosen.source}. Licence: ${chosen.licence}. At most ${formatBytes(chosen.bytes)} are fetched, ` +
        'once.' : '';
  }

  async #start() {
    const weights = this.#weights.value;
    const abort = new AbortController();
    this.#abort = abort;
    this.#error.textContent = '';
    this.#compute.disabled = true;
    this.#progress.hidden = false;
    this.#train.hidden = true;
    this.#status.textContent = 'Computing features';
    try {
      const {file, ...about} = await this.#features(weights, abort.signal);
      const name = this.#name;
      this.#train.hidden = true;
      this.#computed(name, about.seconds);
      this.#say.textContent = `Adding ${name}`;
      await this.#engine().addData([file], {name, signal: abort.signal});
      const text = `${name}: features of ${formatCount(about.train)} training and ${
        formatCount(about.test)} test images, computed in ${formatDuration(about.seconds)}`;
      this.#say.textContent = `${text}.`;
      this.#status.textContent = text;
      await this.#added(name, this.#images);
    } catch (error) {
      const isCancelled = error.kind === 'cancelled';
      this.#say.textContent = this.#status.textContent = isCancelled && abort.signal.aborted ? 'Cancelled.' : '';
      if (!isCancelled) this.#fail(error);
      else if (!abort.signal.aborted) this.#fail({message: `Computing features was ${error.message}.`});
    } finally {
      this.#growing(null, this.#images);
      this.#compute.disabled = false;
      this.#progress.hidden = true;
      this.#abort = null;
    }
  }

  /** Fetches the weights and computes the features of as many images as are asked for. */
  async #features(weights, signal) {
    const start = performance.now();
    await this.#engine().fetchWeights(weights, {signal, onProgress: ({done, total}) =>
      this.#show(`Fetching ${weights}: ${formatBytes(done)} of ${formatBytes(total)}`, start, done / total)});
    const data = this.#data();
    this.#images = data;
    let count = Math.floor(Number(this.#count.value));
    if (!(count > 0)) {
      this.#show(`Measuring with one image of each class of ${data}, when they have arrived`, 0, 0);
      const measured = await this.#engine().extractFeatures(weights,
        {images_per_class: 1, data_name: `${data}-measured`}, {signal});
      if (this.#data() !== data) throw new Error(`Other images than those of ${data} were chosen meanwhile.`);
      count = affordable(measured);
    }
    const began = performance.now();
    const what = `${formatCount(count)} ${count === 1 ? 'image' : 'images'} of each class of ${data}`;
    this.#show(`Features of ${what}, when they have arrived`, began, 0);
    this.#name = `${data}-${weights}`;
    return this.#engine().extractFeatures(weights, {images_per_class: count, data_name: this.#name}, {signal,
      onProgress: ({progress}) => {
        this.#show(`Features of ${what}: ${Math.floor(100 * progress)} %`, began, progress);
        this.#train.hidden = progress === 0 || this.#data() === this.#name;
      }});
  }

  async #trainMeanwhile() {
    try {
      const {data, image: [height, width, channels], class_names, models} = await this.#engine().describeData(this.#name);
      this.#growing({name: data, height, width, channels, classes: class_names.length, class_names, models},
        this.#images);
    } catch (error) {
      this.#fail(error);
    }
  }

  #show(text, start, fraction) {
    this.#bar.value = fraction;
    this.#say.textContent = `${text}${timeLeft(start, fraction, 1)}`;
  }

  #fail(error) {
    if (error.kind !== 'ended') this.#error.textContent = error.message;
  }
}
