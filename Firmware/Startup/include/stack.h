/* stack.h: how much stack a call needs, by the high-water mark in painted memory. */
#ifndef STACK_H
#define STACK_H

#include <stdint.h>

/* Fills the free stack, from the linker's limit up to the caller's stack pointer. */
void stack_paint(void);

/* The bytes below that stack pointer that were written since. Arguments that the caller passes on the stack
 * lie in its own frame and do not count. */
uint32_t stack_used(void);

#endif
