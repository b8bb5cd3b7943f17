// A list of tabs, operated as the ARIA Authoring Practices describe: one of them can be reached with
// Tab, the arrow keys move between them.

/** @returns {any} the element that index.html has for it */
const panelOf = (tab) => document.getElementById(tab.getAttribute('aria-controls'));

export class Tabs {
  /** @type {HTMLElement[]} */
  #tabs;
  #chosen;

  /**
   * @param {HTMLElement} root  with role tablist; its tabs name their panels with aria-controls
   * @param {(panel: HTMLElement) => void} [shown]  called after a panel was shown
   */
  constructor(root, shown = () => {}) {
    this.#tabs = /** @type {HTMLElement[]} */ ([...root.querySelectorAll('[role="tab"]')]);
    this.#chosen = shown;
    for (const tab of this.#tabs) tab.addEventListener('click', () => this.choose(tab));
    root.addEventListener('keydown', (event) => this.#move(event));
    this.choose(this.#tabs[0]);
  }

  choose(chosen) {
    for (const tab of this.#tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      panelOf(tab).hidden = !isChosen;
    }
    this.#chosen(panelOf(chosen));
  }

  #move(event) {
    const here = this.#tabs.indexOf(event.target);
    const count = this.#tabs.length;
    const next = {ArrowRight: here + 1, ArrowLeft: here - 1 + count, Home: 0, End: count - 1}[event.key];
    if (here < 0 || next === undefined) return;
    event.preventDefault();
    const tab = this.#tabs[next % count];
    this.choose(tab);
    tab.focus();
  }
}
