#include "semihosting.h"

void semihosting_print_number(int32_t number) {
  uint8_t text[12]; /* "-2147483648" and the zero */
  uint8_t *start = text + sizeof text - 1;
  uint32_t rest = number < 0 ? 0u - (uint32_t)number : (uint32_t)number;
  *start = 0;
  do {
    *--start = (uint8_t)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (number < 0) { *--start = '-'; }
  semihosting_print(start);
}

void semihosting_print_address(uintptr_t address) {
  uint8_t text[11] = "0x";
  for (int digit = 0; digit < 8; digit++) {
    text[2 + digit] = (uint8_t)"0123456789abcdef"[address >> (28 - 4 * digit) & 15];
  }
  text[10] = 0;
  semihosting_print(text);
}
