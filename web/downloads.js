// What is kept of downloads in this browser: how much it is, and a button that deletes it.

import {make, makeButton} from './elements.js';
import {formatBytes} from './format.js';

export class Downloads {
  #engine;
  #about = make('p', {className: 'about'});
  #kept = make('div', {hidden: true}, this.#about,
    make('div', {className: 'buttons'}, makeButton('Delete downloads', () => this.#delete())));
  #status = make('p', {className: 'about'});
  root = make('div', {className: 'own-downloads'}, this.#kept, this.#status);

  /** @param {() => any} engine  returns the Convlab */
  constructor(engine) {
    this.#engine = engine;
    this.#status.setAttribute('role', 'status');
  }

  /** Shows what is kept now. */
  refresh() { return this.#show(() => this.#engine().listDownloads(), ''); }

  async #delete() {
    await this.#show(() => this.#engine().deleteDownloads(), 'The downloads are deleted.');
    if (!this.#kept.hidden) return;
    // The button that had the focus is hidden.
    /** @type {HTMLElement|null|undefined} */ (this.root.closest('details')?.querySelector('summary'))?.focus();
  }

  async #show(ask, done) {
    try {
      const {titles, bytes} = await ask();
      this.#kept.hidden = titles.length === 0;
      this.#about.textContent = `Downloads kept for the next visit: ${titles.join(', ')} (${formatBytes(bytes)}).`;
      this.#status.textContent = done;
    } catch (error) {
      if (error.kind !== 'ended') this.#status.textContent = error.message;
    }
  }
}
