/* model.h: the model that the command line of `swift build` names, behind functions without its name. */
#ifndef MODEL_H
#define MODEL_H

#include "supnorm.h"

const supnorm_network *model_network(void);
const supnorm_golden *model_golden(void);
uint32_t model_golden_count(void);

/* Static buffers of exactly the size the model needs. The record holds the logits, then MODEL_RECORD_EXTRA
 * words: class, radius, verdict, answer within the deviation; then the lower and the upper bound of each logit. */
#define MODEL_RECORD_EXTRA 4
int16_t *model_input(void);
void *model_scratch(void);
uint32_t model_scratch_bytes(void);
int32_t *model_record(void);
uint32_t model_record_bytes(void);

#endif
