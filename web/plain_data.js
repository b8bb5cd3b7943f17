// Checks what is sent to the engine before it is sent: a function could not be posted at all, and
// a value nested too deeply would exhaust the engine's stack.

const maxDepth = 8;

/**
 * Returns a copy of `value` that consists of plain objects, arrays, strings, finite numbers,
 * booleans and null; properties that are undefined are left out. Throws Error, which names the
 * place, for anything else and for values nested more than eight deep.
 * @param {unknown} value
 * @param {string} what  the message or option, for the error
 * @param {string} [where]  the place inside of it
 */
export function plainCopy(value, what, where = '', depth = 0) {
  const refuse = (found) => {
    throw new Error(`[${what}] ${where || 'the options'} ${found}; ` +
      'expected JSON: objects, arrays, strings, finite numbers, true, false or null.');
  };
  const inside = (name) => (where ? `${where}.${name}` : name);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : refuse(`is ${value}`);
  if (typeof value !== 'object') return refuse(`is a ${typeof value}`);
  if (depth === maxDepth) return refuse(`is nested more than ${maxDepth} deep`);
  if (Array.isArray(value)) {
    return value.map((item, i) => plainCopy(item, what, inside(i), depth + 1));
  }
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag !== 'Object') return refuse(`is a ${tag}`);
  return Object.fromEntries(Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => [name, plainCopy(item, what, inside(name), depth + 1)]));
}
