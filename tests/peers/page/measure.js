/** Returns the median duration of an async function in milliseconds, after one warm-up call. */
export async function measure(action, seconds) {
  await action();
  const times = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < 3 || performance.now() < end) times.push((await timed(action)).ms);
  times.sort((a, b) => a - b);
  return times[times.length >> 1];
}

/** Returns the result and the duration in milliseconds of one call. */
export async function timed(action) {
  const start = performance.now();
  const result = await action();
  return {result, ms: performance.now() - start};
}

/** Returns the largest relative difference. */
export const difference = (got, expected) =>
  Math.max(...got.map((value, i) => Math.abs(value - expected[i]) / expected[i]));
