/* supnorm.h: the types, constants and functions of the SupNorm device library (C99, C++11).
 *
 * A model header (`supnorm export`) includes this file and nothing else. All numbers are integers; the
 * words "LSB" and "accumulator unit" mean one step of an Int16 value and one step of an Int32 sum.
 */
#ifndef SUPNORM_H
#define SUPNORM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the header format, separate from the version of the tool that wrote a header. */
#define SUPNORM_FORMAT_VERSION 4

/* Layer kinds. SPARSE has the semantics of DENSE and stores only its non-zero weights. */
#define SUPNORM_DENSE 0
#define SUPNORM_SPARSE 1
#define SUPNORM_MAXPLUS 2

/* Layout bits of a MAXPLUS layer. */
#define SUPNORM_BYTE_COLUMNS 1 /* a column is a byte: its place in its block of 256 columns; at most 1024 columns */
#define SUPNORM_BYTE_OFFSETS 2 /* an offset is a byte b: -b for sign +1, +b for sign -1, so that s*x + o = s*(x - b) */

/* Activations: all exact on Int16 and nonexpansive in the sup norm. */
#define SUPNORM_IDENTITY 0 /* y = x */
#define SUPNORM_RELU 1     /* y = max(x, 0) */
#define SUPNORM_ABS 2      /* y = min(|x|, 32767) */
#define SUPNORM_MAXMIN 3   /* (y0, y1) = (max(x0, x1), min(x0, x1)) for each pair; an odd last one stays */
#define SUPNORM_SORT 4     /* the whole vector in ascending order */
#define SUPNORM_NEGATE 5   /* y = min(-x, 32767) */

/* What the functions return: 0 for success, 1 for an honest "not certified", negative for an error. */
#define SUPNORM_OK 0
#define SUPNORM_UNCERTIFIED 1         /* the certificate does not hold at this radius: no class, no bounds */
#define SUPNORM_ERROR_NULL (-1)       /* a required pointer is null */
#define SUPNORM_ERROR_VERSION (-2)    /* the network was written for another format version */
#define SUPNORM_ERROR_MALFORMED (-3)  /* shapes that do not chain, an unknown kind, a column out of range */
#define SUPNORM_ERROR_SCRATCH (-4)    /* fewer scratch bytes than the network needs, or not aligned to 8 bytes */
#define SUPNORM_ERROR_RADIUS (-5)     /* a radius outside 0 ... 65535 */
#define SUPNORM_ERROR_CLASS (-6)      /* a class outside 0 ... outputs - 1 */
#define SUPNORM_ERROR_CHECKSUM (-7)   /* the network does not have the CRC-32 that the header states */
#define SUPNORM_ERROR_BOUND (-8)      /* a row sum above its bound, or a row that could overflow */
#define SUPNORM_ERROR_GOLDEN (-9)     /* a golden vector gave another answer than on the host */
#define SUPNORM_ERROR_TASK (-10)      /* a class was asked of a regression, or a change bound of a classifier */
#define SUPNORM_ERROR_READING (-11)   /* the feature has no whole readings: a host encodes its values */

/* The largest distance of two Int16 values, and so the largest radius that means anything. */
#define SUPNORM_RADIUS_MAX 65535

/* The class index where there is no class: in a regression, and where supnorm_infer_within abstains. */
#define SUPNORM_NO_CLASS (-1)

/* Tasks: the outputs compete as the logits of classes, or each is a number of its own. */
#define SUPNORM_CLASSIFICATION 0
#define SUPNORM_REGRESSION 1

/* One layer in integers. DENSE and SPARSE (a weight w means w / 2^shift):
 *
 *   accumulator = biases[r] + sum over c of weights[r][c] * x[c]              exact in Int32
 *   y[r] = activation(clamp((accumulator + 2^(shift-1)) >> shift))            Int16
 *
 * MAXPLUS, the maximum over the row's entries k (at least one) with column c, sign s = +1 or -1 and offset o:
 *
 *   accumulator = max over k of s[k] * x[c[k]] + o[k]                         exact in Int32
 *   y[r] = activation(clamp(accumulator))                                     Int16
 *
 * The last layer of a network neither requantises nor saturates: its accumulators are the logits, or their exact
 * negatives where a MAXPLUS layer has the activation NEGATE. A last DENSE or SPARSE layer reads the outputs of the
 * last hidden layer and, behind them, the network's residual inputs unchanged.
 *
 * The entries of a MAXPLUS row stand in groups: without BYTE_COLUMNS two, those of sign +1, then those of sign -1;
 * with BYTE_COLUMNS two for each block of 256 columns: block 0 sign +1, block 0 sign -1, block 1 sign +1, ...
 * Within a group the columns strictly increase. */
typedef struct supnorm_layer {
  uint8_t kind;          /* SUPNORM_DENSE, SUPNORM_SPARSE or SUPNORM_MAXPLUS */
  uint8_t activation;    /* SUPNORM_IDENTITY ...; in the last layer IDENTITY, or NEGATE if it is MAXPLUS */
  uint8_t shift;         /* 0 ... 15; MAXPLUS: 0 */
  uint8_t layout;        /* MAXPLUS: SUPNORM_BYTE_COLUMNS | SUPNORM_BYTE_OFFSETS; else 0 */
  uint16_t rows;         /* outputs of the layer, 1 ... 65535 */
  uint16_t columns;      /* inputs of the layer, 1 ... 65535 */
  uint32_t row_sum_bound; /* no row's sum of |w| exceeds this; MAXPLUS: 1 */
  uint32_t entries;      /* DENSE: rows * columns; SPARSE: stored weights; MAXPLUS: stored entries */
  const int16_t *weights;          /* DENSE: row-major; SPARSE: row after row, columns increasing;
                                      MAXPLUS: the offset of each entry, null with BYTE_OFFSETS */
  const int32_t *biases;           /* rows, in accumulator units; MAXPLUS: null */
  const uint16_t *column_indices;  /* SPARSE, MAXPLUS: the column of each weight or entry; DENSE and
                                      MAXPLUS with BYTE_COLUMNS: null */
  const uint16_t *row_entries;     /* SPARSE: how many weights each row stores; MAXPLUS: how many entries each
                                      group has, row after row; DENSE: null */
  const uint8_t *byte_columns;     /* MAXPLUS with BYTE_COLUMNS: column modulo 256 of each entry; else null */
  const uint8_t *byte_offsets;     /* MAXPLUS with BYTE_OFFSETS: -s * o of each entry; else null */
} supnorm_layer;

/* A bound on a change: inputs that differ by at most d LSB in every component change a number (the difference
 * logit_j - logit_k of two classes j < k, or one output of a regression) by at most slope * d + offset
 * accumulator units. */
typedef struct supnorm_bound {
  uint32_t slope;
  uint32_t offset;
} supnorm_bound;

/* How one raw integer reading (an ADC count, a byte) becomes an input, see supnorm_encode:
 * q = clamp(((reading - origin) * multiplier + addend) >> shift), exact in 64 bits. */
typedef struct supnorm_feature {
  int32_t origin;     /* the reading that is taken off first */
  int32_t multiplier; /* 1 ... 2^31 - 1; 0 for a feature that has no whole readings, with zeros beside it */
  int32_t addend;     /* holds the rounding term 2^(shift-1) too */
  int32_t shift;      /* 0 ... 31 */
} supnorm_feature;

/* One network with everything the device needs for answers and certificates. */
typedef struct supnorm_network {
  uint16_t format_version; /* SUPNORM_FORMAT_VERSION */
  uint16_t layer_count;
  uint16_t inputs;
  uint16_t outputs;        /* 1 ... 32767 */
  int32_t unit;            /* LSB that make one mapped input unit */
  int16_t input_min;       /* the declared input range, raw */
  int16_t input_max;
  uint32_t scratch_bytes;       /* enough for every function below */
  uint32_t infer_scratch_bytes; /* enough for supnorm_infer alone */
  uint32_t crc32;      /* CRC-32 (IEEE 802.3) of the canonical byte string: all that certificates rest on, see the
                          article "Header format" */
  uint32_t head_crc32; /* the same of its first record alone, the numbers of this struct: it proves the counts
                          before an array is read */
  const supnorm_layer *layers;     /* layer_count */
  const supnorm_bound *bounds;     /* CLASSIFICATION: of the pairs of classes, outputs * (outputs - 1) / 2 in the
                                      order (0,1) (0,2) ... (1,2) ...; REGRESSION: of each output.
                                      Null if all layers are MAXPLUS: slope 2 for pairs, 1 for outputs, offset 0 */
  const supnorm_feature *features; /* feature_count */
  const uint16_t *residual_inputs; /* residual_count, increasing; null when there are none, as with a last MAXPLUS */
  uint16_t feature_count;          /* 1 (the same map for all inputs) or inputs */
  uint16_t residual_count;         /* the last layer's columns are the last hidden layer's rows and these */
  uint16_t tolerance_lsb;          /* the radius that covers the declared tolerances of all features; 0 for none */
  uint16_t task;                   /* SUPNORM_CLASSIFICATION or SUPNORM_REGRESSION */
} supnorm_network;

/* The answer to one input. */
typedef struct supnorm_result {
  int32_t class_index; /* index of the largest logit, the lowest index on a tie; SUPNORM_NO_CLASS for none */
  uint32_t radius_lsb; /* certified: no change of up to this many LSB in each input, all inputs at once,
                          can change class_index; 0 certifies this very input only, and is all without a class */
} supnorm_result;

/* One input from the data with the answers the host computed, so that a board can test itself. */
typedef struct supnorm_golden {
  const int16_t *input;      /* inputs */
  const int32_t *logits;     /* outputs */
  int32_t class_index;
  uint32_t radius_lsb;       /* what supnorm_infer reports */
  int32_t local_radius_lsb;  /* the largest radius that supnorm_certify certifies, -1 for none */
} supnorm_golden;

/* Computes the logits, the class and the certified global radius of one input; of a regression the outputs only.
 *
 * input: network->inputs Int16 values, full range allowed; not changed
 * scratch: at least network->infer_scratch_bytes, aligned to 8 bytes (NAME_SCRATCH declares such a buffer), any
 *   content; must not overlap input or logits. Input and logits need only their own type's alignment.
 * logits: network->outputs Int32 values, written
 * result: written
 * Returns SUPNORM_OK or a negative error; after an error logits and result are unspecified.
 * Cost: one pass over the weights, then outputs - 1 divisions. No allocation, no global state: reentrant. */
int32_t supnorm_infer(const supnorm_network *network, const int16_t *input, void *scratch,
                      size_t scratch_bytes, int32_t *logits, supnorm_result *result);

/* The same, but abstains: the class is given only when it is certified for every input within
 * required_radius_lsb of this one, by the global radius or, in the declared input range, by supnorm_certify.
 *
 * required_radius_lsb: 0 ... SUPNORM_RADIUS_MAX; network->tolerance_lsb covers the declared tolerances
 * scratch: at least network->scratch_bytes
 * result: radius_lsb is the larger of the global radius and, when it was proved, the required one
 * Returns SUPNORM_OK, or SUPNORM_UNCERTIFIED with SUPNORM_NO_CLASS and radius 0 (the logits are there all the
 * same), or a negative error: SUPNORM_ERROR_TASK for a regression. Cost: supnorm_infer, and supnorm_certify where
 * the global radius falls short. */
int32_t supnorm_infer_within(const supnorm_network *network, const int16_t *input, int32_t required_radius_lsb,
                             void *scratch, size_t scratch_bytes, int32_t *logits, supnorm_result *result);

/* Proves by interval arithmetic that every input within radius_lsb of this one, cut to the declared input
 * range, has the class class_index. Much tighter than the global radius; sound for the integers as they run.
 *
 * scratch: at least network->scratch_bytes
 * Returns SUPNORM_OK (certified), SUPNORM_UNCERTIFIED (nothing is claimed; also for an input outside the
 * declared range) or a negative error. Cost: two passes over the hidden weights and outputs - 1 over the last
 * layer's rows. */
int32_t supnorm_certify(const supnorm_network *network, const int16_t *input, int32_t class_index,
                        int32_t radius_lsb, void *scratch, size_t scratch_bytes);

/* Bounds every output over all inputs within radius_lsb of this one, cut to the declared input range:
 * lower[j] <= output j <= upper[j], in accumulator units. Of a classifier the outputs are the logits.
 *
 * scratch: at least network->scratch_bytes
 * lower, upper: network->outputs Int32 values each, written; must not overlap anything
 * Returns SUPNORM_OK, SUPNORM_UNCERTIFIED (an input outside the declared range: nothing is claimed) or a negative
 * error; lower and upper are unspecified then. Cost: two passes over the weights. */
int32_t supnorm_output_bounds(const supnorm_network *network, const int16_t *input, int32_t radius_lsb,
                              void *scratch, size_t scratch_bytes, int32_t *lower, int32_t *upper);

/* The most by which one output of a regression changes when no input moves by more than radius_lsb, for every
 * input: slope * radius_lsb + offset accumulator units, UINT32_MAX where that is no bound.
 * Returns SUPNORM_OK or a negative error: SUPNORM_ERROR_CLASS for no such output, SUPNORM_ERROR_TASK for a
 * classifier. */
int32_t supnorm_output_change(const supnorm_network *network, int32_t output, int32_t radius_lsb,
                              uint32_t *change);

/* Re-proves on the stored numbers what the header claims of them: shapes, columns in range and increasing, every
 * row sum within its bound, no accumulator able to overflow, input maps in range, arrays aligned for word loads, and the
 * CRC-32 of everything that a certificate rests on. No array is read before the counts that index it are
 * proved. Addresses are not checked.
 * Returns SUPNORM_OK or the first error found. */
int32_t supnorm_self_check(const supnorm_network *network);

/* Runs golden vectors and compares logits, class, global radius and local radius exactly.
 * logits: network->outputs values to work in. Returns SUPNORM_OK or the first error found. */
int32_t supnorm_self_test(const supnorm_network *network, const supnorm_golden *golden, size_t golden_count,
                          void *scratch, size_t scratch_bytes, int32_t *logits);

/* Encodes one raw integer reading of input `feature` (0 ... inputs - 1):
 * clamp(((reading - origin) * multiplier + addend) >> shift), exact in 64 bits, the result clamped to the declared
 * input range. Any reading is allowed. Readings at most t apart give results at most
 * ceil(t * multiplier / 2^shift) apart.
 * Returns SUPNORM_OK, SUPNORM_ERROR_READING for a feature whose values are not whole numbers, or another negative
 * error; nothing is written then. */
int32_t supnorm_encode(const supnorm_network *network, uint32_t feature, int32_t reading, int16_t *encoded);

/* A short English name of a status, for logs; never null. */
static inline const char *supnorm_status_name(int32_t status) {
  switch (status) {
  case SUPNORM_OK: return "ok";
  case SUPNORM_UNCERTIFIED: return "not certified";
  case SUPNORM_ERROR_NULL: return "null pointer";
  case SUPNORM_ERROR_VERSION: return "other format version";
  case SUPNORM_ERROR_MALFORMED: return "malformed network";
  case SUPNORM_ERROR_SCRATCH: return "scratch too small or misaligned";
  case SUPNORM_ERROR_RADIUS: return "radius out of range";
  case SUPNORM_ERROR_CLASS: return "class out of range";
  case SUPNORM_ERROR_CHECKSUM: return "checksum mismatch";
  case SUPNORM_ERROR_BOUND: return "bound exceeded";
  case SUPNORM_ERROR_GOLDEN: return "golden vector mismatch";
  case SUPNORM_ERROR_TASK: return "not the network's task";
  case SUPNORM_ERROR_READING: return "no whole readings";
  default: return "unknown status";
  }
}

/* Memory for the functions above: `static DIGITS_SCRATCH(buffer);` at file or block scope, or without static. It is
 * aligned to 8 bytes, and sizeof buffer is what the functions need, rounded up to whole words of 8 bytes. */
#if defined(__GNUC__)
#define SUPNORM_ALIGNED __attribute__((aligned(8)))
#else /* a uint64_t has the alignment by itself */
#define SUPNORM_ALIGNED
#endif
#define SUPNORM_SCRATCH(buffer, bytes) uint64_t buffer[((bytes) + 7) / 8] SUPNORM_ALIGNED

/* ---- What model headers are made of ------------------------------------------------------------------
 *
 * A model header writes every number once, as an argument of an X-macro row: ROW(W) W(12) W(-407) ...
 * The macros below expand the same row to the stored data and to the proof about it. */

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
#define SUPNORM_ENTRY_COLUMN(column, weight) (column),
#define SUPNORM_ENTRY_WEIGHT(column, weight) (weight),
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
 *   SUPNORM_INCREASES1, 2(ROW, limit)   0 <= first < second < ... < limit, of the numbers or columns
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
#define SUPNORM_COUNT2(ROW) (static_cast<int64_t>(sizeof supnorm_proof::list({0, ROW(SUPNORM_ENTRY_COLUMN)})) - 1)
#define SUPNORM_COUNT3(ROW) (static_cast<int64_t>(sizeof supnorm_proof::list({0, ROW(SUPNORM_MAXPLUS_COLUMN)})) - 1)
#define SUPNORM_SUM1(ROW) supnorm_proof::sum({0, ROW(SUPNORM_VALUE)})
#define SUPNORM_SUM2(ROW) supnorm_proof::sum({0, ROW(SUPNORM_ENTRY_WEIGHT)})
#define SUPNORM_INCREASES1(ROW, limit) supnorm_proof::increases({-1, ROW(SUPNORM_VALUE)(limit)})
#define SUPNORM_INCREASES2(ROW, limit) supnorm_proof::increases({-1, ROW(SUPNORM_ENTRY_COLUMN)(limit)})
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
#define SUPNORM_NEXT2(column, weight) < (column) && (column)
#define SUPNORM_INCREASES1(ROW, limit) (-1 ROW(SUPNORM_NEXT1) < (limit))
#define SUPNORM_INCREASES2(ROW, limit) (-1 ROW(SUPNORM_NEXT2) < (limit))
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
}

/* The proof in C++11: every list begins with an item that is not the row's, since a row may be empty. Halves keep the
 * depth of calls at the logarithm of a row. */
namespace supnorm_proof {

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
