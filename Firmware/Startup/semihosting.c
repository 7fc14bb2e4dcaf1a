#include "semihosting.h"

enum operation {
  SYS_OPEN = 0x01,
  SYS_CLOSE = 0x02,
  SYS_WRITE0 = 0x04,
  SYS_WRITE = 0x05,
  SYS_READ = 0x06,
  SYS_EXIT_EXTENDED = 0x20
};
enum open_mode { OPEN_READ_BINARY = 1, OPEN_WRITE_BINARY = 5 };

/* ADP_Stopped_ApplicationExit: the reason that lets SYS_EXIT_EXTENDED pass a code on. SYS_EXIT itself knows
 * only success and failure on 32-bit processors. */
#define APPLICATION_EXIT 0x20026u

/* One semihosting call: the operation in the first argument register, the address of its arguments in the
 * second, the answer in the first. */
#if defined(__arm__)
static intptr_t call(enum operation operation, const void *arguments) {
  register intptr_t first __asm__("r0") = operation;
  register const void *second __asm__("r1") = arguments;
  __asm__ volatile("bkpt 0xAB" : "+r"(first) : "r"(second) : "memory");
  return first;
}
#elif defined(__riscv)
/* RISC-V knows the call by the two instructions around ebreak, all three uncompressed and on one page. */
static intptr_t call(enum operation operation, const void *arguments) {
  register intptr_t first __asm__("a0") = operation;
  register const void *second __asm__("a1") = arguments;
  __asm__ volatile(
      ".balign 16\n"
      ".option push\n"
      ".option norvc\n"
      "slli zero, zero, 0x1f\n"
      "ebreak\n"
      "srai zero, zero, 7\n"
      ".option pop\n"
      : "+r"(first)
      : "r"(second)
      : "memory");
  return first;
}
#endif

static int32_t open_file(const uint8_t *name, uint32_t length, enum open_mode mode) {
  const uintptr_t arguments[] = {(uintptr_t)name, mode, length};
  return (int32_t)call(SYS_OPEN, arguments);
}

int32_t semihosting_open_to_read(const uint8_t *name, uint32_t length) {
  return open_file(name, length, OPEN_READ_BINARY);
}

int32_t semihosting_create(const uint8_t *name, uint32_t length) {
  return open_file(name, length, OPEN_WRITE_BINARY);
}

void semihosting_close(int32_t handle) {
  const uintptr_t arguments[] = {(uintptr_t)handle};
  call(SYS_CLOSE, arguments);
}

/* Both calls answer how many bytes are missing. */
bool semihosting_read(int32_t handle, void *bytes, uint32_t count) {
  const uintptr_t arguments[] = {(uintptr_t)handle, (uintptr_t)bytes, count};
  return call(SYS_READ, arguments) == 0;
}

bool semihosting_write(int32_t handle, const void *bytes, uint32_t count) {
  const uintptr_t arguments[] = {(uintptr_t)handle, (uintptr_t)bytes, count};
  return call(SYS_WRITE, arguments) == 0;
}

void semihosting_print(const uint8_t *text) { call(SYS_WRITE0, text); }

void semihosting_exit(int32_t code) {
  const uintptr_t arguments[] = {APPLICATION_EXIT, (uintptr_t)code};
  for (;;) { call(SYS_EXIT_EXTENDED, arguments); }
}
