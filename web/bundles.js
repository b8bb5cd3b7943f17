// Finds out which engine bundles this browser and page can run.

/** All bundles, fastest first. */
export const bundleNames = Object.freeze([
  'threads-relaxed', 'threads-simd', 'single-relaxed', 'single-simd',
]);

export const maxThreads = 64;

// A WebAssembly module: \0asm, version 1; one type () → (); one function of that type with the body
// (unreachable), `opcode`, (drop). It is valid only if the browser supports the opcode.
const moduleWith = (...opcode) => new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  0x01, 0x04, 0x01, 0x60, 0x00, 0x00,
  0x03, 0x02, 0x01, 0x00,
  0x0a, opcode.length + 6, 0x01, opcode.length + 4, 0x00, 0x00, ...opcode, 0x1a, 0x0b,
]);

const hasSimd = () => WebAssembly.validate(moduleWith(0xfd, 0x51));  // v128.xor
// f32x4.relaxed_madd, number 0x105
const hasRelaxedSimd = () => WebAssembly.validate(moduleWith(0xfd, 0x85, 0x02));

/** @typedef {{isolated: boolean, threads: boolean, simd: boolean, relaxed: boolean}} Features */

/**
 * Returns the features that are available to this page.
 * @returns {Features}
 */
export function detectFeatures() {
  const wasm = typeof WebAssembly === 'object';
  const isolated = globalThis.crossOriginIsolated === true;
  return {
    isolated,
    threads: isolated && typeof SharedArrayBuffer === 'function',
    simd: wasm && hasSimd(),
    relaxed: wasm && hasRelaxedSimd(),
  };
}

/**
 * Returns the fastest bundle for these features. Throws Error if there is none.
 * @param {Features} features
 */
export function chooseBundle(features) {
  if (!features.simd) {
    throw new Error('This browser does not support WebAssembly SIMD, which convlab needs. ' +
      'Use Chrome 91, Firefox 89, Safari 16.4 or later.');
  }
  return `${features.threads ? 'threads' : 'single'}-${features.relaxed ? 'relaxed' : 'simd'}`;
}

/**
 * Throws Error if the bundle does not exist or needs features that are not available.
 * @param {string} bundle
 * @param {Features} features
 */
export function checkBundle(bundle, features) {
  if (!bundleNames.includes(bundle)) {
    throw new Error(`Unknown bundle "${bundle}"; known: ${bundleNames.join(', ')}.`);
  }
  chooseBundle(features);
  if (bundle.startsWith('threads-') && !features.threads) {
    throw new Error(`Bundle ${bundle} needs threads, but this page is not cross-origin isolated.`);
  }
  if (bundle.endsWith('-relaxed') && !features.relaxed) {
    throw new Error(`Bundle ${bundle} needs relaxed SIMD, which this browser does not support.`);
  }
}

/** Throws Error if `threads` is not a whole number from 1 to maxThreads. */
export function checkThreads(threads) {
  if (!Number.isInteger(threads) || threads < 1 || threads > maxThreads) {
    throw new Error(`Threads must be a whole number from 1 to ${maxThreads}, not "${threads}".`);
  }
}

/**
 * Returns the number of threads to train on: `asked`, but no more than the processors, since more
 * only wait for each other. By default at most 8: hyper-threads rarely help beyond that.
 * @param {number} [asked]
 */
export const usableThreads = (asked = 8) =>
  Math.min(asked, globalThis.navigator?.hardwareConcurrency || 1);
