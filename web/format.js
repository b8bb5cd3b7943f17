// Formats numbers for display.

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

export const none = '–';

export const formatCount = (value) => whole.format(value);

export const formatLoss = (value) => (Number.isFinite(value) ? value.toPrecision(3) : 'NaN');

export const formatPercent = (fraction) =>
  (Number.isFinite(fraction) ? `${(100 * fraction).toFixed(2)} %` : none);

/** Formats a learning rate with as few digits as possible and without an exponent: 0.001. */
export const formatRate = (value) => {
  const text = String(Number(value.toPrecision(6)));
  return text.includes('e-') ? Number(text).toFixed(12).replace(/0+$/, '') : text;
};

export function formatSeconds(seconds) {
  if (!(seconds >= 0)) return none;
  const rounded = Math.ceil(seconds);
  if (rounded < 60) return `${rounded} s`;
  const minutes = Math.floor(rounded / 60);
  if (minutes < 60) return `${minutes} min ${rounded % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Formats a number of bytes as the command does: "1.2 MiB". */
export function formatBytes(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit + 1 < units.length; ++unit) value /= 1024;
  return `${value.toFixed(1)} ${units[unit]}`;
}
