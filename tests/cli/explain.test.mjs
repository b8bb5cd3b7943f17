// convlab explain: what a saved model or a pretrained network sees in an image.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {greyPng, pngSize} from '../png.mjs';
import {convlab, jsonLines, lines, split, temporaryFolder, writeDataSet} from './helpers.mjs';

const methods = ['gradcam', 'saliency', 'smoothgrad', 'occlusion', 'filters', 'features', 'arithmetic'];

/** Trains a small network with a convolution; returns a folder, its model and an image of class 4. */
function trained(t) {
  const folder = temporaryFolder(t);
  writeDataSet(folder);
  const document = path.join(folder, 'small.json');
  fs.writeFileSync(document, JSON.stringify({input: [28, 28, 1], layers: [
    {kind: 'conv2d', name: 'conv', options: {filters: 6, padding: 'same'}}, {kind: 'relu', name: 'relu'},
    {kind: 'max_pool2d'}, {kind: 'flatten'}, {kind: 'dense', name: 'scores', options: {units: 10}}]}));
  const model = path.join(folder, 'model.safetensors');
  const result = convlab('train', '--model', document, '--epochs', '6', '--data', 'mnist', '--data-dir', folder,
                         '--threads', '1', '--save', model);
  assert.equal(result.status, 0, result.stderr);
  const image = path.join(folder, 'four.png');
  fs.writeFileSync(image, greyPng(28, 28, split(5).images.subarray(16 + 4 * 784, 16 + 5 * 784)));
  return {folder, model, image};
}

test('explain writes the picture of every method, and says what it shows', (t) => {
  const {folder, model, image} = trained(t);
  const [{scores}] = jsonLines(convlab('predict', '--model', model, image, '--json', '-').stdout);
  for (const method of methods) {
    const out = path.join(folder, `${method}.png`);
    const args = ['explain', '--model', model, '--method', method, '--image', image, '--out', out, '--samples', '3'];
    const text = convlab(...args);
    assert.equal(text.status, 0, text.stderr);
    const {width, height} = pngSize(fs.readFileSync(out));
    assert.match(text.stdout, new RegExp(`${out}: ${width} × ${height} pixels\\n$`));
    const [event] = jsonLines(convlab(...args, '--json', '-').stdout);
    assert.equal(event.event, 'explanation');
    assert.equal(event.method, method);
    if (!['gradcam', 'saliency', 'smoothgrad', 'occlusion'].includes(method)) continue;
    assert.match(text.stdout, / for 4 \(\d+\.\d\d %\)/);
    assert.equal(event.class, 4);
    assert.equal(event.values.length, event.shape[0] * event.shape[1]);
    assert.ok(event.is_probability && Math.abs(event.probability - scores[4]) < 1e-5);
    const [third] = jsonLines(convlab(...args, '--class', '3', '--json', '-').stdout);
    assert.equal(third.class, 3);
    // Where the dense weights of a class have no common sign over the places, Grad-CAM is 0 for it.
    if (method !== 'gradcam') assert.notDeepEqual(third.values, event.values);
  }
});

test('explain names layers, filters, feature maps and the numbers of one pixel', (t) => {
  const {folder, model, image} = trained(t);
  const figures = (...args) => jsonLines(convlab('explain', '--model', model, '--json', '-', ...args).stdout)[0];
  const out = path.join(folder, 'out.png');
  assert.equal(figures('--image', image, '--out', out).layer, 'relu');
  assert.equal(figures('--method', 'filters', '--out', out).weights.length, 6 * 9);
  const features = figures('--method', 'features', '--image', image, '--out', out, '--layer', 'conv');
  assert.deepEqual(features.shape, [28, 28, 6]);
  assert.equal(features.maps.length, 6);
  const place = ['--method', 'arithmetic', '--image', image, '--row', '20', '--column', '22', '--channel', '2'];
  const pixel = figures(...place);
  assert.deepEqual([pixel.layer, pixel.top, pixel.left, pixel.pad_top, pixel.pad_left], ['conv', 20, 22, 1, 1]);
  const sum = pixel.products.reduce((a, b) => a + b, pixel.bias);
  assert.ok(Math.abs(sum - pixel.sum) < 1e-9 && Math.abs(sum - pixel.output) < 1e-5);
  pixel.products.forEach((product, i) => assert.ok(Math.abs(product - pixel.patch[i] * pixel.kernel[i]) < 1e-9));
  const table = convlab('explain', '--model', model, ...place).stdout;
  assert.match(table, /window of 3 × 3 × 1 from row 19, column 21/);
  assert.match(table, /^ *patch .*× kernel .*= products/m);
  assert.match(table, /sum \S+ = products \S+ \+ bias \S+; the network computed \S+\n$/);
});

test('explain refuses what it cannot explain, and writes nothing', (t) => {
  const {folder, model, image} = trained(t);
  const out = path.join(folder, 'out.png');
  const refused = (pattern, ...args) => {
    const result = convlab('explain', ...args);
    assert.equal(result.status, 1, result.stdout);
    assert.match(lines(result.stderr)[0], pattern);
    assert.equal(fs.existsSync(out), false);
  };
  const given = ['--model', model, '--image', image, '--out', out];
  refused(/unknown method 'grad-cam' \(did you mean 'gradcam'\?\); known are: gradcam, .*, arithmetic/, ...given, '--method', 'grad-cam');
  refused(/--image FILE is required for --method gradcam/, '--model', model, '--out', out);
  refused(/--out FILE is required for --method saliency/, '--model', model, '--image', image, '--method', 'saliency');
  refused(/unknown layer 'cnov' \(did you mean 'conv'\?\)/, ...given, '--layer', 'cnov');
  refused(/layer scores has an output of shape \(10\); expected a height and width, more than one pixel, as that of relu/,
          ...given, '--layer', 'scores');
  refused(/class 10: the network has 10 classes, numbered from 0/, ...given, '--class', '10');
  refused(/unknown class 'cat'; known are: 0, 1, 2/, ...given, '--class', 'cat');
  refused(/row 28 of the output of conv/, ...given, '--method', 'arithmetic', '--row', '28');
  refused(/layer relu is a relu; expected a convolution/, ...given, '--method', 'filters', '--layer', 'relu');
  refused(/patch is 29; expected 1 to 28 pixels/, ...given, '--method', 'occlusion', '--patch', '29');
  refused(/--samples/, ...given, '--method', 'smoothgrad', '--samples', '0');
  const text = path.join(folder, 'text.png');
  fs.writeFileSync(text, 'not an image');
  refused(/text\.png is no PNG, JPEG, BMP or GIF image/, '--model', model, '--image', text, '--out', out);
  refused(/missing\.png: no such file/, '--model', model, '--image', path.join(folder, 'missing.png'), '--out', out);
  refused(/none\.safetensors: no such file/, '--model', path.join(folder, 'none.safetensors'), '--image', image, '--out', out);
  refused(/is not there; expected it or --weights FILE/, '--model', 'googlenet', '--image', image, '--out', out);
  refused(/four\.png would overwrite .*, which --image reads/, '--model', model, '--image', image, '--out', image);
  const nan = path.join(folder, 'nan.safetensors');
  const bytes = fs.readFileSync(model);
  bytes.writeFloatLE(NaN, bytes.length - 4);
  fs.writeFileSync(nan, bytes);
  refused(/not finite|NaN/, '--model', nan, '--image', image, '--out', out);
  const dot = path.join(folder, 'dot.png');
  fs.writeFileSync(dot, greyPng(1, 1, Buffer.from([200])));
  assert.equal(convlab('explain', '--model', model, '--image', dot, '--out', out).status, 0);
});
