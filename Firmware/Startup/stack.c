#include "stack.h"

/* Not likely as data, an address or an instruction, and no byte repeats. */
#define PAINT 0xC5A7193E
#define TEXT_OF(macro) TEXT(macro)
#define TEXT(tokens) #tokens

extern const uint32_t stack_limit[]; /* linker script */

/* The caller's stack pointer when stack_paint was called. */
uint32_t stack_painted_to;

/* In assembly, because a C function may have a frame of its own, and that would be painted over. */
#if defined(__arm__)
__attribute__((naked)) void stack_paint(void) {
  __asm__ volatile(
      "ldr r0, =stack_painted_to\n"
      "mov r1, sp\n"
      "str r1, [r0]\n"
      "ldr r0, =stack_limit\n"
      "ldr r2, =" TEXT_OF(PAINT) "\n"
      "b 2f\n"
      "1: stmia r0!, {r2}\n"
      "2: cmp r0, r1\n"
      "blo 1b\n"
      "bx lr\n"
      ".ltorg");
}
#elif defined(__riscv)
__attribute__((naked)) void stack_paint(void) {
  __asm__ volatile(
      "la a0, stack_painted_to\n"
      "sw sp, 0(a0)\n"
      "la a0, stack_limit\n"
      "li a2, " TEXT_OF(PAINT) "\n"
      "j 2f\n"
      "1: sw a2, 0(a0)\n"
      "addi a0, a0, 4\n"
      "2: bltu a0, sp, 1b\n"
      "ret");
}
#endif

uint32_t stack_used(void) {
  const uint32_t *word = stack_limit;
  while ((uintptr_t)word < stack_painted_to && *word == PAINT) { word++; }
  return stack_painted_to - (uint32_t)(uintptr_t)word;
}
