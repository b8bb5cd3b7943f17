// The rows of the README's table of results. `goal` is what the mean test accuracy of the last epoch must reach; a new
// recipe is a new command, whose runs are not mixed with those of the old one. `chart` is the name of its line in
// docs/results/imagenette.svg.

/** Classifiers of a pretrained network's features; `goal` and `chart` are those of the article's. */
function transferRows(backbone, pool, goal, chart) {
  const of = (name, rest) => ({name: `${backbone}-${name}`, data: 'imagenette', features: {backbone, pool}, ...rest});
  const options = '--epochs 10 --batch 64';
  return [
    of('article-head', {model: 'article-head', options, goal, chart}),
    of('linear', {model: 'linear', options}),
    of('knn', {knn: true, options: '--k 10'}),
  ];
}

export const rows = [
  {name: 'mnist-mlp', model: 'mnist-mlp', data: 'mnist', options: '--epochs 5', goal: 0.97},
  {name: 'mnist-cnn', model: 'mnist-cnn', data: 'mnist', options: '--epochs 5', goal: 0.98},
  {name: 'mnist-convnet', model: 'simple-convnet', data: 'mnist', options: '--epochs 12', goal: 0.989},
  {name: 'fashion-convnet', model: 'simple-convnet', data: 'fashion-mnist', options: '--epochs 5 --batch 32', goal: 0.885},
  {name: 'cifar-simple', model: 'cifar-simple', data: 'cifar-10', options: '--epochs 10 --schedule cosine', goal: 0.6},
  {name: 'cifar-cnn', model: 'cifar-cnn', data: 'cifar-10', options: '--epochs 15 --schedule cosine', goal: 0.79},
  {name: 'cifar-cnn-augmented', model: 'cifar-cnn', data: 'cifar-10',
    options: '--epochs 15 --schedule cosine --augment flip,shift=0.1'},
  {name: 'cifar-resnet', model: 'resnet9-narrow', data: 'cifar-10',
    options: '--epochs 14 --optimizer sgd --optimizer-options momentum=0.9,nesterov=true,weight_decay=0.0005 ' +
      '--lr 0.1 --schedule one_cycle --augment flip,shift=0.125', goal: 0.88},
  {name: 'imagenette-cnn', model: 'imagenette-cnn', data: 'imagenette', chart: 'from scratch',
    options: '--image-size 96 --epochs 40 --batch 64 --schedule one_cycle --lr 0.003 --cache-images auto'},
  {name: 'imagenette-cnn-augmented', model: 'imagenette-cnn', data: 'imagenette',
    options: '--image-size 96 --epochs 40 --batch 64 --schedule one_cycle --lr 0.003 ' +
      '--augment flip,resized_crop=0.35', goal: 0.65},
  {name: 'imagenette-article', model: 'imagenette-article', data: 'imagenette', options: '--epochs 10 --batch 32',
    goal: 0.4},
  ...transferRows('squeezenet1.1', 'avg', 0.93, 'on SqueezeNet features'),
  ...transferRows('googlenet', 'avg', 0.97),
  ...transferRows('vgg16', 'none', 0.95, 'on VGG16 features'),
];
