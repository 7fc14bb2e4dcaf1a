/* Tests the board on the golden inputs of the model, classifies each and says what is certified of it. */
#include <stdio.h>

#include "digits.h"

static DIGITS_SCRATCH(scratch);

/* A radius as a share of the range of a pixel. */
static float share(uint32_t radius_lsb) { return (float)radius_lsb / DIGITS_UNIT; }

/* Prints a class and the change of all pixels at once that cannot alter it. */
static int32_t classify(const supnorm_model *model, const supnorm_golden *golden) {
  int32_t logits[DIGITS_OUTPUTS];
  supnorm_result result;
  int32_t status = supnorm_infer(model, golden->input, scratch, sizeof scratch, logits, &result);
  if (status != SUPNORM_OK) { return status; }
  int32_t radius = golden->local_radius_lsb;
  if (radius < 0 || supnorm_certify(model, golden->input, result.class_index, radius, scratch, sizeof scratch)) {
    radius = (int32_t)result.radius_lsb;
  }
  printf("%d, certified within %d/1000\n", (int)result.class_index, (int)(1000 * share((uint32_t)radius)));
  return result.class_index == golden->class_index ? SUPNORM_OK : SUPNORM_ERROR_GOLDEN;
}

int main(void) {
  static int32_t logits[DIGITS_OUTPUTS];
  supnorm_model model;
  int32_t status = supnorm_open(digits_network(), &model);
  if (status == SUPNORM_OK) { status = supnorm_self_check(&model); }
  if (status == SUPNORM_OK) {
    status = supnorm_self_test(&model, digits_golden(), digits_golden_count(), scratch, sizeof scratch, logits);
  }
  for (uint32_t index = 0; status == SUPNORM_OK && index < digits_golden_count(); index++) {
    status = classify(&model, &digits_golden()[index]);
  }
  printf("%s\n", supnorm_status_name(status));
  return status == SUPNORM_OK ? 0 : 1;
}
