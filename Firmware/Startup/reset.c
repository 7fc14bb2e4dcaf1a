#include "reset.h"

#include "semihosting.h"

extern int main(void);

void reset(void) {
  const uint32_t *from = data_load;
  for (uint32_t *to = data_start; to < data_end; to++) { *to = *from++; }
  for (uint32_t *to = bss_start; to < bss_end; to++) { *to = 0; }
  semihosting_exit(main());
}

void report_fault(uint32_t cause, uintptr_t address) {
  semihosting_print((const uint8_t *)"fault ");
  semihosting_print_number((int32_t)cause);
  semihosting_print((const uint8_t *)" at ");
  semihosting_print_address(address);
  semihosting_print((const uint8_t *)"\n");
  semihosting_exit(FAULT_EXIT_CODE);
}
