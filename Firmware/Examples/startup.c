/* Vector table and reset of a Cortex-M, as vendors' start-up files have them. */
#include <stdint.h>
#include <stdlib.h>

extern uint32_t _estack[], _sidata[], _sdata[], _edata[], _sbss[], _ebss[]; /* linker script */
extern void initialise_monitor_handles(void);                               /* librdimon: standard output */
extern void __libc_init_array(void);
int main(void);

void Reset_Handler(void);
void Reset_Handler(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* CPACR: full access to the registers of floats and vectors */
  __asm__ volatile("dsb\nisb");
#endif
  const uint32_t *from = _sidata;
  for (uint32_t *to = _sdata; to != _edata; to++) { *to = *from++; }
  for (uint32_t *to = _sbss; to != _ebss; to++) { *to = 0; }
  initialise_monitor_handles();
  __libc_init_array();
  exit(main());
}

/* newlib calls them before and after main. */
void _init(void);
void _init(void) {}
void _fini(void);
void _fini(void) {}

static void Fault_Handler(void) { _Exit(2); }

typedef struct vector_table {
  uint32_t *stack;
  void (*handlers[15])(void);
} vector_table;

__attribute__((section(".isr_vector"), used)) static const vector_table vectors = {
  _estack,
  {Reset_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
   Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
   Fault_Handler}};
