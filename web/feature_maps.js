// Draws what a layer computes, its feature maps, as a sheet of grey images on a canvas.

/** Maps that are drawn at most. */
export const maxMaps = 256;

/** The least width of the sheet, in pixels, to which small maps are enlarged. */
const sheetWidth = 640;

/**
 * Where the maps are on the canvas: `columns` of them in a row, each pixel `scale` wide, one pixel
 * apart.
 */
export class Sheet {
  /** @param {number[]} shape  height, width and channels of the layer's output */
  constructor([height, width, channels]) {
    this.height = height;
    this.width = width;
    this.count = Math.min(channels, maxMaps);
    this.columns = Math.min(this.count, Math.ceil(Math.sqrt(this.count * height / width)));
    this.rows = Math.ceil(this.count / this.columns);
    this.scale = Math.max(1, Math.floor(sheetWidth / (this.columns * (width + 1))));
  }

  get cellWidth() { return this.width * this.scale + 1; }
  get cellHeight() { return this.height * this.scale + 1; }

  /** Returns the number at a pixel of the canvas; null between the maps. */
  placeAt(x, y) {
    const column = Math.floor(x % this.cellWidth / this.scale);
    const row = Math.floor(y % this.cellHeight / this.scale);
    const channel = Math.floor(y / this.cellHeight) * this.columns + Math.floor(x / this.cellWidth);
    const isInside = row < this.height && column < this.width && channel < this.count && x >= 0 && y >= 0;
    return isInside ? {channel, row, column} : null;
  }
}

/**
 * Returns the smallest and the largest of these numbers, of which NaN is none.
 * @param {ArrayLike<number>} values
 */
export function rangeOf(values) {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; ++i) {
    if (values[i] < min) min = values[i];
    if (values[i] > max) max = values[i];
  }
  return [min, max];
}

/**
 * Draws the maps: `min` is black, `max` white. Returns what it has drawn.
 * @param {HTMLCanvasElement} canvas
 * @param {Sheet} sheet
 * @param {{shape: number[], values: ArrayLike<number>}} output
 * @param {number[]} range  min and max
 */
export function drawMaps(canvas, sheet, {shape, values}, [min, max]) {
  const {count, columns, scale, height, width} = sheet;
  const [, , channels] = shape;
  canvas.width = columns * sheet.cellWidth - 1;
  canvas.height = sheet.rows * sheet.cellHeight - 1;
  const image = new ImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);  // what stays 0 is transparent
  for (let channel = 0; channel < count; ++channel) {
    const left = (channel % columns) * sheet.cellWidth;
    const top = Math.floor(channel / columns) * sheet.cellHeight;
    for (let y = 0; y < height * scale; ++y) {
      const row = Math.floor(y / scale);
      for (let x = 0; x < width * scale; ++x) {
        const value = values[(row * width + Math.floor(x / scale)) * channels + channel];
        const grey = max > min ? Math.round(255 * (value - min) / (max - min)) : 0;
        pixels[(top + y) * canvas.width + left + x] = 0xff000000 | grey << 16 | grey << 8 | grey;
      }
    }
  }
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).putImageData(image, 0, 0);
  return image;
}

/**
 * Frames the number at a place of the maps that drawMaps has drawn as `image`.
 * @param {HTMLCanvasElement} canvas
 * @param {Sheet} sheet
 * @param {ImageData} image
 * @param {{channel: number, row: number, column: number}} place
 */
export function framePlace(canvas, sheet, image, {channel, row, column}) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.putImageData(image, 0, 0);
  if (channel >= sheet.count) return;
  const x = (channel % sheet.columns) * sheet.cellWidth;
  const y = Math.floor(channel / sheet.columns) * sheet.cellHeight;
  context.strokeStyle = '#f97316';
  context.lineWidth = 2;
  context.strokeRect(x + 1, y + 1, sheet.cellWidth - 3, sheet.cellHeight - 3);
  const side = Math.max(sheet.scale, 4);
  context.strokeRect(x + column * sheet.scale - 1, y + row * sheet.scale - 1, side + 2, side + 2);
}
