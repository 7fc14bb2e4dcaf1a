/* supnorm_kernels.h: the kernels of every kind and layout of a layer, in tables; supnorm.h includes it.
 *
 * SPDX-License-Identifier: MIT
 *
 * A network points at the tables of its layers and the library calls through them, so that a linker with --gc-sections
 * keeps the kernels that a program's networks name and no others. A model header names a table by the macros of the
 * layer's kind and layout (SUPNORM_TABLE), and supnorm_open compares what the table says of itself with the layer.
 */
#ifndef SUPNORM_KERNELS_H
#define SUPNORM_KERNELS_H

#include "supnorm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The box of inputs of a layer: lower[c] <= x[c] <= upper[c]. With a deviation both are one vector, and
 * x[c] lies within max(lower[c] - deviation, minimum) ... min(lower[c] + deviation, maximum), which holds lower[c]. */
typedef struct supnorm_box {
  const int16_t *lower;
  const int16_t *upper;
  int32_t deviation; /* 0 ... SUPNORM_RADIUS_MAX */
  int32_t minimum;   /* within Int16, as the maximum */
  int32_t maximum;
} supnorm_box;

/* What answers need of one kind and layout. A layer that `shape` and `counts` have accepted may be given to the
 * others. The workspace of a kernel is memory of any content that nothing else uses meanwhile, aligned to 8 bytes: as
 * many bytes for each column as its table says, rounded up to whole words of 8 bytes. */
struct supnorm_inference {
  uint8_t kind;
  uint8_t layout;
  uint8_t needs_bounds; /* 0: outputs never differ by more than inputs, whatever the numbers */
  uint8_t workspace;    /* bytes of workspace for each column of a layer, see below */
  /* Shift, bound, activation and which arrays there are, reading none; `residuals` columns are inputs of the network.
   * SUPNORM_OK or a negative error. */
  int32_t (*shape)(const supnorm_layer *layer, int32_t is_last, uint32_t residuals);
  /* That the counts of all rows add up to the entries: how many counts the layer stores, or a negative error. */
  int32_t (*counts)(const supnorm_layer *layer);
  /* What supnorm_self_check proves of the numbers in the arrays: SUPNORM_OK or a negative error. */
  int32_t (*check)(const supnorm_layer *layer);
  /* Every row before the activation: requantised into `hidden`, or as logits; the other is null. */
  void (*infer)(const supnorm_layer *layer, const int16_t *input, int16_t *hidden, int32_t *logits, void *workspace);
};

/* What certificates and bounds need of one kind and layout. */
struct supnorm_certificate {
  uint8_t kind;
  uint8_t layout;
  uint8_t workspace;
  /* The least and greatest value of every row over a box, before the activation: requantised into lower and upper, or
   * as logits; the others are null. */
  void (*bound)(const supnorm_layer *layer, const supnorm_box *box, int16_t *lower, int16_t *upper,
                int32_t *logit_lower, int32_t *logit_upper, void *workspace);
  /* Whether one row's logit exceeds that of every other row everywhere in the box; null in tables of bounds alone. */
  int32_t (*exceeds)(const supnorm_layer *layer, uint32_t row, const supnorm_box *box, void *workspace);
};

/* What follows the rows of a layer, in place: of values, and of the ends of a box of them. Null changes nothing; where
 * `bound` alone is null the ends are applied to each by itself. */
struct supnorm_activation {
  uint8_t activation; /* SUPNORM_IDENTITY ... */
  void (*apply)(int16_t *values, uint32_t count, const supnorm_layer *layer);
  void (*bound)(int16_t *lower, int16_t *upper, uint32_t count);
  /* Of a layer's own numbers: the fields, reading no array, and what supnorm_self_check proves of the array; null where
   * it has none. SUPNORM_OK or a negative error. */
  int32_t (*shape)(const supnorm_layer *layer);
  int32_t (*check)(const supnorm_layer *layer);
};

/* A table in a section of its own, so that the linker drops it, and the kernels that it names, with what names it.
 * Compilers leave out a table that nothing names. */
#if defined(__GNUC__) && defined(__ELF__) && (defined(__PIC__) || defined(__PIE__))
#define SUPNORM_CONSTANT(type, name) \
  static const type name __attribute__((unused, section(".data.rel.ro." #name)))
#elif defined(__GNUC__) && defined(__ELF__)
#define SUPNORM_CONSTANT(type, name) static const type name __attribute__((unused, section(".rodata." #name)))
#elif defined(__GNUC__)
#define SUPNORM_CONSTANT(type, name) static const type name __attribute__((unused))
#else
#define SUPNORM_CONSTANT(type, name) static const type name
#endif

/* The functions of a kind, and those of one of its layouts. */
#define SUPNORM_KIND(kind) \
  int32_t supnorm_##kind##_shape(const supnorm_layer *layer, int32_t is_last, uint32_t residuals) \
    SUPNORM_LINK_NAME(supnorm_##kind##_shape); \
  int32_t supnorm_##kind##_counts(const supnorm_layer *layer) SUPNORM_LINK_NAME(supnorm_##kind##_counts); \
  int32_t supnorm_##kind##_check(const supnorm_layer *layer) SUPNORM_LINK_NAME(supnorm_##kind##_check)
#define SUPNORM_KERNELS(name) \
  void supnorm_##name##_infer(const supnorm_layer *layer, const int16_t *input, int16_t *hidden, int32_t *logits, \
                              void *workspace) SUPNORM_LINK_NAME(supnorm_##name##_infer); \
  void supnorm_##name##_bound(const supnorm_layer *layer, const supnorm_box *box, int16_t *lower, int16_t *upper, \
                              int32_t *logit_lower, int32_t *logit_upper, void *workspace) \
    SUPNORM_LINK_NAME(supnorm_##name##_bound); \
  int32_t supnorm_##name##_exceeds(const supnorm_layer *layer, uint32_t row, const supnorm_box *box, void *workspace) \
    SUPNORM_LINK_NAME(supnorm_##name##_exceeds)

/* Three tables of one layout: for answers, for certificates of classes, and for bounds alone; with the bytes of
 * workspace for each column in the first and in the others. */
#define SUPNORM_TABLES(name, kind, number, layout, needs_bounds, inference_bytes, certificate_bytes) \
  SUPNORM_CONSTANT(supnorm_inference, supnorm_##name##_inference) = { \
    number, layout, needs_bounds, inference_bytes, supnorm_##kind##_shape, supnorm_##kind##_counts, \
    supnorm_##kind##_check, supnorm_##name##_infer}; \
  SUPNORM_CONSTANT(supnorm_certificate, supnorm_##name##_certificate) = { \
    number, layout, certificate_bytes, supnorm_##name##_bound, supnorm_##name##_exceeds}; \
  SUPNORM_CONSTANT(supnorm_certificate, supnorm_##name##_bounds) = { \
    number, layout, certificate_bytes, supnorm_##name##_bound, NULL}

SUPNORM_KIND(dense);
SUPNORM_KERNELS(dense);
SUPNORM_TABLES(dense, dense, SUPNORM_DENSE, 0, 1, 4, 6);

SUPNORM_KIND(sparse);
SUPNORM_KERNELS(sparse);
SUPNORM_TABLES(sparse, sparse, SUPNORM_SPARSE, 0, 1, 0, 4);

SUPNORM_KIND(maxplus);
SUPNORM_KERNELS(maxplus_words);
SUPNORM_TABLES(maxplus_words, maxplus, SUPNORM_MAXPLUS, SUPNORM_WORDS, 0, 4, 4);
SUPNORM_KERNELS(maxplus_bytes);
SUPNORM_TABLES(maxplus_bytes, maxplus, SUPNORM_MAXPLUS, SUPNORM_BYTES, 0, 2, 2);
SUPNORM_KERNELS(maxplus_halfwords);
SUPNORM_TABLES(maxplus_halfwords, maxplus, SUPNORM_MAXPLUS, SUPNORM_HALFWORDS, 0, 2, 2);

#define SUPNORM_VALUES(name) \
  void supnorm_##name(int16_t *values, uint32_t count, const supnorm_layer *layer) SUPNORM_LINK_NAME(supnorm_##name)
#define SUPNORM_VALUE_ENDS(name) \
  void supnorm_##name##_bound(int16_t *lower, int16_t *upper, uint32_t count) SUPNORM_LINK_NAME(supnorm_##name##_bound)
SUPNORM_VALUES(relu);
SUPNORM_VALUES(abs);
SUPNORM_VALUE_ENDS(abs);
SUPNORM_VALUES(maxmin);
SUPNORM_VALUES(sort);
SUPNORM_VALUES(negate);
SUPNORM_VALUE_ENDS(negate);
SUPNORM_VALUES(smooth);
int32_t supnorm_smooth_shape(const supnorm_layer *layer) SUPNORM_LINK_NAME(supnorm_smooth_shape);
int32_t supnorm_smooth_check(const supnorm_layer *layer) SUPNORM_LINK_NAME(supnorm_smooth_check);
SUPNORM_CONSTANT(supnorm_activation, supnorm_activation_0) = {SUPNORM_IDENTITY, NULL, NULL, NULL, NULL};
SUPNORM_CONSTANT(supnorm_activation, supnorm_activation_1) = {SUPNORM_RELU, supnorm_relu, NULL, NULL, NULL};
SUPNORM_CONSTANT(supnorm_activation, supnorm_activation_2) = {SUPNORM_ABS, supnorm_abs, supnorm_abs_bound, NULL, NULL};
SUPNORM_CONSTANT(supnorm_activation, supnorm_activation_3) = {SUPNORM_MAXMIN, supnorm_maxmin, NULL, NULL, NULL};
SUPNORM_CONSTANT(supnorm_activation, supnorm_activation_4) = {SUPNORM_SORT, supnorm_sort, NULL, NULL, NULL};
SUPNORM_CONSTANT(supnorm_activation, supnorm_activation_5) = {
  SUPNORM_NEGATE, supnorm_negate, supnorm_negate_bound, NULL, NULL};
SUPNORM_CONSTANT(supnorm_activation, supnorm_activation_6) = {
  SUPNORM_SMOOTH, supnorm_smooth, NULL, supnorm_smooth_shape, supnorm_smooth_check};

/* SUPNORM_ACTIVATION(activation): the table of an activation, a macro or number. */
#define SUPNORM_ACTIVATION(activation) SUPNORM_ACTIVATION_OF(activation)
#define SUPNORM_ACTIVATION_OF(activation) supnorm_activation_##activation

/* SUPNORM_TABLE(kind, layout, role): the table of a kind and layout, both macros or numbers, for the role inference,
 * certificate or bounds. Another kind or layout has no table, and does not compile. */
#define SUPNORM_TABLE_0_0(role) supnorm_dense_##role
#define SUPNORM_TABLE_1_0(role) supnorm_sparse_##role
#define SUPNORM_TABLE_2_0(role) supnorm_maxplus_words_##role
#define SUPNORM_TABLE_2_1(role) supnorm_maxplus_bytes_##role
#define SUPNORM_TABLE_2_2(role) supnorm_maxplus_halfwords_##role
#define SUPNORM_TABLE(kind, layout, role) SUPNORM_TABLE_OF(kind, layout, role)
#define SUPNORM_TABLE_OF(kind, layout, role) SUPNORM_TABLE_##kind##_##layout(role)

/* The same when the program runs, for one that loads a network from a file: null for an unknown kind or layout. Who
 * calls them links every kernel. */
#define SUPNORM_EACH_TABLE(role) \
  SUPNORM_CASE(0, 0, role) SUPNORM_CASE(1, 0, role) \
  SUPNORM_CASE(2, 0, role) SUPNORM_CASE(2, 1, role) SUPNORM_CASE(2, 2, role)
#define SUPNORM_CASE(kind, layout, role) case (kind) << 8 | (layout): return &SUPNORM_TABLE(kind, layout, role);
static inline const supnorm_inference *supnorm_inference_of(uint8_t kind, uint8_t layout) {
  switch (kind << 8 | layout) {
    SUPNORM_EACH_TABLE(inference)
  default: return NULL;
  }
}
static inline const supnorm_activation *supnorm_activation_of(uint8_t activation) {
  switch (activation) {
  case SUPNORM_IDENTITY: return &supnorm_activation_0;
  case SUPNORM_RELU: return &supnorm_activation_1;
  case SUPNORM_ABS: return &supnorm_activation_2;
  case SUPNORM_MAXMIN: return &supnorm_activation_3;
  case SUPNORM_SORT: return &supnorm_activation_4;
  case SUPNORM_NEGATE: return &supnorm_activation_5;
  case SUPNORM_SMOOTH: return &supnorm_activation_6;
  default: return NULL;
  }
}
static inline const supnorm_certificate *supnorm_certificate_of(uint8_t kind, uint8_t layout) {
  switch (kind << 8 | layout) {
    SUPNORM_EACH_TABLE(certificate)
  default: return NULL;
  }
}
static inline const supnorm_certificate *supnorm_bounds_of(uint8_t kind, uint8_t layout) {
  switch (kind << 8 | layout) {
    SUPNORM_EACH_TABLE(bounds)
  default: return NULL;
  }
}

#ifdef __cplusplus
}
#endif

#endif
