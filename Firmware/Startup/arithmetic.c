/* The arithmetic that ARMv6-M has no instruction for, under the names of the ARM run-time ABI. Plain 32-bit
 * operations only: a 64-bit one would be compiled to a call of the function that it is in. */
#include <stdint.h>

#if defined(__ARM_ARCH_6M__)

/* Two words that come back in r0, r1 as one 64-bit value does. */
static uint64_t pair(uint32_t low, uint32_t high) {
  union { uint32_t words[2]; uint64_t value; } both = {{low, high}};
  return both.value;
}

/* Quotient and remainder; ARM processors with a divider answer 0 for a zero divisor, and so does this.
 * Invariant: over the bits consumed, dividend = quotient * divisor + remainder with remainder < divisor. A
 * remainder of 32 bits that is shifted left needs a 33rd: `carry`. */
uint64_t __aeabi_uidivmod(uint32_t dividend, uint32_t divisor);
uint64_t __aeabi_uidivmod(uint32_t dividend, uint32_t divisor) {
  if (divisor == 0) { return pair(0, dividend); }
  uint32_t quotient = 0;
  uint32_t remainder = 0;
  for (int bit = 31; bit >= 0; bit--) {
    const uint32_t carry = remainder >> 31;
    remainder = remainder << 1 | (dividend >> bit & 1);
    if (carry != 0 || remainder >= divisor) {
      remainder -= divisor;
      quotient |= UINT32_C(1) << bit;
    }
  }
  return pair(quotient, remainder);
}

uint32_t __aeabi_uidiv(uint32_t dividend, uint32_t divisor);
uint32_t __aeabi_uidiv(uint32_t dividend, uint32_t divisor) {
  return (uint32_t)__aeabi_uidivmod(dividend, divisor);
}

/* Truncates towards zero; the remainder has the dividend's sign. -2^31 / -1 wraps to -2^31. */
uint64_t __aeabi_idivmod(int32_t dividend, int32_t divisor);
uint64_t __aeabi_idivmod(int32_t dividend, int32_t divisor) {
  const uint32_t a = dividend < 0 ? 0u - (uint32_t)dividend : (uint32_t)dividend;
  const uint32_t b = divisor < 0 ? 0u - (uint32_t)divisor : (uint32_t)divisor;
  const uint64_t magnitudes = __aeabi_uidivmod(a, b);
  const uint32_t quotient = (uint32_t)magnitudes;
  const uint32_t remainder = dividend < 0 ? 0u - (uint32_t)(magnitudes >> 32) : (uint32_t)(magnitudes >> 32);
  return pair((dividend < 0) != (divisor < 0) ? 0u - quotient : quotient, remainder);
}

int32_t __aeabi_idiv(int32_t dividend, int32_t divisor);
int32_t __aeabi_idiv(int32_t dividend, int32_t divisor) {
  return (int32_t)(uint32_t)__aeabi_idivmod(dividend, divisor);
}

/* a * b modulo 2^64. With a = a1 2^16 + a0 and so on for the low words: the four products fit 32 bits, and
 * `middle` <= (2^16-1)^2 + 2 (2^16-1) = 2^32 - 1. */
uint64_t __aeabi_lmul(uint64_t a, uint64_t b);
uint64_t __aeabi_lmul(uint64_t a, uint64_t b) {
  const uint32_t a_low = (uint32_t)a, b_low = (uint32_t)b;
  const uint32_t a0 = a_low & 0xFFFF, a1 = a_low >> 16, b0 = b_low & 0xFFFF, b1 = b_low >> 16;
  const uint32_t bottom = a0 * b0;
  const uint32_t cross = a1 * b0 + (bottom >> 16);
  const uint32_t middle = a0 * b1 + (cross & 0xFFFF);
  const uint32_t high = a1 * b1 + (cross >> 16) + (middle >> 16);
  return pair(
      middle << 16 | (bottom & 0xFFFF), high + (uint32_t)(a >> 32) * b_low + a_low * (uint32_t)(b >> 32));
}

/* Shifts by 0 ... 63. C leaves a shift of a word by 32 undefined, hence the cases. */
uint64_t __aeabi_llsl(uint64_t value, int count);
uint64_t __aeabi_llsl(uint64_t value, int count) {
  const uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);
  if (count == 0) { return value; }
  if (count >= 32) { return pair(0, low << (count - 32)); }
  return pair(low << count, high << count | low >> (32 - count));
}

uint64_t __aeabi_llsr(uint64_t value, int count);
uint64_t __aeabi_llsr(uint64_t value, int count) {
  const uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);
  if (count == 0) { return value; }
  if (count >= 32) { return pair(high >> (count - 32), 0); }
  return pair(low >> count | high << (32 - count), high >> count);
}

/* >> of a negative number copies its sign with every compiler that targets this processor. */
int64_t __aeabi_lasr(int64_t value, int count);
int64_t __aeabi_lasr(int64_t value, int count) {
  const uint32_t low = (uint32_t)value;
  const int32_t high = (int32_t)((uint64_t)value >> 32);
  if (count == 0) { return value; }
  if (count >= 32) { return (int64_t)pair((uint32_t)(high >> (count - 32)), (uint32_t)(high >> 31)); }
  return (int64_t)pair(low >> count | (uint32_t)high << (32 - count), (uint32_t)(high >> count));
}
#endif
