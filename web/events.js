// The events and errors of the JavaScript API (convlab.js).

/**
 * An error. `kind` is one of:
 * - 'data': a file could not be fetched or is damaged. `url` is its address and `status` the HTTP
 *   status, if the server answered. Training continues with the data that has arrived; retry()
 *   fetches the rest.
 * - 'command': a command was invalid and had no effect.
 * - 'crash': the engine could not be loaded or has crashed. Create a new Convlab.
 *
 * A failed run (for example with a loss of NaN) causes no event: see snapshot.state and .error.
 * @typedef {{kind: 'data'|'command'|'crash', message: string, url?: string, status?: number}}
 *   ConvlabError
 */

/** Event 'snapshot': the complete visible state of the engine at one moment. */
export class SnapshotEvent extends Event {
  /**
   * @param {import('./protocol.js').Snapshot} snapshot
   * @param {{json: string, block: ArrayBuffer}} encoded
   */
  constructor(snapshot, encoded) {
    super('snapshot');
    this.snapshot = snapshot;
    /** What has changed, as encoded by the engine, for the window module. */
    this.encoded = encoded;
  }
}

/** Event 'notice': something to know that has not failed, such as data that cannot be kept. */
export class NoticeEvent extends Event {
  /** @param {string} message */
  constructor(message) {
    super('notice');
    this.message = message;
  }
}

/** Event 'error'. */
export class ConvlabErrorEvent extends Event {
  /** @param {ConvlabError} error */
  constructor(error) {
    super('error');
    this.error = error;
  }
}

/**
 * The error with which a request rejects. `kind` is 'invalid' (refused, without any effect),
 * 'cancelled', 'failed' (not completed) or 'ended' (the engine has ended).
 */
export class RequestError extends Error {
  /** @param {string} message @param {'invalid'|'cancelled'|'failed'|'ended'} kind */
  constructor(message, kind) {
    super(message);
    this.name = 'RequestError';
    this.kind = kind;
  }
}

/**
 * @typedef {{ready: Event, snapshot: SnapshotEvent, notice: NoticeEvent,
 *   error: ConvlabErrorEvent}} Events
 * @typedef {<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void,
 *   options?: boolean|AddEventListenerOptions) => void} Listen
 */

/** For types only: EventTarget, with the type of each event. */
export const TypedEventTarget = /** @type {{new(): Omit<EventTarget, 'addEventListener'> &
  {addEventListener: Listen}}} */ (/** @type {unknown} */ (EventTarget));
