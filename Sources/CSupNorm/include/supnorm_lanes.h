/* supnorm_lanes.h: the arithmetic of the kernels, for each processor behind one set of names.
 *
 * SPDX-License-Identifier: MIT
 *
 * The library's own: a model header needs nothing of it. Here is what kinds share; each kind has a header.
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

#endif
