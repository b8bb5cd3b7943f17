// Turns what a page calls an image into the fields of a request.

const isPng = (bytes) => [0x89, 0x50, 0x4e, 0x47].every((byte, i) => bytes[i] === byte);
const isJpeg = (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8;

/** Returns RGB pixels; transparent ones are blended with white. */
function fromImageData({width, height, data}) {
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const alpha = data[from + 3];
    for (let channel = 0; channel < 3; ++channel) {
      pixels[to++] = Math.round((data[from + channel] * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return {height, width, channels: 3, pixels};
}

function fromDrawable(image) {
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth || image.videoWidth || image.width;
  canvas.height = image.naturalHeight || image.videoHeight || image.height;
  const context = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext('2d', {willReadFrequently: true}));
  context.drawImage(image, 0, 0);
  return fromImageData(context.getImageData(0, 0, canvas.width, canvas.height));
}

async function fromBlob(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const source = blob.name || 'the image';
  // The engine decodes these itself, so that they give the same numbers in every browser.
  if (isPng(bytes) || isJpeg(bytes)) return {source, file: bytes};
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob);
  } catch {
    throw new Error(`[predict] ${source} is not an image that this browser can read.`);
  }
  try {
    return {source, ...fromDrawable(bitmap)};
  } finally {
    bitmap.close();
  }
}

/**
 * @param {import('./convlab.js').Image} image
 * @returns {Promise<object>} the fields of GivenImage (src/engine/requests.h)
 */
export async function readImage(image) {
  if (typeof image === 'number') return {is_test_image: true, index: image};
  if (image instanceof Blob) return fromBlob(image);
  if (image instanceof ArrayBuffer) return {file: new Uint8Array(image)};
  if (image instanceof Uint8Array) return {file: image};
  if (image instanceof ImageData) return fromImageData(image);
  return fromDrawable(image);
}
