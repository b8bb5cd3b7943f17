// The requests of a page that have no reply yet: sends them to the engine worker, and settles their
// promises.

import {RequestError} from './events.js';
import {decodeReply, encodeRequest} from './protocol.js';

/**
 * @typedef {import('./convlab.js').Waiting} Waiting
 * @typedef {import('./convlab.js').Adding} Adding
 */

export class OpenRequests {
  #link;
  /** By id. */
  #open = new Map();
  #lastId = 0;

  /** @param {import('./engine_link.js').EngineLink} link */
  constructor(link) { this.#link = link; }

  /**
   * Sends an encoded request {json, block} (protocol.js) with any id, for the window module;
   * resolves to its encoded reply with the same id, also if that is an error or the engine ends.
   */
  sendEncoded({json, block}) {
    const message = JSON.parse(json);
    const ended = () => {
      const {protocol, id} = message;
      const reply = {protocol, id, error: 'The engine has ended.', kind: 'failed'};
      return {json: JSON.stringify(reply), block: new ArrayBuffer(0)};
    };
    if (this.#link.hasEnded) return Promise.resolve(ended());
    const id = ++this.#lastId;
    const withId = (text, other) => JSON.stringify({...JSON.parse(text), id: other});
    return new Promise((resolve) => {
      const receive = (reply) => resolve({...reply, json: withId(reply.json, message.id)});
      this.#open.set(id, {receive, reject: () => resolve(ended())});
      this.#link.post({type: 'request', id, json: withId(json, id), block}, [block]);
    });
  }

  /**
   * Sends a request with the fields that `make` returns; resolves to the fields of its reply.
   * @param {string} name
   * @param {() => object|Promise<object>} [make]
   * @param {Waiting} [waiting]
   * @returns {Promise<any>}
   */
  async send(name, make = () => ({}), {signal, onProgress} = {}) {
    const checkEnd = () => {
      if (this.#link.hasEnded) throw new RequestError('The engine has ended.', 'ended');
    };
    checkEnd();
    const made = make();
    // Awaited only where needed: requests must be posted in the order of the calls.
    const fields = made instanceof Promise ? await made : made;
    checkEnd();
    if (signal?.aborted) throw new RequestError('cancelled', 'cancelled');
    const id = ++this.#lastId;
    const {json, block} = encodeRequest(id, name, fields);
    const cancel = () => this.send('cancel', () => ({target: id})).catch(() => {});
    signal?.addEventListener('abort', cancel);
    return new Promise((resolve, reject) => {
      this.#open.set(id, {resolve, reject, onProgress});
      this.#link.post({type: 'request', id, json, block}, [block]);
    }).finally(() => signal?.removeEventListener('abort', cancel));
  }

  /**
   * Sends a message about the user's own data to the worker; resolves to its result.
   * @param {string} type @param {() => object} [make]
   * @param {{signal?: AbortSignal, onProgress?: Adding['onProgress']}} [waiting]
   * @returns {Promise<any>}
   */
  async sendAboutData(type, make = () => ({}), {signal, onProgress} = {}) {
    if (this.#link.hasEnded) throw new RequestError('The engine has ended.', 'ended');
    if (signal?.aborted) throw new RequestError('cancelled', 'cancelled');
    let fields;
    try {
      fields = make();
    } catch (error) {
      throw new RequestError(`[${type}] ${error.message}.`, 'invalid');
    }
    const id = ++this.#lastId;
    const cancel = () => this.#link.post({type: 'cancel_data', id});
    signal?.addEventListener('abort', cancel);
    return new Promise((resolve, reject) => {
      this.#open.set(id, {resolve, reject, onData: onProgress});
      this.#link.post({type, id, ...fields});
    }).finally(() => signal?.removeEventListener('abort', cancel));
  }

  /** Takes the reply to a request. */
  reply({json, block}) {
    const {id, error, kind, result, ...fields} = decodeReply(json, block);
    const waiting = this.#open.get(id);
    this.#open.delete(id);
    if (waiting?.receive) waiting.receive({json, block});
    else if (error === undefined) waiting?.resolve(fields);
    else waiting?.reject(new RequestError(error, kind ?? 'failed'));
  }

  /** Takes the reply to a message about the user's own data. */
  replyAboutData({id, result, error, isCancelled}) {
    const waiting = this.#open.get(id);
    this.#open.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new RequestError(error, isCancelled ? 'cancelled' : 'failed'));
  }

  /** Takes the progress of a message about the user's own data. */
  progressAboutData({id, stage, done, total}) {
    const waiting = this.#open.get(id);
    waiting?.onData?.({stage, done, total});
    waiting?.onProgress?.({progress: total > 0 ? done / total : 1, seconds_left: -1});
  }

  /** Takes the progress of the request that runs. */
  progress(running) { this.#open.get(running.id)?.onProgress?.(running); }

  /** Rejects all of them: the engine has ended. */
  end() {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const {reject} of open) reject(new RequestError('The engine has ended.', 'ended'));
  }
}
