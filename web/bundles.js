// Which engine bundle this browser and page can run.

/** Every bundle, best first. */
export const bundleNames = Object.freeze([
  'threads-relaxed', 'threads-simd', 'single-relaxed', 'single-simd',
]);

export const maxThreads = 64;

// \0asm, version 1; one type () → (); one function of it, whose body is
// (unreachable), `opcode`, (drop): validates only where the opcode is known.
const moduleWith = (...opcode) => new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  0x01, 0x04, 0x01, 0x60, 0x00, 0x00,
  0x03, 0x02, 0x01, 0x00,
  0x0a, opcode.length + 6, 0x01, opcode.length + 4, 0x00, 0x00, ...opcode, 0x1a, 0x0b,
]);

const hasSimd = () => WebAssembly.validate(moduleWith(0xfd, 0x51));  // v128.xor
// f32x4.relaxed_madd, number 0x105
const hasRelaxedSimd = () => WebAssembly.validate(moduleWith(0xfd, 0x85, 0x02));

/**
 * What this page may use.
 * @returns {{isolated: boolean, threads: boolean, simd: boolean, relaxed: boolean}}
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
 * The fastest bundle for these features; throws Error where there is none.
 * @param {ReturnType<typeof detectFeatures>} features
 */
export function chooseBundle(features) {
  if (!features.simd) {
    throw new Error('This browser runs no WebAssembly SIMD, which convlab needs. ' +
      'Chrome 91, Firefox 89 and Safari 16.4 or later have it.');
  }
  return `${features.threads ? 'threads' : 'single'}-${features.relaxed ? 'relaxed' : 'simd'}`;
}

/**
 * Throws Error for a bundle that does not exist or cannot run here.
 * @param {string} bundle
 * @param {ReturnType<typeof detectFeatures>} features
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
    throw new Error(`Bundle ${bundle} needs relaxed SIMD, which this browser has not.`);
  }
}

/** Throws Error for what is no number of threads. */
export function checkThreads(threads) {
  if (!Number.isInteger(threads) || threads < 1 || threads > maxThreads) {
    throw new Error(`Threads must be a whole number from 1 to ${maxThreads}, not "${threads}".`);
  }
}

/** Hyper-threads rarely help beyond eight, and an oversubscribed pool stalls. */
export const defaultThreads = () => Math.min(globalThis.navigator?.hardwareConcurrency || 1, 8);
