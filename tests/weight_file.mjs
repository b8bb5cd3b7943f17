// Weight files of pretrained networks for tests, which have no real ones.
import fs from 'node:fs';

/** The convolutions of SqueezeNet 1.1 as Caffe names them: [name, filters, channels, side of the kernel]. */
function squeezenetLayers() {
  const layers = [['conv1', 64, 3, 3]];
  let channels = 64;
  [[16, 64], [16, 64], [32, 128], [32, 128], [48, 192], [48, 192], [64, 256], [64, 256]].forEach(([squeeze, expand], i) => {
    layers.push([`fire${i + 2}/squeeze1x1`, squeeze, channels, 1]);
    layers.push([`fire${i + 2}/expand1x1`, expand, squeeze, 1], [`fire${i + 2}/expand3x3`, expand, squeeze, 3]);
    channels = 2 * expand;
  });
  return [...layers, ['conv10', 1000, channels, 1]];
}

/** Values that look random between -1 and 1, the same in every run. */
function randomValues(count, seed) {
  let state = seed;
  return Float32Array.from({length: count}, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/**
 * Writes a safetensors file for SqueezeNet 1.1 without the tensors in `left`. All weights are 0 but the
 * biases of the last layer, which make class 281 the most probable and 282 the next; with `random`
 * kernels are random, of He's magnitude.
 */
export function writeWeights(file, {left = [], random = false} = {}) {
  const header = {};
  const parts = [];
  let end = 0;
  const add = (name, shape, values) => {
    if (left.includes(name)) return;
    const count = shape.reduce((a, b) => a * b, 1);
    const scale = Math.sqrt(6 / (count / shape[0]));
    const data = random && shape.length > 1 ? randomValues(count, parts.length + 1).map((x) => x * scale)
      : new Float32Array(count);
    Object.entries(values).forEach(([index, value]) => { data[index] = value; });
    header[name] = {dtype: 'F32', shape, data_offsets: [end, end += data.byteLength]};
    parts.push(Buffer.from(data.buffer));
  };
  for (const [name, filters, channels, side] of squeezenetLayers()) {
    add(`${name}.weight`, [filters, channels, side, side], {});
    add(`${name}.bias`, [filters], name === 'conv10' ? {281: 9, 282: 8} : {});
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  fs.writeFileSync(file, Buffer.concat([length, text, ...parts]));
}
