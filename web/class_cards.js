// Classes of the user's own: a card for each, with a name and pictures from files or the camera, of
// which a data set is made.

import {Camera, toJpeg} from './camera.js';
import {make, makeButton} from './elements.js';
import {formatCount} from './format.js';

/** Milliseconds between two pictures while a button is held. */
const pictureMilliseconds = 100;
const thumbnailSide = 40;
/** The newest are shown. */
const maxThumbnails = 12;

const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** @typedef {{blob: Blob, ending: string}} Picture */

/**
 * Returns a file as a picture that the engine reads: PNG or JPEG. Throws Error for what is no image.
 * @param {File} file @returns {Promise<Picture>}
 */
async function readPicture(file) {
  if (file.type === 'image/png') return {blob: file, ending: 'png'};
  if (file.type === 'image/jpeg') return {blob: file, ending: 'jpg'};
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(`${file.name} is no image that this browser can read.`);
  }
  return {blob: await toJpeg(bitmap, bitmap.width, bitmap.height), ending: 'jpg'};
}

/** A class: its name and pictures. */
class Card {
  #openCamera;
  #changed;
  /** @type {Picture[]} */
  #pictures = [];
  /** What is held down now. @type {object|null} */
  #hold = null;
  #name;
  #count = make('span', {className: 'quiet'});
  #thumbnails = make('ul', {className: 'thumbnails'});
  #files = make('input', {type: 'file', multiple: true, accept: 'image/*', hidden: true});
  root;

  /**
   * @param {string} name
   * @param {{openCamera: () => Promise<Camera|null>, changed: (text: string) => void,
   *   remove: (card: Card) => void}} act  openCamera: null if it cannot be used; changed: with what
   *   is wrong, if something is
   */
  constructor(name, {openCamera, changed, remove}) {
    this.#openCamera = openCamera;
    this.#changed = changed;
    this.#name = make('input', {type: 'text', value: name, maxLength: 60});
    this.#name.setAttribute('aria-label', 'Name of the class');
    this.#name.addEventListener('input', () => changed(''));
    this.#files.setAttribute('aria-label', `Pictures of ${name}`);
    this.#files.addEventListener('change', () => this.#addFiles());
    const buttons = make('div', {className: 'buttons'},
      makeButton('Add pictures…', () => this.#files.click()));
    if (Camera.isAvailable) buttons.append(this.#makeRecorder());
    buttons.append(makeButton('Delete the class', () => remove(this)));
    this.root = make('li', {className: 'class-card'},
      make('div', {className: 'class-name'}, this.#name, this.#count), buttons, this.#files,
      this.#thumbnails);
    this.#show();
  }

  get name() { return this.#name.value.trim(); }
  get pictures() { return this.#pictures; }
  focus() { this.#name.select(); }

  /** Returns a button that takes pictures as long as it is held, also by the keyboard. */
  #makeRecorder() {
    const button = make('button', {type: 'button', textContent: 'Hold to record'});
    const isPress = ({key, repeat}) => !repeat && (key === ' ' || key === 'Enter');
    const record = () => this.#record().catch((error) => this.#changed(error.message));
    button.addEventListener('pointerdown', record);
    button.addEventListener('contextmenu', (event) => event.preventDefault());  // of a long touch
    button.addEventListener('keydown', (event) => { if (isPress(event)) record(); });
    for (const end of ['pointerup', 'pointerleave', 'pointercancel', 'keyup', 'blur']) {
      button.addEventListener(end, () => { this.#hold = null; });
    }
    return button;
  }

  async #record() {
    const hold = this.#hold = {};
    const camera = await this.#openCamera();
    if (camera === null) return;
    do {
      this.#add({blob: await camera.take(), ending: 'jpg'});
      await sleep(pictureMilliseconds);
    } while (this.#hold === hold && camera.isOpen);
  }

  async #addFiles() {
    const files = Array.from(this.#files.files ?? []);
    this.#files.value = '';
    for (const file of files) {
      try {
        this.#add(await readPicture(file));
      } catch (error) {
        this.#changed(error.message);
      }
    }
  }

  /** @param {Picture} picture */
  #add(picture) {
    this.#pictures.push(picture);
    this.#show();
    this.#changed('');
  }

  #show() {
    const count = this.#pictures.length;
    this.#count.textContent = `${formatCount(count)} ${count === 1 ? 'picture' : 'pictures'}`;
    const newest = this.#pictures.slice(-maxThumbnails).reverse();
    this.#thumbnails.replaceChildren(...newest.map((picture) => this.#makeThumbnail(picture)));
  }

  /** @param {Picture} picture */
  #makeThumbnail(picture) {
    const canvas = make('canvas', {width: thumbnailSide, height: thumbnailSide});
    createImageBitmap(picture.blob, {resizeWidth: thumbnailSide, resizeHeight: thumbnailSide})
      .then((bitmap) => canvas.getContext('2d').drawImage(bitmap, 0, 0), () => {});  // training says why
    const button = make('button', {type: 'button', title: 'Delete this picture'}, canvas);
    button.setAttribute('aria-label', `Delete a picture of ${this.name}`);
    button.addEventListener('click', () => {
      this.#pictures = this.#pictures.filter((one) => one !== picture);
      this.#show();
      this.#changed('');
    });
    return make('li', {}, button);
  }
}

/** Fewer cannot be divided into training and test images. */
const minPictures = 5;

/** Says what is missing before classes can be used; empty if nothing is. @param {Card[]} cards */
function missing(cards) {
  const names = cards.map(({name}) => name);
  const isWrong = (name) => name === '' || /[/\\\p{C}]|^\.+$/u.test(name);
  if (cards.length < 2) return 'Two classes are needed.';
  if (names.some(isWrong)) return 'Each class needs a name, without slashes.';
  if (new Set(names).size < names.length) return 'Two classes have the same name.';
  const few = cards.find(({pictures}) => pictures.length < minPictures);
  return few ? `${few.name} needs at least ${minPictures} pictures.` : '';
}

export class ClassCards {
  #use;
  /** @type {Card[]} */
  #cards = [];
  #made = 0;
  #list = make('ul', {className: 'class-cards'});
  #video = make('video', {className: 'camera', hidden: true});
  #camera = new Camera(this.#video);
  #isFront = true;
  #turn = makeButton('Other camera', () => this.#openCamera(!this.#isFront));
  #say = make('p', {className: 'about'});
  #error = make('p', {className: 'about bad'});
  #train = makeButton('Use these classes', () => this.#finish());
  root = make('details');

  /** @param {(files: {path: string, file: Blob}[]) => void} use  called with the files of a data set */
  constructor(use) {
    this.#use = use;
    this.#list.setAttribute('aria-label', 'Classes');
    this.#video.setAttribute('aria-label', 'What the camera sees');
    this.#error.setAttribute('role', 'alert');
    this.#turn.hidden = true;
    this.#train.className = 'primary';
    this.#train.disabled = true;  // until there are pictures
    this.root.append(make('summary', {textContent: 'Make classes of pictures'}),
      make('div', {className: 'class-content'}, this.#list,
        make('div', {className: 'buttons'}, makeButton('Add a class', () => this.#addCard().focus()),
          this.#turn), this.#video, this.#say, this.#error,
        make('div', {className: 'buttons'}, this.#train)));
    this.root.addEventListener('toggle', () => {
      if (this.root.open) this.#start();
      else this.#closeCamera();
    });
  }

  #start() {
    while (this.#cards.length < 2) this.#addCard();
    this.#changed('');
  }

  #addCard() {
    this.#made += 1;
    const card = new Card(`class ${this.#made}`, {
      openCamera: () => this.#openCamera(),
      changed: (text) => this.#changed(text),
      remove: (one) => this.#remove(one),
    });
    this.#cards.push(card);
    this.#list.append(card.root);
    this.#changed('');
    return card;
  }

  /** @param {Card} card */
  #remove(card) {
    this.#cards = this.#cards.filter((one) => one !== card);
    card.root.remove();
    this.#changed('');
    (this.#cards.at(-1) ?? this.#addCard()).focus();
  }

  /** @param {string} error */
  #changed(error) {
    this.#error.textContent = error;
    const text = missing(this.#cards);
    this.#say.textContent = text || 'These pictures stay on your machine.';
    this.#train.disabled = text !== '';
  }

  /**
   * Opens the camera, unless it is open; returns null if it was closed meanwhile or, and says why, if
   * it cannot be used.
   */
  async #openCamera(isFront = this.#isFront) {
    if (this.#camera.isOpen && isFront === this.#isFront) return this.#camera;
    this.#isFront = isFront;
    this.#video.hidden = false;
    try {
      await this.#camera.open(isFront);
    } catch (error) {
      this.#closeCamera();
      this.#changed(error.message);
      return null;
    }
    if (!this.#camera.isOpen) return null;
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.#turn.hidden = devices.filter(({kind}) => kind === 'videoinput').length < 2;
    return this.#camera;
  }

  #closeCamera() {
    this.#camera.close();
    this.#video.hidden = true;
    this.#turn.hidden = true;
  }

  #finish() {
    this.#closeCamera();
    this.#use(this.#cards.flatMap(({name, pictures}) => pictures.map(({blob, ending}, i) =>
      ({path: `my classes/${name}/${i + 1}.${ending}`, file: blob}))));
  }
}
