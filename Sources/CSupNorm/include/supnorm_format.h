/* supnorm_format.h: what model headers are made of; supnorm.h includes it.
 *
 * SPDX-License-Identifier: MIT
 *
 * A model header writes every number once, as an argument of an X-macro row: ROW(W) W(12) W(-407) ...
 * The macros below expand the same row to the stored data and to the proof about it.
 */
#ifndef SUPNORM_FORMAT_H
#define SUPNORM_FORMAT_H

#include "supnorm.h"

/* One copy of the parameters in a program, however many files include the header. Shared objects have a checksum in
 * their names, so that two versions of a model stay two. C++17 has inline variables for this. In C and older C++ they
 * are weak: the linker takes the first copy of each, and --gc-sections drops the others, since each has a section of
 * its own (on ELF, also without -fdata-sections). Arrays of numbers are aligned for loads of whole words. What holds
 * addresses is relocated when a program is position-independent and must not lie among the constants then. */
#if defined(__cplusplus) /* a constant is public only with this, which C does not want beside a value */
#define SUPNORM_PUBLIC extern "C"
#else
#define SUPNORM_PUBLIC
#endif
#if defined(__cpp_inline_variables)
#if defined(__GNUC__) /* a file that uses nothing of it may be the one that defines it for the others */
#define SUPNORM_DEFINE(type, name) SUPNORM_PUBLIC inline __attribute__((used, aligned(8))) const type name
#else
#define SUPNORM_DEFINE(type, name) SUPNORM_PUBLIC alignas(8) inline const type name
#endif
#elif defined(__GNUC__) && defined(__ELF__)
#define SUPNORM_IN_SECTION(type, name, section_name) \
  SUPNORM_PUBLIC __attribute__((weak, aligned(8), section(section_name))) const type name
#define SUPNORM_DEFINE(type, name) SUPNORM_IN_SECTION(type, name, ".rodata." #name)
#if defined(__PIC__) || defined(__PIE__)
#define SUPNORM_DEFINE_ADDRESSES(type, name) SUPNORM_IN_SECTION(type, name, ".data.rel.ro." #name)
#endif
#elif defined(_WIN32)
#define SUPNORM_DEFINE(type, name) SUPNORM_PUBLIC __declspec(selectany) SUPNORM_ALIGNED const type name
#elif defined(__GNUC__)
#define SUPNORM_DEFINE(type, name) SUPNORM_PUBLIC __attribute__((weak, aligned(8))) const type name
#else /* note: no way to share is known; all files but one must define NAME_DECLARE_ONLY */
#define SUPNORM_DEFINE(type, name) SUPNORM_PUBLIC const type name
#endif
#if !defined(SUPNORM_DEFINE_ADDRESSES)
#define SUPNORM_DEFINE_ADDRESSES(type, name) SUPNORM_DEFINE(type, name)
#endif
#if defined(__cplusplus)
#define SUPNORM_DECLARE(type, name) extern "C" const type name
#else
#define SUPNORM_DECLARE(type, name) extern const type name
#endif

/* Data. */
#define SUPNORM_VALUE(v) (v),
#define SUPNORM_WEIGHT(column, weight) (weight),
#define SUPNORM_WEIGHT_WORD(column, weight) ((uint32_t)(weight) << 16 | (uint32_t)(column) << 1),
#define SUPNORM_MAXPLUS_WORD(column, sign, step) (uint32_t)SUPNORM_MAXPLUS_ENTRY(column, sign, step, 16),
#define SUPNORM_MAXPLUS_BYTES(column, sign, step) (uint16_t)SUPNORM_MAXPLUS_ENTRY(column, sign, step, 8),
#define SUPNORM_MAXPLUS_HALFWORD(column, sign, step) (uint16_t)SUPNORM_MAXPLUS_ENTRY(column, sign, step, 11),
#define SUPNORM_MAXPLUS_ENTRY(column, sign, step, bits) \
  ((uint32_t)(step) << (bits) | (uint32_t)(column) << 1 | (uint32_t)((sign) > 0))
#define SUPNORM_MAXPLUS_STEP(column, sign, step) (step),
#define SUPNORM_BOUND(slope, offset) {(slope), (offset)},
#define SUPNORM_FEATURE(real_offset, real_scale, base, exponent, origin, multiplier, addend, shift, tolerance) \
  {(origin), (multiplier), (addend), (shift)},

/* What is proved of one number. A weight outside Int16 counts as 2^40 and breaks every bound. */
#define SUPNORM_MAGNITUDE(w) \
  ((w) < -32768 || (w) > 32767 ? 0x10000000000 : (w) < 0 ? -(w) : (w))

/* The admissibility of a layer: 2^15 * R + |b| + 2^(shift-1) <= 2^31 - 1, so that no partial sum of a row
 * can leave Int32; `bound` is the layer's bound on every R. The ranges come first: they follow from the
 * inequality, and without them a huge number would wrap around in 64 bits to a small one. */
#define SUPNORM_BIAS_FITS(b, bound, shift) \
  ((bound) >= 0 && (bound) <= 65535 && (b) >= -INT64_C(2147483647) && (b) <= INT64_C(2147483647) && \
   ((b) < 0 ? -INT64_C(1) * (b) : INT64_C(1) * (b)) + INT64_C(32768) * (bound) + (INT64_C(1) << (shift)) / 2 <= \
     INT64_C(2147483647))

/* The place of a SPARSE weight: numbers that increase in storage order, by sign and column. Only what fits has one. */
#define SUPNORM_WEIGHT_PLACE(column, weight, columns) \
  ((column) >= 0 && (column) < (columns) && (columns) <= SUPNORM_SPARSE_COLUMNS_MAX && (weight) != 0 \
     ? (column) + ((weight) < 0 ? 32768 : 0) : -1)

/* The layout of a MAXPLUS layer exists and has room for a place of each column and for a value of its range. */
#define SUPNORM_LAYOUT_FITS(columns, minimum, maximum, layout) \
  ((minimum) >= -32768 && (minimum) <= (maximum) && (maximum) <= 32767 && \
   ((layout) == SUPNORM_WORDS ? (columns) <= 32767 \
                              : (maximum) - (minimum) <= 255 && \
                                  ((layout) == SUPNORM_BYTES ? (columns) <= 128 \
                                                             : (layout) == SUPNORM_HALFWORDS && (columns) <= 1024)))
/* A MAXPLUS entry: its column exists, its sign is +1 or -1, its step fits beside the place. */
#define SUPNORM_MAXPLUS_FITS(column, sign, step, columns, layout) \
  ((column) >= 0 && (column) < (columns) && ((sign) == 1 || (sign) == -1) && (step) >= 0 && \
   (step) <= ((layout) == SUPNORM_WORDS ? 65535 : (layout) == SUPNORM_BYTES ? 255 : 31))
/* The greatest potential of a MAXPLUS row is far from the ends of 32 bits. */
#define SUPNORM_BASE_FITS(base) ((base) >= -131072 && (base) <= 131072)
/* The steps of a MAXPLUS row: none to the first entry, and enough in all for every input of the range. */
#define SUPNORM_STEPS_FIT(ROW, minimum, maximum) \
  (SUPNORM_FIRST_STEP(ROW) == 0 && SUPNORM_STEPS(ROW) > 0 && SUPNORM_STEPS(ROW) >= (maximum) - (minimum))

/* A table of nodes has enough of them for its slope: one LSB of input changes the output by no more than one. */
#define SUPNORM_TABLE_FITS(shift, gain) \
  ((shift) >= 1 && (shift) <= 15 && (gain) >= 0 && (gain) <= INT64_C(1) << (shift))

/* What is proved of a whole row, and counted in it. The number in a name is how many arguments the row's items have.
 *
 *   SUPNORM_COUNT1, 2, 3(ROW)           the number of items
 *   SUPNORM_SUM1(ROW), SUM2(ROW)        the sum of |w| over W(w) or W(column, w)
 *   SUPNORM_INCREASES1(ROW, limit)      0 <= first < second < ... < limit
 *   SUPNORM_POSITIVE_WEIGHTS(ROW), NEGATIVE_WEIGHTS(ROW)  how many weights of a SPARSE row are above or below 0
 *   SUPNORM_WEIGHTS_INCREASE(ROW, NEXT, columns)          the places of SPARSE weights
 *   SUPNORM_BIASES_FIT(ROW, FITS, bound, shift)           SUPNORM_BIAS_FITS for each
 *   SUPNORM_BASES_FIT(ROW)                                SUPNORM_BASE_FITS for each
 *   SUPNORM_ENTRIES_FIT(ROW, FITS, columns, layout)       SUPNORM_MAXPLUS_FITS for each
 *   SUPNORM_NODES_RISE(ROW, FALLS, gain)                  -32768 <= first <= second <= ... <= 32767, by at most the gain
 *   SUPNORM_FIRST_STEP(ROW), STEPS(ROW)                   the first step of a MAXPLUS row, and the sum of all
 *
 * In C a row becomes one long sum or conjunction: 0 + a + b ... C++ compilers take quadratic time for that, so there
 * a row becomes a list, and functions of the compiler's time go through it. FITS is what C puts before each item. */
#if defined(__cplusplus)
#define SUPNORM_COUNT1(ROW) (static_cast<int64_t>(sizeof supnorm_proof::list({0, ROW(SUPNORM_VALUE)})) - 1)
#define SUPNORM_COUNT2(ROW) (static_cast<int64_t>(sizeof supnorm_proof::list({0, ROW(SUPNORM_WEIGHT)})) - 1)
#define SUPNORM_COUNT3(ROW) (static_cast<int64_t>(sizeof supnorm_proof::list({0, ROW(SUPNORM_MAXPLUS_STEP)})) - 1)
#define SUPNORM_SUM1(ROW) supnorm_proof::sum({0, ROW(SUPNORM_VALUE)})
#define SUPNORM_SUM2(ROW) supnorm_proof::sum({0, ROW(SUPNORM_WEIGHT)})
#define SUPNORM_INCREASES1(ROW, limit) supnorm_proof::increases({-1, ROW(SUPNORM_VALUE)(limit)})
#define SUPNORM_POSITIVE_WEIGHTS(ROW) supnorm_proof::signed_weights({0, ROW(SUPNORM_WEIGHT)}, 1)
#define SUPNORM_NEGATIVE_WEIGHTS(ROW) supnorm_proof::signed_weights({0, ROW(SUPNORM_WEIGHT)}, -1)
#define SUPNORM_WEIGHT_ITEM(column, weight) {(column), (weight)},
#define SUPNORM_WEIGHTS_INCREASE(ROW, NEXT, columns) \
  supnorm_proof::weights_increase({{0, 0}, ROW(SUPNORM_WEIGHT_ITEM)}, columns)
#define SUPNORM_BIASES_FIT(ROW, FITS, bound, shift) supnorm_proof::biases_fit({0, ROW(SUPNORM_VALUE)}, bound, shift)
#define SUPNORM_BASES_FIT(ROW) supnorm_proof::bases_fit({0, ROW(SUPNORM_VALUE)})
#define SUPNORM_ITEM(column, sign, step) {(column), (sign), (step)},
#define SUPNORM_ENTRIES_FIT(ROW, FITS, columns, layout) \
  supnorm_proof::fit({{0, 0, 0}, ROW(SUPNORM_ITEM)}, columns, layout)
#define SUPNORM_NODES_RISE(ROW, FALLS, gain) supnorm_proof::rise({ROW(SUPNORM_VALUE)}, gain)
#define SUPNORM_FIRST_STEP(ROW) supnorm_proof::first({ROW(SUPNORM_MAXPLUS_STEP) 1})
#define SUPNORM_STEPS(ROW) supnorm_proof::total({0, ROW(SUPNORM_MAXPLUS_STEP)})
#else
#define SUPNORM_ONE1(v) +1
#define SUPNORM_ONE2(column, weight) +1
#define SUPNORM_ONE3(column, sign, step) +1
#define SUPNORM_COUNT1(ROW) (0 ROW(SUPNORM_ONE1))
#define SUPNORM_COUNT2(ROW) (0 ROW(SUPNORM_ONE2))
#define SUPNORM_COUNT3(ROW) (0 ROW(SUPNORM_ONE3))
#define SUPNORM_ADD1(w) +SUPNORM_MAGNITUDE(w)
#define SUPNORM_ADD2(column, weight) +SUPNORM_MAGNITUDE(weight)
#define SUPNORM_SUM1(ROW) (INT64_C(0) ROW(SUPNORM_ADD1))
#define SUPNORM_SUM2(ROW) (INT64_C(0) ROW(SUPNORM_ADD2))
#define SUPNORM_NEXT1(v) < (v) && (v)
#define SUPNORM_INCREASES1(ROW, limit) (-1 ROW(SUPNORM_NEXT1) < (limit))
#define SUPNORM_ADD_POSITIVE(column, weight) +((weight) > 0)
#define SUPNORM_ADD_NEGATIVE(column, weight) +((weight) < 0)
#define SUPNORM_POSITIVE_WEIGHTS(ROW) (0 ROW(SUPNORM_ADD_POSITIVE))
#define SUPNORM_NEGATIVE_WEIGHTS(ROW) (0 ROW(SUPNORM_ADD_NEGATIVE))
#define SUPNORM_WEIGHTS_INCREASE(ROW, NEXT, columns) (-1 ROW(NEXT) < 65536)
#define SUPNORM_BIASES_FIT(ROW, FITS, bound, shift) (1 ROW(FITS))
#define SUPNORM_ENTRIES_FIT(ROW, FITS, columns, layout) (1 ROW(FITS))
#define SUPNORM_AND_BASE_FITS(base) && SUPNORM_BASE_FITS(base)
#define SUPNORM_BASES_FIT(ROW) (1 ROW(SUPNORM_AND_BASE_FITS))
#define SUPNORM_RISES(v) <= (v) && (v)
#define SUPNORM_NODES_RISE(ROW, FALLS, gain) (-32768 ROW(SUPNORM_RISES) <= 32767 && 32767 ROW(FALLS) >= -65536)
#define SUPNORM_FIRST_OF(first, ...) (first)
#define SUPNORM_FIRST(...) SUPNORM_FIRST_OF(__VA_ARGS__)
#define SUPNORM_FIRST_STEP(ROW) SUPNORM_FIRST(ROW(SUPNORM_MAXPLUS_STEP) 1, 1)
#define SUPNORM_ADD_STEP(column, sign, step) +(step)
#define SUPNORM_STEPS(ROW) (INT64_C(0) ROW(SUPNORM_ADD_STEP))
#endif

#if defined(SUPNORM_SKIP_PROOF)
#define SUPNORM_PROVE(condition, message) struct supnorm_proof_skipped
#elif defined(__cplusplus)
#define SUPNORM_PROVE(condition, message) static_assert(condition, message)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define SUPNORM_PROVE(condition, message) _Static_assert(condition, message)
#elif defined(__GNUC__)
#define SUPNORM_PROVE(condition, message) __extension__ _Static_assert(condition, message)
#else /* note: a strict C99 compiler without the extension skips the proof; supnorm_self_check remains */
#define SUPNORM_PROVE(condition, message) struct supnorm_proof_skipped
#endif

#ifdef __cplusplus

/* The proof in C++11: every list begins with an item that is not the row's, since a row may be empty. Halves keep the
 * depth of calls at the logarithm of a row. */
namespace supnorm_proof {

struct weight {
  int64_t column, value;
};
struct entry {
  int64_t column, sign, step;
};

/* As many bytes as the list has items; never called. */
template <size_t count> char (&list(const int64_t (&)[count]))[count];

constexpr int64_t sum_of(const int64_t *weights, size_t count) {
  return count == 1 ? SUPNORM_MAGNITUDE(weights[0])
                    : sum_of(weights, count / 2) + sum_of(weights + count / 2, count - count / 2);
}
template <size_t count> constexpr int64_t sum(const int64_t (&weights)[count]) { return sum_of(weights, count); }

/* Each of `count` numbers is less than the one behind it. */
constexpr bool each_is_less(const int64_t *numbers, size_t count) {
  return count == 1 ? numbers[0] < numbers[1]
                    : each_is_less(numbers, count / 2) && each_is_less(numbers + count / 2, count - count / 2);
}
template <size_t count> constexpr bool increases(const int64_t (&numbers)[count]) {
  return each_is_less(numbers, count - 1);
}

constexpr int64_t signed_of(const int64_t *weights, size_t count, int64_t sign) {
  return count == 1 ? (sign < 0 ? weights[0] < 0 : weights[0] > 0)
                    : signed_of(weights, count / 2, sign) + signed_of(weights + count / 2, count - count / 2, sign);
}
template <size_t count> constexpr int64_t signed_weights(const int64_t (&weights)[count], int64_t sign) {
  return signed_of(weights, count, sign);
}

constexpr int64_t place(const weight &item, int64_t columns) {
  return SUPNORM_WEIGHT_PLACE(item.column, item.value, columns);
}
/* Each of `count` weights has a place, which is less than that of the next; the last one has none. */
constexpr bool each_weight_is_less(const weight *weights, size_t count, int64_t columns, bool is_last) {
  return count == 1 ? place(weights[0], columns) >= 0 &&
                        (is_last || place(weights[0], columns) < place(weights[1], columns))
                    : each_weight_is_less(weights, count / 2, columns, false) &&
                        each_weight_is_less(weights + count / 2, count - count / 2, columns, is_last);
}
template <size_t count> constexpr bool weights_increase(const weight (&weights)[count], int64_t columns) {
  return count == 1 || each_weight_is_less(weights + 1, count - 1, columns, true);
}

constexpr bool each_fits(const int64_t *biases, size_t count, int64_t bound, int64_t shift) {
  return count == 1 ? SUPNORM_BIAS_FITS(biases[0], bound, shift)
                    : each_fits(biases, count / 2, bound, shift) &&
                        each_fits(biases + count / 2, count - count / 2, bound, shift);
}
template <size_t count> constexpr bool biases_fit(const int64_t (&biases)[count], int64_t bound, int64_t shift) {
  return count == 1 || each_fits(biases + 1, count - 1, bound, shift);
}

constexpr bool each_fits(const entry *entries, size_t count, int64_t columns, int64_t layout) {
  return count == 1
           ? SUPNORM_MAXPLUS_FITS(entries[0].column, entries[0].sign, entries[0].step, columns, layout)
           : each_fits(entries, count / 2, columns, layout) &&
               each_fits(entries + count / 2, count - count / 2, columns, layout);
}
template <size_t count> constexpr bool fit(const entry (&entries)[count], int64_t columns, int64_t layout) {
  return count == 1 || each_fits(entries + 1, count - 1, columns, layout);
}

constexpr bool each_fits(const int64_t *bases, size_t count) {
  return count == 1 ? SUPNORM_BASE_FITS(bases[0])
                    : each_fits(bases, count / 2) && each_fits(bases + count / 2, count - count / 2);
}
template <size_t count> constexpr bool bases_fit(const int64_t (&bases)[count]) {
  return count == 1 || each_fits(bases + 1, count - 1);
}

/* Each of `count` nodes is followed by one that is no less and exceeds it by no more than the gain. */
constexpr bool each_rises(const int64_t *nodes, size_t count, int64_t gain) {
  return count == 1 ? nodes[0] <= nodes[1] && nodes[1] - nodes[0] <= gain
                    : each_rises(nodes, count / 2, gain) &&
                        each_rises(nodes + count / 2, count - count / 2, gain);
}
template <size_t count> constexpr bool rise(const int64_t (&nodes)[count], int64_t gain) {
  return count > 1 && nodes[0] >= -32768 && nodes[count - 1] <= 32767 && each_rises(nodes, count - 1, gain);
}

constexpr int64_t total_of(const int64_t *steps, size_t count) {
  return count == 1 ? steps[0] : total_of(steps, count / 2) + total_of(steps + count / 2, count - count / 2);
}
template <size_t count> constexpr int64_t total(const int64_t (&steps)[count]) { return total_of(steps, count); }
template <size_t count> constexpr int64_t first(const int64_t (&numbers)[count]) { return numbers[0]; }

} /* namespace supnorm_proof */
#endif

#endif
