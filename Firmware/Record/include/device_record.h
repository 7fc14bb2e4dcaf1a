/* device_record.h: what a host and a board exchange, in files of the folder that QEMU runs in. Little-endian, as the
 * processors are.
 *
 * samples.bin: device_samples, then count * inputs Int16 values.
 * results.bin: device_results; for each sample a record of device_record_words(outputs) Int32 words, namely the
 * logits, a device_answer, the lower and the upper bounds of the logits within the deviation (zeros when there are
 * none); then a device_stack.
 */
#ifndef DEVICE_RECORD_H
#define DEVICE_RECORD_H

#include <stdint.h>

#define DEVICE_SAMPLES_MAGIC 0x534E5332 /* "SNS2" */
#define DEVICE_RESULTS_MAGIC 0x534E5232 /* "SNR2" */

/* The statuses of results.bin beside those of supnorm.h. */
#define DEVICE_ERROR_NO_SAMPLES (-100)        /* there is no samples.bin */
#define DEVICE_ERROR_NOT_SAMPLES (-101)       /* it does not begin with a device_samples */
#define DEVICE_ERROR_OTHER_SHAPE (-102)       /* its samples have another number of inputs than the model */
#define DEVICE_ERROR_TRUNCATED_SAMPLES (-103) /* it ends before its last sample */
#define DEVICE_ERROR_NOT_WRITABLE (-104)      /* results.bin cannot be created or written */

typedef struct device_samples {
  int32_t magic;
  int32_t count;
  int32_t inputs;
  int32_t deviation; /* the radius in LSB at which to ask for local certificates */
  int32_t is_counted; /* not 0: only what the marks are around, a record's other words are -1 or 0 */
} device_samples;

typedef struct device_results {
  int32_t magic;
  int32_t status; /* 0, or why there are no samples: a negative status */
  int32_t samples;
  int32_t outputs;
} device_results;

/* The words between the logits and their bounds. */
typedef struct device_answer {
  int32_t class_index;  /* -1 for a regression */
  int32_t radius;       /* global; 0 for a regression */
  int32_t verdict;      /* of supnorm_certify within the deviation: 0 certified, 1 not, as for a regression */
  int32_t class_within; /* of supnorm_infer_within the deviation: -1 when it abstained */
} device_answer;

/* The stack below their caller that the functions of the library took. */
typedef struct device_stack {
  int32_t infer_bytes;
  int32_t certify_bytes; /* of supnorm_output_bounds for a regression */
} device_stack;

/* How many words the record of a sample has. */
#define DEVICE_RECORD_WORDS(outputs) (3 * (outputs) + (int32_t)(sizeof(device_answer) / sizeof(int32_t)))
static inline int32_t device_record_words(int32_t outputs) { return DEVICE_RECORD_WORDS(outputs); }

#endif
