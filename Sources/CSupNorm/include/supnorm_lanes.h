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

#if defined(__ARM_FEATURE_DSP)
#include <arm_acle.h>
#endif
#if defined(__GNUC__)
#define SUPNORM_LANES static inline __attribute__((always_inline))
#else
#define SUPNORM_LANES static inline
#endif

/* The lesser of radius, at most 65535, and room / slope, slope not 0. Without a divider the quotient is found only where
 * it is the lesser, in 16 steps: room < radius * slope, in words of 32 bits, where the product is
 * high * 2^16 + low mod 2^16 with high <= 65535^2 + 65534 < 2^32. */
SUPNORM_LANES uint32_t supnorm_lesser_radius(uint32_t radius, uint32_t room, uint32_t slope) {
#if defined(__ARM_ARCH_ISA_THUMB) && !defined(__ARM_FEATURE_IDIV)
  const uint32_t low = (slope & 0xFFFF) * radius, high = (slope >> 16) * radius + (low >> 16);
  if (room >> 16 > high || (room >> 16 == high && (room & 0xFFFF) >= (low & 0xFFFF))) { return radius; }
  radius = 0;
  for (int32_t bit = 15; bit >= 0; bit--) { /* what is left of room is less than slope << (bit + 1) */
    if (room >> bit >= slope) {
      room -= slope << bit;
      radius |= UINT32_C(1) << bit;
    }
  }
  return radius;
#else
  return room / slope < radius ? room / slope : radius;
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

/* Whether every value lies within minimum ... maximum. Two at a time where a word holds two: a distance from the
 * minimum fits in 16 bits without a sign. Else by the signs of distances, which fit in 32. */
SUPNORM_LANES int32_t supnorm_are_within(const int16_t *values, uint32_t count, int32_t minimum, int32_t maximum) {
  const int16_t *end = values + count;
  int32_t signs = 0;
#if defined(__ARM_FEATURE_DSP)
  const uint32_t least = (uint32_t)(uint16_t)minimum * UINT32_C(0x10001);
  const uint32_t range = (uint32_t)(maximum - minimum) * UINT32_C(0x10001);
  uint32_t beyond = 0;
  for (end -= count & 3; values != end; values += 4) {
    uint32_t pairs[2];
    __builtin_memcpy(pairs, values, sizeof pairs);
    beyond |= __uqsub16(__usub16(pairs[0], least), range) | __uqsub16(__usub16(pairs[1], least), range);
  }
  end += count & 3;
  signs = beyond == 0 ? 0 : -1;
#else
  for (end -= count & 3; values != end; values += 4) {
    signs |= (values[0] - minimum) | (maximum - values[0]) | (values[1] - minimum) | (maximum - values[1]);
    signs |= (values[2] - minimum) | (maximum - values[2]) | (values[3] - minimum) | (maximum - values[3]);
  }
  end += count & 3;
#endif
  for (; values != end; values++) { signs |= (*values - minimum) | (maximum - *values); }
  return signs >= 0;
}

#if UINTPTR_MAX == UINT32_MAX && !defined(__ARM_FEATURE_MVE)
/* max(value, 0) of both values of a word: saturated to 15 bits without a sign, or under a mask of their signs. */
SUPNORM_LANES uint32_t supnorm_positive_pair(uint32_t pair) {
#if defined(__ARM_FEATURE_DSP)
  return (uint32_t)__usat16((int32_t)pair, 15);
#else
  return pair & ~((pair >> 15 & UINT32_C(0x10001)) * 0xFFFF);
#endif
}
#endif

/* max(value, 0) of every value, in place; on a device at whole words, as outputs of layers lie. With Helium in
 * assembly: for size a compiler makes a loop of 10 instructions of these four. */
SUPNORM_LANES void supnorm_positive_parts(int16_t *values, uint32_t count) {
#if defined(__ARM_FEATURE_MVE)
  __asm__ volatile(
      "vmov.i32 q1, #0\n"
      "wlstp.16 lr, %1, 2f\n"
      "1: vldrh.u16 q0, [%0]\n"
      "vmax.s16 q0, q0, q1\n"
      "vstrh.16 q0, [%0], #16\n"
      "letp lr, 1b\n"
      "2:"
      : "+r"(values)
      : "r"(count)
      : "lr", "q0", "q1", "memory");
#else
  const int16_t *end = values + count;
#if UINTPTR_MAX == UINT32_MAX
  if (count >= 4) {
    const int16_t *turns = end - (count & 3);
    do {
      uint32_t *pairs = (uint32_t *)__builtin_assume_aligned(values, 4), both[2];
      __builtin_memcpy(both, pairs, sizeof both);
      both[0] = supnorm_positive_pair(both[0]);
      both[1] = supnorm_positive_pair(both[1]);
      __builtin_memcpy(pairs, both, sizeof both);
      values += 4;
    } while (values != turns);
  }
#endif
  for (; values != end; values++) { *values = *values > 0 ? *values : 0; }
#endif
}

#endif
