// Where a network looks: covers an image with the map of an explanation, so that what matters stays
// bright, and says it in words.

import {formatPercent} from './format.js';

/** The share of light that the least important parts of the image lose. */
const maxShade = 0.85;

/**
 * A map of the image: values [height, width] that cover it evenly; what is below 0 speaks against
 * the class and counts as 0.
 * @typedef {{map_height: number, map_width: number, values: ArrayLike<number>}} ImageMap
 */

/** Draws the map over the image on a canvas. @param {HTMLCanvasElement} canvas @param {ImageMap} map */
export function shade(canvas, {map_height: height, map_width: width, values}) {
  const max = Array.from(values).reduce((a, b) => Math.max(a, b), 0);
  const shadow = new ImageData(width, height);
  for (let i = 0; i < width * height; ++i) {
    const part = max > 0 ? Math.max(values[i], 0) / max : 0;
    shadow.data[4 * i + 3] = 255 * maxShade * (1 - part);
  }
  const cover = Object.assign(document.createElement('canvas'), {width, height});
  /** @type {CanvasRenderingContext2D} */ (cover.getContext('2d')).putImageData(shadow, 0, 0);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.imageSmoothingEnabled = true;
  context.drawImage(cover, 0, 0, canvas.width, canvas.height);
}

/**
 * Says in which ninths of the image most of the map is: "centre 41 %, top left 20 %, top centre 9 %".
 * @param {ImageMap} map
 */
export function placesOf({map_height: height, map_width: width, values}) {
  const rows = ['top ', '', 'bottom '];
  const columns = ['left', 'centre', 'right'];
  const shares = new Map();
  let sum = 0;
  for (let i = 0; i < width * height; ++i) {
    const row = Math.floor(3 * Math.floor(i / width) / height);
    const column = Math.floor(3 * (i % width) / width);
    const place = rows[row] + columns[column];
    const value = Math.max(values[i], 0);
    shares.set(place, (shares.get(place) ?? 0) + value);
    sum += value;
  }
  if (sum === 0) return 'nowhere: nothing in the image speaks for this class';
  const strongest = [...shares].sort((a, b) => b[1] - a[1]).slice(0, 3);
  return strongest.map(([place, value]) => `${place} ${formatPercent(value / sum)}`).join(', ');
}
