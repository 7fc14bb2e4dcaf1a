/* supnorm_lanes_dense.h: the arithmetic of dense layers, a form for each family of processors.
 *
 * SPDX-License-Identifier: MIT
 *
 * A block of rows goes over the input together, so that a value is read once for all of them, and so that zeros of the
 * input can be left out for all of them: the others then lie in a list. Sums wrap around, as in supnorm_lanes.h.
 */
#ifndef SUPNORM_LANES_DENSE_H
#define SUPNORM_LANES_DENSE_H

#include "supnorm_lanes.h"

#if UINTPTR_MAX > UINT32_MAX /* a host, whose compiler makes vectors of the rows */
#define SUPNORM_DENSE_HOST
#elif defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#elif defined(__ARM_FEATURE_DSP)
#include <arm_acle.h>
#endif

/* A sum half up to the scale of the next layer, see `requantized`. */
SUPNORM_LANES int16_t supnorm_dense_requantized(int32_t sum, int32_t half, uint32_t shift) {
  const int32_t value = (int32_t)((uint32_t)sum + (uint32_t)half) >> shift;
  return (int16_t)(value > 32767 ? 32767 : value < -32768 ? -32768 : value);
}

/* ---- One row, of any number of columns and at any address ---- */
#if defined(__ARM_FEATURE_DSP) && !defined(__ARM_FEATURE_MVE)
typedef struct __attribute__((packed, may_alias)) supnorm_word {
  int32_t value;
} supnorm_word;
#define SUPNORM_DENSE_STEP 2 /* columns in a word */
#else
typedef struct __attribute__((may_alias)) supnorm_word {
  int16_t value;
} supnorm_word;
#define SUPNORM_DENSE_STEP 1
#endif
SUPNORM_LANES int32_t supnorm_word_at(const int16_t *values) {
  return ((const supnorm_word *)(const void *)values)->value;
}

SUPNORM_LANES int32_t supnorm_dense_row_sum(const int16_t *weights, const int16_t *values, uint32_t columns,
                                            int32_t sum) {
  const int16_t *end = weights + columns / SUPNORM_DENSE_STEP * SUPNORM_DENSE_STEP;
  for (; weights != end; weights += SUPNORM_DENSE_STEP, values += SUPNORM_DENSE_STEP) {
    const int32_t weight = supnorm_word_at(weights), value = supnorm_word_at(values);
#if SUPNORM_DENSE_STEP == 2
    sum = __smlad(weight, value, sum);
#else
    sum = (int32_t)((uint32_t)sum + (uint32_t)(weight * value));
#endif
  }
#if SUPNORM_DENSE_STEP == 2
  if ((columns & 1) != 0) { sum = __smlabb(*weights, *values, sum); }
#endif
  return sum;
}

#ifndef SUPNORM_DENSE_HOST
/* ---- Blocks of rows ---- */

/* A value of the input that is not zero; on processors with SIMD instructions two, in a word. */
typedef struct supnorm_entry {
  uint32_t place; /* the address behind it */
  int32_t value;
} supnorm_entry;

/* Blocks of rows one after the other; a block that is done moves row, biases and out to the next. */
typedef struct supnorm_blocks {
  const void *values; /* the input, or the list of its entries, */
  const void *end;    /* and where it ends */
  const int16_t *row;
  uint32_t stride; /* bytes from row to row */
  const int32_t *biases;
  void *out;          /* hidden values, or logits */
  int32_t half;       /* 2^(shift-1) */
  uint32_t shift;     /* 32 for logits */
  uint32_t is_listed; /* a list has an entry or more */
  uint32_t blocks;    /* one or more */
} supnorm_blocks;

#if defined(__ARM_FEATURE_MVE)
/* ---- Cortex-M52, M55, M85: eight columns a vector ---- */
#define SUPNORM_DENSE_ROWS 4
#elif defined(__arm__) && __ARM_ARCH_ISA_THUMB == 2
/* ---- Cortex-M3; M4, M7, M33 with two columns a word ----
 *
 * In assembly: a compiler joins no two loads of weights, since it does not know where rows begin, and has no register
 * to spare: a block needs up to 14. */
#define SUPNORM_DENSE_ROWS 4
#define SUPNORM_EACH_ROW(form) form("r3", "r7") form("r5", "r8") form("r6", "r9") form("r4", "r10") /* row, sum */

#if defined(__ARM_FEATURE_DSP)
/* 16 columns in 54 instructions for 64 products. r0 and lr: four values; r11 and r12: four weights. */
#define SUPNORM_WEIGHTS(row, sum) \
  "ldrd r11, r12, [" row "], #8\n smlad " sum ", r11, r0, " sum "\n smlad " sum ", r12, lr, " sum "\n"
#define SUPNORM_COLUMNS "ldrd r0, lr, [r1], #8\n" SUPNORM_EACH_ROW(SUPNORM_WEIGHTS)
#define SUPNORM_INPUT \
  "lsls r11, r11, #27\n bmi 5f\n" /* an odd eight first */ \
  "4:\n" SUPNORM_COLUMNS SUPNORM_COLUMNS "5:\n" SUPNORM_COLUMNS SUPNORM_COLUMNS \
  "cmp r1, r2\n bne 4b\n ldr r0, [sp]\n"
#define SUPNORM_LISTED(row, sum) "ldr lr, [" row ", r11]\n smlad " sum ", lr, r12, " sum "\n"
#else
/* 8 columns in 74 instructions for 32 products, others one at a time. r11: a value; r12: a weight. */
#define SUPNORM_WEIGHTS(row, sum) "ldrsh r12, [" row "], #2\n mla " sum ", r12, r11, " sum "\n"
#define SUPNORM_COLUMNS "ldrsh r11, [r1], #2\n" SUPNORM_EACH_ROW(SUPNORM_WEIGHTS)
#define SUPNORM_INPUT \
  "subs lr, r11, #16\n blt 5f\n" \
  "4:\n" SUPNORM_COLUMNS SUPNORM_COLUMNS SUPNORM_COLUMNS SUPNORM_COLUMNS \
  SUPNORM_COLUMNS SUPNORM_COLUMNS SUPNORM_COLUMNS SUPNORM_COLUMNS \
  "subs lr, lr, #16\n bge 4b\n" \
  "5: cmp r1, r2\n beq 6f\n" SUPNORM_COLUMNS "b 5b\n"
#define SUPNORM_LISTED(row, sum) "ldrsh lr, [" row ", r11]\n mla " sum ", lr, r12, " sum "\n"
#endif
#define SUPNORM_ENTRY "ldrd r11, r12, [r1], #8\n" SUPNORM_EACH_ROW(SUPNORM_LISTED) /* the offset and the value */
#define SUPNORM_STORE(row, sum) \
  "add " sum ", r12\n asr " sum ", r11\n ssat " sum ", #16, " sum "\n strh " sum ", [r1], #2\n"

/* With two columns a word an input has 8 columns or more, a multiple of 8, at whole words, and so have the weights. */
__attribute__((naked, noinline)) static void supnorm_dense_blocks(supnorm_blocks *blocks) {
  __asm__ volatile(
      "push {r0, r4, r5, r6, r7, r8, r9, r10, r11, lr}\n"
      "1: ldm r0, {r1, r2, r3, r4, r5}\n"
      "ldm r5!, {r7, r8, r9, r10}\n"
      "str r5, [r0, #16]\n"
      "add r5, r3, r4\n"
      "add r6, r5, r4\n"
      "add r11, r6, r4\n"
      "add r12, r11, r4\n"
      "str r12, [r0, #8]\n"
      "mov r4, r11\n"
      "ldr r12, [r0, #32]\n"
      "sub r11, r2, r1\n"
      "cmp r12, #0\n"
      "beq 9f\n"
      "lsls r11, r11, #28\n" /* an odd entry first */
      "bmi 3f\n"
      "2:\n" SUPNORM_ENTRY "3:\n" SUPNORM_ENTRY
      "cmp r1, r2\n"
      "bne 2b\n"
      "b 6f\n"
      "9:" SUPNORM_INPUT
      "6: ldrd r1, r12, [r0, #20]\n"
      "ldr r11, [r0, #28]\n"
      "ldr r2, [r0, #36]\n"
      "cmp r11, #32\n"
      "beq 7f\n"
      SUPNORM_EACH_ROW(SUPNORM_STORE)
      "b 8f\n"
      "7: stm r1!, {r7, r8, r9, r10}\n"
      "8: str r1, [r0, #20]\n"
      "subs r2, #1\n"
      "str r2, [r0, #36]\n"
      "bne 1b\n"
      "pop {r0, r4, r5, r6, r7, r8, r9, r10, r11, pc}\n");
}
#elif defined(__arm__) && __ARM_ARCH_ISA_THUMB == 1
/* ---- Cortex-M0, M0+, M23: eight registers for all but additions ----
 *
 * In assembly: a compiler keeps no sums in the high registers. 15 instructions for four products, with a list or
 * without. */
#define SUPNORM_DENSE_ROWS 4
#define SUPNORM_ROW(row, sum) "ldrsh r0, [" row ", r6]\n muls r0, r7, r0\n add " sum ", r0\n"
#define SUPNORM_COLUMN SUPNORM_ROW("r1", "r8") SUPNORM_ROW("r2", "r9") SUPNORM_ROW("r3", "r10") SUPNORM_ROW("r4", "r11")
/* Saturates by the sign: r6 is 32767. */
#define SUPNORM_STORE(sum, place) \
  "mov r4, " sum "\n adds r4, r4, r2\n asrs r4, r3\n sxth r5, r4\n cmp r5, r4\n beq 7f\n" \
  "asrs r5, r4, #31\n eors r5, r6\n 7: strh r5, [r1, #" place "]\n"

__attribute__((naked, noinline)) static void supnorm_dense_blocks(supnorm_blocks *blocks) {
  __asm__ volatile(
      ".syntax unified\n"
      "push {r4, r5, r6, r7, lr}\n"
      "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
      "push {r4, r5, r6, r7}\n"
      "mov r12, r0\n"
      "1: ldr r5, [r0, #16]\n" /* the sums */
      "ldm r5!, {r6, r7}\n mov r8, r6\n mov r9, r7\n"
      "ldm r5!, {r6, r7}\n mov r10, r6\n mov r11, r7\n"
      "str r5, [r0, #16]\n"
      "ldr r1, [r0, #8]\n" /* the rows */
      "ldr r6, [r0, #12]\n"
      "adds r2, r1, r6\n adds r3, r2, r6\n adds r4, r3, r6\n adds r6, r4, r6\n"
      "str r6, [r0, #8]\n"
      "ldr r5, [r0, #0]\n"
      "ldr r6, [r0, #4]\n"
      "ldr r7, [r0, #32]\n"
      "cmp r7, #0\n"
      "beq 3f\n"
      "mov lr, r6\n"
      "2: ldm r5!, {r6, r7}\n" SUPNORM_COLUMN
      "cmp r5, lr\n"
      "bne 2b\n"
      "b 5f\n"
      "3: subs r7, r6, r5\n" /* all from their ends, so that the offset runs to zero */
      "mov r5, r6\n"
      "adds r1, r1, r7\n adds r2, r2, r7\n adds r3, r3, r7\n adds r4, r4, r7\n"
      "rsbs r6, r7, #0\n"
      "4: ldrsh r7, [r5, r6]\n" SUPNORM_COLUMN
      "adds r6, #2\n"
      "bne 4b\n"
      "5: mov r0, r12\n"
      "ldr r1, [r0, #20]\n"
      "ldr r2, [r0, #24]\n"
      "ldr r3, [r0, #28]\n"
      "cmp r3, #32\n"
      "beq 6f\n"
      "ldr r6, [r0, #28]\n movs r6, #1\n lsls r6, r6, #15\n subs r6, #1\n"
      SUPNORM_STORE("r8", "0") SUPNORM_STORE("r9", "2") SUPNORM_STORE("r10", "4") SUPNORM_STORE("r11", "6")
      "adds r1, #8\n"
      "b 8f\n"
      "6: mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
      "stm r1!, {r4, r5, r6, r7}\n"
      "8: str r1, [r0, #20]\n"
      "ldr r2, [r0, #36]\n"
      "subs r2, #1\n"
      "str r2, [r0, #36]\n"
      "bne 1b\n"
      "pop {r4, r5, r6, r7}\n"
      "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
      "pop {r4, r5, r6, r7, pc}\n");
}
#endif

#if defined(__ARM_FEATURE_MVE) || !defined(__arm__)
#if !defined(__arm__)
/* ---- RISC-V: a column at a time, blocks of eight rows ----
 *
 * The barriers keep each sum and row in a register; without them compilers gather products first and spill them.
 * 16 columns are 410 instructions for 128 products. */
#define SUPNORM_DENSE_ROWS 8
#define SUPNORM_BARRIER(value) __asm__ volatile("" : "+r"(value) : : "memory")
#endif
#define SUPNORM_EACH_ROW _Pragma("clang loop unroll(full)") for (uint32_t k = 0; k < SUPNORM_DENSE_ROWS; k++)
#define SUPNORM_COLUMN(column) \
  { \
    const int32_t x = value[column]; \
    SUPNORM_EACH_ROW { \
      sum[k] += (uint32_t)(row[k][column] * x); \
      SUPNORM_BARRIER(sum[k]); \
    } \
  }
#define SUPNORM_ADVANCE(columns) \
  value += columns; \
  SUPNORM_EACH_ROW { \
    row[k] += columns; \
    SUPNORM_BARRIER(row[k]); \
  }

__attribute__((noinline)) static void supnorm_dense_blocks(supnorm_blocks *blocks) {
  const int16_t *start = blocks->row;
  const int32_t *biases = blocks->biases;
  int16_t *hidden = (int16_t *)blocks->out;
  int32_t *logits = (int32_t *)blocks->out;
  do {
    const int16_t *row[SUPNORM_DENSE_ROWS];
    uint32_t sum[SUPNORM_DENSE_ROWS];
    SUPNORM_EACH_ROW {
      row[k] = start;
      start = (const int16_t *)(const void *)((const char *)start + blocks->stride);
      sum[k] = (uint32_t)*biases++;
    }
#if defined(__ARM_FEATURE_MVE)
    const int16_t *value = (const int16_t *)blocks->values;
    for (int32_t left = (int32_t)(blocks->stride / 2); left > 0; left -= 8) {
      const mve_pred16_t p = vctp16q((uint32_t)left);
      const int16x8_t x = vldrhq_z_s16(value, p);
      value += 8;
      SUPNORM_EACH_ROW {
        sum[k] = (uint32_t)vmladavaq_p_s16((int32_t)sum[k], vldrhq_z_s16(row[k], p), x, p);
        row[k] += 8;
      }
    }
#else
    if (blocks->is_listed) {
      const supnorm_entry *entry = (const supnorm_entry *)blocks->values, *end = (const supnorm_entry *)blocks->end;
      do {
        const uint32_t place = entry->place;
        const int32_t x = entry->value;
        entry++;
        SUPNORM_EACH_ROW {
          sum[k] += (uint32_t)(*(const int16_t *)(const void *)(((uintptr_t)row[k] + place)) * x);
          SUPNORM_BARRIER(sum[k]);
        }
      } while (entry != end);
    } else {
      const int16_t *value = (const int16_t *)blocks->values, *end = (const int16_t *)blocks->end;
      const int16_t *turns = value + (blocks->stride / 2 & ~UINT32_C(15));
      while (value != turns) {
        SUPNORM_COLUMN(0) SUPNORM_COLUMN(1) SUPNORM_COLUMN(2) SUPNORM_COLUMN(3)
        SUPNORM_COLUMN(4) SUPNORM_COLUMN(5) SUPNORM_COLUMN(6) SUPNORM_COLUMN(7)
        SUPNORM_COLUMN(8) SUPNORM_COLUMN(9) SUPNORM_COLUMN(10) SUPNORM_COLUMN(11)
        SUPNORM_COLUMN(12) SUPNORM_COLUMN(13) SUPNORM_COLUMN(14) SUPNORM_COLUMN(15)
        SUPNORM_ADVANCE(16)
      }
      while (value != end) {
        SUPNORM_COLUMN(0)
        SUPNORM_ADVANCE(1)
      }
    }
#endif
    if (blocks->shift == 32) {
      SUPNORM_EACH_ROW { *logits++ = (int32_t)sum[k]; }
    } else {
      SUPNORM_EACH_ROW { *hidden++ = supnorm_dense_requantized((int32_t)sum[k], blocks->half, blocks->shift); }
    }
  } while (--blocks->blocks > 0);
  blocks->row = start;
  blocks->biases = biases;
  blocks->out = blocks->shift == 32 ? (void *)logits : (void *)hidden;
}
#endif

#ifndef __ARM_FEATURE_MVE
/* Makes the list of the entries that are not zero, with the address behind each, from `values`, as its place. Returns
 * the end of the list, or null where it does not hold them. */
SUPNORM_LANES const supnorm_entry *supnorm_dense_list(const int16_t *values, const int16_t *end, uint32_t most,
                                                      supnorm_entry *list) {
  const supnorm_entry *start = list, *full = list + most;
  do {
    /* As far as there is room whatever comes. */
    const int16_t *stop = values + SUPNORM_DENSE_STEP * (full - list);
    if (list == full) { return NULL; }
    if (stop > end) { stop = end; }
    do {
      const int32_t value = supnorm_word_at(values);
      values += SUPNORM_DENSE_STEP;
      if (value != 0) {
        list->place = (uint32_t)(uintptr_t)values;
        list->value = value;
        list++;
      }
    } while (values != stop);
  } while (values != end);
  if (list == start) { /* none is not a list */
    list->place = (uint32_t)(uintptr_t)values;
    list->value = 0;
    list++;
  }
  return list;
}
#endif
#endif

/* Every row of a layer: requantised into `hidden`, or as logits. */
SUPNORM_LANES void supnorm_dense_layer(const supnorm_layer *layer, const int16_t *input, int16_t *hidden,
                                       int32_t *logits, void *workspace) {
  const uint32_t columns = layer->columns, shift = layer->shift;
  const int32_t half = (1 << shift) >> 1;
  uint32_t rows = layer->rows;
  const int16_t *weights = layer->weights;
  const int32_t *biases = layer->biases;
#ifndef SUPNORM_DENSE_HOST
  if (rows >= SUPNORM_DENSE_ROWS && columns % SUPNORM_DENSE_STEP == 0) {
    supnorm_blocks blocks = {input, input + columns, weights, 2 * columns, biases, logits, half, 32, 0,
                             rows / SUPNORM_DENSE_ROWS};
#ifndef __ARM_FEATURE_MVE
    supnorm_entry *list = (supnorm_entry *)workspace;
#if SUPNORM_DENSE_STEP == 2
    /* An input that cannot be read as it is lies in the list in full. */
    const uint32_t most = (((uint32_t)(uintptr_t)input << 1 | columns) & 7) == 0 ? columns >> 2 : columns >> 1;
#else
    const uint32_t most = columns >> 1;
#endif
    const supnorm_entry *end = supnorm_dense_list(input, input + columns, most, list);
    if (end != NULL) {
      blocks.values = list;
      blocks.end = end;
      blocks.row = (const int16_t *)((uintptr_t)weights - (uintptr_t)(input + SUPNORM_DENSE_STEP));
      blocks.is_listed = 1;
    }
#endif
    if (hidden != NULL) {
      blocks.out = hidden;
      blocks.shift = shift;
    }
    supnorm_dense_blocks(&blocks);
    rows %= SUPNORM_DENSE_ROWS;
    if (rows == 0) { return; }
    /* The last block has rows of the one before it again. */
    rows = SUPNORM_DENSE_ROWS - rows;
    blocks.row = (const int16_t *)((uintptr_t)blocks.row - rows * blocks.stride);
    blocks.biases -= rows;
    blocks.out = (char *)blocks.out - (hidden != NULL ? 2 : 4) * rows;
    blocks.blocks = 1;
    supnorm_dense_blocks(&blocks);
    return;
  }
#endif
  for (; rows > 0; rows--) {
    const int32_t sum = supnorm_dense_row_sum(weights, input, columns, *biases++);
    weights += columns;
    if (hidden != NULL) {
      *hidden++ = supnorm_dense_requantized(sum, half, shift);
    } else {
      *logits++ = sum;
    }
  }
}
#endif
