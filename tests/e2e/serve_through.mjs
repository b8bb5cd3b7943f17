// Servers in front of that of the page, which answer some requests in another way. Playwright's routes slow down every
// request of a page, do not see the scripts of a worker's workers, and now and then leave a request of a worker
// unanswered.

import fs from 'node:fs';
import {createServer} from 'node:http';
import {serve} from './browser.mjs';

/** A request of the page that a rule answers by one of these methods; by none: it never is. */
class Route {
  #request;
  #response;
  #url;

  constructor(request, response, whole) {
    this.#request = request;
    this.#response = response;
    this.#url = new URL(request.url, whole);
  }

  /** The path that is asked for, and its query. */
  get path() { return this.#request.url; }
  get range() { return this.#request.headers.range ?? ''; }

  /** Ends the connection. */
  abort() { this.#response.destroy(); }

  /** @param {{status?: number, headers?: Object<string, string>, body?: string|Uint8Array}} answer */
  fulfill({status = 200, headers = {}, body = ''}) { this.#response.writeHead(status, headers).end(body); }

  /** Answers with a file, in parts where they are asked for. */
  fulfillFile(path) { this.fulfill({headers: {'Content-Type': 'application/octet-stream'}, body: fs.readFileSync(path)}); }

  /** Returns the answer of the page's server, or of another URL. */
  async fetch(url = this.#url) {
    const answer = await fetch(new URL(url, this.#url), {headers: this.range ? {range: this.range} : {}});
    const {'content-length': _, ...headers} = Object.fromEntries(answer.headers);
    return {status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer())};
  }

  /** Answers as the page's server does, or another URL. */
  async continue(url = this.#url) { this.fulfill(await this.fetch(url)); }
}

/**
 * Starts a server with `route(pattern, answer)`: from then on `answer(route)` answers the requests whose path matches; of
 * several rules the latest. All others are answered by the page's server.
 */
export async function serveRoutes(options) {
  const whole = await serve(options);
  const rules = [];
  const server = createServer(async (request, response) => {
    const route = new Route(request, response, whole.url);
    const {answer} = rules.find(({pattern}) => pattern.test(route.path)) ?? {answer: () => route.continue()};
    try {
      await answer(route);
    } catch {
      route.abort();
    }
  });
  await new Promise((resolve) => { server.listen(0, 'localhost', () => resolve(undefined)); });
  const {port} = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${port}/`,
    route: (pattern, answer) => rules.unshift({pattern, answer}),
    async close() {
      server.close();
      server.closeAllConnections();
      await whole.close();
    },
  };
}
