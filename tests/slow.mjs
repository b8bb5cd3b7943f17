// Which tests run is what CONVLAB_TESTS says, which scripts/test sets: quick, usual or full.

const level = process.env.CONVLAB_TESTS ?? 'usual';
export const isFull = level === 'full';
/** Why a slow test is left out, or false. */
export const slow = level === 'quick' && 'slow: scripts/test runs it';
/** Why a test that takes too long for every change is left out, or false. */
export const verySlow = !isFull && 'takes long: scripts/test --full runs it';
