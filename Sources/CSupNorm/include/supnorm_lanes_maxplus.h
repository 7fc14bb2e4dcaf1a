/* supnorm_lanes_maxplus.h: the arithmetic of max-plus rows, as supnorm_lanes.h has that of the others.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SUPNORM_LANES_MAXPLUS_H
#define SUPNORM_LANES_MAXPLUS_H

#include "supnorm_lanes.h"

/* ---- Groups of a max-plus row: the maximum of s * x + o, INT32_MIN for no entry ----
 *
 * `layout` is a constant wherever these are called, so that only its form is left. The mask is 0 for the sign +1 and -1
 * for the sign -1: x ^ mask is x or -x - 1, and one is added at the end. */

/* The column of an entry, in its block with byte columns. */
SUPNORM_LANES uint32_t supnorm_entry_column(const supnorm_layer *layer, uint32_t index, uint32_t layout) {
  return layout & SUPNORM_BYTE_COLUMNS ? layer->byte_columns[index] : layer->column_indices[index];
}

/* The maximum of a group. `start` is its first entry; values begin at its block. */
SUPNORM_LANES int32_t supnorm_group_maximum(const supnorm_layer *layer, uint32_t start, uint32_t count,
                                            const int16_t *values, int32_t mask, uint32_t layout) {
  int32_t largest = INT32_MIN;
  for (uint32_t index = start; index != start + count; index++) {
    int32_t value = values[supnorm_entry_column(layer, index, layout)];
    int32_t candidate = layout & SUPNORM_BYTE_OFFSETS ? (value - layer->byte_offsets[index]) ^ mask
                                                      : (value ^ mask) + layer->weights[index];
    if (candidate > largest) { largest = candidate; }
  }
  return count == 0 ? INT32_MIN : largest - mask;
}

/* The ends of a group's maximum over a box, whose vectors begin at its block, around one vector or between two. */
SUPNORM_LANES supnorm_ends supnorm_group_ends_of(const supnorm_layer *layer, uint32_t start, uint32_t count,
                                                 const supnorm_box *box, int32_t mask, uint32_t layout,
                                                 int32_t is_around) {
  supnorm_ends ends = {INT32_MIN, INT32_MIN};
  /* A negated box has its ends exchanged. */
  const int16_t *lower = mask ? box->upper : box->lower, *upper = mask ? box->lower : box->upper;
  int32_t minimum = (mask ? box->maximum : box->minimum) ^ mask;
  int32_t maximum = (mask ? box->minimum : box->maximum) ^ mask;
  int32_t deviation = box->deviation;
  for (uint32_t index = start; index != start + count; index++) {
    uint32_t column = supnorm_entry_column(layer, index, layout);
    int32_t low = lower[column] ^ mask, high, offset;
    if (is_around) {
      high = low + deviation < maximum ? low + deviation : maximum;
      low = low - deviation > minimum ? low - deviation : minimum;
    } else {
      high = upper[column] ^ mask;
    }
    offset = layout & SUPNORM_BYTE_OFFSETS ? (mask ? layer->byte_offsets[index] : -layer->byte_offsets[index])
                                           : layer->weights[index];
    if (low + offset > ends.least) { ends.least = low + offset; }
    if (high + offset > ends.greatest) { ends.greatest = high + offset; }
  }
  if (count > 0) {
    ends.least -= mask;
    ends.greatest -= mask;
  }
  return ends;
}

/* The same; a host has a loop for each form, a board one for both. */
SUPNORM_LANES supnorm_ends supnorm_group_ends(const supnorm_layer *layer, uint32_t start, uint32_t count,
                                              const supnorm_box *box, int32_t mask, uint32_t layout) {
#if UINTPTR_MAX > UINT32_MAX
  if (box->deviation == 0) { return supnorm_group_ends_of(layer, start, count, box, mask, layout, 0); }
  return supnorm_group_ends_of(layer, start, count, box, mask, layout, 1);
#else
  return supnorm_group_ends_of(layer, start, count, box, mask, layout, box->deviation != 0);
#endif
}

#endif
