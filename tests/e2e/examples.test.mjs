// The page of examples/ runs as it stands, beside the built files.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {withPage} from './browser.mjs';

const html = readFileSync(new URL('../../examples/train.html', import.meta.url), 'utf8');

/** Serves the example as train.html, with the headers of the other files; it has no icon. */
async function addExample(page) {
  page.server.route(/\/train\.html/, async (route) => route.fulfill({...await route.fetch('/bench.html'), body: html}));
  page.server.route(/\/favicon\.ico/, (route) => route.fulfill({status: 204}));
}

test('train.html trains a network to 90 %', () =>
  withPage({query: 'train.html', prepare: addExample, allImages: true}, async ({page, problems}) => {
    const log = page.locator('#log');
    await log.filter({hasText: '\n'}).waitFor({timeout: 120_000});
    const text = await log.innerText();
    assert.match(text, /^test accuracy 9[\d.]+ % on 10000 images\n$/);
    assert.deepEqual(problems, []);
  }));
