// Measures TensorFlow.js. Its wasm backend as shipped cannot train a convolution, because it lacks the
// kernel gradient, and its input gradient is a plain loop. Both are registered here, computed with
// its own Conv2D.

import {difference, measure, timed} from './measure.js';
import {parameterOf, pixelsOf, readModel} from './model_file.js';

const tf = globalThis.tf;

/** Input gradient of a convolution with stride 1: zero-padded dy convolved with the rotated kernel. */
function inputGradient({inputs: {dy, filter}, attrs: {pad, inputShape}}) {
  return tf.tidy(() => {
    const [height, width] = filter.shape;
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
    if (pad === 'same') return tf.conv2d(dy, turned, 1, 'same');
    const around = tf.pad(dy, [[0, 0], [height - 1, height - 1], [width - 1, width - 1], [0, 0]]);
    const dx = tf.conv2d(around, turned, 1, 'valid');
    if (dx.shape.join() !== inputShape.join()) throw new Error(`dx is ${dx.shape}, expected ${inputShape}`);
    return dx;
  });
}

/** Kernel gradient with stride 1: a convolution with the images as channels and dy as the kernel. */
function kernelGradient({inputs: {x, dy}, attrs: {pad, filterShape}}) {
  return tf.tidy(() => {
    const [height, width] = filterShape;
    const rows = pad === 'same' ? (height - 1) / 2 : 0;
    const columns = pad === 'same' ? (width - 1) / 2 : 0;
    const padded = rows + columns > 0 ? tf.pad(x, [[0, 0], [rows, rows], [columns, columns], [0, 0]]) : x;
    const planes = tf.conv2d(tf.transpose(padded, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3]), 1, 'valid');
    return tf.transpose(planes, [1, 2, 0, 3]);
  });
}

function registerGradients() {
  for (const [kernelName, kernelFunc] of [['Conv2DBackpropInput', inputGradient],
    ['Conv2DBackpropFilter', kernelGradient]]) {
    if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({kernelName, backendName: 'wasm', kernelFunc});
  }
}

/** Returns {variables, forward(x, dropout)}. */
function build(model) {
  const variables = [];
  const variable = ({shape, data}, order) => {
    const values = tf.tidy(() => tf.transpose(tf.tensor(data, shape), order));
    variables.push(tf.variable(values));
    values.dispose();
    return variables.at(-1);
  };
  const steps = model.layers.map((layer) => {
    const {kind, options = {}} = layer;
    if (kind === 'conv2d') {
      const kernel = variable(parameterOf(model, layer, 'kernel'), [1, 2, 3, 0]);
      const bias = variable(parameterOf(model, layer, 'bias'), [0]);
      return (x) => tf.add(tf.conv2d(x, kernel, 1, options.padding), bias);
    }
    if (kind === 'dense') {
      const kernel = variable(parameterOf(model, layer, 'kernel'), [1, 0]);
      const bias = variable(parameterOf(model, layer, 'bias'), [0]);
      return (x) => tf.add(tf.matMul(x, kernel), bias);
    }
    return {
      relu: (x) => tf.relu(x),
      max_pool2d: (x) => tf.maxPool(x, 2, 2, 'valid'),
      flatten: (x) => tf.reshape(x, [x.shape[0], -1]),
      dropout: (x, dropout) => (dropout ? tf.dropout(x, options.rate) : x),
    }[kind];
  });
  return {variables, forward: (x, dropout) => steps.reduce((value, step) => step(value, dropout), x)};
}

export async function run({model: url, work, backend, threads, seconds}) {
  if (backend === 'wasm') {
    tf.wasm.setWasmPaths('tfjs/');
    tf.wasm.setThreadsCount(threads);
    registerGradients();
  }
  await tf.setBackend(backend);
  await tf.ready();
  const model = await readModel(url);
  const {variables, forward} = build(model);
  const x = tf.tensor(pixelsOf(model), model.tensors.images.shape);
  const batch = x.shape[0];
  const report = (differs, first, ms) => ({difference: differs, first_step_ms: first, step_ms: ms,
    images_per_second: batch / ms * 1e3,
    threads: backend === 'wasm' ? tf.wasm.getThreadsCount() : undefined});

  if (work === 'inference') {
    const pass = async () => {
      const mean = tf.tidy(() => tf.mean(tf.abs(forward(x, false))));
      const [value] = await mean.data();
      mean.dispose();
      return value;
    };
    const {result, ms} = await timed(pass);
    return report(difference([result], model.tensors.magnitude.data), ms, await measure(pass, seconds));
  }
  const targets = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(model.tensors.labels.data, 'int32'), 10), 'float32'));
  const optimizer = tf.train.sgd(Number(model.info.learning_rate));
  const step = (dropout) => async () => {
    const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(targets, forward(x, dropout)), true, variables);
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
  const check = step(false);
  const {result, ms} = await timed(check);
  const losses = [result];
  while (losses.length < model.tensors.losses.data.length) losses.push(await check());
  return report(difference(losses, model.tensors.losses.data), ms, await measure(step(true), seconds));
}
