// The part of the tab Model that looks into the network while it reads an image: the feature maps of
// a layer, and how a convolution computes one of their numbers.

import {make} from './elements.js';
import {drawMaps, framePlace, rangeOf, Sheet} from './feature_maps.js';
import {formatCount} from './format.js';

/** Layers whose numbers are sums of products of a window and a kernel. */
const convolutions = ['conv2d', 'depthwise_conv2d'];

const formatNumber = (value) => (Object.is(value, -0) ? 0 : value).toFixed(3).replace('-', '−');

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
  #arithmetic = make('div', {className: 'arithmetic', tabIndex: 0});
  /** The image that is looked at; null: none yet. @type {any} */
  #image = null;
  /** What `activations` has returned. @type {any} */
  #output = null;
  /** @type {Sheet|null} */
  #sheet = null;
  #kinds = new Map();
  /** Counts questions, so that late answers are dropped. */
  #asked = 0;

  /**
   * @param {HTMLElement} root  in which the part is built; hidden until there is an image
   * @param {() => any} engine  returns the Convlab
   */
  constructor(root, engine) {
    this.#root = root;
    this.#engine = engine;
    this.#about.setAttribute('role', 'status');
    this.#canvas.setAttribute('role', 'img');
    this.#arithmetic.setAttribute('aria-label', 'Arithmetic of one number');
    this.#layer.addEventListener('change', () => this.#showLayer());
    this.#canvas.addEventListener('click', (event) => this.#click(event));
    for (const name of ['channel', 'row', 'column']) {
      const field = this.#place[name] =
        make('input', {id: `inside-${name}`, type: 'number', min: '0', step: '1'});
      field.addEventListener('change', () => this.#showPlace());
    }
    const field = (text, control) => make('div', {className: 'field'},
      make('label', {htmlFor: control.id, textContent: text}), control);
    root.append(make('h2', {textContent: 'Inside the network'}), field('Layer', this.#layer),
      this.#about, this.#canvas, make('div', {className: 'places'},
        field('Map', this.#place.channel), field('Row', this.#place.row),
        field('Column', this.#place.column)), this.#arithmetic);
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
    if (!this.#root.hidden) this.#showLayer();
  }

  async #showLayer() {
    const asked = ++this.#asked;
    const output = await this.#ask(this.#engine().activations(this.#image, this.#layer.value));
    if (!output || asked !== this.#asked) return;
    this.#output = output;
    this.#sheet = new Sheet(output.shape);
    const [height, width, channels] = output.shape;
    const middle = {channel: 0, row: height >> 1, column: width >> 1};
    for (const [name, limit] of Object.entries({channel: channels, row: height, column: width})) {
      const field = this.#place[name];
      field.max = String(limit - 1);
      if (field.value === '' || Number(field.value) >= limit) field.value = String(middle[name]);
    }
    const [min, max] = rangeOf(Array.from(output.values));
    const shown = this.#sheet.count < channels ? `, of which the first ${this.#sheet.count} are shown` : '';
    this.#about.textContent = `${formatCount(channels)} feature maps of ${width} × ${height}${shown}. Black is ` +
      `${formatNumber(min)}, white ${formatNumber(max)}. Click a pixel to see how it is computed.`;
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
    this.#showPlace();
  }

  async #showPlace() {
    const {layer, shape, values} = this.#output;
    const fields = Object.entries(this.#place);
    const place = {channel: 0, row: 0, column: 0};
    for (const [name, field] of fields) {
      place[name] = Math.min(Math.max(Math.floor(Number(field.value)) || 0, 0), Number(field.max));
      field.value = String(place[name]);
    }
    const sheet = /** @type {Sheet} */ (this.#sheet);
    drawMaps(this.#canvas, sheet, this.#output);
    if (place.channel < sheet.count) framePlace(this.#canvas, sheet, place);
    const value = values[(place.row * shape[1] + place.column) * shape[2] + place.channel];
    if (!convolutions.includes(this.#kinds.get(layer))) {
      this.#arithmetic.replaceChildren(make('p', {textContent:
        `This number is ${formatNumber(value)}. A convolution also shows its arithmetic.`}));
      return;
    }
    const asked = ++this.#asked;
    const sum = await this.#ask(this.#engine().pixelArithmetic(this.#image, {layer, ...place}));
    if (sum && asked === this.#asked) this.#showSum(sum);
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
    const size = {height, width};
    const tableOf = (caption, numbers) =>
      numbersTable(caption, size, at(numbers), Math.max(...rangeOf(Array.from(numbers)).map(Math.abs)));
    const sign = (text) => make('span', {className: 'sign', textContent: text});
    const all = channels === 1 ? '' : `; the ${channels} input channels together give ` +
      `${formatNumber(sums.reduce((a, b) => a + b, 0))}`;
    this.#arithmetic.replaceChildren(
      make('div', {className: 'sum'}, tableOf('Window', patch), sign('×'), tableOf('Kernel', kernel), sign('='),
        tableOf('Products', products)),
      make('p', {textContent: `Input channel ${first + strongest}${channels > 1 ? ', which matters most' : ''}: ` +
        `the products add up to ${formatNumber(sums[strongest])}${all}. With the bias ${formatNumber(bias)} the ` +
        `number is ${formatNumber(sum)}.`}));
  }

  /** Returns what the engine answers; null, and shows why, if it refuses. */
  async #ask(question) {
    try {
      return await question;
    } catch (error) {
      if (error.kind !== 'ended' && error.kind !== 'cancelled') this.#about.textContent = error.message;
      return null;
    }
  }
}
