/** Milliseconds of an async function: the median, after one call to warm up. */
export async function measure(action, seconds) {
  await action();
  const times = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < 3 || performance.now() < end) times.push((await timed(action)).ms);
  times.sort((a, b) => a - b);
  return times[times.length >> 1];
}

/** One call's result and its milliseconds. */
export async function timed(action) {
  const start = performance.now();
  const result = await action();
  return {result, ms: performance.now() - start};
}

/** The largest relative difference. */
export const difference = (got, expected) =>
  Math.max(...got.map((value, i) => Math.abs(value - expected[i]) / expected[i]));
