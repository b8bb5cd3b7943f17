/** Milliseconds of the first call of an async function, and the median of those that follow. */
export async function measure(action, seconds) {
  const times = [];
  let end = Infinity;
  while (times.length < 4 || performance.now() < end) {
    const start = performance.now();
    await action();
    times.push(performance.now() - start);
    if (times.length === 1) end = performance.now() + seconds * 1000;
  }
  const [first, ...others] = times;
  others.sort((a, b) => a - b);
  return {first_step_ms: first, step_ms: others[others.length >> 1]};
}

/** The largest relative difference. */
export const difference = (got, expected) =>
  Math.max(...got.map((value, i) => Math.abs(value - expected[i]) / expected[i]));
