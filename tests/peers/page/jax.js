// Measures jax-js on its wasm device, with the whole step under jit. Dropout is left out because
// jax-js has none. Its functions consume their arguments; .ref keeps a value for another use.

import * as jax from './jax/index.js';
import {difference, measure, timed} from './measure.js';
import {parameterOf, pixelsOf, readModel} from './model_file.js';

const {lax, nn, numpy: np} = jax;

const array = ({shape, data}) => np.array(data).reshape(shape);

/** Kernels in jax-js' layout: [out, in, rows, columns] of convolutions, [in, out] of dense layers. */
function parametersOf(model) {
  return model.layers.filter(({kind}) => kind === 'conv2d' || kind === 'dense').map((layer) => {
    const kernel = array(parameterOf(model, layer, 'kernel'));
    return {
      kernel: layer.kind === 'conv2d' ? np.transpose(kernel, [0, 3, 1, 2]) : np.transpose(kernel),
      bias: array(parameterOf(model, layer, 'bias')),
    };
  });
}

function forward(layers, parameters, x) {
  let next = 0;
  for (const {kind, options} of layers) {
    if (kind === 'conv2d') {
      const {kernel, bias} = parameters[next++];
      x = lax.conv(x, kernel, [1, 1], options.padding.toUpperCase()).add(bias.reshape([1, -1, 1, 1]));
    } else if (kind === 'dense') {
      const {kernel, bias} = parameters[next++];
      x = np.matmul(x, kernel).add(bias);
    } else if (kind === 'relu') {
      x = nn.relu(x);
    } else if (kind === 'max_pool2d') {
      x = lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
    } else if (kind === 'flatten') {
      // Flatten in convlab's order, with channels innermost.
      x = np.transpose(x, [0, 2, 3, 1]);
      x = x.reshape([x.shape[0], -1]);
    }
  }
  return x;
}

export async function run({model: url, seconds}) {
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const model = await readModel(url);
  const rate = Number(model.info.learning_rate);
  const [batch, height, width, channels] = model.tensors.images.shape;
  const images = np.transpose(np.array(pixelsOf(model)).reshape([batch, height, width, channels]), [0, 3, 1, 2]);
  const targets = nn.oneHot(np.array(model.tensors.labels.data, {dtype: np.int32}), 10);
  const loss = (parameters, x, y) =>
    np.mean(nn.logSoftmax(forward(model.layers, parameters, x)).mul(y).sum(-1).neg());
  const update = jax.jit((parameters, x, y) => {
    const [value, grads] = jax.valueAndGrad(loss)(jax.tree.ref(parameters), x, y);
    return [value, jax.tree.map((p, g) => p.sub(g.mul(rate)), parameters, grads)];
  });
  let parameters = parametersOf(model);
  const step = async () => {
    const [value, next] = update(parameters, images.ref, targets.ref);
    parameters = next;
    await jax.blockUntilReady(parameters);
    return (await value.data())[0];
  };
  const {result, ms: first} = await timed(step);
  const losses = [result];
  while (losses.length < model.tensors.losses.data.length) losses.push(await step());
  const ms = await measure(step, seconds);
  return {difference: difference(losses, model.tensors.losses.data), first_step_ms: first, step_ms: ms,
    images_per_second: batch / ms * 1e3};
}
