/* model.c: includes the exported header that the command line of `swift build` names (see Package.swift). */
#include "model.h"

#if !defined(SUPNORM_MODEL_HEADER) || !defined(SUPNORM_MODEL_NAME)
#error "name a model: -Xcc -DSUPNORM_MODEL_HEADER='\"digits.h\"' -Xcc -DSUPNORM_MODEL_NAME=digits -Xcc -I.."
#endif

#include SUPNORM_MODEL_HEADER

/* Two steps, so that the name is expanded before it is pasted. */
#define PASTE(name, suffix) name##suffix
#define JOIN(name, suffix) PASTE(name, suffix)
#define MODEL(suffix) JOIN(SUPNORM_MODEL_NAME, suffix)

/* Aligned alike for every model, so that instruction counts do not depend on the order of these lines. One
 * element of scratch too many, because C99 knows no empty array. */
#define ALIGNED __attribute__((aligned(8)))
static ALIGNED int16_t input[MODEL(_inputs)];
static ALIGNED int16_t scratch[(MODEL(_scratch_bytes) + 1) / 2 + 1];
static ALIGNED int32_t record[DEVICE_RECORD_WORDS(MODEL(_outputs))];
static supnorm_model handle;

const supnorm_network *model_network(void) { return MODEL(_network)(); }
const supnorm_golden *model_golden(void) { return MODEL(_golden)(); }
uint32_t model_golden_count(void) { return MODEL(_golden_count)(); }

supnorm_model *model_handle(void) { return &handle; }
int16_t *model_input(void) { return input; }
void *model_scratch(void) { return scratch; }
uint32_t model_scratch_bytes(void) { return MODEL(_scratch_bytes); }
int32_t *model_record(void) { return record; }
uint32_t model_record_bytes(void) { return sizeof record; }
