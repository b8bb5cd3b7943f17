// Formats numbers for display, as command and window do (src/core/format.h).

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

export const none = '–';

export const formatCount = (value) => whole.format(value);

export const formatLoss = (value) => (Number.isFinite(value) ? value.toFixed(4) : 'NaN');

export const formatPercent = (fraction) =>
  (Number.isFinite(fraction) ? `${(100 * fraction).toFixed(2)} %` : none);

/** Formats what a network predicts for a class: a probability as percent, another output as is. */
export const formatScore = (score, isProbability) => {
  if (isProbability) return formatPercent(score);
  return Number.isFinite(score) ? score.toFixed(4) : none;
};

/** Formats a learning rate with as few digits as possible and without an exponent: 0.001. */
export const formatRate = (value) => {
  const text = String(Number(value.toPrecision(6)));
  return text.includes('e-') ? Number(text).toFixed(12).replace(/0+$/, '') : text;
};

/** Formats seconds as minutes and seconds, "1:15"; from one hour as "1:02:03". */
export function formatDuration(seconds) {
  if (!(seconds >= 0 && seconds < Infinity)) return none;
  const rounded = Math.round(seconds);
  const two = (value) => String(value).padStart(2, '0');
  const minutes = Math.floor(rounded / 60);
  if (minutes < 60) return `${minutes}:${two(rounded % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(rounded % 60)}`;
}

/**
 * Returns ", 1:15 left" for work that began at `start`, in milliseconds of performance.now(); empty
 * until it is known.
 */
export function timeLeft(start, done, total) {
  const seconds = (performance.now() - start) / 1000;
  if (seconds < 1 || done === 0) return '';
  return `, ${formatDuration(seconds * (total - done) / done)} left`;
}

/** Formats a number of bytes: "1.2 MiB". */
export function formatBytes(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit + 1 < units.length; ++unit) value /= 1024;
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** Returns what the images are on which the run of a snapshot validates. */
export const validationName = ({validates_on_test: isTest}) => (isTest ? 'Test' : 'Validation');
