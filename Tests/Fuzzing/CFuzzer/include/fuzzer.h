/* What the toolchain's libFuzzer offers to a custom mutator; it ships no header of its own. */
#ifndef FUZZER_H
#define FUZZER_H

#include <stddef.h>
#include <stdint.h>

/* Changes `size` bytes of `data`, which has room for `capacity`, and returns how many there are then. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);

#endif
