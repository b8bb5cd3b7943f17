// The tab Model: saves and opens models, predicts an image, and lists the network's layers.

import {formatBytes, formatCount, formatScore} from './format.js';
import {Inside} from './inside.js';
import {placesOf, shade} from './look.js';

const maxBars = 5;

/** The size of a layer's output for a batch, whose numbers take four bytes each. */
const outputBytes = ({output}, batch) => output.reduce((a, b) => a * b, 4 * batch);

function download(file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  // Not at once: the browser may not have started to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The kind of a layer and how it is trained, if that is not the usual way. */
function kindText({kind, frozen, parameters, learning_rate_factor: factor}) {
  if (parameters === 0) return kind;
  if (frozen) return `${kind}, frozen`;
  return factor === 1 ? kind : `${kind}, ${Number(factor.toPrecision(6))} × learning rate`;
}

function cell(text, className = '') {
  const element = document.createElement('td');
  element.textContent = text;
  element.className = className;
  return element;
}

export class ModelTab {
  #root;
  #engine;
  #described = '';
  /**
   * What was predicted last: a file, or the index of a test image.
   * @type {{file: File|number, image: ImageData}|null}
   */
  #predicted = null;
  #nextTestImage = 0;
  #inside;
  /** The network and data set that #predicted is of. */
  #network = '';
  #explaining = new AbortController();
  /** Training steps of the network, and those it had when it was saved last. */
  #step = 0;
  #savedStep = 0;
  /** A file to open that waits for an answer. @type {File|null} */
  #asked = null;

  /**
   * @param {HTMLElement} root
   * @param {() => import('./convlab.js').Convlab} engine  returns the page's engine
   */
  constructor(root, engine) {
    this.#root = root;
    this.#engine = engine;
    this.#inside = new Inside(this.#part('inside'), engine);
    this.#on('save', () => this.#save());
    this.#on('open-yes', () => this.#answer(true));
    this.#on('open-no', () => this.#answer(false));
    this.#on('predict-test', () => this.#predictTestImage());
    this.#part('look').addEventListener('change', () => this.#look());
    const uses = {open: (file) => this.#ask(file), predict: (file) => this.#predict(file)};
    for (const [name, use] of Object.entries(uses)) {
      const field = this.#part(`file="${name}"`);
      this.#on(name, () => field.click());
      field.addEventListener('change', () => {
        const [file] = field.files;
        field.value = '';  // so that the same file can be chosen again
        if (file) use(file);
      });
    }
  }

  /** Lists the layers, if the tab is visible and they are of another network than before. */
  async show(snapshot) {
    const {options, parameters, step} = snapshot;
    const {model, architecture, data, image_size: size, resize, batch} = options;
    const network = JSON.stringify([model, architecture, data, size, resize, parameters]);
    if (network !== this.#network) {
      this.#network = network;
      this.#forgetPrediction();
    }
    this.#inside.setStep(step);
    this.#step = step;
    if (step < this.#savedStep) this.#savedStep = 0;  // another network, or the same from the beginning
    const described = network + batch;
    if (this.#root.hidden || parameters === 0 || described === this.#described) return;
    this.#described = described;
    await this.#try(async () => this.#list(
      await this.#engine().describeModel({batch}), model));
  }

  /** @returns {any} an element of the kind that index.html has */
  #part(name) { return this.#root.querySelector(`[data-${name}]`); }

  #on(name, action) {
    this.#part(`do="${name}"`).addEventListener('click', action);
  }

  #say(text) { this.#part('say').textContent = text; }

  /** Returns whether the action has succeeded; otherwise shows why not. */
  async #try(action) {
    try {
      await action();
      return true;
    } catch (error) {
      this.#say(error.message);
      return false;
    }
  }

  #save() {
    return this.#try(async () => {
      const step = this.#step;
      const file = await this.#engine().saveModel();
      this.#savedStep = step;
      download(file);
      this.#say(`Saved as ${file.name} (${formatBytes(file.size)}).`);
    });
  }

  /** Opens a file, but asks before it discards a trained network that was not saved. */
  #ask(file) {
    if (this.#step === 0 || this.#step === this.#savedStep) return this.#open(file);
    this.#asked = file;
    const ask = this.#part('ask');
    ask.querySelector('p').textContent = `Opening ${file.name} discards the trained network, which was not saved.`;
    ask.hidden = false;
    this.#part('do="open-yes"').focus();
  }

  #answer(isYes) {
    this.#part('ask').hidden = true;
    this.#part('do="open"').focus();
    const file = this.#asked;
    this.#asked = null;
    if (isYes && file) this.#open(file);
  }

  #open(file) {
    return this.#try(async () => {
      this.#say(`Opening ${file.name}…`);
      await this.#engine().loadModel(file);
      this.#forgetPrediction();
      this.#say(`Opened ${file.name}.`);
    });
  }

  #forgetPrediction() {
    this.#explaining.abort();
    this.#predicted = null;
    this.#nextTestImage = 0;
    this.#part('prediction').hidden = true;
    this.#inside.look(null);
  }

  /** Predicts the next test image; after the last one, the first. */
  async #predictTestImage() {
    const index = this.#nextTestImage;
    if (!await this.#predict(index) && index > 0) await this.#predict(0);
  }

  /**
   * Returns whether it could be predicted.
   * @param {File|number} file  a number is the index of a test image
   */
  #predict(file) {
    return this.#try(async () => {
      const name = typeof file === 'number' ? `Test image ${file}` : file.name;
      this.#say(`Predicting ${name}…`);
      const image = this.#showPrediction(await this.#engine().predict(file), name);
      this.#predicted = {file, image};
      if (typeof file === 'number') this.#nextTestImage = file + 1;
      this.#say('');
      this.#inside.look(file);
      await this.#look();
    });
  }

  #showPrediction(prediction, name) {
    const {class_names: names, scores, are_probabilities: areProbabilities, best, width, height,
      channels, pixels} = prediction;
    const [min, max] = areProbabilities ? [0, 1] : [Math.min(...scores), Math.max(...scores)];
    const text = (label) => formatScore(scores[label], areProbabilities);
    const figure = this.#part('prediction');
    const canvas = figure.querySelector('canvas');
    Object.assign(canvas, {width, height});
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; ++i) {
      for (let c = 0; c < 3; ++c) image.data[4 * i + c] = pixels[channels * i + (c % channels)];
      image.data[4 * i + 3] = 255;
    }
    figure.querySelector('figcaption').textContent =
      `${name}: ${names[best]}, ${text(best)}. ` +
      `The network saw ${width} × ${height} pixels.`;
    const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]);
    figure.querySelector('ol').replaceChildren(...order.slice(0, maxBars).map((label) => {
      const row = document.createElement('li');
      const part = max > min ? (scores[label] - min) / (max - min) : 1;
      row.style.setProperty('--part', String(part));
      for (const textContent of [names[label], text(label)]) {
        row.append(Object.assign(document.createElement('span'), {textContent}), ' ');
      }
      return row;
    }));
    figure.hidden = false;
    return image;
  }

  /** Shows the image that was predicted and, if it is asked for, where the network looks. */
  async #look() {
    this.#explaining.abort();
    const {signal} = this.#explaining = new AbortController();
    const method = this.#part('look').value;
    const about = this.#part('look-about');
    const canvas = this.#part('prediction').querySelector('canvas');
    const {file, image} = /** @type {{file: File|number, image: ImageData}} */ (this.#predicted);
    canvas.getContext('2d').putImageData(image, 0, 0);
    about.textContent = '';
    if (!method) return;
    try {
      const map = await this.#engine().explain(file, {method}, {signal, onProgress: ({progress}) => {
        if (!signal.aborted) about.textContent = `Looking: ${Math.floor(100 * progress)} %`;
      }});
      if (signal.aborted) return;
      shade(canvas, map);
      about.textContent = `For ${map.class_name || `class ${map.class_index}`}${
        map.layer && `, of the layer ${map.layer}`}: ${placesOf(map)}.`;
    } catch (error) {
      if (error.kind !== 'cancelled') about.textContent = error.message;
    }
  }

  #list(model, name) {
    const {layers, parameters, trainable_parameters: trainable, batch, train_bytes: bytes} = model;
    this.#part('title').textContent = `${name}: ${formatCount(parameters)} parameters, ` +
      `${formatCount(trainable)} trainable; a batch of ${batch} needs ${formatBytes(bytes)} to ` +
      'train, besides weights and gradients.';
    this.#inside.setLayers(layers);
    this.#part('layers').replaceChildren(...layers.map((layer) => {
      const row = document.createElement('tr');
      row.append(cell(layer.name), cell(kindText(layer)),
        cell(layer.output.join(' × ')),
        cell(layer.parameters ? formatCount(layer.parameters) : ''),
        cell(layer.flops ? (layer.flops / 1e6).toFixed(2) : ''),
        cell(layer.has_memory ? formatBytes(outputBytes(layer, batch)) : 'in place', 'quiet'));
      return row;
    }));
  }
}
