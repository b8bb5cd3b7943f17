"""The Keras layer for each of convlab's kinds, and the conversion of parameters to its layout."""

import jax
import keras
import numpy as np
from keras import layers
from oracle import to_keras


class Masked(layers.Layer):
    """Dropout with a given mask, either per element or per channel of each sample."""

    def __init__(self, mask):
        super().__init__()
        self.mask = mask

    def call(self, x, training=False):
        if not training:
            return x
        if self.mask.ndim < x.ndim:
            return x * self.mask[:, None, None, :]
        return x * self.mask


class PaddedPooling(layers.Layer):
    """Pooling with padding (before, after) for rows and columns, and PyTorch's ceil_mode as
    documented there: the number of windows is rounded up, but each window starts inside the image
    or the padding before it; pixels outside are ignored."""

    def __init__(self, largest, window, strides, pads, ceil_mode):
        super().__init__()
        self.largest, self.window, self.strides, self.pads = largest, window, strides, pads
        self.ceil_mode = ceil_mode

    def padding(self, dim, axis):
        window, stride, (before, after) = self.window[axis], self.strides[axis], self.pads[axis]
        if not self.ceil_mode:
            return (before, after)
        steps = -(-(before + dim + after - window) // stride)
        if steps * stride >= before + dim:
            steps -= 1
        return (before, max(steps * stride + window - before - dim, after))

    def reduce(self, x, start, function):
        padding = [(0, 0), self.padding(x.shape[1], 0), self.padding(x.shape[2], 1), (0, 0)]
        window, strides = (1, *self.window, 1), (1, *self.strides, 1)
        return jax.lax.reduce_window(x, start, function, window, strides, padding)

    def call(self, x):
        if self.largest:
            return self.reduce(x, -np.inf, jax.lax.max)
        inside = self.reduce(np.ones(x.shape), 0.0, jax.lax.add)
        return self.reduce(x, 0.0, jax.lax.add) / inside


class LocalResponseNorm(layers.Layer):
    """Krizhevsky et al. 2012, section 3.3: k is the bias and n the size; the sum runs over the
    channels j from max(0, i - n/2) to min(N - 1, i + n/2). The paper uses n = 5. For an even n the
    window has one more channel before i than after it, as in PyTorch."""

    def __init__(self, size, bias, alpha, beta):
        super().__init__()
        self.size, self.bias, self.alpha, self.beta = size, bias, alpha, beta

    def call(self, x):
        channels = np.arange(x.shape[-1])
        from_here = channels[:, None] - channels[None, :]  # i - j
        near = (from_here <= self.size // 2) & (-from_here <= (self.size - 1) // 2)
        sums = x**2 @ near.T.astype(np.float64)
        return x / (self.bias + self.alpha * sums) ** self.beta


def padded(keras_class):
    """Returns a class that pads with zeros before it convolves."""

    class Padded(keras_class):
        pads = ((0, 0), (0, 0))

        def padded_shape(self, shape):
            batch, height, width, channels = shape
            rows, columns = self.pads
            return batch, height + sum(rows), width + sum(columns), channels

        def build(self, shape):
            super().build(self.padded_shape(shape))

        def compute_output_shape(self, shape):
            return super().compute_output_shape(self.padded_shape(shape))

        def call(self, x):
            return super().call(keras.ops.pad(x, [(0, 0), *self.pads, (0, 0)]))

    return Padded


def pads_of(pad_top, pad_bottom, pad_left, pad_right):
    return (pad_top, pad_bottom), (pad_left, pad_right)


def convolution(keras_class):
    """Sets the stride after construction: Keras' constructor rejects a stride combined with a
    dilation, which JAX supports and defines in the same way as convlab. Keras has no explicit
    padding."""

    def make(kernel_size=3, kernel_width=0, strides=1, strides_width=0, padding="valid", **others):
        pads = pads_of(*(others.pop(name, 0) for name in PADS))
        explicit = padding == "explicit"
        layer = (padded(keras_class) if explicit else keras_class)(
            kernel_size=(kernel_size, kernel_width or kernel_size),
            padding="valid" if explicit else padding,
            **others,
        )
        layer.strides = (strides, strides_width or strides)
        if explicit:
            layer.pads = pads
        return layer

    return make


def pooling(keras_class):
    def make(pool_size, pool_width, strides, strides_width, padding, ceil_mode, **pads):
        window = (pool_size, pool_width or pool_size)
        steps = (strides or window[0], strides_width or strides or window[1])
        if padding == "same" or padding == "valid" and not ceil_mode:
            return keras_class(window, steps, padding)
        largest = keras_class is layers.MaxPooling2D
        return PaddedPooling(largest, window, steps, pads_of(**pads), ceil_mode)

    return make


def zero_padding(top, bottom, left, right):
    return layers.ZeroPadding2D(((top, bottom), (left, right)))


def reshape(target_shape):
    return layers.Reshape([int(dim) for dim in target_shape.split(",")])


def activation(name):
    return lambda: layers.Activation(name)


PADS = ("pad_top", "pad_bottom", "pad_left", "pad_right")
CONVOLUTION = {
    "kernel": "kernel_size",
    "stride": "strides",
    "padding": "padding",
    "bias": "use_bias",
}
WINDOW = {
    **CONVOLUTION,
    "kernel_width": "kernel_width",
    "stride_width": "strides_width",
    "dilation": "dilation_rate",
    **{name: name for name in PADS},
}
POOL = {
    "window": "pool_size",
    "window_width": "pool_width",
    "stride": "strides",
    "stride_width": "strides_width",
    "padding": "padding",
    "ceil_mode": "ceil_mode",
    **{name: name for name in PADS},
}
NORM = {"epsilon": "epsilon", "center": "center", "scale": "scale"}

# For each kind: the Keras class that defines the defaults, the function that creates a layer (None:
# the class itself), and Keras' names of the options.
KINDS = {
    "add": (layers.Add, None, {}),
    "avg_pool2d": (layers.AveragePooling2D, pooling(layers.AveragePooling2D), POOL),
    "batch_norm": (layers.BatchNormalization, None, NORM | {"momentum": "momentum"}),
    "concat": (layers.Concatenate, None, {}),
    "conv2d": (
        layers.Conv2D,
        convolution(layers.Conv2D),
        WINDOW | {"filters": "filters", "groups": "groups"},
    ),
    "conv_transpose2d": (
        layers.Conv2DTranspose,
        None,
        CONVOLUTION | {"filters": "filters"},
    ),
    "dense": (layers.Dense, None, {"units": "units", "bias": "use_bias"}),
    "depthwise_conv2d": (
        layers.DepthwiseConv2D,
        convolution(layers.DepthwiseConv2D),
        WINDOW | {"depth_multiplier": "depth_multiplier"},
    ),
    "dropout": (layers.Dropout, None, {"rate": "rate"}),
    "elu": (layers.ELU, None, {"alpha": "alpha"}),
    "flatten": (layers.Flatten, None, {}),
    "gelu": (layers.Activation, activation("gelu"), {}),
    "global_avg_pool2d": (layers.GlobalAveragePooling2D, None, {}),
    "global_max_pool2d": (layers.GlobalMaxPooling2D, None, {}),
    "group_norm": (layers.GroupNormalization, None, NORM | {"groups": "groups"}),
    "hard_swish": (layers.Activation, activation("hard_silu"), {}),
    "layer_norm": (layers.LayerNormalization, None, NORM),
    "leaky_relu": (layers.LeakyReLU, None, {"slope": "negative_slope"}),
    "local_response_norm": (
        None,
        LocalResponseNorm,
        {name: name for name in ("size", "bias", "alpha", "beta")},
    ),
    "max_pool2d": (layers.MaxPooling2D, pooling(layers.MaxPooling2D), POOL),
    "multiply": (layers.Multiply, None, {}),
    "relu": (layers.ReLU, None, {}),
    "relu6": (layers.ReLU, lambda: layers.ReLU(max_value=6), {}),
    "rescale": (layers.Rescaling, None, {"scale": "scale", "offset": "offset"}),
    "reshape": (layers.Reshape, reshape, {"shape": "target_shape"}),
    "separable_conv2d": (
        layers.SeparableConv2D,
        convolution(layers.SeparableConv2D),
        WINDOW | {"filters": "filters", "depth_multiplier": "depth_multiplier"},
    ),
    "sigmoid": (layers.Activation, activation("sigmoid"), {}),
    "silu": (layers.Activation, activation("silu"), {}),
    "softmax": (layers.Softmax, None, {}),
    "spatial_dropout": (layers.SpatialDropout2D, None, {"rate": "rate"}),
    "tanh": (layers.Activation, activation("tanh"), {}),
    "up_sample2d": (
        layers.UpSampling2D,
        None,
        {"size": "size", "interpolation": "interpolation"},
    ),
    "zero_pad2d": (
        layers.ZeroPadding2D,
        zero_padding,
        {name: name for name in ("top", "bottom", "left", "right")},
    ),
}
# These options affect only the initial parameters.
START = {"initializer", "initializer_value"}
# Keras' names of the initializers.
INITIALIZERS = {
    "conv2d": ["kernel_initializer"],
    "conv_transpose2d": ["kernel_initializer"],
    "dense": ["kernel_initializer"],
    "depthwise_conv2d": ["depthwise_initializer"],
    "separable_conv2d": ["depthwise_initializer", "pointwise_initializer"],
}


def make_layer(kind, options, mask=None, **more):
    if mask is not None:
        return Masked(mask)
    keras_class, make, option_names = KINDS[kind]
    chosen = {option_names[k]: v for k, v in options.items() if k not in START}
    return (make or keras_class)(**chosen, **more)


def parameter_to_keras(kind, name, value, channels):
    """Converts a parameter or its gradient to Keras' layout; `channels`: input channel count."""
    value = value.astype(np.float64)
    if kind == "depthwise_conv2d" and name == "kernel" or name == "depthwise_kernel":
        filters, height, width, _ = value.shape
        by_channel = value.reshape(channels, filters // channels, height, width)
        return by_channel.transpose(2, 3, 0, 1)
    return to_keras(value)
