#include "classifier.hpp"

#include "digits.h"

namespace {
DIGITS_SCRATCH(scratch);
int32_t logits[DIGITS_OUTPUTS];
}

Classifier::Classifier() : model_(), status_(supnorm_open(digits_network(), &model_)) {
  if (status_ == SUPNORM_OK) { status_ = supnorm_self_check(&model_); }
  if (status_ == SUPNORM_OK) {
    status_ =
      supnorm_self_test(&model_, digits_golden(), digits_golden_count(), scratch, sizeof scratch, logits);
  }
}

int32_t Classifier::classify(const int16_t *input, int32_t radius) {
  supnorm_result result;
  const int32_t status =
    supnorm_infer_within(&model_, input, radius, scratch, sizeof scratch, logits, &result);
  return status < 0 ? status : result.class_index;
}
