/* semihosting.h: files, console and exit of the host that runs or debugs the board.
 *
 * The ARM semihosting specification, which RISC-V shares; QEMU answers with
 * -semihosting-config enable=on,target=native. File names end with a zero byte that `length` leaves out. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdbool.h>
#include <stdint.h>

/* A file handle, or -1. */
int32_t semihosting_open_to_read(const uint8_t *name, uint32_t length);
int32_t semihosting_create(const uint8_t *name, uint32_t length);
void semihosting_close(int32_t handle);

/* True when every byte was read or written. */
bool semihosting_read(int32_t handle, void *bytes, uint32_t count);
bool semihosting_write(int32_t handle, const void *bytes, uint32_t count);

/* The host's console. Text ends with a zero byte. */
void semihosting_print(const uint8_t *text);
void semihosting_print_number(int32_t number);
void semihosting_print_address(uintptr_t address);

/* Ends the run; QEMU's process exits with this code. */
__attribute__((noreturn)) void semihosting_exit(int32_t code);

#endif
