/* Vector table, reset and faults of Cortex-M. */
#include "reset.h"

#if defined(__arm__)

#define FRAME_WORDS 8 /* r0-r3, r12, lr, pc, xpsr: what the processor pushes at an exception */
#define FRAME_PC 6

/* The exception that runs, and where the program was. The stack pointer may be what broke, so the frame is
 * read only when it lies in the stack. */
__attribute__((noreturn, used)) void exception_on(const uint32_t *frame) {
  uint32_t exception;
  __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
  const int readable = frame >= stack_limit && frame + FRAME_WORDS <= stack_top;
  report_fault(exception, readable ? frame[FRAME_PC] : 0);
}

/* Starts over at the top of the stack: after an overflow there is nothing below. */
__attribute__((naked)) static void exception(void) {
  __asm__ volatile(
      "mrs r0, msp\n"
      "ldr r1, =stack_top\n"
      "mov sp, r1\n"
      "ldr r1, =exception_on\n"
      "bx r1\n"
      ".ltorg");
}

/* The processor's first instructions. The floating-point unit and Helium are coprocessors 10 and 11, which are off: the
 * compiler may use them anywhere, so they are switched on (CPACR) before the first function. */
__attribute__((naked)) static void start(void) {
  __asm__ volatile(
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
      "ldr r0, =0xE000ED88\n"
      "ldr r1, [r0]\n"
      "orr r1, r1, #0xF00000\n"
      "str r1, [r0]\n"
      "dsb\n"
      "isb\n"
#endif
      "ldr r0, =reset\n"
      "bx r0\n"
      ".ltorg");
}

/* No peripheral is used, so the table ends after the 15 exceptions of the processor. */
typedef struct vector_table {
  uint32_t *stack;
  void (*handlers[15])(void);
} vector_table;

__attribute__((section(".vectors"), used)) static const vector_table vectors = {
    stack_top,
    {start, exception, exception, exception, exception, exception, exception, exception, exception, exception,
     exception, exception, exception, exception, exception}};
#endif
