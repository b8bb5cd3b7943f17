// Rules by which the page's server answers some requests in another way than with its files. Playwright's routes slow
// down every request of a page, do not see the scripts of a worker's workers, and now and then leave a request of a
// worker unanswered.

import fs from 'node:fs';

/** Of requests that no rule changes. */
const unchanged = 'x-convlab-unchanged';

/** A request that a rule answers by one of these methods; by none: it never is. */
class Route {
  #request;
  #response;
  #url;

  constructor(request, response) {
    this.#request = request;
    this.#response = response;
    this.#url = new URL(request.url, `http://${request.headers.host}`);
  }

  /** The path that is asked for. */
  get path() { return this.#url.pathname; }
  get range() { return this.#request.headers.range ?? ''; }

  /** Ends the connection, after which browsers may ask again by themselves. */
  abort() { this.#response.destroy(); }

  /** @param {{status?: number, headers?: Object<string, string>, body?: string|Uint8Array}} answer */
  fulfill({status = 200, headers = {}, body = ''}) {
    const length = status === 204 ? {} : {'Content-Length': Buffer.byteLength(body)};
    this.#response.writeHead(status, {...headers, ...length}).end(body);
  }

  /** Answers with a whole file. */
  fulfillFile(path) { this.fulfill({headers: {'Content-Type': 'application/octet-stream'}, body: fs.readFileSync(path)}); }

  /** Returns what the server answers without rules to this or another URL. */
  async fetch(url = this.#url) {
    const headers = {[unchanged]: '1', ...(this.range && {range: this.range})};
    const answer = await fetch(new URL(url, this.#url), {headers});
    const {'content-length': _, ...others} = Object.fromEntries(answer.headers);
    return {status: answer.status, headers: others, body: Buffer.from(await answer.arrayBuffer())};
  }

  /** Answers as the server does without rules, to this or another URL. */
  async continue(url = this.#url) { this.fulfill(await this.fetch(url)); }
}

/** The rules of a server; of several that match a path, the latest holds. */
export class Routes {
  #rules = [];

  /** From now on, `answer(route)` answers the requests whose path matches. */
  add(pattern, answer) { this.#rules.unshift({pattern, answer}); }

  /** Answers a request, if there is a rule for it; resolves to whether there is. */
  async answer(request, response) {
    const route = new Route(request, response);
    const rule = request.headers[unchanged] ? null : this.#rules.find(({pattern}) => pattern.test(route.path));
    try {
      await rule?.answer(route);
    } catch (error) {
      console.error(`${route.path}: ${error.stack}`);
      route.abort();
    }
    return Boolean(rule);
  }
}

/** Returns an answer of a rule: `change(answer)` changes the status, headers and body of the server's. */
export const changed = (change) => async (route) => {
  const answer = await route.fetch();
  change(answer);
  route.fulfill(answer);
};
