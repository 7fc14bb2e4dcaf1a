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
#define SUPNORM_MAXPLUS_COLUMN(column, sign, offset) (column),
#define SUPNORM_MAXPLUS_BYTE_COLUMN(column, sign, offset) ((column) % 256),
#define SUPNORM_MAXPLUS_OFFSET(column, sign, offset) (offset),
#define SUPNORM_MAXPLUS_BYTE_OFFSET(column, sign, offset) (-(sign) * (offset)),
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

/* A MAXPLUS entry: its column exists, its sign is +1 or -1, its offset fits in 16 bits or in a byte. */
#define SUPNORM_MAXPLUS_FITS(column, sign, offset, columns, layout) \
  ((column) >= 0 && (column) < (columns) && ((sign) == 1 || (sign) == -1) && \
   ((layout) & SUPNORM_BYTE_OFFSETS \
      ? ((sign) < 0 ? (offset) >= 0 && (offset) <= 255 : (offset) >= -255 && (offset) <= 0) \
      : (offset) >= -32768 && (offset) <= 32767))
/* The group of a MAXPLUS entry with BYTE_COLUMNS: of one sign in one block of 256 columns. */
#define SUPNORM_GROUP(column, sign) ((column) / 256 * 2 + ((sign) < 0))
/* Numbers that increase in storage order: by sign and column, or by group and column. */
#define SUPNORM_PLACE(column, sign) ((column) + ((sign) < 0 ? 65536 : 0))
#define SUPNORM_BYTE_PLACE(column, sign) (SUPNORM_GROUP(column, sign) * 256 + (column) % 256)
/* The groups of each row. */
#define SUPNORM_GROUPS(columns, layout) ((layout) & SUPNORM_BYTE_COLUMNS ? ((columns) + 255) / 256 * 2 : 2)
/* The layout bits exist, and byte columns have a group for each of their blocks. */
#define SUPNORM_LAYOUT_FITS(columns, layout) \
  ((layout) >= 0 && (layout) <= (SUPNORM_BYTE_COLUMNS | SUPNORM_BYTE_OFFSETS) && \
   (!((layout) & SUPNORM_BYTE_COLUMNS) || (columns) <= 1024))

/* What is proved of a whole row, and counted in it. The number in a name is how many arguments the row's items have.
 *
 *   SUPNORM_COUNT1, 2, 3(ROW)           the number of items
 *   SUPNORM_SUM1(ROW), SUM2(ROW)        the sum of |w| over W(w) or W(column, w)
 *   SUPNORM_INCREASES1(ROW, limit)      0 <= first < second < ... < limit
 *   SUPNORM_POSITIVE_WEIGHTS(ROW), NEGATIVE_WEIGHTS(ROW)  how many weights of a SPARSE row are above or below 0
 *   SUPNORM_WEIGHTS_INCREASE(ROW, NEXT, columns)          the places of SPARSE weights
 *   SUPNORM_BIASES_FIT(ROW, FITS, bound, shift)           SUPNORM_BIAS_FITS for each
 *   SUPNORM_ENTRIES_FIT(ROW, FITS, columns, layout)       SUPNORM_MAXPLUS_FITS for each
 *   SUPNORM_ENTRIES_INCREASE(ROW), BYTE_ENTRIES_INCREASE(ROW)   the places of MAXPLUS entries
 *   SUPNORM_PLUS_ENTRIES(ROW), MINUS_ENTRIES(ROW)         how many entries of a MAXPLUS row have the sign
 *   SUPNORM_GROUP_ENTRIES(ROW, g)                         how many are in group g, 0 ... 7
 *
 * In C a row becomes one long sum or conjunction: 0 + a + b ... C++ compilers take quadratic time for that, so there
 * a row becomes a list, and functions of the compiler's time go through it. FITS is what C puts before each item. */
#if defined(__cplusplus)
#define SUPNORM_COUNT1(ROW) (static_cast<int64_t>(sizeof supnorm_proof::list({0, ROW(SUPNORM_VALUE)})) - 1)
#define SUPNORM_COUNT2(ROW) (static_cast<int64_t>(sizeof supnorm_proof::list({0, ROW(SUPNORM_WEIGHT)})) - 1)
#define SUPNORM_COUNT3(ROW) (static_cast<int64_t>(sizeof supnorm_proof::list({0, ROW(SUPNORM_MAXPLUS_COLUMN)})) - 1)
#define SUPNORM_SUM1(ROW) supnorm_proof::sum({0, ROW(SUPNORM_VALUE)})
#define SUPNORM_SUM2(ROW) supnorm_proof::sum({0, ROW(SUPNORM_WEIGHT)})
#define SUPNORM_INCREASES1(ROW, limit) supnorm_proof::increases({-1, ROW(SUPNORM_VALUE)(limit)})
#define SUPNORM_POSITIVE_WEIGHTS(ROW) supnorm_proof::signed_weights({0, ROW(SUPNORM_WEIGHT)}, 1)
#define SUPNORM_NEGATIVE_WEIGHTS(ROW) supnorm_proof::signed_weights({0, ROW(SUPNORM_WEIGHT)}, -1)
#define SUPNORM_WEIGHT_ITEM(column, weight) {(column), (weight)},
#define SUPNORM_WEIGHTS_INCREASE(ROW, NEXT, columns) \
  supnorm_proof::weights_increase({{0, 0}, ROW(SUPNORM_WEIGHT_ITEM)}, columns)
#define SUPNORM_BIASES_FIT(ROW, FITS, bound, shift) supnorm_proof::biases_fit({0, ROW(SUPNORM_VALUE)}, bound, shift)
#define SUPNORM_ITEM(column, sign, offset) {(column), (sign), (offset)},
#define SUPNORM_ITEMS(ROW) {{0, 0, 0}, ROW(SUPNORM_ITEM)}
#define SUPNORM_ENTRIES_FIT(ROW, FITS, columns, layout) supnorm_proof::fit(SUPNORM_ITEMS(ROW), columns, layout)
#define SUPNORM_ENTRIES_INCREASE(ROW) supnorm_proof::places_increase(SUPNORM_ITEMS(ROW), false)
#define SUPNORM_BYTE_ENTRIES_INCREASE(ROW) supnorm_proof::places_increase(SUPNORM_ITEMS(ROW), true)
#define SUPNORM_PLUS_ENTRIES(ROW) supnorm_proof::sign_entries(SUPNORM_ITEMS(ROW), 1)
#define SUPNORM_MINUS_ENTRIES(ROW) supnorm_proof::sign_entries(SUPNORM_ITEMS(ROW), -1)
#define SUPNORM_GROUP_ENTRIES(ROW, g) supnorm_proof::group_entries(SUPNORM_ITEMS(ROW), g)
#else
#define SUPNORM_ONE1(v) +1
#define SUPNORM_ONE2(column, weight) +1
#define SUPNORM_ONE3(column, sign, offset) +1
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
#define SUPNORM_NEXT_PLACE(column, sign, offset) < SUPNORM_PLACE(column, sign) && SUPNORM_PLACE(column, sign)
#define SUPNORM_NEXT_BYTE_PLACE(column, sign, offset) \
  < SUPNORM_BYTE_PLACE(column, sign) && SUPNORM_BYTE_PLACE(column, sign)
#define SUPNORM_ENTRIES_INCREASE(ROW) (-1 ROW(SUPNORM_NEXT_PLACE) < 131072)
#define SUPNORM_BYTE_ENTRIES_INCREASE(ROW) (-1 ROW(SUPNORM_NEXT_BYTE_PLACE) < 131072)
#define SUPNORM_ADD_PLUS(column, sign, offset) +((sign) > 0)
#define SUPNORM_ADD_MINUS(column, sign, offset) +((sign) < 0)
#define SUPNORM_PLUS_ENTRIES(ROW) (0 ROW(SUPNORM_ADD_PLUS))
#define SUPNORM_MINUS_ENTRIES(ROW) (0 ROW(SUPNORM_ADD_MINUS))
#define SUPNORM_ADD_GROUP0(column, sign, offset) +(SUPNORM_GROUP(column, sign) == 0)
#define SUPNORM_ADD_GROUP1(column, sign, offset) +(SUPNORM_GROUP(column, sign) == 1)
#define SUPNORM_ADD_GROUP2(column, sign, offset) +(SUPNORM_GROUP(column, sign) == 2)
#define SUPNORM_ADD_GROUP3(column, sign, offset) +(SUPNORM_GROUP(column, sign) == 3)
#define SUPNORM_ADD_GROUP4(column, sign, offset) +(SUPNORM_GROUP(column, sign) == 4)
#define SUPNORM_ADD_GROUP5(column, sign, offset) +(SUPNORM_GROUP(column, sign) == 5)
#define SUPNORM_ADD_GROUP6(column, sign, offset) +(SUPNORM_GROUP(column, sign) == 6)
#define SUPNORM_ADD_GROUP7(column, sign, offset) +(SUPNORM_GROUP(column, sign) == 7)
#define SUPNORM_GROUP_ENTRIES(ROW, g) (0 ROW(SUPNORM_ADD_GROUP##g))
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
  int64_t column, sign, offset;
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
           ? SUPNORM_MAXPLUS_FITS(entries[0].column, entries[0].sign, entries[0].offset, columns, layout)
           : each_fits(entries, count / 2, columns, layout) &&
               each_fits(entries + count / 2, count - count / 2, columns, layout);
}
template <size_t count> constexpr bool fit(const entry (&entries)[count], int64_t columns, int64_t layout) {
  return count == 1 || each_fits(entries + 1, count - 1, columns, layout);
}

constexpr int64_t place(const entry &item, bool has_byte_columns) {
  return has_byte_columns ? SUPNORM_BYTE_PLACE(item.column, item.sign) : SUPNORM_PLACE(item.column, item.sign);
}
/* The places of `count` entries lie within 0 ... 131071, and each is less than the next; the last one has none. */
constexpr bool each_place_is_less(const entry *entries, size_t count, bool has_byte_columns, bool is_last) {
  return count == 1
           ? place(entries[0], has_byte_columns) >= 0 && place(entries[0], has_byte_columns) < 131072 &&
               (is_last || place(entries[0], has_byte_columns) < place(entries[1], has_byte_columns))
           : each_place_is_less(entries, count / 2, has_byte_columns, false) &&
               each_place_is_less(entries + count / 2, count - count / 2, has_byte_columns, is_last);
}
template <size_t count>
constexpr bool places_increase(const entry (&entries)[count], bool has_byte_columns) {
  return count == 1 || each_place_is_less(entries + 1, count - 1, has_byte_columns, true);
}

constexpr int64_t count_of(const entry *entries, size_t count, int64_t sign) {
  return count == 0   ? 0
         : count == 1 ? (sign < 0 ? entries[0].sign < 0 : entries[0].sign > 0)
                      : count_of(entries, count / 2, sign) +
                          count_of(entries + count / 2, count - count / 2, sign);
}
template <size_t count> constexpr int64_t sign_entries(const entry (&entries)[count], int64_t sign) {
  return count_of(entries + 1, count - 1, sign);
}

constexpr int64_t count_in(const entry *entries, size_t count, int64_t group) {
  return count == 0   ? 0
         : count == 1 ? SUPNORM_GROUP(entries[0].column, entries[0].sign) == group
                      : count_in(entries, count / 2, group) +
                          count_in(entries + count / 2, count - count / 2, group);
}
template <size_t count> constexpr int64_t group_entries(const entry (&entries)[count], int64_t group) {
  return count_in(entries + 1, count - 1, group);
}

} /* namespace supnorm_proof */
#endif

#endif
