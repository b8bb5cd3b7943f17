"""Compares `convlab weights convert` with the files that Keras itself writes, and tries bad ones."""

import json
import pathlib
import struct
import subprocess
import zlib

import h5py
import keras
import numpy as np
import pytest
from oracle import check
from tensors import read

CONVLAB = pathlib.Path(__file__).parents[2] / "build/native/convlab"


def convert(source, out):
    return subprocess.run(
        [CONVLAB, "weights", "convert", source, "--out", out], capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def mobilenet():
    """Keras' MobileNet, no two tensors of which are alike."""
    keras.utils.set_random_seed(1)
    model = keras.applications.MobileNet(weights=None)
    random = np.random.default_rng(2)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    return model


@pytest.fixture(scope="module")
def expected_probabilities(mobilenet):
    pixels = keras.applications.mobilenet.preprocess_input(np.float64(image()))
    return np.asarray(mobilenet(pixels[None]))[0]


def image():
    return np.random.default_rng(3).integers(0, 256, (224, 224, 3), np.uint8)


def write_png(path):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    pixels = image()
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    size = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def classify(weights, folder):
    """Returns the hundred largest probabilities that `convlab classify` finds, by class."""
    png = folder / "image.png"
    write_png(png)
    command = ["classify", "--model", "mobilenet-v1", "--weights", weights, "--top-k", "100"]
    done = subprocess.run(
        [CONVLAB, *command, "--json", "-", png], capture_output=True, text=True, check=True
    )
    return {each["class"]: each["score"] for each in json.loads(done.stdout)["top"]}


def write_keras2(model, path):
    """Writes a file as Keras 2 did: LAYER/LAYER/VARIABLE:0, with depthwise_kernel."""
    with h5py.File(path, "w") as file:
        for layer in model.layers:
            group = file.create_group(layer.name)
            for variable in layer.weights:
                name = variable.name
                if isinstance(layer, keras.layers.DepthwiseConv2D) and name == "kernel":
                    name = "depthwise_kernel"
                group[f"{layer.name}/{name}:0"] = np.float32(variable)


WRITERS = {
    "a.weights.h5": lambda model, path: model.save_weights(path),
    "b.h5": lambda model, path: model.save(path),
    "c.h5": write_keras2,
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_mobilenet(mobilenet, expected_probabilities, name, tmp_path):
    source, out = tmp_path / name, tmp_path / "out.safetensors"
    WRITERS[name](mobilenet, source)
    done = convert(source, out)
    assert done.returncode == 0, done.stderr
    assert f"features --backbone mobilenet-v1 --weights {out}" in done.stdout
    tensors, _ = read(out)
    expected = {}
    for layer in mobilenet.layers:
        for i, variable in enumerate(layer.weights):
            kind = variable.name
            if name == "a.weights.h5":
                kind = f"vars/{i}"
            elif name == "c.h5" and isinstance(layer, keras.layers.DepthwiseConv2D):
                kind = "depthwise_kernel"
            expected[f"{layer.name}/{kind}"] = np.float32(variable)
    assert sorted(tensors) == sorted(expected)
    for key, value in expected.items():
        np.testing.assert_array_equal(tensors[key], value)
    got = classify(out, tmp_path)
    probabilities = expected_probabilities[list(got)]
    check("Keras' files", np.float64(list(got.values())), probabilities, 1e-4)


def test_names_of_keras_1(tmp_path):
    """VGG16 as it was published: block1_conv1/block1_conv1_W_1:0."""
    source, out = tmp_path / "vgg16.h5", tmp_path / "out.safetensors"
    values = {}
    with h5py.File(source, "w") as file:
        inputs = 3
        for block, (layers, outputs) in enumerate(
            [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)], 1
        ):
            for i in range(1, layers + 1):
                layer = f"block{block}_conv{i}"
                kernel = np.full((3, 3, inputs, outputs), block + i / 10, np.float32)
                bias = np.full(outputs, -block - i / 10, np.float32)
                file[f"{layer}/{layer}_W_1:0"], file[f"{layer}/{layer}_b_1:0"] = kernel, bias
                values[f"{layer}/kernel"], values[f"{layer}/bias"] = kernel, bias
                inputs = outputs
    done = convert(source, out)
    assert done.returncode == 0, done.stderr
    assert "--backbone vgg16 " in done.stdout
    tensors, _ = read(out)
    assert sorted(tensors) == sorted(values)
    for key, value in values.items():
        np.testing.assert_array_equal(tensors[key], value)


def no_hdf5(path):
    path.write_text("no weights")


def cut_off(path):
    with h5py.File(path, "w") as file:
        file["conv/kernel"] = np.ones((3, 3, 64, 64), np.float32)
    path.write_bytes(path.read_bytes()[:20000])


def no_weights(path):
    with h5py.File(path, "w") as file:
        file["labels"] = np.arange(3)


def of_no_network(path):
    with h5py.File(path, "w") as file:
        file["conv/kernel"] = np.ones((3, 3, 3, 64), np.float32)


def in_another_file(path):
    other = path.with_suffix(".raw")
    other.write_bytes(bytes(16))
    with h5py.File(path, "w") as file:
        file.create_dataset("conv/kernel", (4,), "f4", external=[(other, 0, 16)])


def in_another_hdf5_file(path):
    other = path.with_suffix(".other.h5")
    with h5py.File(other, "w") as file:
        file["x"] = np.ones(4, np.float32)
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource(other, "x", (4,))
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("conv/kernel", layout)


def almost_empty(path):
    """Declares 40 GB, which are nowhere."""
    with h5py.File(path, "w") as file:
        file.create_dataset("conv/kernel", (10**5, 10**5), "f4", chunks=(1000, 1000))


def seven_dimensions(path):
    with h5py.File(path, "w") as file:
        file["conv/kernel"] = np.ones((1,) * 7, np.float32)


def used_name(path):
    with h5py.File(path, "w") as file:
        file["a/conv/kernel"] = file["b/conv/kernel"] = np.ones(3, np.float32)


BAD = {
    no_hdf5: "no HDF5 file",
    cut_off: "cannot be read",
    no_weights: "holds no weights",
    of_no_network: "has no tensor of squeezenet1.1, ",
    in_another_file: "its values are in another file",
    in_another_hdf5_file: "its values are in another file",
    almost_empty: "less than a hundredth of its size",
    seven_dimensions: "7 dimensions; expected at most 6",
    used_name: "the name is already used",
}


@pytest.mark.parametrize("write", BAD, ids=lambda write: write.__name__)
def test_bad_files(write, tmp_path):
    source, out = tmp_path / "weights.h5", tmp_path / "out.safetensors"
    write(source)
    done = convert(source, out)
    assert done.returncode == 1, done.stdout
    assert BAD[write] in done.stderr
    assert not out.exists()
