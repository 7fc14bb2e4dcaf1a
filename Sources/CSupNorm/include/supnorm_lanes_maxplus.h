/* supnorm_lanes_maxplus.h: the arithmetic of max-plus rows, as supnorm_lanes.h has that of the others.
 *
 * SPDX-License-Identifier: MIT
 *
 * `layout` is a constant wherever these are called, so that only its form is left. The shortfalls Z of a layer's inputs
 * are bytes with the layouts BYTES and HALFWORDS, halfwords with WORDS; supnorm.h says what they and entries are.
 */
#ifndef SUPNORM_LANES_MAXPLUS_H
#define SUPNORM_LANES_MAXPLUS_H

#include "supnorm_lanes.h"

/* The arithmetic of 32-bit processors, where a host has loops that its compiler makes vectors of. */
#if UINTPTR_MAX > UINT32_MAX
#define SUPNORM_HOST 1
#elif defined(__ARM_FEATURE_MVE)
#define SUPNORM_HELIUM 1
#include <arm_mve.h>
#endif

/* ---- Shortfalls: Z[2c] = lower[c] - minimum, Z[2c + 1] = maximum - upper[c], both cut to the range ---- */

/* Those of the last `count` columns, one by one. */
SUPNORM_LANES void supnorm_shortfalls_from(const int16_t *lower, const int16_t *upper, uint32_t count, int32_t minimum,
                                           int32_t maximum, void *shortfalls, uint32_t layout) {
  uint8_t *bytes = (uint8_t *)shortfalls;
  uint16_t *halfwords = (uint16_t *)shortfalls;
  for (uint32_t column = 0; column < count; column++) {
    int32_t low = lower[column], high = upper[column];
    low = low < minimum ? minimum : low > maximum ? maximum : low;
    high = high < minimum ? minimum : high > maximum ? maximum : high;
    if (layout == SUPNORM_WORDS) {
      halfwords[2 * column] = (uint16_t)(low - minimum);
      halfwords[2 * column + 1] = (uint16_t)(maximum - high);
    } else {
      bytes[2 * column] = (uint8_t)(low - minimum);
      bytes[2 * column + 1] = (uint8_t)(maximum - high);
    }
  }
}

#if defined(SUPNORM_HELIUM)
/* The same of bytes, eight columns at a time. */
SUPNORM_LANES void supnorm_vector_shortfalls(const int16_t *lower, const int16_t *upper, int32_t columns,
                                             int32_t minimum, int32_t maximum, void *shortfalls) {
  const int16x8_t least = vdupq_n_s16((int16_t)minimum), greatest = vdupq_n_s16((int16_t)maximum);
  uint16_t *out = (uint16_t *)shortfalls;
  for (; columns > 0; columns -= 8, lower += 8, upper += 8, out += 8) {
    const mve_pred16_t some = vctp16q((uint32_t)columns);
    int16x8_t low = vldrhq_z_s16(lower, some), high = vldrhq_z_s16(upper, some);
    low = vsubq_s16(vmaxq_s16(vminq_s16(low, greatest), least), least);
    high = vsubq_s16(greatest, vmaxq_s16(vminq_s16(high, greatest), least));
    vstrhq_p_u16(out, vsliq_n_u16((uint16x8_t)low, (uint16x8_t)high, 8), some);
  }
}
#elif !defined(SUPNORM_HOST)
/* The same of bytes, two columns a word, of four columns a turn, for a range on one side of zero, where halfwords without
 * a sign have the order of values: low - minimum and maximum - high borrow nothing from the upper half within the range.
 * Of a vector they add up to the width, at most 255, modulo 2^16, so that a value outside makes one of them 2^15 or more,
 * which shows in the returned word; both ends of a box lie within the range, or are one vector. `columns` is a multiple of
 * 4; all is aligned to words. */
SUPNORM_LANES uint32_t supnorm_word_shortfalls(const int16_t *lower, const int16_t *upper, uint32_t columns,
                                               int32_t minimum, int32_t maximum, void *shortfalls) {
  const uint32_t *low = (const uint32_t *)(const void *)lower, *high = (const uint32_t *)(const void *)upper;
  const uint32_t *end = low + columns / 2;
  uint32_t *out = (uint32_t *)shortfalls;
  uint32_t least = (uint16_t)minimum * UINT32_C(0x10001), greatest = (uint16_t)maximum * UINT32_C(0x10001);
  uint32_t signs = 0, a, b;
#if defined(__thumb2__) /* clang keeps three pointers as one index and spills: 20 instructions a turn more */
  uint32_t c, d;
  __asm__ volatile("b 2f\n"
                   "1: ldrd %[a], %[c], [%[low]], #8\n"
                   "ldrd %[b], %[d], [%[high]], #8\n"
                   "sub %[a], %[a], %[least]\n"
                   "sub %[b], %[greatest], %[b]\n"
                   "sub %[c], %[c], %[least]\n"
                   "sub %[d], %[greatest], %[d]\n"
                   "orr %[signs], %[signs], %[a]\n"
                   "orr %[signs], %[signs], %[b]\n"
                   "orr %[signs], %[signs], %[c]\n"
                   "orr %[signs], %[signs], %[d]\n"
                   "add %[a], %[a], %[b], lsl #8\n"
                   "add %[c], %[c], %[d], lsl #8\n"
                   "strd %[a], %[c], [%[out]], #8\n"
                   "2: cmp %[low], %[end]\n"
                   "bne 1b\n"
                   : [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [signs] "+r"(signs), [low] "+r"(low),
                     [high] "+r"(high), [out] "+r"(out)
                   : [least] "r"(least), [greatest] "r"(greatest), [end] "r"(end)
                   : "cc", "memory");
#elif defined(__thumb__) /* eight low registers: the other pointers are distances from the first */
  uint32_t to_high = (uint32_t)((uintptr_t)high - (uintptr_t)low), to_out = (uint32_t)((uintptr_t)out - (uintptr_t)low);
#define SUPNORM_TWO_COLUMNS \
  "ldr %[a], [%[low]]\n" \
  "ldr %[b], [%[low], %[high]]\n" \
  "add %[a], %[least]\n" \
  "subs %[b], %[greatest], %[b]\n" \
  "orrs %[signs], %[a]\n" \
  "orrs %[signs], %[b]\n" \
  "lsls %[b], #8\n" \
  "adds %[a], %[b]\n" \
  "str %[a], [%[low], %[out]]\n" \
  "adds %[low], #4\n"
  __asm__ volatile(".syntax unified\n"
                   "b 2f\n"
                   "1:\n" SUPNORM_TWO_COLUMNS SUPNORM_TWO_COLUMNS "2: cmp %[low], %[end]\n"
                   "bne 1b\n"
                   : [a] "=&l"(a), [b] "=&l"(b), [signs] "+l"(signs), [low] "+l"(low)
                   : [high] "l"(to_high), [out] "l"(to_out), [least] "h"(0 - least), [greatest] "l"(greatest),
                     [end] "h"(end)
                   : "cc", "memory");
#undef SUPNORM_TWO_COLUMNS
#else
  for (; low != end; low += 2, high += 2, out += 2) {
    a = low[0] - least;
    b = greatest - high[0];
    signs |= a | b;
    out[0] = a + (b << 8);
    a = low[1] - least;
    b = greatest - high[1];
    signs |= a | b;
    out[1] = a + (b << 8);
  }
#endif
  return signs & UINT32_C(0x80008000);
}
#endif

SUPNORM_LANES void supnorm_shortfalls(const supnorm_layer *layer, const int16_t *lower, const int16_t *upper,
                                      void *shortfalls, uint32_t layout) {
  uint32_t columns = layer->columns;
  int32_t minimum = layer->input_min, maximum = layer->input_max;
#if defined(SUPNORM_HELIUM)
  if (layout != SUPNORM_WORDS) {
    supnorm_vector_shortfalls(lower, upper, (int32_t)columns, minimum, maximum, shortfalls);
    return;
  }
#elif !defined(SUPNORM_HOST)
  uint32_t done = columns & ~UINT32_C(3);
  /* An input may have the alignment of its own type alone. */
  if (layout != SUPNORM_WORDS && (((uintptr_t)lower | (uintptr_t)upper) & 3) == 0 && (minimum ^ maximum) >= 0 &&
      supnorm_word_shortfalls(lower, upper, done, minimum, maximum, shortfalls) == 0) {
    lower += done;
    upper += done;
    columns -= done;
    shortfalls = (uint8_t *)shortfalls + 2 * done;
  }
#endif
  supnorm_shortfalls_from(lower, upper, columns, minimum, maximum, shortfalls, layout);
}

/* Those of a box around the same vector, whose ends are `deviation` away and cut: Z = max(Z - deviation, 0). */
SUPNORM_LANES void supnorm_approach(const supnorm_layer *layer, int32_t deviation, void *shortfalls, uint32_t layout) {
  uint32_t count = 2 * (uint32_t)layer->columns;
  uint16_t *halfwords = (uint16_t *)shortfalls;
  if (layout == SUPNORM_WORDS) {
    for (uint32_t place = 0; place < count; place++) {
      halfwords[place] = halfwords[place] > deviation ? (uint16_t)(halfwords[place] - deviation) : 0;
    }
  } else {
#if defined(SUPNORM_HOST)
    uint8_t *bytes = (uint8_t *)shortfalls;
    for (uint32_t place = 0; place < count; place++) {
      bytes[place] = bytes[place] > deviation ? (uint8_t)(bytes[place] - deviation) : 0;
    }
#else
    uint32_t *words = (uint32_t *)shortfalls, *end = words + (count + 3) / 4;
    uint32_t step = (uint32_t)(deviation < 255 ? deviation : 255);
#if defined(__ARM_FEATURE_SIMD32)
    for (step *= 0x1010101; words != end; words++) {
      uint32_t word = *words;
      __asm__("uqsub8 %0, %0, %1" : "+r"(word) : "r"(step));
      *words = word;
    }
#else
    /* A column's two are its value's distances from both ends, so the second follows from the first. Two columns in
     * halves, whose bit 8 stays where nothing was borrowed. */
    uint32_t first_step = 0x1000100 - step * 0x10001;
    uint32_t second_step = (uint32_t)(layer->input_max - layer->input_min) * 0x10001 + first_step;
    for (; words != end; words++) {
      uint32_t first = (*words & 0xFF00FF) + first_step, second = second_step - (*words & 0xFF00FF);
      uint32_t first_left = first & 0x1000100, second_left = second & 0x1000100;
      first &= first_left - (first_left >> 8);
      second &= second_left - (second_left >> 8);
      *words = first | second << 8;
    }
#endif
#endif
  }
}

/* From the shortfalls of the ends where entries are greatest to those where they are least, and back: each column's are
 * exchanged and taken off the width of the range. */
SUPNORM_LANES void supnorm_turn(const supnorm_layer *layer, void *shortfalls, uint32_t layout) {
  uint32_t columns = layer->columns, width = (uint32_t)(layer->input_max - layer->input_min);
  uint32_t *words = (uint32_t *)shortfalls;
  if (layout == SUPNORM_WORDS) {
    for (uint32_t column = 0; column < columns; column++) {
      words[column] = width * 0x10001 - (words[column] << 16 | words[column] >> 16);
    }
  } else { /* what lies behind the last column is nobody's */
    for (uint32_t pair = 0; pair < (columns + 1) / 2; pair++) {
      words[pair] = width * 0x1010101 - ((words[pair] & 0xFF00FF) << 8 | (words[pair] >> 8 & 0xFF00FF));
    }
  }
}

/* ---- A row: the least of (sum of the steps so far + shortfall), what its value lies below its first potential ----
 *
 * `left` is what the sum has still to go to that least. A sum that reaches it ends the row, since no shortfall is less
 * than 0; and it does, since the steps add up to what no shortfall exceeds. The first step is 0. All numbers stay below
 * 2^17: a sum is below 2^16 before the last step. */

#if defined(__thumb2__)
/* Seven instructions an entry; clang takes nine. */
#define SUPNORM_ROW(load, step_shift, place, shortfall) \
  __asm__ volatile("1: " load "\n" \
                   "subs %[left], %[left], %[entry], lsr #" step_shift "\n" \
                   "bls 2f\n" place "\n" shortfall "\n" \
                   "subs %[entry], %[left], %[entry]\n" \
                   "bls 1b\n" \
                   "sub %[least], %[least], %[entry]\n" \
                   "sub %[left], %[left], %[entry]\n" \
                   "b 1b\n" \
                   "2:\n" \
                   : [entry] "=&r"(entry), [at] "+r"(at), [least] "+r"(least), [left] "+r"(left) \
                   : [shortfalls] "r"(shortfalls) \
                   : "cc", "memory")
#elif defined(__thumb__)
/* Four entries a turn, 8.25 instructions an entry; clang spills. `least` has its sign changed, since only sums may have
 * high registers. */
#define SUPNORM_ROW_ENTRY(load, place, shortfall, next) \
  load "\n" \
  "subs %[left], %[left], %[step]\n" \
  "bls 2f\n" place shortfall "\n" \
  "subs %[entry], %[left], %[entry]\n" \
  "bls " next "\n" \
  "subs %[left], %[left], %[entry]\n" \
  "add %[least], %[entry]\n"
#define SUPNORM_ROW(load1, load2, load3, load4, advance, place, shortfall) \
  least = 0 - least; \
  __asm__ volatile(".syntax unified\n" \
                   "1:\n" SUPNORM_ROW_ENTRY(load1, place, shortfall, "3f") \
                   "3:\n" SUPNORM_ROW_ENTRY(load2, place, shortfall, "4f") \
                   "4:\n" SUPNORM_ROW_ENTRY(load3, place, shortfall, "5f") \
                   "5:\n" SUPNORM_ROW_ENTRY(load4, place, shortfall, "6f") \
                   "6: adds %[at], #" advance "\n" \
                   "b 1b\n" \
                   "2:\n" \
                   : [entry] "=&l"(entry), [step] "=&l"(step), [at] "+l"(at), [least] "+h"(least), [left] "+l"(left) \
                   : [shortfalls] "l"(shortfalls), [mask] "l"(mask) \
                   : "cc", "memory"); \
  least = 0 - least
#define SUPNORM_ROW_HALFWORD(offset) "ldrh %[entry], [%[at], #" offset "]\n" "lsrs %[step], %[entry], #11"
#define SUPNORM_ROW_BYTES(place, step) "ldrb %[entry], [%[at], #" place "]\n" "ldrb %[step], [%[at], #" step "]"
#define SUPNORM_ROW_WORD(offset) "ldr %[entry], [%[at], #" offset "]\n" "lsrs %[step], %[entry], #16"
#endif

#if defined(SUPNORM_HELIUM)
/* The same eight entries at a time, of halfwords; their steps are added up in three stages, over 1, 2 and 4 lanes.
 * Lanes behind the row have no step, so that what they hold lies where the row is done. 26 instructions for eight. */
SUPNORM_LANES int32_t supnorm_vector_drop(const uint16_t *at, uint32_t count, const uint8_t *shortfalls,
                                          uint32_t layout) {
  const uint16x8_t mask = vdupq_n_u16(layout == SUPNORM_BYTES ? 0xFF : 0x7FF);
  uint32_t least = shortfalls[*at], sum = 0;
  do {
    const uint16x8_t entries = vldrhq_z_u16(at, vctp16q(count));
    const uint16x8_t values = vldrbq_gather_offset_u16(shortfalls, vandq_u16(entries, mask));
    uint16x8_t sums = layout == SUPNORM_BYTES ? vshrq_n_u16(entries, 8) : vshrq_n_u16(entries, 11), moved;
    uint32_t carry = 0; /* what the lanes before the first would bring */
    moved = vshlcq_u16(sums, &carry, 16);
    sums = vaddq_u16(sums, moved);
    carry = 0;
    moved = vshlcq_u16(sums, &carry, 32);
    sums = vaddq_u16(sums, moved);
    carry = 0;
    moved = vshlcq_u16(sums, &carry, 32);
    carry = 0;
    moved = vshlcq_u16(moved, &carry, 32);
    sums = vaddq_n_u16(vaddq_u16(sums, moved), (uint16_t)sum);
    least = vminvq_u16((uint16_t)least, vaddq_u16(sums, values));
    sum = vgetq_lane_u16(sums, 7);
    at += 8;
    count -= 8;
  } while (sum < least);
  return (int32_t)least;
}
#endif

/* `entries` begins at the row, which has `count` of them. */
SUPNORM_LANES int32_t supnorm_row_drop(const void *entries, uint32_t count, const void *shortfalls, uint32_t layout) {
  (void)count;
#if defined(SUPNORM_HELIUM)
  if (layout != SUPNORM_WORDS) {
    return supnorm_vector_drop((const uint16_t *)entries, count, (const uint8_t *)shortfalls, layout);
  }
#endif
  const uint8_t *bytes = (const uint8_t *)shortfalls;
  const uint16_t *wide = (const uint16_t *)shortfalls;
#if defined(__thumb2__)
  const uint16_t *at = (const uint16_t *)entries;
  uint32_t entry = *at;
  uint32_t least = layout == SUPNORM_WORDS ? wide[entry] : bytes[entry];
  uint32_t left = least;
  if (layout == SUPNORM_WORDS) {
    SUPNORM_ROW("ldr %[entry], [%[at], #4]!", "16", "uxth %[entry], %[entry]",
                "ldrh %[entry], [%[shortfalls], %[entry], lsl #1]");
  } else if (layout == SUPNORM_BYTES) {
    SUPNORM_ROW("ldrh %[entry], [%[at], #2]!", "8", "uxtb %[entry], %[entry]",
                "ldrb %[entry], [%[shortfalls], %[entry]]");
  } else {
    SUPNORM_ROW("ldrh %[entry], [%[at], #2]!", "11", "ubfx %[entry], %[entry], #0, #11",
                "ldrb %[entry], [%[shortfalls], %[entry]]");
  }
  return (int32_t)least;
#elif defined(__thumb__)
  const uint16_t *at = (const uint16_t *)entries;
  uint32_t entry = *at, step, mask = layout == SUPNORM_HALFWORDS ? 0x7FF : 0;
  uint32_t least = layout == SUPNORM_WORDS ? wide[entry] : bytes[entry];
  uint32_t left = least;
  if (layout == SUPNORM_WORDS) {
    SUPNORM_ROW(SUPNORM_ROW_WORD("4"), SUPNORM_ROW_WORD("8"), SUPNORM_ROW_WORD("12"), SUPNORM_ROW_WORD("16"), "16",
                "lsls %[entry], #16\n" "lsrs %[entry], #15\n", "ldrh %[entry], [%[shortfalls], %[entry]]");
  } else if (layout == SUPNORM_BYTES) {
    SUPNORM_ROW(SUPNORM_ROW_BYTES("2", "3"), SUPNORM_ROW_BYTES("4", "5"), SUPNORM_ROW_BYTES("6", "7"),
                SUPNORM_ROW_BYTES("8", "9"), "8", "", "ldrb %[entry], [%[shortfalls], %[entry]]");
  } else {
    SUPNORM_ROW(SUPNORM_ROW_HALFWORD("2"), SUPNORM_ROW_HALFWORD("4"), SUPNORM_ROW_HALFWORD("6"),
                SUPNORM_ROW_HALFWORD("8"), "8", "ands %[entry], %[mask]\n", "ldrb %[entry], [%[shortfalls], %[entry]]");
  }
  return (int32_t)least;
#else
  const uint16_t *halfwords = (const uint16_t *)entries;
  const uint32_t *words = (const uint32_t *)entries;
  const uint32_t bits = layout == SUPNORM_WORDS ? 16 : layout == SUPNORM_BYTES ? 8 : 11;
  int32_t least = layout == SUPNORM_WORDS ? wide[*words] : bytes[*halfwords], left = least;
  /* A branch to a less shortfall: most entries have none, and a select would cost each of them. Four entries a turn,
   * since a RISC-V has no load that moves its pointer. */
#define SUPNORM_ROW_ENTRY(index) \
  { \
    const uint32_t entry = layout == SUPNORM_WORDS ? words[index] : halfwords[index]; \
    const uint32_t place = entry & ((UINT32_C(1) << bits) - 1); \
    int32_t shortfall; \
    left -= (int32_t)(entry >> bits); \
    if (left <= 0) { return least; } \
    shortfall = layout == SUPNORM_WORDS ? wide[place] : bytes[place]; \
    if (shortfall < left) { \
      least -= left - shortfall; \
      left = shortfall; \
      SUPNORM_ROW_BRANCH(least, left); \
    } \
  }
#if defined(__GNUC__)
#define SUPNORM_ROW_BRANCH(least, left) __asm__ volatile("" : "+r"(least), "+r"(left))
#else
#define SUPNORM_ROW_BRANCH(least, left) ((void)0)
#endif
  for (;;) {
    SUPNORM_ROW_ENTRY(1)
    SUPNORM_ROW_ENTRY(2)
    SUPNORM_ROW_ENTRY(3)
    SUPNORM_ROW_ENTRY(4)
    if (layout == SUPNORM_WORDS) { words += 4; } else { halfwords += 4; }
  }
#endif
}

/* ---- The rows of a hidden layer: each maximum less `slack`, saturated ---- */

#if defined(__thumb__) && !defined(__thumb2__)
/* As SUPNORM_ROW, with what a row takes from and gives to the layer: 23 instructions; clang spills and takes 43. */
#define SUPNORM_ROWS(load1, load2, load3, load4, place, ...) \
  __asm__ volatile(".syntax unified\n" \
                   "1: mov %[at], %[row]\n" \
                   "ldrh %[entry], [%[at]]\n" \
                   "ldrb %[left], [%[shortfalls], %[entry]]\n" \
                   "rsbs %[step], %[left], #0\n" \
                   "mov %[least], %[step]\n" \
                   "9:\n" SUPNORM_ROW_ENTRY(load1, place, SUPNORM_ROW_SHORTFALL, "3f") \
                   "3:\n" SUPNORM_ROW_ENTRY(load2, place, SUPNORM_ROW_SHORTFALL, "4f") \
                   "4:\n" SUPNORM_ROW_ENTRY(load3, place, SUPNORM_ROW_SHORTFALL, "5f") \
                   "5:\n" SUPNORM_ROW_ENTRY(load4, place, SUPNORM_ROW_SHORTFALL, "6f") \
                   "6: adds %[at], #8\n" \
                   "b 9b\n" \
                   "2: mov %[step], %[counts]\n" \
                   "ldrh %[entry], [%[step]]\n" \
                   "adds %[step], #2\n" \
                   "mov %[counts], %[step]\n" \
                   "lsls %[entry], #1\n" \
                   "add %[row], %[entry]\n" \
                   "mov %[step], %[bases]\n" \
                   "ldm %[step]!, {%[entry]}\n" \
                   "mov %[bases], %[step]\n" \
                   "add %[entry], %[least]\n" \
                   "add %[entry], %[slack]\n" \
                   "sxth %[step], %[entry]\n" \
                   "cmp %[step], %[entry]\n" \
                   "beq 7f\n" \
                   "asrs %[entry], #31\n" /* beyond 16 bits: 2^15 - 1 or, of a negative value, its complement */ \
                   "movs %[step], #1\n" \
                   "lsls %[step], #15\n" \
                   "subs %[step], #1\n" \
                   "eors %[step], %[entry]\n" \
                   "7: strh %[step], [%[hidden]]\n" \
                   "adds %[hidden], #2\n" \
                   "cmp %[bases], %[end]\n" \
                   "bne 1b\n" \
                   : [entry] "=&l"(entry), [step] "=&l"(step), [at] "=&l"(at), [left] "=&l"(left), \
                     [hidden] "+l"(hidden), [row] "+h"(row), [least] "=&h"(least), [counts] "+h"(counts), \
                     [bases] "+h"(bases) \
                   : [shortfalls] "l"(shortfalls), [slack] "h"(0 - slack), [end] "h"(end) __VA_ARGS__ \
                   : "cc", "memory")
#define SUPNORM_ROW_SHORTFALL "ldrb %[entry], [%[shortfalls], %[entry]]\n"
#endif

SUPNORM_LANES void supnorm_hidden_rows(const supnorm_layer *layer, const void *shortfalls, int32_t slack,
                                       int16_t *hidden, uint32_t layout) {
  const char *row = layout == SUPNORM_WORDS ? (const char *)layer->words : (const char *)layer->halfwords;
  const uint16_t *counts = layer->row_entries;
  const int32_t *bases = layer->biases, *end = bases + layer->rows;
#if defined(__thumb__) && !defined(__thumb2__)
  if (layout != SUPNORM_WORDS) {
    uint32_t entry, step, at, left, least;
    if (layout == SUPNORM_BYTES) {
      SUPNORM_ROWS(SUPNORM_ROW_BYTES("2", "3"), SUPNORM_ROW_BYTES("4", "5"), SUPNORM_ROW_BYTES("6", "7"),
                   SUPNORM_ROW_BYTES("8", "9"), "", );
    } else {
      const uint32_t mask = 0x7FF;
      SUPNORM_ROWS(SUPNORM_ROW_HALFWORD("2"), SUPNORM_ROW_HALFWORD("4"), SUPNORM_ROW_HALFWORD("6"),
                   SUPNORM_ROW_HALFWORD("8"), "ands %[entry], %[mask]\n", , [mask] "l"(mask));
    }
    return;
  }
#endif
  while (bases != end) {
    const uint32_t count = *counts++;
    int32_t value = *bases++ - supnorm_row_drop(row, count, shortfalls, layout) - slack; /* within 2^19 */
    value = value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value;
    *hidden++ = (int16_t)value;
    row += layout == SUPNORM_WORDS ? 4 * count : 2 * count;
  }
}

#endif
