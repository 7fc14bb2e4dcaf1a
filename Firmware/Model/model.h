/* model.h: the model that the command line of `swift build` names, behind functions without its name. */
#ifndef MODEL_H
#define MODEL_H

#include "device_record.h"
#include "supnorm.h"

const supnorm_network *model_network(void);
const supnorm_golden *model_golden(void);
uint32_t model_golden_count(void);

/* Static memory of exactly the size that the model needs: its handle, an input, the scratch memory and one record of
 * results.bin. */
supnorm_model *model_handle(void);
int16_t *model_input(void);
void *model_scratch(void);
uint32_t model_scratch_bytes(void);
int32_t *model_record(void);
uint32_t model_record_bytes(void);

#endif
