#!/usr/bin/env node
// Reads what a test runner wrote and prints "PASSED FAILED SKIPPED", then one line "failed NAME: ERROR" for each failed
// and "skipped NAME: REASON" for each skipped test.
//   scripts/lib/counts.mjs catch2|tap|pytest FILE...
// A file that ends early (the program died) counts as one failure more.

import {readFileSync} from 'node:fs';

const unescape = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&');

/** Catch2's XML reporter: whole test cases, as its own summary counts them. */
function readCatch2(text) {
  const skips = [];
  const failures = [];
  for (const [, name, body] of text.matchAll(/<TestCase name="([^"]*)"[^>]*>([\s\S]*?)<\/TestCase>/g)) {
    const skip = body.match(/<Skip [^>]*>([\s\S]*?)<\/Skip>/);
    if (skip) skips.push(`${unescape(name)}: ${unescape(skip[1]).trim()}`);
    if (body.includes('<OverallResult success="false"')) failures.push(unescape(name));
  }
  const summary = text.match(/<OverallResultsCases successes="(\d+)" failures="(\d+)" expectedFailures="(\d+)" skips="(\d+)"/);
  if (!summary) {
    const results = [...text.matchAll(/<OverallResult success="(true|false)"/g)].map((m) => m[1] === 'true');
    const passed = results.filter(Boolean).length;
    return {passed, failed: results.length - passed + 1, skipped: 0, skips, failures};
  }
  const [passed, failed, expected, skipped] = summary.slice(1).map(Number);
  return {passed: passed + expected, failed, skipped, skips, failures};
}

/** node --test with the TAP reporter. */
function readTap(text) {
  const number = (name) => Number(text.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? NaN);
  const skips = [...text.matchAll(/^\s*ok \d+ - (.*?) # SKIP ?(.*)$/gm)].map((m) => `${m[1]}: ${m[2] || 'no reason given'}`);
  const [passed, failed, cancelled, skipped] = ['pass', 'fail', 'cancelled', 'skipped'].map(number);
  const failures = [...text.matchAll(/^\s*not ok \d+ - (.*)$([\s\S]*?)^\s*\.\.\.$/gm)].map(([, name, details]) =>
    `${name}: ${details.match(/^\s*error: (?:[|>]-?\s+)?(.*)$/m)?.[1] ?? 'no error given'}`);
  if (Number.isNaN(passed)) return {passed: 0, failed: 1, skipped: 0, skips, failures};
  return {passed, failed: failed + cancelled, skipped, skips, failures};
}

/** tests/oracle/run: pytest's closing line, or one line that says why there is none. */
function readPytest(text) {
  const reason = text.match(/^SKIPPED (.*)$/m);
  if (reason) return {passed: 0, failed: 0, skipped: 1, skips: [reason[1]], failures: []};
  const closing = text.match(/^.*\d+ (?:passed|failed|skipped|error).* in [\d.]+s.*$/gm)?.at(-1) ?? '1 failed';
  const number = (name) => Number(closing.match(new RegExp(`(\\d+) ${name}`))?.[1] ?? 0);
  const skips = [...text.matchAll(/^SKIPPED \[\d+\] (.*)$/gm)].map((m) => m[1]);
  const failures = [...text.matchAll(/^(?:FAILED|ERROR) (.*)$/gm)].map((m) => m[1]);
  return {passed: number('passed'), failed: number('failed') + number('error'), skipped: number('skipped'), skips, failures};
}

const [kind, ...files] = process.argv.slice(2);
const read = {catch2: readCatch2, tap: readTap, pytest: readPytest}[kind];
if (!read || files.length === 0) {
  console.error('usage: scripts/lib/counts.mjs catch2|tap|pytest FILE...');
  process.exit(2);
}
const readText = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';  // The runner wrote nothing: the same as a file that ends at its start.
  }
};
const results = files.map((file) => read(readText(file)));
const sum = (field) => results.reduce((total, result) => total + result[field], 0);
console.log([`${sum('passed')} ${sum('failed')} ${sum('skipped')}`,
  ...results.flatMap(({failures}) => failures.map((line) => `failed ${line}`)),
  ...results.flatMap(({skips}) => skips.map((line) => `skipped ${line}`))].join('\n'));
