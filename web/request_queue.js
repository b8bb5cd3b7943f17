// The requests for the engine, in their order. One that needs a kept data set of the user's own waits
// until that is open, and later ones wait with it. All that wait can be cancelled.

import {encodeDone, encodeRefusal} from './protocol.js';

/** The requests that can open a data set. */
const opening = ['configure', 'describe_data', 'find_learning_rate', 'load_model'];

/** Returns the fields of a request; none if it is invalid, which the engine says. */
function fieldsOf({json}) {
  try {
    return JSON.parse(json) ?? {};
  } catch {
    return {};
  }
}

/** @typedef {{id: number, json: string, block: ArrayBuffer}} Message */

export class RequestQueue {
  #use;
  /** Those that wait; null if none needs to. @type {Message[]|null} */
  #waiting = null;
  /** The one for which a data set is being opened, and how to end that. */
  #opener = {id: 0, abort: new AbortController()};

  /**
   * @param {object} use
   * @param {(message: Message) => void} use.send  passes a request to the engine
   * @param {(reply: {json: string, block: ArrayBuffer}) => void} use.reply
   * @param {(message: Message) => string} use.closedData  the name of the data set to open before;
   *   empty if there is none
   * @param {(id: number, name: string, signal: AbortSignal) => Promise<unknown>} use.open
   * @param {(text: string) => void} use.notice
   * @param {() => void} use.resume  called when no request waits any more: the engine may work
   * @param {(error: Error) => void} use.crash
   */
  constructor(use) { this.#use = use; }

  /** Whether requests wait for a data set. */
  get isWaiting() { return this.#waiting !== null; }

  /** @param {Message} message */
  receive(message) {
    const {request, target} = fieldsOf(message);
    if (this.#waiting === null) {
      const name = opening.includes(request) ? this.#use.closedData(message) : '';
      if (name === '') this.#use.send(message);
      else this.#open(message, name, request).catch(this.#use.crash);
    } else if (request === 'cancel') {
      this.#cancel(message, target);
    } else {
      this.#waiting.push(message);
    }
  }

  #cancel(message, target) {
    const waiting = /** @type {Message[]} */ (this.#waiting);
    const at = waiting.findIndex(({id}) => id === target);
    if (target === this.#opener.id) {
      this.#opener.abort.abort();
    } else if (at >= 0) {
      waiting.splice(at, 1);
      this.#use.reply(encodeRefusal(target, 'cancelled', 'cancelled'));
    } else {
      this.#use.send(message);
      return;
    }
    this.#use.reply(encodeDone(message.id));
  }

  async #open(message, name, request) {
    const {id} = message;
    const abort = new AbortController();
    this.#waiting = [];
    this.#opener = {id, abort};
    try {
      await this.#use.open(id, name, abort.signal);
      this.#use.send(message);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      if (abort.signal.aborted) {
        this.#use.reply(encodeRefusal(id, 'cancelled', 'cancelled'));
      } else if (request === 'load_model') {
        this.#use.notice(error.message);
        this.#use.send(message);  // a model can predict without its data
      } else {
        this.#use.reply(encodeRefusal(id, error?.message || String(error)));
      }
    } finally {
      const next = this.#waiting;
      this.#waiting = null;
      for (const held of next) this.receive(held);
      this.#use.resume();
    }
  }
}
