// The area of the page for images of the user's own: files, folders and archives that are chosen,
// dropped anywhere on the page, or pasted, and the data sets made of them.

import {ClassCards} from './class_cards.js';
import {Downloads} from './downloads.js';
import {make, makeButton} from './elements.js';
import {formatBytes, formatCount, timeLeft} from './format.js';
import {nameFor, sizeText, transferredFiles} from './given_files.js';

const stages = {inflate: 'Inflating', store: 'Keeping', check: 'Checking'};

const counted = (count, one, many) => `${formatCount(count)} ${count === 1 ? one : many}`;

/** Returns one line about a data set: "photos: 240 training and 60 test images in 3 classes". */
export function describe({name, train, test, classes, kept, why, bytes}) {
  const place = kept ? `kept in this browser (${formatBytes(bytes)})`
    : `not kept for the next visit: ${why}`;
  return `${name}: ${formatCount(train)} training and ${counted(test, 'test image', 'test images')
  } in ${counted(classes, 'class', 'classes')}; ${place}`;
}

export class OwnData {
  #root;
  #engine;
  #changed;
  #choose;
  /** @type {import('./own_sets.js').OwnDescription[]} */
  #list = [];
  /** The data set of the tables whose files are being chosen. @type {string|null} */
  #wanted = null;
  /** @type {AbortController|null} */
  #abort = null;
  #hasAskedToPersist = false;
  #details = make('details');
  #kept = make('span', {className: 'quiet'});
  /** Whether the browser may delete what is kept. */
  #promise = make('p', {className: 'about'});
  #say = make('p', {className: 'about'});
  #error = make('p', {className: 'about bad'});
  #status = make('p', {className: 'for-readers'});
  #progress = make('div', {className: 'own-progress', hidden: true});
  #bar = make('progress', {max: 1, value: 0});
  #sets = make('ul', {className: 'own-sets'});
  #overlay = make('div', {className: 'drop', hidden: true});
  #question = make('div', {className: 'notice', hidden: true});
  #absent = make('div', {className: 'notice', hidden: true});
  #downloads;
  #files = make('input', {type: 'file', multiple: true, hidden: true});
  #folder = make('input', {type: 'file', webkitdirectory: true, hidden: true});

  /**
   * @param {HTMLElement} root  in which the area is built
   * @param {() => any} engine  returns the Convlab
   * @param {{changed: (list: object[]) => void, choose: (name: string) => void}} act
   *   called with all data sets when they change, and with the name of one that was added
   */
  constructor(root, engine, {changed, choose}) {
    this.#root = root;
    this.#engine = engine;
    this.#changed = changed;
    this.#choose = choose;
    this.#downloads = new Downloads(engine);
    this.#build();
    this.#listen();
  }

  /** Shows what is kept, when the engine is ready. */
  async refresh() {
    try {
      this.#list = await this.#engine().listData();
    } catch (error) {
      if (error.kind !== 'ended') this.#fail(error.message);
      return;
    }
    this.#sets.replaceChildren(...this.#list.map((data) => this.#makeItem(data)));
    this.#kept.textContent = this.#list.length > 0 ? ` (${this.#list.length})` : '';
    this.#showPromise();
    this.#changed(this.#list);
  }

  /**
   * Tells how to get the files of a data set of the tables that is not here, and offers to choose
   * them; null: no longer.
   * @param {any} item  of controls.data_sets
   */
  offer(item) {
    this.#wanted = null;
    this.#absent.hidden = !item;
    if (!item) return;
    this.#open();
    const size = item.download_bytes > 0 ? `, ${formatBytes(item.download_bytes)}` : '';
    const place = item.urls.length > 0 ? `Published at ${item.urls.join(' ')}${size}`
      : `To get it: ${item.get}`;
    const ask = (input) => () => {
      this.#wanted = item.name;
      input.click();
    };
    this.#absent.replaceChildren(
      make('p', {textContent: `${item.title} is not here. ${item.source}. Licence: ${
        item.licence}. ${place}. If you have its files, choose them:`}),
      make('div', {className: 'buttons'},
        makeButton(`Choose the files of ${item.title}…`, ask(this.#files)),
        makeButton('Choose their folder…', ask(this.#folder))));
  }

  /**
   * Returns what a request waits with that may have to compare a kept data set with its checksums
   * first: shows its progress and a button that cancels it, until `done` is called.
   * @param {string} name
   */
  waitFor(name) {
    const abort = new AbortController();
    const start = performance.now();
    const onProgress = ({progress}) => {
      if (this.#abort !== null && this.#abort !== abort) return;  // other files are being added
      this.#open();
      this.#abort = abort;
      this.#progress.hidden = false;
      this.#bar.value = progress;
      this.#say.textContent = `${stages.check} ${name}: ${Math.floor(100 * progress)} %${
        timeLeft(start, progress, 1)}`;
    };
    const done = () => {
      if (this.#abort !== abort) return;
      this.#abort = null;
      this.#progress.hidden = true;
      this.#say.textContent = this.#hint;
    };
    return {signal: abort.signal, onProgress, done};
  }

  #open() { this.#details.open = true; }

  #hint = 'Images in a folder for each class, or MNIST\'s or CIFAR\'s files, also as .zip, .tar or ' +
    '.tar.gz; or a file of convlab features. You can drop or paste them anywhere on this page. ' +
    'They stay on your machine.';

  #build() {
    const files = this.#files;
    const folder = this.#folder;
    files.setAttribute('aria-label', 'Files of your own');
    folder.setAttribute('aria-label', 'Folder of your own');
    for (const input of [files, folder]) {
      input.addEventListener('change', () => {
        const given = Array.from(input.files ?? [], (file) =>
          ({path: file.webkitRelativePath || file.name, file}));
        input.value = '';
        this.#add(given, this.#wanted);
      });
      input.addEventListener('cancel', () => { this.#wanted = null; });
    }
    const title = make('summary', {id: 'own-data-title'}, 'Your own images', this.#kept);
    const buttons = make('div', {className: 'buttons'},
      makeButton('Choose files…', () => files.click()));
    // Phones have no folders to choose.
    if ('webkitdirectory' in HTMLInputElement.prototype) {
      buttons.append(makeButton('Choose a folder…', () => folder.click()));
    }
    this.#bar.setAttribute('aria-label', 'Progress of adding data');
    this.#progress.append(this.#bar, makeButton('Cancel', () => this.#abort?.abort()));
    this.#say.textContent = this.#hint;
    this.#error.setAttribute('role', 'alert');
    this.#status.setAttribute('role', 'status');
    this.#sets.setAttribute('aria-label', 'Your data sets');
    this.#overlay.append(make('p', {textContent: 'Drop files, folders or an archive to train on'}));
    const content = make('div', {className: 'own-content'}, this.#absent, buttons, files, folder,
      this.#say, this.#progress, this.#error, this.#sets, this.#promise, this.#question,
      new ClassCards((given) => this.#add(given)).root, this.#downloads.root);
    this.#details.append(title, content);
    this.#details.addEventListener('toggle', () => this.#details.open && this.#downloads.refresh());
    this.#root.append(this.#details, this.#status);
    document.body.append(this.#overlay);
  }

  #listen() {
    const hasFiles = (event) => event.dataTransfer?.types.includes('Files');
    document.addEventListener('dragover', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#open();
      this.#overlay.hidden = false;
    });
    document.addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) this.#overlay.hidden = true;
    });
    document.addEventListener('drop', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#overlay.hidden = true;
      this.#addTransfer(event.dataTransfer);
    });
    document.addEventListener('paste', (event) => {
      if (event.clipboardData?.types.includes('Files')) this.#addTransfer(event.clipboardData);
    });
  }

  async #addTransfer(transfer) {
    try {
      await this.#add(await transferredFiles(transfer));
    } catch (error) {
      this.#fail(`The files cannot be read: ${error.message}`);
    }
  }

  /** Adds files under the name of a data set of the tables, or else a name made from theirs. */
  async #add(given, /** @type {string|null} */ wanted = null) {
    this.#wanted = null;
    if (this.#abort !== null) {
      this.#fail('Other files are being added; wait until they are here, or cancel that.');
      return;
    }
    this.#error.textContent = '';
    this.#open();
    if (given.length === 0) {
      this.#fail('There are no files in it.');
      return;
    }
    const name = wanted ?? nameFor(given, this.#taken());
    this.#abort = new AbortController();
    this.#say.textContent = `Reading ${name}: ${sizeText(given)}`;
    this.#status.textContent = `Reading ${name}`;
    this.#bar.removeAttribute('value');
    this.#progress.hidden = false;
    try {
      const data = await this.#engine().addData(given,
        {name, signal: this.#abort.signal, onProgress: this.#makeProgress(name)});
      await this.refresh();
      this.#say.textContent = this.#hint;
      this.#status.textContent = describe(data);
      if (data.kept) this.#persist();
      this.#choose(name);
    } catch (error) {
      this.#say.textContent = this.#hint;
      if (error.kind === 'cancelled') this.#status.textContent = 'Cancelled';
      else if (error.kind !== 'ended') this.#fail(error.message);
    } finally {
      this.#progress.hidden = true;
      this.#abort = null;
    }
  }

  /** The names that a new data set cannot have: also those of the tables, which mean these. */
  #taken() {
    const known = this.#engine().controls?.data_sets ?? [];
    return new Set([...this.#list, ...known].map(({name}) => name));
  }

  #makeProgress(name) {
    const start = performance.now();
    return ({stage, done, total}) => {
      this.#bar.value = total > 0 ? done / total : 0;
      this.#say.textContent = `${stages[stage]} ${name}: ${formatBytes(done)} of ${
        formatBytes(total)}${timeLeft(start, done, total)}`;
    };
  }

  /** Asks the browser once not to delete what is kept when it needs room. */
  #persist() {
    if (this.#hasAskedToPersist) return;
    this.#hasAskedToPersist = true;
    // Some browsers ask the user, so nothing waits for it.
    navigator.storage?.persist?.().then(() => this.#showPromise(), () => {});
  }

  /** Says whether the browser may delete what is kept. */
  async #showPromise() {
    const isKept = this.#list.some(({kept}) => kept);
    const isSafe = isKept && await navigator.storage?.persisted?.().catch(() => false);
    if (!isKept) this.#promise.textContent = '';
    else if (isSafe) this.#promise.textContent = 'Kept until you delete it.';
    else this.#promise.textContent = 'The browser may delete what is kept when space runs short.';
  }

  #makeItem(data) {
    const use = makeButton('Use', () => this.#choose(data.name));
    const remove = makeButton('Delete', () => this.#ask(data.name, remove));
    use.setAttribute('aria-label', `Use ${data.name}`);
    remove.setAttribute('aria-label', `Delete ${data.name}`);
    return make('li', {}, make('p', {textContent: describe(data)}),
      make('div', {className: 'buttons'}, use, remove));
  }

  #ask(name, button) {
    const close = () => {
      this.#question.hidden = true;
      this.#question.replaceChildren();
    };
    const no = makeButton('Keep it', () => {
      close();
      button.focus();
    });
    const yes = makeButton('Delete it', async () => {
      close();
      await this.#remove(name);
    });
    yes.className = 'primary';
    this.#question.replaceChildren(
      make('p', {textContent: `Delete ${name} from this browser? Your own files stay.`}),
      make('div', {className: 'buttons'}, yes, no));
    this.#question.hidden = false;
    yes.focus();
  }

  async #remove(name) {
    try {
      const {is_deleted: isDeleted} = await this.#engine().removeData(name);
      const text = isDeleted ? `${name} is deleted`
        : `${name} is deleted; its space is freed when no run and no other tab reads it any more`;
      this.#status.textContent = text;
      this.#say.textContent = isDeleted ? this.#hint : `${text}.`;
    } catch (error) {
      this.#fail(error.message);
    }
    await this.refresh();
    /** @type {HTMLElement|null} */ (this.#root.querySelector('summary'))?.focus();
  }

  #fail(text) {
    this.#error.textContent = text;
    this.#open();
  }
}
