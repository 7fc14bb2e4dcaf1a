#include "marks.h"

/* The statement differs from mark to mark, so that no linker folds two of them into one address. */
#define MARK(name) \
  __attribute__((noinline, used)) void name(void) { __asm__ volatile("/* " #name " */" ::: "memory"); }

MARK(mark_infer_begin)
MARK(mark_infer_end)
MARK(mark_certify_begin)
MARK(mark_certify_end)
