# What the examples have in common: compilers, boards and rules, for GNU make. In an example's folder:
#
#   make run BOARD=mps2-an505 FLOAT=hard
#
# builds the library for the board's core, the program, and runs it in QEMU. LIBRARY names an archive that is there
# already, MODEL a header; CORE another core that the board runs the code of, with CPU the compiler's flags for it;
# LINK more options for the linker.

BOARD ?= mps2-an386
FLOAT ?= soft
BUILD ?= build/$(BOARD)-$(FLOAT)
MODEL ?= $(BUILD)/digits.h
LIBRARY ?= $(BUILD)/libsupnorm.a
SUPNORM ?= supnorm
ROOT := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)

# Core, flash and RAM of each board.
BOARD_microbit    := cortex-m0  0x00000000 256K 0x20000000 16K
BOARD_mps2-an385  := cortex-m3  0x00000000 4M   0x20000000 4M
BOARD_mps2-an386  := cortex-m4  0x00000000 4M   0x20000000 4M
BOARD_mps2-an500  := cortex-m7  0x00000000 4M   0x20000000 4M
BOARD_mps2-an505  := cortex-m33 0x10000000 4M   0x38000000 2M
BOARD_mps3-an547  := cortex-m55 0x00000000 512K 0x20000000 512K
BOARD_riscv32-virt := rv32imac  0x80000000 2M   0x80200000 2M
FACTS := $(BOARD_$(BOARD))
$(if $(FACTS),,$(error no such board: $(BOARD)))
CORE ?= $(word 1,$(FACTS))
memory = $(word $(1),$(FACTS))

ifeq ($(BOARD),riscv32-virt)
# picolibc brings its own start-up code and linker script. It is there for cores without further extensions.
TOOLS := riscv64-unknown-elf-
CPU ?= -march=$(CORE) -mabi=ilp32
SYSTEM := --specs=picolibc.specs
LDFLAGS += -march=$(firstword $(subst _, ,$(CORE))) --oslib=semihost --crt0=hosted \
  -Wl,--defsym=__flash=$(call memory,2) -Wl,--defsym=__flash_size=$(call memory,3) \
  -Wl,--defsym=__ram=$(call memory,4) -Wl,--defsym=__ram_size=$(call memory,5)
EMULATOR := qemu-system-riscv32 -M virt -bios none
else
# newlib-nano, with the input and output of a debugger.
TOOLS := arm-none-eabi-
CPU ?= -mcpu=$(CORE)
SYSTEM := -mthumb -mfloat-abi=$(FLOAT) --specs=nano.specs
SOURCES += ../startup.c
LDFLAGS += --specs=rdimon.specs -nostartfiles -T ../cortex-m.ld -Wl,--defsym=flash=$(call memory,2) \
  -Wl,--defsym=flash_size=$(call memory,3) -Wl,--defsym=ram=$(call memory,4) -Wl,--defsym=ram_size=$(call memory,5)
EMULATOR := qemu-system-arm -M $(BOARD)
endif

FLAGS := $(CPU) $(SYSTEM) -O2 -g -Wall -Wextra -Wpedantic -Werror -ffunction-sections -fdata-sections \
  -I$(ROOT)/Sources/CSupNorm/include -I$(dir $(MODEL)) $(FLAGS)
OBJECTS := $(addprefix $(BUILD)/,$(addsuffix .o,$(notdir $(SOURCES))))
PROGRAM := $(BUILD)/example.elf

$(PROGRAM): $(OBJECTS) $(LIBRARY)
	$(TOOLS)gcc $(FLAGS) -Wl,--gc-sections -Wl,--fatal-warnings $(LDFLAGS) $(LINK) $^ -o $@

$(BUILD)/%.c.o: %.c $(MODEL) | $(BUILD)
	$(TOOLS)gcc $(FLAGS) -std=c99 -c $< -o $@

$(BUILD)/%.c.o: ../%.c | $(BUILD)
	$(TOOLS)gcc $(FLAGS) -std=c99 -c $< -o $@

$(BUILD)/%.cpp.o: %.cpp $(MODEL) | $(BUILD)
	$(TOOLS)g++ $(FLAGS) -std=c++17 -fno-exceptions -fno-rtti -c $< -o $@

$(BUILD)/libsupnorm.a: | $(BUILD)
	$(ROOT)/Tools/library $(CORE)$(patsubst +soft,,+$(FLOAT)) $@

$(BUILD)/digits.h: | $(BUILD)
	$(SUPNORM) train --data digits --out $(BUILD)/digits.safetensors
	$(SUPNORM) export $(BUILD)/digits.safetensors --name digits --out $@

$(BUILD):
	mkdir -p $@

.PHONY: run clean
run: $(PROGRAM)
	$(EMULATOR) -nographic -monitor none -serial none -semihosting-config enable=on,target=native -kernel $(PROGRAM)

clean:
	rm -rf build
