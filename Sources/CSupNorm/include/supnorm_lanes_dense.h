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
  uint32_t is_listed; /* a list has an entry or more */
  void *out;          /* hidden values, or logits */
  uint32_t blocks;    /* one or more */
  int32_t half;       /* 2^(shift-1) */
  uint32_t shift;     /* 32 for logits */
} supnorm_blocks;

#if defined(__ARM_FEATURE_MVE)
/* ---- Cortex-M52, M55, M85: eight columns a vector ----
 *
 * 32 columns in 37 instructions for 128 products, then the rest by eights, the last of them in part. In assembly: a
 * compiler spills what it needs between blocks, 61 instructions a block where these are 30 and a stack 72 bytes
 * deeper. */
#define SUPNORM_DENSE_ROWS 4
#define SUPNORM_DENSE_WEIGHTS(row, sum) "vldrh.u16 q1, [" row "], #16\n vmlava.s16 " sum ", q1, q0\n"
#define SUPNORM_DENSE_COLUMNS \
  "vldrh.u16 q0, [r1], #16\n" SUPNORM_DENSE_WEIGHTS("r3", "r4") SUPNORM_DENSE_WEIGHTS("r5", "r6") \
  SUPNORM_DENSE_WEIGHTS("r7", "r8") SUPNORM_DENSE_WEIGHTS("r9", "r10")

__attribute__((naked, noinline)) static void supnorm_dense_blocks(supnorm_blocks *blocks) {
  __asm__ volatile(
      "push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n"
      "1: ldr r1, [r0]\n"
      "ldrd r3, r2, [r0, #8]\n"
      "ldr r11, [r0, #16]\n"
      "ldrd r4, r6, [r11], #8\n"
      "ldrd r8, r10, [r11], #8\n"
      "str r11, [r0, #16]\n"
      "add r5, r3, r2\n"
      "add r7, r5, r2\n"
      "add r9, r7, r2\n"
      "add r11, r9, r2\n"
      "str r11, [r0, #8]\n"
      "lsr r12, r2, #6\n"
      "wls lr, r12, 3f\n"
      "2:\n" SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS
      "le lr, 2b\n"
      "3: ubfx r12, r2, #1, #5\n"
      "wlstp.16 lr, r12, 5f\n"
      "4:\n" SUPNORM_DENSE_COLUMNS
      "letp lr, 4b\n"
      "5: vmov q0[2], q0[0], r4, r8\n"
      "vmov q0[3], q0[1], r6, r10\n"
      "ldrd r1, r2, [r0, #24]\n"
      "ldrd r12, r11, [r0, #32]\n"
      "cmp r11, #32\n"
      "beq 6f\n"
      "vadd.i32 q0, q0, r12\n"
      "rsb r11, #0\n"
      "vshl.s32 q0, r11\n"
      "vqmovnb.s32 q0, q0\n"
      "vstrh.32 q0, [r1], #8\n"
      "b 7f\n"
      "6: vstrw.32 q0, [r1], #16\n"
      "7: subs r2, #1\n"
      "strd r1, r2, [r0, #24]\n"
      "bne 1b\n"
      "pop {r4, r5, r6, r7, r8, r9, r10, r11, pc}\n");
}
#elif defined(__arm__) && __ARM_ARCH_ISA_THUMB == 2
/* ---- Cortex-M3; M4, M7, M33 with two columns a word ----
 *
 * In assembly: a compiler joins no two loads of weights, since it does not know where rows begin, and has no register
 * to spare: a block needs up to 14. */
#define SUPNORM_DENSE_ROWS 4
#define SUPNORM_DENSE_EACH(form) form("r3", "r7") form("r5", "r8") form("r6", "r9") form("r4", "r10") /* row, sum */

#if defined(__ARM_FEATURE_DSP)
/* 16 columns in 54 instructions for 64 products. r0 and lr: four values; r11 and r12: four weights. */
#define SUPNORM_DENSE_WEIGHTS(row, sum) \
  "ldrd r11, r12, [" row "], #8\n smlad " sum ", r11, r0, " sum "\n smlad " sum ", r12, lr, " sum "\n"
#define SUPNORM_DENSE_COLUMNS "ldrd r0, lr, [r1], #8\n" SUPNORM_DENSE_EACH(SUPNORM_DENSE_WEIGHTS)
#define SUPNORM_DENSE_INPUT \
  "lsls r11, r11, #27\n bmi 5f\n" /* an odd eight first */ \
  "4:\n" SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS "5:\n" SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS \
  "cmp r1, r2\n bne 4b\n ldr r0, [sp]\n"
#define SUPNORM_DENSE_LISTED(row, sum) "ldr lr, [" row ", r11]\n smlad " sum ", lr, r12, " sum "\n"
#else
/* 8 columns in 74 instructions for 32 products, others one at a time. r11: a value; r12: a weight. */
#define SUPNORM_DENSE_WEIGHTS(row, sum) "ldrsh r12, [" row "], #2\n mla " sum ", r12, r11, " sum "\n"
#define SUPNORM_DENSE_COLUMNS "ldrsh r11, [r1], #2\n" SUPNORM_DENSE_EACH(SUPNORM_DENSE_WEIGHTS)
#define SUPNORM_DENSE_INPUT \
  "subs lr, r11, #16\n blt 5f\n" \
  "4:\n" SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS \
  SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS SUPNORM_DENSE_COLUMNS \
  "subs lr, lr, #16\n bge 4b\n" \
  "5: cmp r1, r2\n beq 6f\n" SUPNORM_DENSE_COLUMNS "b 5b\n"
#define SUPNORM_DENSE_LISTED(row, sum) "ldrsh lr, [" row ", r11]\n mla " sum ", lr, r12, " sum "\n"
#endif
/* r11: the place of an entry; r12: its value. */
#define SUPNORM_DENSE_ENTRY "ldrd r11, r12, [r1], #8\n" SUPNORM_DENSE_EACH(SUPNORM_DENSE_LISTED)
#define SUPNORM_DENSE_STORE(row, sum) \
  "add " sum ", r12\n asr " sum ", r11\n ssat " sum ", #16, " sum "\n strh " sum ", [r1], #2\n"

/* With two columns a word an input has 8 columns or more, a multiple of 8, at whole words, and so have the weights. */
__attribute__((naked, noinline)) static void supnorm_dense_blocks(supnorm_blocks *blocks) {
  __asm__ volatile(
      "push {r0, r4, r5, r6, r7, r8, r9, r10, r11, lr}\n"
      "1: ldm r0, {r1, r2, r3, r4, r5, r6}\n"
      "ldm r5!, {r7, r8, r9, r10}\n"
      "str r5, [r0, #16]\n"
      "cmp r6, #0\n"
      "add r5, r3, r4\n"
      "add r6, r5, r4\n"
      "add r12, r3, r4, lsl #2\n"
      "str r12, [r0, #8]\n"
      "add r4, r6, r4\n"
      "sub r11, r2, r1\n"
      "beq 9f\n"
      "lsls r11, r11, #28\n" /* an odd entry first */
      "bmi 3f\n"
      "2:\n" SUPNORM_DENSE_ENTRY "3:\n" SUPNORM_DENSE_ENTRY
      "cmp r1, r2\n"
      "bne 2b\n"
      "b 6f\n"
      "9:" SUPNORM_DENSE_INPUT
      "6: ldrd r1, r2, [r0, #24]\n"
      "ldrd r12, r11, [r0, #32]\n"
      "cmp r11, #32\n"
      "beq 7f\n"
      SUPNORM_DENSE_EACH(SUPNORM_DENSE_STORE)
      "8: subs r2, #1\n"
      "strd r1, r2, [r0, #24]\n"
      "bne 1b\n"
      "pop {r0, r4, r5, r6, r7, r8, r9, r10, r11, pc}\n"
      "7: stm r1!, {r7, r8, r9, r10}\n"
      "b 8b\n");
}
#elif defined(__arm__) && __ARM_ARCH_ISA_THUMB == 1
/* ---- Cortex-M0, M0+, M23: eight registers for all but additions ----
 *
 * In assembly: a compiler keeps no sums in the high registers. 15 instructions for four products, with a list or
 * without. */
#define SUPNORM_DENSE_ROWS 4
#define SUPNORM_DENSE_ROW(row, sum) "ldrsh r0, [" row ", r6]\n muls r0, r7, r0\n add " sum ", r0\n"
#define SUPNORM_DENSE_COLUMN \
  SUPNORM_DENSE_ROW("r1", "r8") SUPNORM_DENSE_ROW("r2", "r9") \
  SUPNORM_DENSE_ROW("r3", "r10") SUPNORM_DENSE_ROW("r4", "r11")
/* Saturates by the sign: r6 is 32767. */
#define SUPNORM_DENSE_STORE(sum, place) \
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
      "ldr r7, [r0, #20]\n"
      "cmp r7, #0\n"
      "beq 3f\n"
      "mov lr, r6\n"
      "2: ldm r5!, {r6, r7}\n" SUPNORM_DENSE_COLUMN
      "cmp r5, lr\n"
      "bne 2b\n"
      "b 5f\n"
      "3: subs r7, r6, r5\n" /* all from their ends, so that the offset runs to zero */
      "mov r5, r6\n"
      "adds r1, r1, r7\n adds r2, r2, r7\n adds r3, r3, r7\n adds r4, r4, r7\n"
      "rsbs r6, r7, #0\n"
      "4: ldrsh r7, [r5, r6]\n" SUPNORM_DENSE_COLUMN
      "adds r6, #2\n"
      "bne 4b\n"
      "5: mov r0, r12\n"
      "ldr r1, [r0, #24]\n"
      "ldr r2, [r0, #32]\n"
      "ldr r3, [r0, #36]\n"
      "cmp r3, #32\n"
      "beq 6f\n"
      "movs r6, #1\n lsls r6, r6, #15\n subs r6, #1\n"
      SUPNORM_DENSE_STORE("r8", "0") SUPNORM_DENSE_STORE("r9", "2")
      SUPNORM_DENSE_STORE("r10", "4") SUPNORM_DENSE_STORE("r11", "6")
      "adds r1, #8\n"
      "b 8f\n"
      "6: mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
      "stm r1!, {r4, r5, r6, r7}\n"
      "8: str r1, [r0, #24]\n"
      "ldr r2, [r0, #28]\n"
      "subs r2, #1\n"
      "str r2, [r0, #28]\n"
      "bne 1b\n"
      "pop {r4, r5, r6, r7}\n"
      "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
      "pop {r4, r5, r6, r7, pc}\n");
}
#endif

#if !defined(__arm__)
/* ---- RISC-V: a column at a time, blocks of eight rows ----
 *
 * The barriers keep each sum and row in a register; without them compilers gather products first and spill them.
 * 16 columns are 410 instructions for 128 products. */
#define SUPNORM_DENSE_ROWS 8
#define SUPNORM_DENSE_BARRIER(value) __asm__ volatile("" : "+r"(value) : : "memory")
#define SUPNORM_DENSE_EACH _Pragma("clang loop unroll(full)") for (uint32_t k = 0; k < SUPNORM_DENSE_ROWS; k++)
#define SUPNORM_DENSE_COLUMN(column) \
  { \
    const int32_t x = value[column]; \
    SUPNORM_DENSE_EACH { \
      sum[k] += (uint32_t)(row[k][column] * x); \
      SUPNORM_DENSE_BARRIER(sum[k]); \
    } \
  }
#define SUPNORM_DENSE_ADVANCE(columns) \
  value += columns; \
  SUPNORM_DENSE_EACH { \
    row[k] += columns; \
    SUPNORM_DENSE_BARRIER(row[k]); \
  }

__attribute__((noinline)) static void supnorm_dense_blocks(supnorm_blocks *blocks) {
  const int16_t *start = blocks->row;
  const int32_t *biases = blocks->biases;
  int16_t *hidden = (int16_t *)blocks->out;
  int32_t *logits = (int32_t *)blocks->out;
  do {
    const int16_t *row[SUPNORM_DENSE_ROWS];
    uint32_t sum[SUPNORM_DENSE_ROWS];
    SUPNORM_DENSE_EACH {
      row[k] = start;
      start = (const int16_t *)(const void *)((const char *)start + blocks->stride);
      sum[k] = (uint32_t)*biases++;
    }
    if (blocks->is_listed) {
      const supnorm_entry *entry = (const supnorm_entry *)blocks->values, *end = (const supnorm_entry *)blocks->end;
      do {
        const uint32_t place = entry->place;
        const int32_t x = entry->value;
        entry++;
        SUPNORM_DENSE_EACH {
          sum[k] += (uint32_t)(*(const int16_t *)(const void *)(((uintptr_t)row[k] + place)) * x);
          SUPNORM_DENSE_BARRIER(sum[k]);
        }
      } while (entry != end);
    } else {
      const int16_t *value = (const int16_t *)blocks->values, *end = (const int16_t *)blocks->end;
      const int16_t *turns = value + (blocks->stride / 2 & ~UINT32_C(15));
      while (value != turns) {
        SUPNORM_DENSE_COLUMN(0) SUPNORM_DENSE_COLUMN(1) SUPNORM_DENSE_COLUMN(2) SUPNORM_DENSE_COLUMN(3)
        SUPNORM_DENSE_COLUMN(4) SUPNORM_DENSE_COLUMN(5) SUPNORM_DENSE_COLUMN(6) SUPNORM_DENSE_COLUMN(7)
        SUPNORM_DENSE_COLUMN(8) SUPNORM_DENSE_COLUMN(9) SUPNORM_DENSE_COLUMN(10) SUPNORM_DENSE_COLUMN(11)
        SUPNORM_DENSE_COLUMN(12) SUPNORM_DENSE_COLUMN(13) SUPNORM_DENSE_COLUMN(14) SUPNORM_DENSE_COLUMN(15)
        SUPNORM_DENSE_ADVANCE(16)
      }
      while (value != end) {
        SUPNORM_DENSE_COLUMN(0)
        SUPNORM_DENSE_ADVANCE(1)
      }
    }
    if (blocks->shift == 32) {
      SUPNORM_DENSE_EACH { *logits++ = (int32_t)sum[k]; }
    } else {
      SUPNORM_DENSE_EACH { *hidden++ = supnorm_requantized((int32_t)sum[k], blocks->shift); }
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
      __asm__("" : "+r"(values)); /* one register for the place and the loop */
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
  uint32_t rows = layer->rows;
  const int16_t *weights = layer->weights;
  const int32_t *biases = layer->biases;
#ifndef SUPNORM_DENSE_HOST
  if (rows >= SUPNORM_DENSE_ROWS && columns % SUPNORM_DENSE_STEP == 0) {
    supnorm_blocks blocks = {input, input + columns, weights, 2 * columns, biases, 0, logits,
                             rows / SUPNORM_DENSE_ROWS, (1 << shift) >> 1, 32};
#ifndef __ARM_FEATURE_MVE
    supnorm_entry *list = (supnorm_entry *)workspace;
#if SUPNORM_DENSE_STEP == 2
    /* An input that cannot be read as it is lies in the list in full; for few rows a list takes what it saves. */
    const uint32_t few = rows < 4 * SUPNORM_DENSE_ROWS ? 0 : columns >> 2;
    const uint32_t most = (((uint32_t)(uintptr_t)input << 1 | columns) & 7) == 0 ? few : columns >> 1;
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
      *hidden++ = supnorm_requantized(sum, shift);
    } else {
      *logits++ = sum;
    }
  }
}

/* ---- Certificates: the ends of every row over a box ----
 *
 * With lo and hi the ends of a column, width = hi - lo, w+ the weight where it is positive and 0 elsewhere, and
 * P = the sum of w+ * width:
 *
 *   greatest = bias + the sum of w * lo + P        least = bias + the sum of w * hi - P
 *
 * Each side is congruent to the plain sum modulo 2^32, column by column, and so equal to it. */

/* Both ends of a column; around one vector or between two. */
SUPNORM_LANES int32_t supnorm_lower_end(const supnorm_box *box, uint32_t column) {
  const int32_t end = box->lower[column] - box->deviation;
  return end > box->minimum ? end : box->minimum;
}
SUPNORM_LANES int32_t supnorm_upper_end(const supnorm_box *box, uint32_t column) {
  const int32_t end = box->upper[column] + box->deviation;
  return end < box->maximum ? end : box->maximum;
}

/* Rows one after the other; a row that is done moves row, biases, lower and upper to the next. */
typedef struct supnorm_bounds {
  const void *ends; /* what supnorm_dense_ends made */
  const void *end;
  const int16_t *row;
  const int32_t *biases;
  void *lower; /* hidden values, or logits */
  void *upper;
  int32_t half;
  uint32_t shift;   /* 32 for logits */
  uint32_t columns;
  uint32_t rows;    /* one or more */
} supnorm_bounds;

/* One row by the plain sum, of any number of columns and for every box. */
SUPNORM_LANES supnorm_ends supnorm_dense_row_ends(const int16_t *weights, int32_t bias, uint32_t columns,
                                                  const supnorm_box *box) {
  uint32_t least = (uint32_t)bias, greatest = (uint32_t)bias;
  supnorm_ends ends;
  for (uint32_t column = 0; column < columns; column++) {
    const int32_t weight = weights[column];
    const int32_t low = supnorm_lower_end(box, column), high = supnorm_upper_end(box, column);
    least += (uint32_t)(weight * (weight < 0 ? high : low));
    greatest += (uint32_t)(weight * (weight < 0 ? low : high));
  }
  ends.least = (int32_t)least;
  ends.greatest = (int32_t)greatest;
  return ends;
}

#if SUPNORM_DENSE_STEP == 2
/* Two columns a word: lo, hi and width of each pair, in four halfwords at a time without a carry from one to the other.
 * Values are taken from -32768 on, so that `deviation` fits and the unsigned operations saturate where Int16 ends:
 * max(x - d, min) = (x - d - min) cut at 0, + min. Returns whether every width is a signed halfword. */
SUPNORM_LANES int32_t supnorm_dense_ends(const supnorm_box *box, uint32_t columns, uint32_t *ends) {
  const uint32_t both = UINT32_C(0x10001), flip = UINT32_C(0x80008000);
  const uint32_t deviation = both * (uint32_t)box->deviation;
  const uint32_t minimum = both * (uint16_t)box->minimum, maximum = both * (uint16_t)box->maximum;
  const int16_t *lower = box->lower, *upper = box->upper, *end = lower + columns;
  uint32_t wide = 0;
  do {
    __asm__("" : "+r"(lower), "+r"(upper), "+r"(ends)); /* three pointers, and no index that needs their beginnings */
    uint32_t low = (uint32_t)supnorm_word_at(lower) ^ flip, high = (uint32_t)supnorm_word_at(upper) ^ flip;
    low = __uadd16(__uqsub16(__uqsub16(low, deviation), minimum ^ flip), minimum);
    high = __usub16(maximum, __uqsub16(maximum ^ flip, __uqadd16(high, deviation)));
    ends[0] = low;
    ends[1] = high;
    ends[2] = __usub16(high, low);
    wide |= ends[2];
    lower += 2;
    upper += 2;
    ends += 3;
  } while (lower != end);
  return (wide & flip) == 0;
}

/* r5, r6 and r4: the sums of w * lo, of w * hi and P; r0 and lr: four weights. */
#define SUPNORM_DENSE_FOUR \
  "ldrd r0, lr, [r3], #8\n" \
  "ldm r1!, {r7, r8, r9, r10, r11, r12}\n" \
  "smlad r5, r0, r7, r5\n smlad r6, r0, r8, r6\n usat16 r0, #15, r0\n smlad r4, r0, r9, r4\n" \
  "smlad r5, lr, r10, r5\n smlad r6, lr, r11, r6\n usat16 lr, #15, lr\n smlad r4, lr, r12, r4\n"

/* 8 columns in 22 instructions, an even number of them and 4 or more, at whole words. In assembly for the multiple
 * loads and all 14 registers. */
__attribute__((naked, noinline)) static void supnorm_dense_bounds_of(supnorm_bounds *bounds) {
  __asm__ volatile(
      "push {r0, r4, r5, r6, r7, r8, r9, r10, r11, lr}\n"
      "1: ldm r0, {r1, r2, r3, r4}\n"
      "ldr r5, [r4], #4\n"
      "str r4, [r0, #12]\n"
      "mov r6, r5\n"
      "movs r4, #0\n"
      "ldr r7, [r0, #32]\n"
      "lsls r7, r7, #30\n" /* N: a pair first; C: four of eight columns first */
      "bpl 2f\n"
      "ldr lr, [r3], #4\n"
      "ldm r1!, {r10, r11, r12}\n"
      "smlad r5, lr, r10, r5\n smlad r6, lr, r11, r6\n usat16 lr, #15, lr\n smlad r4, lr, r12, r4\n"
      "2: bcs 4f\n"
      "3:\n" SUPNORM_DENSE_FOUR
      "4:\n" SUPNORM_DENSE_FOUR
      "cmp r1, r2\n"
      "bne 3b\n"
      "ldr r0, [sp]\n"
      "str r3, [r0, #8]\n"
      "add r5, r4\n"
      "subs r6, r6, r4\n"
      "ldrd r1, r2, [r0, #16]\n"
      "ldrd r3, r4, [r0, #24]\n"
      "cmp r4, #32\n"
      "beq 5f\n"
      "add r6, r3\n add r5, r3\n"
      "asrs r6, r4\n asrs r5, r4\n"
      "ssat r6, #16, r6\n ssat r5, #16, r5\n"
      "strh r6, [r1], #2\n strh r5, [r2], #2\n"
      "b 6f\n"
      "5: str r6, [r1], #4\n str r5, [r2], #4\n"
      "6: strd r1, r2, [r0, #16]\n"
      "ldr r1, [r0, #36]\n"
      "subs r1, #1\n"
      "str r1, [r0, #36]\n"
      "bne 1b\n"
      "pop {r0, r4, r5, r6, r7, r8, r9, r10, r11, pc}\n");
}
#define SUPNORM_DENSE_HAS_BOUNDS(rows, columns) ((columns & 1) == 0 && columns >= 4)
#define SUPNORM_DENSE_ENDS_BYTES 6 /* a column */
#else
/* One column after the other: lo, hi and width in arrays where vectors are loaded, else in a word, width in the upper
 * half. Returns whether the widths are fit for the rows. */
#if defined(SUPNORM_DENSE_HOST) || defined(__ARM_FEATURE_MVE)
#define SUPNORM_DENSE_ENDS_BYTES 6
SUPNORM_LANES int32_t supnorm_dense_ends(const supnorm_box *box, uint32_t columns, void *ends) {
  int16_t *low = (int16_t *)ends, *high = low + columns, *width = high + columns;
  int32_t widest = 0;
#if defined(__ARM_FEATURE_MVE)
  /* Values are taken from -32768 on, as the unsigned operations saturate where Int16 ends. */
  const uint16_t deviation = (uint16_t)box->deviation, flip = 0x8000;
  const uint16_t minimum = (uint16_t)box->minimum, maximum = (uint16_t)box->maximum;
  const int16_t *lower = box->lower, *upper = box->upper;
  for (int32_t left = (int32_t)columns; left > 0; left -= 8) {
    const mve_pred16_t p = vctp16q((uint32_t)left);
    uint16x8_t least = vaddq_n_u16(vreinterpretq_u16_s16(vldrhq_z_s16(lower, p)), flip);
    uint16x8_t most = vaddq_n_u16(vreinterpretq_u16_s16(vldrhq_z_s16(upper, p)), flip);
    least = vqsubq_n_u16(vqsubq_n_u16(least, deviation), minimum ^ flip);
    least = vaddq_n_u16(least, minimum);
    most = vminq_u16(vqaddq_n_u16(most, deviation), vdupq_n_u16(maximum ^ flip));
    most = vaddq_n_u16(most, flip);
    vstrhq_p_u16((uint16_t *)low, least, p);
    vstrhq_p_u16((uint16_t *)high, most, p);
    vstrhq_p_u16((uint16_t *)width, vsubq_u16(most, least), p);
    lower += 8;
    upper += 8;
    low += 8;
    high += 8;
    width += 8;
  }
#else
  for (uint32_t column = 0; column < columns; column++) {
    const int32_t least = supnorm_lower_end(box, column), most = supnorm_upper_end(box, column);
    low[column] = (int16_t)least;
    high[column] = (int16_t)most;
    width[column] = (int16_t)(most - least);
    widest |= most - least;
  }
#endif
  return widest <= 32767; /* the product of vectors is a signed one on a host */
}
#else
#define SUPNORM_DENSE_ENDS_BYTES 4
SUPNORM_LANES int32_t supnorm_dense_ends(const supnorm_box *box, uint32_t columns, uint32_t *ends) {
  for (uint32_t column = 0; column < columns; column++) {
    const int32_t low = supnorm_lower_end(box, column), high = supnorm_upper_end(box, column);
    ends[column] = (uint32_t)(high - low) << 16 | (uint16_t)low;
  }
  return 1;
}
#endif

/* The sums of w * lo and what comes to them: P, or the sums of w * width and of its negative part. */
typedef struct supnorm_sums {
  uint32_t low, high, part;
} supnorm_sums;

#if defined(SUPNORM_DENSE_HOST)
/* ---- A host: vectors of products of halfwords ---- */
#define SUPNORM_DENSE_BOUND_ROWS 1
SUPNORM_LANES void supnorm_row_sums(const int16_t *row, const void *ends, uint32_t columns, uint32_t stride,
                                    supnorm_sums *sums) {
  const int16_t *low = (const int16_t *)ends, *high = low + columns, *width = high + columns;
  uint32_t lows = 0, highs = 0, part = 0;
  (void)stride;
  for (uint32_t column = 0; column < columns; column++) {
    const int16_t weight = row[column], positive = weight > 0 ? weight : 0;
    lows += (uint32_t)(weight * low[column]);
    highs += (uint32_t)(weight * high[column]);
    part += (uint32_t)(positive * width[column]);
  }
  sums->low = lows;
  sums->high = highs;
  sums->part = part;
}
#elif defined(__ARM_FEATURE_MVE)
/* ---- Cortex-M52, M55, M85: 13 instructions for 16 weights; P of unsigned halfwords, so that every width fits ---- */
#define SUPNORM_DENSE_BOUND_ROWS 2
SUPNORM_LANES void supnorm_row_sums(const int16_t *row, const void *ends, uint32_t columns, uint32_t stride,
                                    supnorm_sums *sums) {
  const int16_t *low = (const int16_t *)ends, *high = low + columns;
  const uint16_t *width = (const uint16_t *)(high + columns);
  const int16_t *other = row + stride;
  const int16x8_t zero = vdupq_n_s16(0);
  int32_t low0 = 0, high0 = 0, low1 = 0, high1 = 0;
  uint32_t part0 = 0, part1 = 0;
  for (int32_t left = (int32_t)columns; left > 0; left -= 8) {
    const mve_pred16_t p = vctp16q((uint32_t)left);
    const int16x8_t l = vldrhq_z_s16(low, p), h = vldrhq_z_s16(high, p);
    const uint16x8_t d = vldrhq_z_u16(width, p);
    int16x8_t w = vldrhq_z_s16(row, p);
    low0 = vmladavaq_p_s16(low0, w, l, p);
    high0 = vmladavaq_p_s16(high0, w, h, p);
    part0 = vmladavaq_p_u16(part0, vreinterpretq_u16_s16(vmaxq_s16(w, zero)), d, p);
    w = vldrhq_z_s16(other, p);
    low1 = vmladavaq_p_s16(low1, w, l, p);
    high1 = vmladavaq_p_s16(high1, w, h, p);
    part1 = vmladavaq_p_u16(part1, vreinterpretq_u16_s16(vmaxq_s16(w, zero)), d, p);
    low += 8;
    high += 8;
    width += 8;
    row += 8;
    other += 8;
  }
  sums[0] = (supnorm_sums){(uint32_t)low0, (uint32_t)high0, part0};
  sums[1] = (supnorm_sums){(uint32_t)low1, (uint32_t)high1, part1};
}
#elif defined(__arm__) && __ARM_ARCH_ISA_THUMB == 1
/* ---- Cortex-M0, M0+, M23: 19 instructions for two weights ----
 *
 * In assembly, for the sums in high registers and for the sign that a product leaves in the flags. */
#define SUPNORM_DENSE_BOUND_ROWS 2
#define SUPNORM_DENSE_SIGNED_PART
typedef struct supnorm_two {
  const int16_t *row, *other; /* their ends */
  const void *ends;
  int32_t offset; /* of the first weights from there */
  supnorm_sums *sums;
} supnorm_two;

__attribute__((naked, noinline)) static void supnorm_two_sums(const supnorm_two *two) {
  __asm__ volatile(
      ".syntax unified\n"
      "push {r4, r5, r6, r7, lr}\n"
      "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
      "push {r4, r5, r6, r7}\n"
      "ldm r0!, {r1, r2, r3, r4, r5}\n"
      "push {r5}\n"
      "movs r5, #0\n"
      "mov r8, r5\n mov r9, r5\n mov r10, r5\n mov r11, r5\n mov r12, r5\n mov lr, r5\n"
      "1: ldm r3!, {r6}\n"
      "sxth r7, r6\n"
      "lsrs r6, r6, #16\n"
      "ldrsh r0, [r1, r4]\n"
      "mov r5, r7\n muls r5, r0, r5\n add r8, r5\n"
      "muls r0, r6, r0\n add r9, r0\n bpl 2f\n add r10, r0\n"
      "2: ldrsh r0, [r2, r4]\n"
      "muls r7, r0, r7\n add r11, r7\n"
      "muls r6, r0, r6\n add r12, r6\n bpl 3f\n add lr, r6\n"
      "3: adds r4, #2\n"
      "bne 1b\n"
      "pop {r0}\n"
      "mov r1, r8\n mov r2, r9\n mov r3, r10\n mov r4, r11\n mov r5, r12\n mov r6, lr\n"
      "stm r0!, {r1, r2, r3, r4, r5, r6}\n"
      "pop {r4, r5, r6, r7}\n"
      "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
      "pop {r4, r5, r6, r7, pc}\n");
}
SUPNORM_LANES void supnorm_row_sums(const int16_t *row, const void *ends, uint32_t columns, uint32_t stride,
                                    supnorm_sums *sums) {
  const supnorm_two two = {row + columns, row + stride + columns, ends, -2 * (int32_t)columns, sums};
  supnorm_two_sums(&two);
}
#else
/* ---- Cortex-M3 and RISC-V: two products a weight, and a third addition for a negative one ---- */
#if defined(__arm__)
#define SUPNORM_DENSE_BOUND_ROWS 2
#else
#define SUPNORM_DENSE_BOUND_ROWS 4
#endif
#define SUPNORM_DENSE_SIGNED_PART
#define SUPNORM_DENSE_EACH_BOUND \
  _Pragma("clang loop unroll(full)") for (uint32_t k = 0; k < SUPNORM_DENSE_BOUND_ROWS; k++)
#define SUPNORM_DENSE_KEPT(value) __asm__ volatile("" : "+r"(value) : : "memory")
SUPNORM_LANES void supnorm_row_sums(const int16_t *start, const void *ends, uint32_t columns, uint32_t stride,
                                    supnorm_sums *sums) {
  const uint32_t *end = (const uint32_t *)ends, *last = end + columns, *turns = end + (columns & ~UINT32_C(3));
  const int16_t *row[SUPNORM_DENSE_BOUND_ROWS];
  uint32_t low[SUPNORM_DENSE_BOUND_ROWS], high[SUPNORM_DENSE_BOUND_ROWS], part[SUPNORM_DENSE_BOUND_ROWS];
  SUPNORM_DENSE_EACH_BOUND {
    row[k] = start + k * stride;
    low[k] = high[k] = part[k] = 0;
  }
#define SUPNORM_DENSE_BOUND(column) \
  { \
    const int32_t least = (int16_t)end[column], width = (int32_t)(end[column] >> 16); \
    SUPNORM_DENSE_EACH_BOUND { \
      const int32_t weight = row[k][column], product = weight * width; \
      low[k] += (uint32_t)(weight * least); \
      SUPNORM_DENSE_KEPT(low[k]); \
      high[k] += (uint32_t)product; \
      SUPNORM_DENSE_KEPT(high[k]); \
      if (product < 0) { \
        part[k] += (uint32_t)product; \
        SUPNORM_DENSE_KEPT(part[k]); \
      } \
    } \
  }
#define SUPNORM_DENSE_BOUNDED(columns) \
  end += columns; \
  SUPNORM_DENSE_EACH_BOUND { \
    row[k] += columns; \
    SUPNORM_DENSE_KEPT(row[k]); \
  }
  while (end != turns) {
    SUPNORM_DENSE_BOUND(0) SUPNORM_DENSE_BOUND(1) SUPNORM_DENSE_BOUND(2) SUPNORM_DENSE_BOUND(3)
    SUPNORM_DENSE_BOUNDED(4)
  }
  while (end != last) {
    SUPNORM_DENSE_BOUND(0)
    SUPNORM_DENSE_BOUNDED(1)
  }
  SUPNORM_DENSE_EACH_BOUND { sums[k] = (supnorm_sums){low[k], high[k], part[k]}; }
}
#endif
#define SUPNORM_DENSE_HAS_BOUNDS(rows, columns) (rows >= SUPNORM_DENSE_BOUND_ROWS)

SUPNORM_LANES void supnorm_dense_bounds_of(supnorm_bounds *bounds) {
  const uint32_t columns = bounds->columns;
  int16_t *lower = (int16_t *)bounds->lower, *upper = (int16_t *)bounds->upper;
  for (uint32_t row = 0; row < bounds->rows; row += SUPNORM_DENSE_BOUND_ROWS) {
    supnorm_sums sums[SUPNORM_DENSE_BOUND_ROWS];
    /* The last block has rows of the one before it again. */
    if (row + SUPNORM_DENSE_BOUND_ROWS > bounds->rows) { row = bounds->rows - SUPNORM_DENSE_BOUND_ROWS; }
    supnorm_row_sums(bounds->row + row * columns, bounds->ends, columns, columns, sums);
    for (uint32_t k = 0; k < SUPNORM_DENSE_BOUND_ROWS; k++) {
      const uint32_t bias = (uint32_t)bounds->biases[row + k];
#ifdef SUPNORM_DENSE_SIGNED_PART /* w * width in high, and of that what is negative in part */
      const int32_t least = (int32_t)(bias + sums[k].low + sums[k].part);
      const int32_t greatest = (int32_t)(bias + sums[k].low + sums[k].high - sums[k].part);
#else
      const int32_t least = (int32_t)(bias + sums[k].high - sums[k].part);
      const int32_t greatest = (int32_t)(bias + sums[k].low + sums[k].part);
#endif
      if (bounds->shift == 32) {
        ((int32_t *)bounds->lower)[row + k] = least;
        ((int32_t *)bounds->upper)[row + k] = greatest;
      } else {
        lower[row + k] = supnorm_requantized(least, bounds->shift);
        upper[row + k] = supnorm_requantized(greatest, bounds->shift);
      }
    }
  }
}
#endif

/* The ends of every row of a layer over a box. */
SUPNORM_LANES void supnorm_dense_layer_bound(const supnorm_layer *layer, const supnorm_box *box, int16_t *lower,
                                             int16_t *upper, int32_t *logit_lower, int32_t *logit_upper,
                                             void *workspace) {
  const uint32_t columns = layer->columns;
  const int16_t *weights = layer->weights;
  const int32_t half = (1 << layer->shift) >> 1;
  if (SUPNORM_DENSE_HAS_BOUNDS(layer->rows, columns) && supnorm_dense_ends(box, columns, workspace)) {
    supnorm_bounds bounds = {workspace, (const char *)workspace + SUPNORM_DENSE_ENDS_BYTES * columns, weights,
                             layer->biases, logit_lower, logit_upper, half, 32, columns, layer->rows};
    if (lower != NULL) {
      bounds.lower = lower;
      bounds.upper = upper;
      bounds.shift = layer->shift;
    }
    supnorm_dense_bounds_of(&bounds);
    return;
  }
  for (uint32_t row = 0; row < layer->rows; row++, weights += columns) {
    const supnorm_ends ends = supnorm_dense_row_ends(weights, layer->biases[row], columns, box);
    if (lower != NULL) {
      lower[row] = supnorm_requantized(ends.least, layer->shift);
      upper[row] = supnorm_requantized(ends.greatest, layer->shift);
    } else {
      logit_lower[row] = ends.least;
      logit_upper[row] = ends.greatest;
    }
  }
}

/* Whether a row's sum exceeds another's everywhere in a box: at the corner where their difference is least. */
SUPNORM_LANES int32_t supnorm_dense_row_exceeds(const int16_t *weights, int32_t sum, const int16_t *others,
                                                int32_t other_sum, uint32_t columns, const supnorm_box *box,
                                                const uint32_t *ends) {
  uint32_t total = (uint32_t)sum, other_total = (uint32_t)other_sum, column = 0;
#if SUPNORM_DENSE_STEP == 2
  const int16_t *end = weights + (columns & ~UINT32_C(1));
  const int16_t *own = weights, *their = others;
  for (; own != end; own += 2, their += 2, ends += 3) {
    const int32_t weight = supnorm_word_at(own), other = supnorm_word_at(their);
    int32_t value;
    __asm__("ssub16 %0, %3, %4\n sel %0, %5, %6"
            : "=&r"(value), "+r"(own), "+r"(their)
            : "r"(weight), "r"(other), "r"(ends[0]), "r"(ends[1]));
    total = (uint32_t)__smlad(weight, value, (int32_t)total);
    other_total = (uint32_t)__smlad(other, value, (int32_t)other_total);
  }
  column = columns & ~UINT32_C(1);
#endif
#if defined(__ARM_FEATURE_MVE)
  const int16_t *low = (const int16_t *)ends, *high = low + columns;
  for (; column < columns; column += 8) {
    const mve_pred16_t p = vctp16q(columns - column);
    const int16x8_t weight = vldrhq_z_s16(weights + column, p), other = vldrhq_z_s16(others + column, p);
    const int16x8_t value = vpselq_s16(vldrhq_z_s16(low + column, p), vldrhq_z_s16(high + column, p),
                                       vcmpgeq_s16(weight, other));
    total = (uint32_t)vmladavaq_p_s16((int32_t)total, weight, value, p);
    other_total = (uint32_t)vmladavaq_p_s16((int32_t)other_total, other, value, p);
  }
#endif
  for (; column < columns; column++) {
    const int32_t weight = weights[column], other = others[column];
    const int32_t value = weight >= other ? supnorm_lower_end(box, column) : supnorm_upper_end(box, column);
    total += (uint32_t)(weight * value);
    other_total += (uint32_t)(other * value);
  }
  return (int32_t)total > (int32_t)other_total;
}

/* Whether a row's sum exceeds that of every other row everywhere in a box. */
SUPNORM_LANES int32_t supnorm_dense_layer_exceeds(const supnorm_layer *layer, uint32_t row, const supnorm_box *box,
                                                  void *workspace) {
  const uint32_t columns = layer->columns;
  const int16_t *weights = layer->weights + row * columns, *others = layer->weights;
#if SUPNORM_DENSE_STEP == 2
  if (columns > 1) { (void)supnorm_dense_ends(box, columns & ~UINT32_C(1), (uint32_t *)workspace); }
#elif defined(__ARM_FEATURE_MVE)
  (void)supnorm_dense_ends(box, columns, workspace);
#endif
  for (uint32_t other = 0; other < layer->rows; other++, others += columns) {
    if (other != row &&
        !supnorm_dense_row_exceeds(weights, layer->biases[row], others, layer->biases[other], columns, box,
                                   (const uint32_t *)workspace)) {
      return 0;
    }
  }
  return 1;
}
#endif
