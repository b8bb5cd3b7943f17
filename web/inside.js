// The part of the tab Model that looks into the network while it reads an image: the feature maps of
// a layer, and how a convolution computes one of their numbers.

import {labelled, make} from './elements.js';
import {drawMaps, framePlace, rangeOf, Sheet} from './feature_maps.js';
import {formatCount} from './format.js';

/** Layers whose numbers are sums of products of a window and a kernel. */
const convolutions = ['conv2d', 'depthwise_conv2d'];

/** The largest window whose numbers are shown. */
const maxWindow = 121;

/** Formats a number with three digits. */
const formatNumber = (value) => String(Number(value.toPrecision(3)) || (Number.isNaN(value) ? NaN : 0)).replaceAll('-', '−');

/** Returns a table [height, width] of numbers, shaded by their size against `max`. */
function numbersTable(caption, {height, width}, numberAt, max) {
  const table = make('table', {className: 'numbers-table'}, make('caption', {textContent: caption}));
  for (let y = 0; y < height; ++y) {
    const row = make('tr');
    for (let x = 0; x < width; ++x) {
      const value = numberAt(y, x);
      const cell = make('td', {textContent: formatNumber(value), className: value < 0 ? 'negative' : ''});
      cell.style.setProperty('--part', String(max > 0 ? Math.abs(value) / max : 0));
      row.append(cell);
    }
    table.append(row);
  }
  return table;
}

export class Inside {
  #engine;
  #root;
  #layer = make('select', {id: 'inside-layer'});
  #canvas = make('canvas', {className: 'maps', width: 1, height: 1});
  #about = make('p', {className: 'about'});
  #place = {};
  #arithmetic = make('div', {className: 'arithmetic', tabIndex: 0, hidden: true});
  #sentence = make('p', {className: 'sentence'});
  /** The image that is looked at; null: none yet. @type {any} */
  #image = null;
  /** What `activations` has returned. @type {any} */
  #output = null;
  /** @type {Sheet|null} */
  #sheet = null;
  #kinds = new Map();
  /** What is drawn of it. @type {ImageData|null} */
  #drawn = null;
  /** The steps that the network has been trained: now, and when #output was computed. */
  #step = 0;
  #outputStep = 0;
  /** Count questions, so that late answers are dropped. */
  #layersAsked = 0;
  #placesAsked = 0;

  /**
   * @param {HTMLElement} root  in which the part is built; hidden until there is an image
   * @param {() => any} engine  returns the Convlab
   */
  constructor(root, engine) {
    this.#root = root;
    this.#engine = engine;
    const heading = make('h2', {id: 'inside-heading', textContent: 'Inside the network'});
    root.setAttribute('aria-labelledby', heading.id);
    this.#about.setAttribute('role', 'status');
    this.#canvas.setAttribute('role', 'img');
    this.#arithmetic.setAttribute('role', 'group');
    this.#arithmetic.setAttribute('aria-label', 'Arithmetic of one number');
    this.#sentence.setAttribute('role', 'status');
    this.#layer.addEventListener('change', () => this.#showLayer());
    this.#canvas.addEventListener('click', (event) => this.#click(event));
    for (const name of ['channel', 'row', 'column']) {
      const field = this.#place[name] =
        make('input', {id: `inside-${name}`, type: 'number', min: '0', step: '1', disabled: true});
      field.addEventListener('change', () => this.#choosePlace());
    }
    root.append(heading, labelled('Layer', this.#layer), this.#about, this.#canvas,
      make('div', {className: 'places'}, labelled('Map', this.#place.channel),
        labelled('Row', this.#place.row), labelled('Column', this.#place.column)),
      this.#arithmetic, this.#sentence);
  }

  /** Shows the layers of a network, of ModelDescription. */
  setLayers(layers) {
    const before = this.#layer.value;
    const withMaps = layers.filter(({output}) => output.length === 3);
    this.#kinds = new Map(withMaps.map(({name, kind}) => [name, kind]));
    this.#layer.replaceChildren(...withMaps.map(({name, output}) => make('option',
      {value: name, textContent: `${name}: ${output.join(' × ')}`, selected: name === before})));
    if (this.#image !== null) this.look(this.#image);
  }

  /** Looks at an image: a file, or the index of a test image; null: none. */
  look(image) {
    this.#image = image;
    this.#root.hidden = image === null || this.#kinds.size === 0;
    this.#clear('');
    if (!this.#root.hidden) this.#showLayer();
  }

  /** Says how many steps the network has been trained. @param {number} step */
  setStep(step) { this.#step = step; }

  /** Shows nothing but a text. */
  #clear(text) {
    ++this.#layersAsked;
    ++this.#placesAsked;
    this.#output = this.#sheet = this.#drawn = null;
    Object.assign(this.#canvas, {width: 1, height: 1});
    for (const field of Object.values(this.#place)) field.disabled = true;
    this.#showArithmetic('');
    this.#about.textContent = text;
  }

  /** Shows a sentence, under tables if there are any. */
  #showArithmetic(sentence, ...tables) {
    this.#arithmetic.replaceChildren(...tables);
    this.#arithmetic.hidden = tables.length === 0;
    this.#sentence.textContent = sentence;
  }

  async #showLayer() {
    const asked = ++this.#layersAsked;
    ++this.#placesAsked;
    const step = this.#step;
    let output;
    try {
      output = await this.#engine().activations(this.#image, this.#layer.value);
    } catch (error) {
      if (asked === this.#layersAsked && error.kind !== 'ended') this.#clear(error.message);
      return;
    }
    if (asked !== this.#layersAsked) return;
    this.#output = output;
    this.#outputStep = step;
    const sheet = this.#sheet = new Sheet(output.shape);
    const [height, width, channels] = output.shape;
    const middle = {channel: 0, row: height >> 1, column: width >> 1};
    for (const [name, limit] of Object.entries({channel: channels, row: height, column: width})) {
      const field = this.#place[name];
      field.disabled = false;
      field.max = String(limit - 1);
      if (field.value === '' || Number(field.value) >= limit) field.value = String(middle[name]);
    }
    const range = rangeOf(output.values);
    this.#drawn = drawMaps(this.#canvas, sheet, output, range);
    const shown = sheet.count < channels ? `, of which the first ${sheet.count} are shown` : '';
    this.#about.textContent = `${formatCount(channels)} feature maps of ${width} × ${height}${shown}. Black is ` +
      `${formatNumber(range[0])}, white ${formatNumber(range[1])}. Click a pixel to see how it is computed.`;
    this.#canvas.setAttribute('aria-label',
      `Feature maps of ${output.layer}; the fields below choose one number of them`);
    await this.#showPlace();
  }

  #click(event) {
    const {left, top, width, height} = this.#canvas.getBoundingClientRect();
    const place = this.#sheet?.placeAt((event.clientX - left) * this.#canvas.width / width,
      (event.clientY - top) * this.#canvas.height / height);
    if (!place) return;
    for (const [name, value] of Object.entries(place)) this.#place[name].value = String(value);
    this.#choosePlace();
  }

  /** Shows the number that the fields choose, of the network as it is now. */
  #choosePlace() {
    return this.#output && this.#outputStep === this.#step ? this.#showPlace() : this.#showLayer();
  }

  async #showPlace() {
    const asked = ++this.#placesAsked;
    const {layer, shape, values} = this.#output;
    const place = {channel: 0, row: 0, column: 0};
    for (const [name, field] of Object.entries(this.#place)) {
      place[name] = Math.min(Math.max(Math.floor(Number(field.value)) || 0, 0), Number(field.max));
      field.value = String(place[name]);
    }
    framePlace(this.#canvas, /** @type {Sheet} */ (this.#sheet), /** @type {ImageData} */ (this.#drawn), place);
    if (!convolutions.includes(this.#kinds.get(layer))) {
      const value = values[(place.row * shape[1] + place.column) * shape[2] + place.channel];
      this.#showArithmetic(`This number is ${formatNumber(value)}. A convolution also shows its arithmetic.`);
      return;
    }
    try {
      const sum = await this.#engine().pixelArithmetic(this.#image, {layer, ...place});
      if (asked === this.#placesAsked) this.#showSum(sum);
    } catch (error) {
      if (asked === this.#placesAsked && error.kind !== 'ended') this.#showArithmetic(error.message);
    }
  }

  /** Shows the window and kernel of the input channel that matters most, and the sum of all. */
  #showSum({height, width, channels, first_channel: first, patch, kernel, products, bias, sum}) {
    const sums = Array.from({length: channels}, (_, channel) => {
      let total = 0;
      for (let i = channel; i < products.length; i += channels) total += products[i];
      return total;
    });
    const strongest = sums.reduce((best, value, i) => (Math.abs(value) > Math.abs(sums[best]) ? i : best), 0);
    const at = (numbers) => (y, x) => numbers[(y * width + x) * channels + strongest];
    const tableOf = (caption, numbers) => numbersTable(caption, {height, width}, at(numbers),
      Math.max(...rangeOf(numbers).map(Math.abs)));
    const sign = (text) => make('span', {className: 'sign', textContent: text});
    const all = channels === 1 ? '' : `; the ${channels} input channels together give ` +
      `${formatNumber(sums.reduce((a, b) => a + b, 0))}`;
    const tables = height * width > maxWindow ? [] : [make('div', {className: 'sum'},
      tableOf('Window', patch), sign('×'), tableOf('Kernel', kernel), sign('='), tableOf('Products', products))];
    this.#showArithmetic(`Input channel ${first + strongest}${channels > 1 ? ', which matters most' : ''}: ` +
      `the ${width} × ${height} products add up to ${formatNumber(sums[strongest])}${all}. With the bias ` +
      `${formatNumber(bias)} the number is ${formatNumber(sum)}.`, ...tables);
  }
}
