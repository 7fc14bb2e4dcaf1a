/* supnorm_lanes.h: the arithmetic of the kernels, for each processor behind one set of names.
 *
 * SPDX-License-Identifier: MIT
 *
 * The library's own: a model header needs nothing of it. Each function is one row of a layer, or one group of a row.
 * The plain functions in Sources/Embedded/Kernels are the specification, which every form of these equals bit for bit.
 * Sums are exact in 32 bits for every layer that is admissible; they are taken unsigned, so that those of others wrap
 * around. Which columns there are supnorm_self_check has proved.
 */
#ifndef SUPNORM_LANES_H
#define SUPNORM_LANES_H

#include "supnorm.h"

#if defined(__GNUC__)
#define SUPNORM_LANES static inline __attribute__((always_inline))
#else
#define SUPNORM_LANES static inline
#endif

/* dividend / divisor where that is at most 65535 and the divisor not 0: a processor without a divider takes 16 steps
 * instead of the 32 of a general division. Invariant: what is left is less than divisor << bit. */
SUPNORM_LANES uint32_t supnorm_quotient(uint32_t dividend, uint32_t divisor) {
#if defined(__ARM_ARCH_ISA_THUMB) && !defined(__ARM_FEATURE_IDIV)
  uint32_t quotient = 0;
  for (int32_t bit = 15; bit >= 0; bit--) {
    if (dividend >> bit >= divisor) {
      dividend -= divisor << bit;
      quotient |= UINT32_C(1) << bit;
    }
  }
  return quotient;
#else
  return dividend / divisor;
#endif
}

/* The least and the greatest value over a box. */
typedef struct supnorm_ends {
  int32_t least;
  int32_t greatest;
} supnorm_ends;

/* The lower or the upper end of a column of a box. */
SUPNORM_LANES int32_t supnorm_end(const supnorm_box *box, uint32_t column, int32_t is_lower) {
  int32_t end = (is_lower ? box->lower : box->upper)[column];
  if (box->deviation != 0) { /* around one vector */
    end += is_lower ? -box->deviation : box->deviation;
    end = end > box->minimum ? end : box->minimum;
    end = end < box->maximum ? end : box->maximum;
  }
  return end;
}

/* What a hidden layer makes of a sum: clamp((sum + 2^(shift-1)) >> shift). */
SUPNORM_LANES int16_t supnorm_requantized(int32_t sum, uint32_t shift) {
  int32_t value = (int32_t)((uint32_t)sum + ((UINT32_C(1) << shift) >> 1)) >> shift;
#if defined(__thumb2__) /* ssat */
  value = value < -32768 ? -32768 : value;
  return (int16_t)(value > 32767 ? 32767 : value);
#else /* few values leave the range */
  return (int16_t)((int16_t)value == value ? value : value < 0 ? -32768 : 32767);
#endif
}

/* ---- Weighted rows: sum + the sum of w * x ---- */

/* The ends of a dense row's sum over a box, around one vector or between two. */
SUPNORM_LANES supnorm_ends supnorm_dense_row_ends_of(const int16_t *weights, uint32_t count, int32_t sum,
                                                     const supnorm_box *box, int32_t is_around) {
  uint32_t least = (uint32_t)sum, greatest = (uint32_t)sum;
  const int16_t *lower = box->lower, *upper = box->upper;
  int32_t deviation = box->deviation, minimum = box->minimum, maximum = box->maximum;
  supnorm_ends ends;
  for (uint32_t column = 0; column < count; column++) {
    int32_t weight = weights[column], low = lower[column], high, exchange;
    if (is_around) {
      high = low + deviation < maximum ? low + deviation : maximum;
      low = low - deviation > minimum ? low - deviation : minimum;
    } else {
      high = upper[column];
    }
    /* A negative weight has the ends exchanged; without a branch, which no processor could predict. */
    exchange = (low ^ high) & (weight < 0 ? -1 : 0);
    least += (uint32_t)(weight * (low ^ exchange));
    greatest += (uint32_t)(weight * (high ^ exchange));
  }
  ends.least = (int32_t)least;
  ends.greatest = (int32_t)greatest;
  return ends;
}

/* The same; a host has a loop for each form, a board one for both. */
SUPNORM_LANES supnorm_ends supnorm_dense_row_ends(const int16_t *weights, uint32_t count, int32_t sum,
                                                  const supnorm_box *box) {
#if UINTPTR_MAX > UINT32_MAX
  if (box->deviation == 0) { return supnorm_dense_row_ends_of(weights, count, sum, box, 0); }
  return supnorm_dense_row_ends_of(weights, count, sum, box, 1);
#else
  return supnorm_dense_row_ends_of(weights, count, sum, box, box->deviation != 0);
#endif
}

/* Whether a dense row's sum exceeds another's everywhere in a box: at the corner where their difference is least. */
SUPNORM_LANES int32_t supnorm_dense_row_exceeds(const int16_t *weights, int32_t sum, const int16_t *others,
                                            int32_t other_sum, uint32_t count, const supnorm_box *box) {
  uint32_t total = (uint32_t)sum, other_total = (uint32_t)other_sum;
  for (uint32_t column = 0; column < count; column++) {
    int32_t weight = weights[column], other = others[column];
    int32_t value = supnorm_end(box, column, weight >= other);
    total += (uint32_t)(weight * value);
    other_total += (uint32_t)(other * value);
  }
  return (int32_t)total > (int32_t)other_total;
}

#endif
