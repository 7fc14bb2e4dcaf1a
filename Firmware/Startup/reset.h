/* reset.h: from the processor's first instruction to main, the same on every board. */
#ifndef RESET_H
#define RESET_H

#include <stdint.h>

/* The linker script's symbols. */
extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[], stack_limit[], stack_top[];

/* Sets up .data and .bss, runs main and exits with what it returns. Needs a stack and nothing else. */
__attribute__((noreturn)) void reset(void);

/* Says what happened and exits with FAULT_EXIT_CODE, instead of hanging. */
__attribute__((noreturn)) void report_fault(uint32_t cause, uintptr_t address);
#define FAULT_EXIT_CODE 2

#endif
