/* Asks for the class of each golden input of the model, within and beyond the radius that is certified. */
#include <stdio.h>

#include "classifier.hpp"
#include "digits.h"

/* Constructed before main, as objects outside of functions are. */
static Classifier classifier;

/* A radius of so many thousandths of the range of a pixel. */
static int32_t radius(float thousandths) { return static_cast<int32_t>(thousandths * DIGITS_UNIT / 1000); }

int main() {
  bool is_right = classifier.status() == SUPNORM_OK;
  for (uint32_t index = 0; is_right && index < digits_golden_count(); index++) {
    const supnorm_golden &golden = digits_golden()[index];
    const int32_t global = static_cast<int32_t>(golden.radius_lsb);
    const int32_t greatest = golden.local_radius_lsb > global ? golden.local_radius_lsb : global;
    is_right = classifier.classify(golden.input, greatest) == golden.class_index
      && classifier.classify(golden.input, greatest + 1) == SUPNORM_NO_CLASS;
    const int32_t answer = classifier.classify(golden.input, radius(10.0f));
    if (answer == SUPNORM_NO_CLASS) {
      printf("a change of 10/1000 might alter %d\n", static_cast<int>(golden.class_index));
    } else {
      printf("%d, whatever changes by 10/1000\n", static_cast<int>(answer));
    }
  }
  printf("%s\n", is_right ? "ok" : supnorm_status_name(classifier.status()));
  return is_right ? 0 : 1;
}
