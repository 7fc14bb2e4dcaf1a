# A generator of its own, so that every awk draws the same: Park and Miller, 48271^n mod 2^31 - 1, exact in doubles.

function start(seed) { state = (seed * 7919 + 104729) % 2147483647; for (i = 0; i < 8; i++) uniform() }
function uniform() { state = (state * 48271) % 2147483647; return state / 2147483647 }
function between(low, high) { return low + (high - low) * uniform() }
# The sum of twelve draws, less their mean: about normal, of variance 1.
function normal(i, sum) { sum = -6; for (i = 0; i < 12; i++) sum += uniform(); return sum }
