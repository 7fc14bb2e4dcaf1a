/* Reset and traps of a single RISC-V hart in machine mode. */
#include "reset.h"

#if defined(__riscv)
/* mcause and where the program was. */
__attribute__((noreturn, used)) void trap_on(void) {
  uint32_t cause;
  uintptr_t address;
  __asm__ volatile("csrr %0, mcause" : "=r"(cause));
  __asm__ volatile("csrr %0, mepc" : "=r"(address));
  report_fault(cause, address);
}

/* Starts over at the top of the stack: after an overflow there is nothing below. mtvec wants alignment. */
__attribute__((naked, used, aligned(4))) void trap(void) {
  __asm__ volatile(
      "la sp, stack_top\n"
      "tail trap_on");
}

/* Entry 0 covers all addresses below pmpaddr0 (top of range), to read and execute only; locked, so that it
 * binds machine mode too. */
#define PMP_BELOW_READ_EXECUTE_LOCKED "0x8D"

/* gp is loaded without relaxation, which would turn this very load into one relative to gp. Harts other than
 * the first one wait for ever. A core without memory protection traps at pmpaddr0 and goes on at 2. */
__attribute__((section(".text.start"), naked, used)) void _start(void) {
  __asm__ volatile(
      ".option push\n"
      ".option norelax\n"
      "la gp, __global_pointer$\n"
      ".option pop\n"
      "csrr t0, mhartid\n"
      "1: bnez t0, 1b\n"
      "la t0, 2f\n"
      "csrw mtvec, t0\n"
      "la t0, flash_end\n"
      "srli t0, t0, 2\n"
      "csrw pmpaddr0, t0\n"
      "li t0, " PMP_BELOW_READ_EXECUTE_LOCKED "\n"
      "csrw pmpcfg0, t0\n"
      ".balign 4\n"
      "2: la t0, trap\n"
      "csrw mtvec, t0\n"
      "la sp, stack_top\n"
      "tail reset");
}
#endif
