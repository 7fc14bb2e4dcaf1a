/* supnorm.h: the types, constants and functions of the SupNorm device library (C99, C++11).
 *
 * SPDX-License-Identifier: MIT
 *
 * A model header (`supnorm export`) includes this file and nothing else. All numbers are integers; the
 * words "LSB" and "accumulator unit" mean one step of an Int16 value and one step of an Int32 sum.
 */
#ifndef SUPNORM_H
#define SUPNORM_H

#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "SupNorm: this processor is not little-endian"
#endif

#include "supnorm_names.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is refused, with an error of its own and no trap: null pointers, a model that was never opened, scratch memory
 * that is too small or not aligned, buffers of one call that share a byte (all scratch_bytes count), a class or a radius
 * out of range. An address itself cannot be checked. */

/* The version of the library and of the tool, which `supnorm --version` prints. */
#define SUPNORM_VERSION "0.12.0"

/* The version of the header format, separate from the version of the tool that wrote a header. */
#define SUPNORM_FORMAT_VERSION 6

/* Layer kinds. SPARSE has the semantics of DENSE and stores only its non-zero weights. */
#define SUPNORM_DENSE 0
#define SUPNORM_SPARSE 1
#define SUPNORM_MAXPLUS 2

/* The most columns of a SPARSE layer: twice a column fits in 16 bits. */
#define SUPNORM_SPARSE_COLUMNS_MAX 32767

/* Layouts of a MAXPLUS layer: how an entry holds its step and its place, see below. */
#define SUPNORM_WORDS 0     /* step << 16 | place in 32 bits: any range, at most 32767 columns */
#define SUPNORM_BYTES 1     /* step << 8 | place in 16 bits: a range of at most 255 LSB, at most 128 columns */
#define SUPNORM_HALFWORDS 2 /* step << 11 | place in 16 bits: a range of at most 255 LSB, at most 1024 columns */

/* Activations: all exact on Int16 and nonexpansive in the sup norm. */
#define SUPNORM_IDENTITY 0 /* y = x */
#define SUPNORM_RELU 1     /* y = max(x, 0) */
#define SUPNORM_ABS 2      /* y = min(|x|, 32767) */
#define SUPNORM_MAXMIN 3   /* (y0, y1) = (max(x0, x1), min(x0, x1)) for each pair; an odd last one stays */
#define SUPNORM_SORT 4     /* the whole vector in ascending order */
#define SUPNORM_NEGATE 5   /* y = min(-x, 32767) */
#define SUPNORM_SMOOTH 6   /* tanh, sigmoid: a table of nodes with straight lines between them, see below */

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
#define SUPNORM_ERROR_KERNELS (-12)   /* the network names no kernels for this: NAME_inference_network has no others */
#define SUPNORM_ERROR_UNOPENED (-13)  /* the model was never opened by supnorm_open */
#define SUPNORM_ERROR_OVERLAP (-14)   /* two buffers of the call share a byte: scratch, input, logits, bounds */

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
 * MAXPLUS, the maximum over the row's entries k with column c, sign s = +1 or -1 and offset o, which reads its inputs
 * cut to a range, x = min(max(input, input_min), input_max):
 *
 *   accumulator = max over k of s[k] * x[c[k]] + o[k]                         exact in Int32
 *   y[r] = activation(clamp(accumulator))                                     Int16
 *
 * A first layer's range is the declared one; a later layer's holds all that the layers before it can give, so that it
 * cuts nothing.
 *
 * SMOOTH has nodes T[i] at x = -32768 + i * 2^k, k = table_shift, 2^(16-k) + 1 of them. No node is less than the one
 * before it or exceeds it by more than table_gain, which is at most 2^k. With i = (x + 32768) >> k and the rest r:
 *
 *   y = T[i] + (((T[i + 1] - T[i]) * r + 2^(k-1)) >> k)                       never decreasing
 *
 * so that inputs at most d apart give outputs at most ceil(table_gain * d / 2^k) apart, rounding included.
 *
 * The last layer of a network neither requantises nor saturates: its accumulators are the logits, or their exact
 * negatives where a MAXPLUS layer has the activation NEGATE. A last DENSE or SPARSE layer reads the outputs of the
 * last hidden layer and, behind them, the network's residual inputs, cut to the range of the first layer.
 *
 * A SPARSE row stores its weights that are not 0, first those above 0, then those below 0, so that bounds ask no weight
 * for its sign; the columns strictly increase in either group. One is a word `2 * column | weight << 16`, where
 * 2 * column is the place of x[column] in bytes.
 *
 * The potential of a MAXPLUS entry is the greatest value that it takes over the range, s * x + o where s * x is
 * greatest; it falls short of it by Z[2 * c] = x - input_min for s = -1, by Z[2 * c + 1] = input_max - x for s = +1. The
 * entries of a row stand by falling potential: `biases` has the first one's, an entry the place of its Z and the step
 * down from the potential before it, 0 for the first. The steps of a row add up to at least the width of the range (and
 * at least 1), so a row is done, whatever the inputs, when their sum reaches the least `steps so far + Z` that was seen.
 * An entry may repeat the first one's place with a lower potential, where a step would not fit otherwise. */
typedef struct supnorm_layer {
  uint8_t kind;          /* SUPNORM_DENSE, SUPNORM_SPARSE or SUPNORM_MAXPLUS */
  uint8_t activation;    /* SUPNORM_IDENTITY ...; in the last layer IDENTITY, or NEGATE if it is MAXPLUS */
  uint8_t shift;         /* 0 ... 15; MAXPLUS: 0 */
  uint8_t layout;        /* MAXPLUS: SUPNORM_WORDS, SUPNORM_BYTES or SUPNORM_HALFWORDS; else 0 */
  uint16_t rows;         /* outputs of the layer, 1 ... 65535 */
  uint16_t columns;      /* inputs of the layer, 1 ... 65535; SPARSE, MAXPLUS: 1 ... 32767 */
  uint32_t row_sum_bound; /* no row's sum of |w| exceeds this; MAXPLUS: 1 */
  uint32_t entries;      /* DENSE: rows * columns; SPARSE: stored weights; MAXPLUS: stored entries */
  int16_t input_min;     /* MAXPLUS: inputs are cut to input_min ... input_max; else -32768 ... 32767 */
  int16_t input_max;
  uint16_t table_gain;   /* SMOOTH: no node exceeds the one before it by more than this, 0 ... 2^table_shift; else 0 */
  uint16_t table_shift;  /* SMOOTH: a node every 2^table_shift LSB, 1 ... 15; else 0 */
  const int16_t *weights;      /* DENSE: row-major; else null */
  const int32_t *biases;       /* rows, in accumulator units; MAXPLUS: the greatest potential of each row */
  const uint32_t *words;       /* SPARSE: the stored weights; MAXPLUS with WORDS: the entries; row after row; else null */
  const uint16_t *row_entries; /* SPARSE: how many weights above 0 and below 0 each row stores; MAXPLUS: how many entries
                                  each row stores; DENSE: null */
  const uint16_t *halfwords;   /* MAXPLUS with BYTES or HALFWORDS: the entries, row after row; else null */
  const int16_t *nodes;        /* SMOOTH: 2^(16-table_shift) + 1; else null */
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

/* The kernels of a layer's kind and layout, see supnorm_kernels.h. A program contains those that its networks name. */
typedef struct supnorm_inference supnorm_inference;
typedef struct supnorm_certificate supnorm_certificate;
/* What follows a layer's rows, in a table as the kernels. */
typedef struct supnorm_activation supnorm_activation;

/* One network with everything the device needs for answers and certificates. The fields before the checksums are the
 * first record of the canonical byte string as they stand, as the numbers of a layer are its record: processors are
 * little-endian. */
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
  uint16_t task;                /* SUPNORM_CLASSIFICATION or SUPNORM_REGRESSION */
  uint16_t tolerance_lsb;       /* the radius that covers the declared tolerances of all features; 0 for none */
  uint16_t feature_count;       /* 1 (the same map for all inputs) or inputs */
  uint16_t residual_count;      /* the last layer's columns are the last hidden layer's rows and these */
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
  const supnorm_activation *const *activations;   /* layer_count */
  const supnorm_inference *const *inference;      /* layer_count */
  const supnorm_certificate *const *certificates; /* layer_count; null for answers without certificates and bounds */
} supnorm_network;

/* A network whose shapes and counts supnorm_open has proved: what every other function takes. It may be copied; its
 * fields are the library's. The network must stay where it is and unchanged. */
typedef struct supnorm_model {
  const supnorm_network *network;
  uint32_t even_elements; /* Int16 values of the widest outputs of the hidden layers 0, 2, 4 ... */
  uint32_t odd_elements;  /* and of the hidden layers 1, 3, 5 ... */
  uint32_t inference_workspace;   /* Int16 values that the kernels of answers need beside them, */
  uint32_t certificate_workspace; /* and those of certificates and bounds */
  uint32_t seal;          /* follows from the others; a model that was never opened does not have it */
} supnorm_model;

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

/* Opens a network: proves the numbers of its struct by their checksum, and then, once for all later calls, that the
 * layers' shapes chain, that every array is there, that counts add up and that each layer's kernels are those of its
 * kind and layout. It reads no weight and no column: the compiler has proved those, supnorm_self_check does again.
 *
 * model: written; not open after an error
 * Returns SUPNORM_OK or a negative error. Cost: one pass over the counts of rows. */
int32_t supnorm_open(const supnorm_network *network, supnorm_model *model)
    SUPNORM_LINK_NAME(supnorm_open);

/* Computes the logits, the class and the certified global radius of one input; of a regression the outputs only.
 *
 * model: opened by supnorm_open, here and below
 * input: network->inputs Int16 values, full range allowed; not changed
 * scratch: at least network->infer_scratch_bytes, aligned to 8 bytes (NAME_SCRATCH declares such a buffer), any
 *   content. Input and logits need only their own type's alignment. Of these three no two may share a byte.
 * logits: network->outputs Int32 values, written
 * result: written
 * Returns SUPNORM_OK or a negative error; after an error logits and result are unspecified.
 * Cost: one pass over the weights, then outputs - 1 divisions. No allocation, no global state: reentrant. */
int32_t supnorm_infer(const supnorm_model *model, const int16_t *input, void *scratch, size_t scratch_bytes,
                      int32_t *logits, supnorm_result *result)
    SUPNORM_LINK_NAME(supnorm_infer);

/* The same, but abstains: the class is given only when it is certified for every input within
 * required_radius_lsb of this one, by the global radius or, in the declared input range, by supnorm_certify.
 *
 * required_radius_lsb: 0 ... SUPNORM_RADIUS_MAX; network->tolerance_lsb covers the declared tolerances
 * scratch: at least network->scratch_bytes
 * result: radius_lsb is the larger of the global radius and, when it was proved, the required one
 * Returns SUPNORM_OK, or SUPNORM_UNCERTIFIED with SUPNORM_NO_CLASS and radius 0 (the logits are there all the
 * same), or a negative error: SUPNORM_ERROR_TASK for a regression. Cost: supnorm_infer, and supnorm_certify where
 * the global radius falls short. */
int32_t supnorm_infer_within(const supnorm_model *model, const int16_t *input, int32_t required_radius_lsb,
                             void *scratch, size_t scratch_bytes, int32_t *logits, supnorm_result *result)
    SUPNORM_LINK_NAME(supnorm_infer_within);

/* Proves by interval arithmetic that every input within radius_lsb of this one, cut to the declared input
 * range, has the class class_index. Much tighter than the global radius; sound for the integers as they run.
 *
 * scratch: at least network->scratch_bytes
 * Returns SUPNORM_OK (certified), SUPNORM_UNCERTIFIED (nothing is claimed; also for an input outside the
 * declared range) or a negative error. Cost: two passes over the hidden weights and outputs - 1 over the last
 * layer's rows. */
int32_t supnorm_certify(const supnorm_model *model, const int16_t *input, int32_t class_index,
                        int32_t radius_lsb, void *scratch, size_t scratch_bytes)
    SUPNORM_LINK_NAME(supnorm_certify);

/* Bounds every output over all inputs within radius_lsb of this one, cut to the declared input range:
 * lower[j] <= output j <= upper[j], in accumulator units. Of a classifier the outputs are the logits.
 *
 * scratch: at least network->scratch_bytes
 * lower, upper: network->outputs Int32 values each, written
 * Returns SUPNORM_OK, SUPNORM_UNCERTIFIED (an input outside the declared range: nothing is claimed) or a negative
 * error; lower and upper are unspecified then. Cost: two passes over the weights. */
int32_t supnorm_output_bounds(const supnorm_model *model, const int16_t *input, int32_t radius_lsb,
                              void *scratch, size_t scratch_bytes, int32_t *lower, int32_t *upper)
    SUPNORM_LINK_NAME(supnorm_output_bounds);

/* The most by which one output of a regression changes when no input moves by more than radius_lsb, for every
 * input: slope * radius_lsb + offset accumulator units, UINT32_MAX where that is no bound.
 * Returns SUPNORM_OK or a negative error: SUPNORM_ERROR_CLASS for no such output, SUPNORM_ERROR_TASK for a
 * classifier. */
int32_t supnorm_output_change(const supnorm_model *model, int32_t output, int32_t radius_lsb, uint32_t *change)
    SUPNORM_LINK_NAME(supnorm_output_change);

/* Re-proves on the stored numbers what the header claims of them: all that supnorm_open proves, columns in range and
 * increasing, every row sum within its bound, no accumulator able to overflow, input maps in range, arrays aligned for
 * word loads, and the CRC-32 of everything that a certificate rests on. No array is read before the counts that index
 * it are proved. Addresses are not checked.
 * Returns SUPNORM_OK or the first error found. */
int32_t supnorm_self_check(const supnorm_model *model)
    SUPNORM_LINK_NAME(supnorm_self_check);

/* Runs golden vectors and compares logits, class, global radius and, where the network names kernels for
 * certificates, local radius exactly.
 * logits: network->outputs values to work in, not those of a golden vector. Returns SUPNORM_OK or the first error found. */
int32_t supnorm_self_test(const supnorm_model *model, const supnorm_golden *golden, size_t golden_count,
                          void *scratch, size_t scratch_bytes, int32_t *logits)
    SUPNORM_LINK_NAME(supnorm_self_test);

/* Encodes one raw integer reading of input `feature` (0 ... inputs - 1):
 * clamp(((reading - origin) * multiplier + addend) >> shift), exact in 64 bits, the result clamped to the declared
 * input range. Any reading is allowed. Readings at most t apart give results at most
 * ceil(t * multiplier / 2^shift) apart.
 * Returns SUPNORM_OK, SUPNORM_ERROR_READING for a feature whose values are not whole numbers, or another negative
 * error; nothing is written then. */
int32_t supnorm_encode(const supnorm_model *model, uint32_t feature, int32_t reading, int16_t *encoded)
    SUPNORM_LINK_NAME(supnorm_encode);

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
  case SUPNORM_ERROR_KERNELS: return "no kernels for this";
  case SUPNORM_ERROR_UNOPENED: return "model not opened";
  case SUPNORM_ERROR_OVERLAP: return "overlapping buffers";
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

#ifdef __cplusplus
}
#endif

#include "supnorm_format.h"
#include "supnorm_kernels.h"

#endif
