/* The memory functions that compilers call unasked, also under the names of ARM's run-time ABI. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);

/* Words while both ends are aligned alike, then bytes. */
void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if ((((uintptr_t)target | (uintptr_t)source) & 3) == 0) {
    for (; count >= 4; count -= 4, target += 4, source += 4) {
      *(uint32_t *)target = *(const uint32_t *)source;
    }
  }
  for (; count > 0; count--) { *target++ = *source++; }
  return to;
}

void *memmove(void *to, const void *from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if (target <= source) {
    for (; count > 0; count--) { *target++ = *source++; }
  } else {
    while (count > 0) { count--; target[count] = source[count]; }
  }
  return to;
}

void *memset(void *to, int value, size_t count) {
  uint8_t *target = to;
  if (((uintptr_t)target & 3) == 0) {
    const uint32_t word = (uint8_t)value * UINT32_C(0x01010101);
    for (; count >= 4; count -= 4, target += 4) { *(uint32_t *)target = word; }
  }
  for (; count > 0; count--) { *target++ = (uint8_t)value; }
  return to;
}

#if defined(__arm__)
/* The ABI's versions return nothing, and its memset takes the count before the value. The suffix is an
 * alignment that the caller promises. */
#define COPIES(suffix)                                                                       \
  void __aeabi_memcpy##suffix(void *restrict to, const void *restrict from, size_t count);   \
  void __aeabi_memcpy##suffix(void *restrict to, const void *restrict from, size_t count) {  \
    memcpy(to, from, count);                                                                 \
  }                                                                                          \
  void __aeabi_memmove##suffix(void *to, const void *from, size_t count);                    \
  void __aeabi_memmove##suffix(void *to, const void *from, size_t count) {                   \
    memmove(to, from, count);                                                                \
  }                                                                                          \
  void __aeabi_memset##suffix(void *to, size_t count, int value);                            \
  void __aeabi_memset##suffix(void *to, size_t count, int value) { memset(to, value, count); } \
  void __aeabi_memclr##suffix(void *to, size_t count);                                       \
  void __aeabi_memclr##suffix(void *to, size_t count) { memset(to, 0, count); }

COPIES()
COPIES(4)
COPIES(8)
#endif
