// The messages to and from the engine (src/engine/protocol.h): JSON and one block of bytes. Numbers
// that are not finite, such as a loss after an overflow, are null.

const protocolVersion = 4;

const arrayTypes = {f32: Float32Array, f64: Float64Array, i32: Int32Array, u8: Uint8Array};

/**
 * @typedef {{x: Float32Array, y: Float32Array}} Curve  x is in epochs
 * @typedef {{epoch: number, train_loss: number, train_accuracy: number, val_loss: number,
 *   val_accuracy: number, learning_rate: number, seconds: number,
 *   images_per_second: number}} EpochResult
 *   epoch is counted from 1; learning_rate is that of the last step; seconds include validation
 * @typedef {object} Snapshot
 * @property {number} sequence
 * @property {'empty'|'ready'|'waiting_for_data'|'running'|'paused'|'finished'|'failed'} state
 * @property {string} error  message for the user; empty if none
 * @property {{id: number, name: string, progress: number, seconds_left: number}} running  a request
 *   that takes time; id 0: none. progress is 0 to 1, seconds_left negative if unknown
 * @property {{data: string, model: string, architecture: string, validation_split: number,
 *   loss: string, loss_options: Object<string, boolean|number|string>, class_weights: string,
 *   optimizer: string, optimizer_options: Object<string, boolean|number|string>,
 *   learning_rate: number, schedule: string,
 *   schedule_options: Object<string, boolean|number|string>, warmup_epochs: number,
 *   image_size: number, resize: string, cache_images: number, featurewise_center: boolean,
 *   standardize: boolean,
 *   augmentation: Object<string, boolean|number|string>,
 *   update_options: Object<string, boolean|number|string>, batch: number, epochs: number,
 *   seed: number, early_stopping: boolean,
 *   early_stopping_options: Object<string, boolean|number|string>, time_budget: number}} options
 * @property {string} backend
 * @property {number} threads
 * @property {string[]} class_names
 * @property {string} features  how the features were made that the network reads; empty: images
 * @property {number} parameters
 * @property {number} memory_bytes
 * @property {number} train_images  to train on
 * @property {number} validation_images  to validate on
 * @property {boolean} validates_on_test  whether these are the test images; otherwise they were set
 *   aside from the training images
 * @property {number} train_images_here  number of training images that has arrived so far, with
 *   those set aside
 * @property {number} step  training steps done
 * @property {number} steps_per_epoch
 * @property {number} epoch  epochs done
 * @property {number} epochs  epochs planned
 * @property {number} learning_rate  base rate of the schedule, as set
 * @property {number} step_learning_rate  of the next step, from the schedule
 * @property {number} images_per_second
 * @property {number} seconds_left  until the planned epochs are done; negative: unknown
 * @property {number} restored_epoch  epoch whose weights early stopping put back; 0: none
 * @property {string[]} notes  sentences for the user about this run
 * @property {number} unreadable_images  left out so far, since they cannot be read
 * @property {string[]} unreadable_reasons  names and why, of the first 100 of them
 * @property {string} stop_reason  why a callback ended or paused training; empty if none
 * @property {number} loss  training loss of the current epoch so far
 * @property {number} accuracy  0 to 1
 * @property {EpochResult[]} history  one entry per finished epoch
 * @property {Curve} train_loss
 * @property {Curve} train_accuracy
 * @property {Curve} val_loss
 * @property {Curve} val_accuracy
 * @property {{height: number, width: number, channels: number, pixels: Uint8Array,
 *   labels: Int32Array}} [samples]  test images; this and the next two: see Convlab.subscribe
 * @property {{classes: Int32Array, scores: Float32Array, are_probabilities: boolean}} [predictions]  of the samples
 * @property {{count: number, height: number, width: number, channels: number,
 *   weights: Float32Array}} [filters]
 */

const isArrayReference = (value) =>
  Object.keys(value).length === 3 && Object.hasOwn(arrayTypes, value.type) &&
  'offset' in value && 'count' in value;

function resolve(value, block) {
  if (Array.isArray(value)) return value.map((item) => resolve(item, block));
  if (value === null || typeof value !== 'object') return value;
  if (!isArrayReference(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, resolve(item, block)]));
  }
  const type = arrayTypes[value.type];
  const {offset, count} = value;
  const whole = Number.isInteger(offset) && Number.isInteger(count) && offset >= 0 && count >= 0;
  if (!whole || offset % 4 !== 0 || offset + count * type.BYTES_PER_ELEMENT > block.byteLength) {
    throw new Error('A message from the engine has an array outside of its block.');
  }
  // Copied, because a Float64Array cannot be a view at a multiple of 4 bytes.
  if (type === Float64Array) return new type(block.slice(offset, offset + 8 * count));
  return new type(block, offset, count);
}

/** Returns the history with the rows of the columns from index `first` on. */
function appendRows(history, {first, ...columns}) {
  const names = Object.keys(columns);
  const rows = Array.from({length: columns.train_loss.length}, (_, i) => ({
    epoch: first + i + 1,
    ...Object.fromEntries(names.map((name) =>
      [name, Number.isFinite(columns[name][i]) ? columns[name][i] : null])),
  }));
  return [...history.slice(0, first), ...rows];
}

/** Decodes a message whose arrays become views of `block`. */
function decode(json, block) {
  const {protocol, ...message} = resolve(JSON.parse(json), block);
  if (protocol !== protocolVersion) {
    throw new Error(`The engine speaks version ${protocol} of the protocol; expected ` +
      `${protocolVersion}. Files of different versions of convlab are in use: reload the page.`);
  }
  return message;
}

/**
 * Decodes a snapshot, which holds only what has changed. Throws Error if the encoding is invalid.
 * @param {string} json
 * @param {ArrayBuffer} block  the arrays of the result are views of this buffer
 * @param {Snapshot|null} before  the snapshot before, whose parts the result shares
 * @returns {Snapshot}
 */
export function decodeSnapshot(json, block, before) {
  const {parts, ...numbers} = decode(json, block);
  const {setup, curves, history, ...looks} = parts;
  const known = before?.history ?? [];
  return {...before, ...numbers, ...setup, ...curves, ...looks,
    history: history ? appendRows(known, history) : known};
}

/**
 * Decodes the reply to a request. Throws Error if the encoding is invalid.
 * @param {string} json
 * @param {ArrayBuffer} block
 * @returns {{id: number, error?: string, kind?: 'invalid'|'cancelled'|'failed', result?: string,
 *   [field: string]: any}}  with the fields of its kind of result (src/engine/replies.h)
 */
export function decodeReply(json, block) { return decode(json, block); }

/**
 * Encodes a request. Values that are Uint8Arrays go into the block.
 * @param {number} id
 * @param {string} name
 * @param {Object<string, unknown>} fields
 * @returns {{json: string, block: ArrayBuffer}}
 */
export function encodeRequest(id, name, fields = {}) {
  const parts = [];
  let end = 0;
  const entries = Object.entries(fields).map(([field, value]) => {
    if (!(value instanceof Uint8Array)) return [field, value];
    const offset = Math.ceil(end / 4) * 4;
    end = offset + value.length;
    parts.push({offset, value});
    return [field, {type: 'u8', offset, count: value.length}];
  });
  const block = new Uint8Array(end);
  for (const {offset, value} of parts) block.set(value, offset);
  const message = {protocol: protocolVersion, id, request: name, ...Object.fromEntries(entries)};
  return {json: JSON.stringify(message), block: block.buffer};
}

const encodeReply = (fields) => ({json: JSON.stringify({protocol: protocolVersion, ...fields}),
  block: new ArrayBuffer(0)});

/** Returns the encoding of an error as the reply to a request that the engine does not get. */
export const encodeRefusal = (id, error, kind = 'invalid') => encodeReply({id, error, kind});

/** Returns the encoding of the reply to a request that is done without the engine. */
export const encodeDone = (id) => encodeReply({id, result: 'done'});
