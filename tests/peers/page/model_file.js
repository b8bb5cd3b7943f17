// Reads the safetensors files of convlab_peer_models: {info, tensors: {name: {shape, data}}}.

const types = {F32: Float32Array, F64: Float64Array, I32: Int32Array, U8: Uint8Array};

export async function readModel(url) {
  const bytes = await (await fetch(url)).arrayBuffer();
  const length = Number(new DataView(bytes).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, length)));
  const {__metadata__: info, ...entries} = header;
  const tensors = {};
  for (const [name, {dtype, shape, data_offsets: [begin, end]}] of Object.entries(entries)) {
    tensors[name] = {shape, data: new types[dtype](bytes.slice(8 + length + begin, 8 + length + end))};
  }
  return {info, tensors, layers: JSON.parse(info.graph).layers};
}

/** Images as floats in [0, 1], NHWC. */
export const pixelsOf = ({tensors}) => Float32Array.from(tensors.images.data, (byte) => byte / 255);

export const parameterOf = ({tensors}, layer, name) => tensors[`parameter/${layer.name}.${name}`];
