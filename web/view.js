// The window module: draws curves, samples and filters into a canvas with WebGL 2.

const encoder = new TextEncoder();

function hasWebGl2() {
  const context = document.createElement('canvas').getContext('webgl2');
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}

function errorOf(module) {
  const begin = module._window_error() >>> 0;
  const end = module.HEAPU8.indexOf(0, begin);
  return new TextDecoder().decode(module.HEAPU8.subarray(begin, end));
}

export class View {
  #canvas;
  #post;
  #report;
  /** @type {any} */
  #module = null;
  /** What arrived before the module did. */
  #waiting = [];
  #isClosed = false;
  #dark = matchMedia('(prefers-color-scheme: dark)');

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(request: Encoded) => Promise<Encoded>} post  sends an encoded request to the engine
   *   and resolves to its encoded reply
   * @param {(why: string) => void} report  called with the reason if nothing can be drawn, and with
   *   an empty text if it can be again
   * @typedef {{json: string, block: ArrayBuffer}} Encoded
   */
  constructor(canvas, post, report) {
    this.#canvas = canvas;
    this.#post = post;
    this.#report = report;
  }

  async open() {
    if (!hasWebGl2()) {
      this.#close('This browser does not support WebGL 2');
      return;
    }
    try {
      const {default: create} = await import(/** @type {any} */ ('./window.mjs'));
      const module = await create({canvas: this.#canvas, post: (request) => this.#send(request)});
      if (module._window_create() < 0) throw new Error(errorOf(module));
      this.#module = module;
    } catch (error) {
      this.#close(`The drawing module could not be started (${error.message})`);
      return;
    }
    this.#canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();  // only then does the browser restore it
      this.#lose();
    });
    this.#canvas.addEventListener('webglcontextrestored', () => this.#restore());
    this.#dark.addEventListener('change', () => this.#setTheme());
    this.#setTheme();
    for (const encoded of this.#waiting.splice(0)) this.show(encoded);
  }

  /** Number of frames drawn so far, and median CPU time of the last frames in milliseconds. */
  get frames() { return this.#module?._window_frames() ?? 0; }
  get frameMilliseconds() { return this.#module?._window_frame_ms() ?? 0; }

  /**
   * Shows the next snapshot; each must be passed, as it holds only what has changed.
   * @param {{json: string, block: ArrayBuffer}} encoded
   */
  show(encoded) {
    if (this.#module === null && !this.#isClosed) this.#waiting.push(encoded);
    this.#pass('_window_snapshot', encoded);
  }

  /** Calls a function of the module with an encoded message. */
  #pass(name, encoded) {
    this.#use((module) => {
      const json = encoder.encode(encoded.json);
      const block = new Uint8Array(encoded.block);
      const memory = module._malloc(json.length + block.length) >>> 0;
      if (memory === 0) throw new Error('out of memory');
      // HEAPU8 is read only now, because malloc may have replaced it.
      module.HEAPU8.set(json, memory);
      module.HEAPU8.set(block, memory + json.length);
      const result = module[name](memory, json.length, memory + json.length, block.length);
      module._free(memory);
      if (result < 0) throw new Error(errorOf(module));
    });
  }

  /** Sends a request of the module and passes the reply to it. */
  async #send(request) {
    this.#pass('_window_reply', await this.#post(request));
  }

  // Everything on the graphics device is lost with the context. The module keeps the latest snapshot.
  #lose() {
    this.#use((module) => {
      module._window_destroy();
      this.#report('The browser has released the graphics context');
    });
  }

  #restore() {
    // It may have been lost again meanwhile; then this comes once more.
    if (this.#canvas.getContext('webgl2')?.isContextLost() ?? true) return;
    this.#use((module) => {
      if (module._window_create() < 0) throw new Error(errorOf(module));
      this.#setTheme();
      this.#report('');
    });
  }

  #setTheme() {
    this.#use((module) => module._window_set_theme(this.#dark.matches ? 1 : 0));
  }

  #use(action) {
    if (this.#module === null) return;
    try {
      action(this.#module);
    } catch (error) {
      this.#close(`The drawing module has stopped (${error.message})`);
    }
  }

  #close(why) {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    const module = this.#module;
    this.#module = null;
    try {
      module?._window_destroy();
    } catch {
      // Ignored: the module has already failed, and `why` is reported.
    }
    this.#report(why);
  }
}
