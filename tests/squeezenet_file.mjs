// Weights for SqueezeNet 1.1 as Caffe names them, for tests: its real ones are not here.
import fs from 'node:fs';

/** The convolutions: [name, filters, channels, side of the kernel]. */
function layers() {
  const all = [['conv1', 64, 3, 3]];
  let channels = 64;
  [[16, 64], [16, 64], [32, 128], [32, 128], [48, 192], [48, 192], [64, 256], [64, 256]].forEach(([squeeze, expand], i) => {
    all.push([`fire${i + 2}/squeeze1x1`, squeeze, channels, 1]);
    all.push([`fire${i + 2}/expand1x1`, expand, squeeze, 1], [`fire${i + 2}/expand3x3`, expand, squeeze, 3]);
    channels = 2 * expand;
  });
  return [...all, ['conv10', 1000, channels, 1]];
}

/**
 * Writes a safetensors file, without the tensors in `left`. All weights are 0 but the biases of the last layer, which make
 * class 281 the most probable and 282 the next; with `random`, all are random.
 */
export function writeSqueezenet(file, {left = [], random = false, seed = 1} = {}) {
  const header = {};
  const parts = [];
  let end = 0;
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const add = (name, shape, scale, values = {}) => {
    if (left.includes(name)) return;
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (random) data.forEach((_, i) => { data[i] = scale * next(); });
    Object.entries(values).forEach(([index, value]) => { data[index] = value; });
    header[name] = {dtype: 'F32', shape, data_offsets: [end, end += data.byteLength]};
    parts.push(Buffer.from(data.buffer));
  };
  for (const [name, filters, channels, side] of layers()) {
    add(`${name}.weight`, [filters, channels, side, side], 4 / Math.sqrt(channels * side * side));
    add(`${name}.bias`, [filters], 0.1, name === 'conv10' ? {281: 9, 282: 8} : {});
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  fs.writeFileSync(file, Buffer.concat([length, text, ...parts]));
}
