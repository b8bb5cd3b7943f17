// Where Chromium is, and how it is started without a window.

import {existsSync} from 'node:fs';
import {chromium} from 'playwright-core';

export const flags = ['--disable-quic', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-first-run',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];

function find(...paths) {
  const found = [process.env.CHROMIUM, ...paths].find((path) => path && existsSync(path));
  if (!found) throw new Error('no Chromium: install it, or name it in $CHROMIUM');
  return found;
}

const whole = ['/usr/bin/chromium', '/usr/bin/google-chrome'];

/** The whole browser, which has tabs. Throws Error when there is none. */
export const findChromium = () => find(...whole);

/** Chromium without its own windows, which opens a page in half the time; the whole browser where it is not there. */
export const findHeadlessShell = () => find('/usr/bin/chromium-headless-shell', ...whole);

// A signal ends this process at once, and Chromium with it: closing one that does not answer takes for ever.
export const launch = (args = [], executablePath = findChromium()) => chromium.launch({
  executablePath, args: [...flags, ...args], chromiumSandbox: false,
  handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false});
