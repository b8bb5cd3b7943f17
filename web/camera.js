// Pictures from the camera.

/** Side of the pictures: enough for every network of the page. */
const side = 256;

/** Returns why the camera cannot be used, for people. */
function whyNot(error) {
  if (error.name === 'NotAllowedError') return 'this page may not use it; allow it in the browser\'s settings';
  if (error.name === 'NotFoundError') return 'there is none';
  if (error.name === 'NotReadableError') return 'another program uses it';
  return error.message || error.name;
}

/**
 * Returns the middle of an image as a JPEG file.
 * @param {CanvasImageSource} image @param {number} width @param {number} height
 * @returns {Promise<Blob>}
 */
export function toJpeg(image, width, height) {
  const canvas = Object.assign(document.createElement('canvas'), {width: side, height: side});
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const cut = Math.min(width, height);
  context.drawImage(image, (width - cut) / 2, (height - cut) / 2, cut, cut, 0, 0, side, side);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/jpeg', 0.9);
  });
}

/** @param {MediaStream|null} stream */
const stop = (stream) => stream?.getTracks().forEach((track) => track.stop());

/** A camera, which is shown in a video element while it is open. */
export class Camera {
  #video;
  /** @type {MediaStream|null} */
  #stream = null;
  /** What is being opened; a later `open` or `close` ends it. @type {object|null} */
  #opening = null;

  /** @param {HTMLVideoElement} video */
  constructor(video) {
    this.#video = video;
    video.muted = true;
    video.playsInline = true;
  }

  /** Whether this browser lets the page ask for a camera. */
  static get isAvailable() { return navigator.mediaDevices?.getUserMedia !== undefined; }

  get isOpen() { return this.#stream !== null; }

  /**
   * Opens the camera that looks at the user, or the other one; it is not open if it was closed
   * meanwhile. Throws Error that says why there is none.
   * @param {boolean} [isFront]
   */
  async open(isFront = true) {
    this.close();
    const opening = this.#opening = {};
    try {
      const stream = await navigator.mediaDevices.getUserMedia({audio: false,
        video: {facingMode: isFront ? 'user' : 'environment', width: {ideal: 640}}});
      if (this.#opening !== opening) {
        stop(stream);
        return;
      }
      this.#stream = stream;
      this.#video.srcObject = stream;
      await this.#video.play();
    } catch (error) {
      if (this.#opening !== opening) return;
      this.close();
      throw new Error(`The camera cannot be used: ${whyNot(error)}.`);
    }
  }

  close() {
    this.#opening = null;
    stop(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /** Returns a picture as a JPEG file. */
  take() { return toJpeg(this.#video, this.#video.videoWidth, this.#video.videoHeight); }
}
