/* A classifier that answers only where its answer is certified. */
#pragma once

#include <stdint.h>

#include "supnorm.h"

class Classifier {
public:
  /* Opens the model, proves it again and tests this board; see status(). */
  Classifier();

  int32_t status() const { return status_; }

  /* The class of the input when no change within `radius` LSB of each of its values can alter it, or
   * SUPNORM_NO_CLASS; a negative error. */
  int32_t classify(const int16_t *input, int32_t radius);

private:
  supnorm_model model_;
  int32_t status_;
};
