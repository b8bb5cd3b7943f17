// Draws what a layer computes, its feature maps, as a sheet of grey images on a canvas.

/** Maps that are drawn at most; the others are as small as to show nothing. */
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
    this.columns = Math.ceil(Math.sqrt(this.count * height / width));
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

/** Returns the smallest and the largest of these numbers. */
export function rangeOf(values) {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/**
 * Draws the maps: the smallest number of the layer is black, the largest white.
 * @param {HTMLCanvasElement} canvas
 * @param {Sheet} sheet
 * @param {{shape: number[], values: ArrayLike<number>}} output
 */
export function drawMaps(canvas, sheet, {shape, values}) {
  const {columns, width} = sheet;
  const [, , channels] = shape;
  const [min, max] = rangeOf(Array.from(values));
  canvas.width = columns * sheet.cellWidth - 1;
  canvas.height = sheet.rows * sheet.cellHeight - 1;
  const image = new ImageData(canvas.width, canvas.height);
  for (let y = 0; y < canvas.height; ++y) {
    for (let x = 0; x < canvas.width; ++x) {
      const place = sheet.placeAt(x, y);
      if (!place) continue;  // transparent
      const value = values[(place.row * width + place.column) * channels + place.channel];
      const grey = max > min ? Math.round(255 * (value - min) / (max - min)) : 0;
      image.data.set([grey, grey, grey, 255], 4 * (y * canvas.width + x));
    }
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.putImageData(image, 0, 0);
}

/** Frames the number at a place. @param {HTMLCanvasElement} canvas @param {Sheet} sheet */
export function framePlace(canvas, sheet, {channel, row, column}) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const x = (channel % sheet.columns) * sheet.cellWidth;
  const y = Math.floor(channel / sheet.columns) * sheet.cellHeight;
  context.strokeStyle = '#f97316';
  context.lineWidth = 2;
  context.strokeRect(x + 1, y + 1, sheet.cellWidth - 3, sheet.cellHeight - 3);
  const side = Math.max(sheet.scale, 4);
  context.strokeRect(x + column * sheet.scale - 1, y + row * sheet.scale - 1, side + 2, side + 2);
}
