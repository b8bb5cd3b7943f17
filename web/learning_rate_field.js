// The field of the learning rate with its buttons: checks what is typed and steps through usual rates.

import {formatRate} from './format.js';

/** @returns {any} an element of the kind that index.html has */
const byId = (id) => document.getElementById(id);

/** Returns the next lower or higher rate of the series …, 0.001, 0.002, 0.005, 0.01, … */
function nearbyRate(rate, isHigher) {
  const exponent = Math.floor(Math.log10(rate) + 1e-9);
  const digit = rate / 10 ** exponent;
  const next = isHigher ? [2, 5].find((other) => other > digit * 1.0001) ?? 10
    : [5, 2, 1].find((other) => other < digit * 0.9999) ?? 0.5;
  return Number((next * 10 ** exponent).toPrecision(3));
}

export class LearningRateField {
  #field = byId('learning-rate');
  #about = byId('learning-rate-about');
  #changed;
  #min = 0;
  #max = Infinity;

  /** @param {() => void} changed  called when the user has changed the rate, to a valid one or not */
  constructor(changed) {
    this.#changed = changed;
    this.#field.addEventListener('change', changed);
    this.#field.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
      event.preventDefault();
      this.#move(event.key === 'ArrowUp');
    });
    byId('slower').addEventListener('click', () => this.#move(false));
    byId('faster').addEventListener('click', () => this.#move(true));
  }

  /** Sets the range of valid rates. */
  setRange(min, max) {
    this.#min = min;
    this.#max = max;
  }

  /** Shows a rate. */
  show(rate) {
    this.#field.value = formatRate(rate);
    this.check();
  }

  /** Returns the rate in the field; if invalid, shows the valid range and returns null. */
  check() {
    const rate = Number(this.#field.value.trim().replace(',', '.') || NaN);
    const isGood = rate >= this.#min && rate <= this.#max;
    this.#field.setAttribute('aria-invalid', String(!isGood));
    this.#about.classList.toggle('bad', !isGood);
    this.#about.textContent = isGood ? 'Adjustable during training'
      : `A number from ${formatRate(this.#min)} to ${formatRate(this.#max)}`;
    return isGood ? rate : null;
  }

  #move(isHigher) {
    const rate = this.check();
    if (rate === null) return;
    this.show(Math.min(Math.max(nearbyRate(rate, isHigher), this.#min), this.#max));
    this.#changed();
  }
}
