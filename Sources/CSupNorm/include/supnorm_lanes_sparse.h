/* supnorm_lanes_sparse.h: the arithmetic of sparse layers, a form for each family of processors.
 *
 * SPDX-License-Identifier: MIT
 *
 * A row is a run of words, 2 * column | weight << 16, those of weights above 0 first. Every partial sum is that of some
 * of a row's weights, and so within 2^15 * R + |b| <= 2^31 - 1; sums wrap around, as in supnorm_lanes.h.
 */
#ifndef SUPNORM_LANES_SPARSE_H
#define SUPNORM_LANES_SPARSE_H

#include "supnorm_lanes.h"

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#endif

/* ---- Words ---- */

SUPNORM_LANES int32_t supnorm_word_weight(uint32_t word) { return (int32_t)word >> 16; }

/* The value of a word's column: the lower half is its place in bytes. */
SUPNORM_LANES int32_t supnorm_word_value(uint32_t word, const int16_t *values) {
  return *(const int16_t *)(const void *)((const char *)values + (word & 0xFFFF));
}

/* What orders the words of a row: the sign of the weight, then the column. */
SUPNORM_LANES uint32_t supnorm_word_place(uint32_t word) { return (word & 0xFFFF) | word >> 31 << 16; }

/* ---- Runs of words ----
 *
 * In assembly on ARM: a compiler loads the words of a turn one by one, tests each bit of a count apart, and keeps half
 * of what a row needs in memory, though many rows are short. */
#if defined(__thumb2__)
#if defined(__ARM_FEATURE_DSP) /* a product with the upper half of a word is one instruction */
#define SUPNORM_WEIGHT_OF(word) ""
#define SUPNORM_PRODUCT(sum, word, value) "smlatb " sum ", " word ", " value ", " sum "\n"
#else
#define SUPNORM_WEIGHT_OF(word) "asr " word ", " word ", #16\n"
#define SUPNORM_PRODUCT(sum, word, value) "mla " sum ", " word ", " value ", " sum "\n"
#endif
/* Four words a turn, after those that make no four; how many stands in the upper half of count. */
#define SUPNORM_RUN(WORD) \
  "lsls %[value], %[count], #15\n" /* bit 0 of the count becomes the sign, bit 1 the carry */ \
  "bpl 1f\n" \
  "ldr r3, [%[words]], #4\n" WORD("r3") \
  "1:\n" \
  "bcc 2f\n" \
  "ldm %[words]!, {r3, r4}\n" WORD("r3") WORD("r4") \
  "2:\n" \
  "lsrs %[count], %[count], #18\n" \
  "beq 4f\n" \
  "3:\n" \
  "ldm %[words]!, {r3-r6}\n" WORD("r3") WORD("r4") WORD("r5") WORD("r6") \
  "subs %[count], #1\n" \
  "bne 3b\n" \
  "4:\n"
#elif defined(__thumb__)
/* The same in sixteen-bit instructions, of fewer registers. */
#define SUPNORM_RUN(WORD) \
  "lsls %[value], %[count], #15\n" /* bit 0 of the count becomes the sign */ \
  "bpl 1f\n" \
  "ldm %[words]!, {r4}\n" WORD("r4") \
  "1:\n" \
  "lsls %[value], %[count], #14\n" \
  "bpl 2f\n" \
  "ldm %[words]!, {r4, r5}\n" WORD("r4") WORD("r5") \
  "2:\n" \
  "lsrs %[count], %[count], #18\n" \
  "beq 4f\n" \
  "3:\n" \
  "ldm %[words]!, {r4, r5}\n" WORD("r4") WORD("r5") \
  "ldm %[words]!, {r4, r5}\n" WORD("r4") WORD("r5") \
  "subs %[count], #1\n" \
  "bne 3b\n" \
  "4:\n"
#else
/* The next word in two parts. Where the halves are quicker to load than a word is to take apart, they are loaded. */
#if defined(__riscv)
typedef struct __attribute__((may_alias)) supnorm_halves {
  uint16_t place;
  int16_t weight;
} supnorm_halves;
#define SUPNORM_ADD_WORD(sum, word, values) \
  sum += (uint32_t)(((const supnorm_halves *)(word))->weight * \
                    supnorm_word_value(((const supnorm_halves *)(word))->place, values))
#else
#define SUPNORM_ADD_WORD(sum, word, values) \
  sum += (uint32_t)(supnorm_word_weight(*(word)) * supnorm_word_value(*(word), values))
#endif
#endif

/* ---- Sums ---- */

#if defined(__thumb__) && !defined(__ARM_FEATURE_MVE)
/* Every row: requantised into `hidden`, or as logits. */
#if defined(__thumb2__)
#define SUPNORM_ADD_VALUE(word) \
  "uxth %[value], " word "\n" SUPNORM_WEIGHT_OF(word) "ldrsh %[value], [%[values], %[value]]\n" \
  SUPNORM_PRODUCT("%[sum]", word, "%[value]")
/* One register holds the shift in its lowest byte, which is what a shift by a register takes, the rows to go above it,
 * and whether there are logits as its sign. A shift puts the last bit that it drops into the carry, and 0 beforehand is
 * what one by 0 leaves there: added, it rounds half up. */
SUPNORM_LANES void supnorm_sparse_layer_sums(const supnorm_layer *layer, const int16_t *values, int16_t *hidden,
                                             int32_t *logits) {
  const uint32_t *words = layer->words;
  const uint32_t *counts = (const uint32_t *)(const void *)layer->row_entries;
  const int32_t *biases = layer->biases;
  void *outputs = hidden ? (void *)hidden : (void *)logits;
  uint32_t rest = (hidden ? 0 : UINT32_C(1) << 31) | ((uint32_t)layer->rows - 1) << 8 | layer->shift, count, value;
  int32_t sum;
  __asm__ volatile(
          "0:\n"
          "ldr %[count], [%[counts]], #4\n"
          "ldr %[sum], [%[biases]], #4\n"
          "add %[count], %[count], %[count], lsl #16\n" /* both counts in the upper half */
          SUPNORM_RUN(SUPNORM_ADD_VALUE)
          "lsls %[value], %[rest], #1\n"
          "bcs 5f\n"
          "asrs %[sum], %[sum], %[rest]\n"
          "adc %[sum], %[sum], #0\n"
          "ssat %[sum], #16, %[sum]\n"
          "strh %[sum], [%[outputs]], #2\n"
          "subs %[rest], #256\n"
          "bhs 0b\n"
          "b 6f\n"
          "5:\n"
          "str %[sum], [%[outputs]], #4\n"
          "subs %[rest], #256\n"
          "bvc 0b\n"
          "6:\n"
          : [words] "+r"(words), [counts] "+r"(counts), [biases] "+r"(biases), [outputs] "+r"(outputs),
            [rest] "+r"(rest), [count] "=&r"(count), [value] "=&r"(value), [sum] "=&r"(sum)
          : [values] "r"(values)
          : "r3", "r4", "r5", "r6", "cc", "memory");
}
#else /* products take the places of weights; high registers keep what a row needs once, and few sums leave Int16 */
#define SUPNORM_ADD_VALUE(word) \
  "uxth %[value], " word "\n ldrsh %[value], [%[values], %[value]]\n asrs " word ", " word ", #16\n" \
  "muls " word ", %[value], " word "\n adds %[sum], %[sum], " word "\n"
SUPNORM_LANES void supnorm_sparse_layer_sums(const supnorm_layer *layer, const int16_t *values, int16_t *hidden,
                                             int32_t *logits) {
  const uint32_t *words = layer->words;
  const uint32_t *counts = (const uint32_t *)(const void *)layer->row_entries;
  const int32_t *biases = layer->biases, *end = biases + layer->rows;
  void *outputs = hidden ? (void *)hidden : (void *)logits;
  uint32_t shift = (hidden ? 0 : UINT32_C(1) << 31) | layer->shift, count, value;
  int32_t sum;
  __asm__ volatile(
          "0:\n"
          "mov r4, %[counts]\n"
          "ldm r4!, {r5}\n"
          "mov %[counts], r4\n"
          "mov r4, %[biases]\n"
          "ldm r4!, {%[sum]}\n"
          "mov %[biases], r4\n"
          "lsls %[count], r5, #16\n"
          "adds %[count], %[count], r5\n" /* both counts in the upper half */
          SUPNORM_RUN(SUPNORM_ADD_VALUE)
          "mov r5, %[outputs]\n"
          "mov r4, %[shift]\n"
          "lsls %[value], r4, #1\n"
          "bcs 6f\n"
          "movs %[value], #0\n"
          "asrs %[sum], %[sum], r4\n"
          "adcs %[sum], %[value]\n"
          "sxth %[value], %[sum]\n"
          "cmp %[value], %[sum]\n"
          "beq 5f\n"
          "asrs %[sum], %[sum], #31\n" /* 0 or -1 becomes 32767 or -32768 */
          "movs %[value], #1\n"
          "lsls %[value], %[value], #15\n"
          "subs %[value], #1\n"
          "eors %[sum], %[value]\n"
          "5:\n"
          "strh %[sum], [r5]\n"
          "adds r5, #2\n"
          "b 7f\n"
          "6:\n"
          "stm r5!, {%[sum]}\n"
          "7:\n"
          "mov %[outputs], r5\n"
          "cmp %[biases], %[end]\n"
          "bne 0b\n"
          : [words] "+l"(words), [counts] "+h"(counts), [biases] "+h"(biases), [outputs] "+h"(outputs),
            [count] "=&l"(count), [value] "=&l"(value), [sum] "=&l"(sum)
          : [values] "l"(values), [shift] "h"(shift), [end] "h"(end)
          : "r4", "r5", "cc", "memory");
}
#endif
#else
/* sum + the sum of w * x over `count` words, and on to the next. */
#if defined(__ARM_FEATURE_MVE)
/* Eight words a turn, whose halves a load takes apart: the places of eight values to gather, and their weights. Then
 * the rest, four a turn, the last ones masked, since nothing behind a row may be read. */
SUPNORM_LANES int32_t supnorm_sparse_sum(const uint32_t **start, uint32_t count, const int16_t *values, int32_t sum) {
  const uint32_t *words = *start;
  const uint32_t *end = words + (count & ~UINT32_C(7));
  *start = words + count;
  for (; words != end; words += 8) {
    const uint16x8x2_t halves = vld2q_u16((const uint16_t *)(const void *)words);
    sum = vmladavaq_s16(sum, vldrhq_gather_offset_s16(values, halves.val[0]), vreinterpretq_s16_u16(halves.val[1]));
  }
  for (int32_t rest = (int32_t)(count & 7); rest > 0; rest -= 4, words += 4) {
    const mve_pred16_t mask = vctp32q((uint32_t)rest);
    const uint32x4_t four = vldrwq_z_u32(words, mask);
    const int32x4_t gathered = vldrhq_gather_offset_z_s32(values, vmovlbq_u16(vreinterpretq_u16_u32(four)), mask);
    sum = vmladavaq_p_s32(sum, gathered, vmovltq_s16(vreinterpretq_s16_u32(four)), mask);
  }
  return sum;
}
#else
/* Four words a turn, after those that make no four. */
SUPNORM_LANES int32_t supnorm_sparse_sum(const uint32_t **start, uint32_t count, const int16_t *values, int32_t sum) {
  const uint32_t *words = *start, *end = words + count;
  uint32_t total = (uint32_t)sum;
  if (count & 1) {
    SUPNORM_ADD_WORD(total, words, values);
    words++;
  }
  if (count & 2) {
    SUPNORM_ADD_WORD(total, words, values);
    SUPNORM_ADD_WORD(total, words + 1, values);
    words += 2;
  }
  for (; words != end; words += 4) {
    SUPNORM_ADD_WORD(total, words, values);
    SUPNORM_ADD_WORD(total, words + 1, values);
    SUPNORM_ADD_WORD(total, words + 2, values);
    SUPNORM_ADD_WORD(total, words + 3, values);
  }
  *start = words;
  return (int32_t)total;
}
#endif

/* Every row: requantised into `hidden`, or as logits. */
SUPNORM_LANES void supnorm_sparse_layer_sums(const supnorm_layer *layer, const int16_t *values, int16_t *hidden,
                                             int32_t *logits) {
  const uint32_t *words = layer->words;
  const uint16_t *counts = layer->row_entries;
  const int32_t *biases = layer->biases;
  const uint32_t shift = layer->shift;
  for (uint32_t rows = layer->rows; rows > 0; rows--) {
    uint32_t count = (uint32_t)counts[0] + counts[1];
    int32_t sum = supnorm_sparse_sum(&words, count, values, *biases++);
    counts += 2;
    if (hidden) {
      *hidden++ = supnorm_requantized(sum, shift);
    } else {
      *logits++ = sum;
    }
  }
}
#endif

/* ---- Boxes ---- */

/* The box as two vectors: one around an input is cut to its range here, once for each column. `ends` holds two values
 * for each column.
 *
 * From the input x on, within minimum ... maximum: min(x + d, maximum) = maximum - max(maximum - x - d, 0), and what
 * stands in the brackets fits in 16 bits without a sign, as does d. */
SUPNORM_LANES supnorm_box supnorm_sparse_box(const supnorm_box *box, uint32_t columns, int16_t *ends) {
  int16_t *lower = ends, *upper = ends + ((columns + 1) & ~UINT32_C(1)); /* at whole words */
  supnorm_box vectors = {lower, upper, 0, -32768, 32767};
  const int16_t *values = box->lower, *end = values + columns;
  if (box->deviation == 0) { return *box; }
#if defined(__ARM_FEATURE_DSP) /* two columns a word */
  {
    const uint32_t ones = UINT32_C(0x10001), deviation = (uint32_t)box->deviation * ones;
    const uint32_t minimum = (uint32_t)(uint16_t)box->minimum * ones;
    const uint32_t maximum = (uint32_t)(uint16_t)box->maximum * ones;
    for (end -= 1; values < end; values += 2, lower += 2, upper += 2) {
      uint32_t pair, low, high;
      __builtin_memcpy(&pair, values, sizeof pair);
      low = __uadd16(__uqsub16(__usub16(pair, minimum), deviation), minimum);
      high = __usub16(maximum, __uqsub16(__usub16(maximum, pair), deviation));
      __builtin_memcpy(lower, &low, sizeof low);
      __builtin_memcpy(upper, &high, sizeof high);
    }
    end += 1;
  }
#elif defined(__thumb__) && !defined(__thumb2__) /* limits in high registers, where a comparison reaches them */
  {
    int32_t place = -2 * (int32_t)columns, value;
    __asm__ volatile(
            "1:\n"
            "ldrsh %[value], [%[values], %[place]]\n"
            "mov r4, %[value]\n"
            "add r4, %[less]\n"
            "cmp r4, %[minimum]\n"
            "bge 2f\n"
            "mov r4, %[minimum]\n"
            "2:\n"
            "strh r4, [%[lower], %[place]]\n"
            "add %[value], %[more]\n"
            "cmp %[value], %[maximum]\n"
            "ble 3f\n"
            "mov %[value], %[maximum]\n"
            "3:\n"
            "strh %[value], [%[upper], %[place]]\n"
            "adds %[place], #2\n"
            "bne 1b\n"
            : [place] "+l"(place), [value] "=&l"(value)
            : [values] "l"(end), [lower] "l"(lower + columns), [upper] "l"(upper + columns),
              [less] "h"(-box->deviation), [more] "h"(box->deviation), [minimum] "h"(box->minimum),
              [maximum] "h"(box->maximum)
            : "r4", "cc", "memory");
    values = end;
  }
#endif
  for (; values != end; values++) {
    int32_t low = *values - box->deviation, high = *values + box->deviation;
    *lower++ = (int16_t)(low < box->minimum ? box->minimum : low);
    *upper++ = (int16_t)(high > box->maximum ? box->maximum : high);
  }
  return vectors;
}

/* Two sums of a row over `count` words, at two vectors. */
#if defined(__thumb2__)
#define SUPNORM_ADD_ENDS(word) \
  "uxth %[value], " word "\n" SUPNORM_WEIGHT_OF(word) \
  "ldrsh %[other], [%[lower], %[value]]\n ldrsh %[value], [%[upper], %[value]]\n" \
  SUPNORM_PRODUCT("%[least]", word, "%[other]") SUPNORM_PRODUCT("%[greatest]", word, "%[value]")
SUPNORM_LANES void supnorm_sparse_add_ends(const uint32_t **start, uint32_t count, const int16_t *lower,
                                           const int16_t *upper, supnorm_ends *sums) {
  const uint32_t *words = *start;
  int32_t least = sums->least, greatest = sums->greatest;
  uint32_t value, other;
  count <<= 16;
  __asm__(SUPNORM_RUN(SUPNORM_ADD_ENDS)
          : [words] "+r"(words), [count] "+r"(count), [least] "+r"(least), [greatest] "+r"(greatest),
            [value] "=&r"(value), [other] "=&r"(other)
          : [lower] "r"(lower), [upper] "r"(upper)
          : "r3", "r4", "r5", "r6", "cc", "memory");
  *start = words;
  sums->least = least;
  sums->greatest = greatest;
}
#elif defined(__thumb__)
#define SUPNORM_ADD_ENDS \
  "ldm %[words]!, {r4}\n uxth %[value], r4\n" \
  "ldrsh %[other], [%[lower], %[value]]\n ldrsh %[value], [%[upper], %[value]]\n asrs r4, r4, #16\n" \
  "muls %[other], r4, %[other]\n muls %[value], r4, %[value]\n add %[least], %[other]\n add %[greatest], %[value]\n"
SUPNORM_LANES void supnorm_sparse_add_ends(const uint32_t **start, uint32_t count, const int16_t *lower,
                                           const int16_t *upper, supnorm_ends *sums) {
  const uint32_t *words = *start;
  int32_t least = sums->least, greatest = sums->greatest;
  uint32_t value, other;
  __asm__("lsrs %[count], %[count], #1\n"
          "bcc 1f\n" SUPNORM_ADD_ENDS
          "1:\n"
          "cmp %[count], #0\n"
          "beq 3f\n"
          "2:\n" SUPNORM_ADD_ENDS SUPNORM_ADD_ENDS
          "subs %[count], #1\n"
          "bne 2b\n"
          "3:\n"
          : [words] "+l"(words), [count] "+l"(count), [least] "+h"(least), [greatest] "+h"(greatest),
            [value] "=&l"(value), [other] "=&l"(other)
          : [lower] "l"(lower), [upper] "l"(upper)
          : "r4", "cc", "memory");
  *start = words;
  sums->least = least;
  sums->greatest = greatest;
}
#else
#define SUPNORM_ADD_WORD_ENDS(word) \
  SUPNORM_ADD_WORD(least, word, lower); \
  SUPNORM_ADD_WORD(greatest, word, upper)
SUPNORM_LANES void supnorm_sparse_add_ends(const uint32_t **start, uint32_t count, const int16_t *lower,
                                           const int16_t *upper, supnorm_ends *sums) {
  const uint32_t *words = *start, *end = words + count;
  uint32_t least = (uint32_t)sums->least, greatest = (uint32_t)sums->greatest;
  if (count & 1) {
    SUPNORM_ADD_WORD_ENDS(words);
    words++;
  }
  for (; words != end; words += 2) {
    SUPNORM_ADD_WORD_ENDS(words);
    SUPNORM_ADD_WORD_ENDS(words + 1);
  }
  *start = words;
  sums->least = (int32_t)least;
  sums->greatest = (int32_t)greatest;
}
#endif

/* The least and the greatest sum of every row over a box: requantised into lower and upper, or as logits. */
SUPNORM_LANES void supnorm_sparse_layer_ends(const supnorm_layer *layer, const supnorm_box *around, int16_t *lower,
                                             int16_t *upper, int32_t *logit_lower, int32_t *logit_upper,
                                             int16_t *ends) {
  const supnorm_box box = supnorm_sparse_box(around, layer->columns, ends);
  const uint32_t *words = layer->words;
  const uint16_t *counts = layer->row_entries;
  const int32_t *biases = layer->biases;
  const uint32_t shift = layer->shift;
  for (uint32_t rows = layer->rows; rows > 0; rows--) {
    supnorm_ends sums = {*biases, *biases};
    supnorm_sparse_add_ends(&words, counts[0], box.lower, box.upper, &sums);
    supnorm_sparse_add_ends(&words, counts[1], box.upper, box.lower, &sums); /* weights below 0 exchange the ends */
    biases++;
    counts += 2;
    if (lower) {
      *lower++ = supnorm_requantized(sums.least, shift);
      *upper++ = supnorm_requantized(sums.greatest, shift);
    } else {
      *logit_lower++ = sums.least;
      *logit_upper++ = sums.greatest;
    }
  }
}

/* A row's words and its sum before them. */
typedef struct supnorm_sparse_row {
  const uint32_t *words;
  uint32_t count;
  int32_t sum;
} supnorm_sparse_row;

/* Whether a row's sum exceeds another's everywhere in a box. Both go in step by sign and column; each column is taken
 * at the end where its weights' difference is least. A column whose weights have different signs comes twice, with 0
 * for the one that is not there: the same end both times. */
SUPNORM_LANES int32_t supnorm_sparse_exceeds_row(supnorm_sparse_row row, supnorm_sparse_row other,
                                                 const supnorm_box *box) {
  uint32_t total = (uint32_t)row.sum, other_total = (uint32_t)other.sum;
  while (row.count > 0 || other.count > 0) {
    uint32_t place = row.count > 0 ? supnorm_word_place(*row.words) : UINT32_MAX;
    uint32_t other_place = other.count > 0 ? supnorm_word_place(*other.words) : UINT32_MAX;
    int32_t weight = 0, other_weight = 0, value;
    if (place <= other_place) {
      weight = supnorm_word_weight(*row.words++);
      row.count--;
    }
    if (other_place <= place) {
      other_weight = supnorm_word_weight(*other.words++);
      other.count--;
    }
    value = supnorm_word_value(place < other_place ? place : other_place,
                               weight >= other_weight ? box->lower : box->upper);
    total += (uint32_t)(weight * value);
    other_total += (uint32_t)(other_weight * value);
  }
  return (int32_t)total > (int32_t)other_total;
}

/* Whether a row's sum exceeds that of every other row everywhere in a box. */
SUPNORM_LANES int32_t supnorm_sparse_layer_exceeds(const supnorm_layer *layer, uint32_t own, const supnorm_box *around,
                                                   int16_t *ends) {
  const supnorm_box box = supnorm_sparse_box(around, layer->columns, ends);
  const uint16_t *counts = layer->row_entries;
  supnorm_sparse_row row = {layer->words, 0, layer->biases[own]}, other = {layer->words, 0, 0};
  for (uint32_t index = 0; index < 2 * own; index++) { row.words += counts[index]; }
  row.count = (uint32_t)counts[2 * own] + counts[2 * own + 1];
  for (uint32_t index = 0; index < layer->rows; index++) {
    other.count = (uint32_t)counts[2 * index] + counts[2 * index + 1];
    other.sum = layer->biases[index];
    if (index != own && !supnorm_sparse_exceeds_row(row, other, &box)) { return 0; }
    other.words += other.count;
  }
  return 1;
}

#endif
