/* supnorm_names.h: the names by which a linker knows the library's functions; supnorm.h includes it.
 *
 * SPDX-License-Identifier: MIT
 *
 * On a microcontroller the name of a function ends in the architecture that the program is compiled for:
 * supnorm_infer is supnorm_infer_v7em on a Cortex-M4. A library for another one has other names, so that the linker
 * says what is missing and for which architecture, where the program would hang:
 *
 *   undefined reference to `supnorm_infer_v7m'    a program for Cortex-M3, and the library of another core
 *
 * Code of one architecture runs on all of its cores:
 *
 *   v6m         Cortex-M0, M0+, M1
 *   v7m         Cortex-M3
 *   v7em        Cortex-M4, M7
 *   v8m_base    Cortex-M23
 *   v8m_main    Cortex-M33 without the DSP extension: there is no library for it
 *   v8m_dsp     Cortex-M33, M35P; Cortex-M52, M55, M85 in programs without their registers for floats and vectors
 *   v81m_mve    Cortex-M52, M55, M85 with Helium
 *   rv32imc, rv32imac, rv32imac_zba_zbb_zbs    the most of these that a RISC-V core of 32 bits has
 *   rv32        a RISC-V core that lacks even M or C: there is no library for it
 *
 * Swift packages build the library with the program, and hosts have one library: names are plain there.
 */
#ifndef SUPNORM_NAMES_H
#define SUPNORM_NAMES_H

#if defined(SWIFT_PACKAGE) || defined(__swift__) || !defined(__GNUC__)
/* plain: C files of a package, and what Swift imports */
#elif defined(__ARM_ARCH_6M__)
#define SUPNORM_ARCHITECTURE "v6m"
#elif defined(__ARM_ARCH_7M__)
#define SUPNORM_ARCHITECTURE "v7m"
#elif defined(__ARM_ARCH_7EM__)
#define SUPNORM_ARCHITECTURE "v7em"
#elif defined(__ARM_ARCH_8M_BASE__)
#define SUPNORM_ARCHITECTURE "v8m_base"
#elif defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
#if defined(__ARM_FEATURE_MVE)
#define SUPNORM_ARCHITECTURE "v81m_mve"
#elif defined(__ARM_FEATURE_DSP)
#define SUPNORM_ARCHITECTURE "v8m_dsp"
#else
#define SUPNORM_ARCHITECTURE "v8m_main"
#endif
#elif defined(__riscv) && __riscv_xlen == 32
#if !defined(__riscv_mul) || !defined(__riscv_compressed)
#define SUPNORM_ARCHITECTURE "rv32"
#elif !defined(__riscv_atomic)
#define SUPNORM_ARCHITECTURE "rv32imc"
#elif defined(__riscv_zba) && defined(__riscv_zbb) && defined(__riscv_zbs)
#define SUPNORM_ARCHITECTURE "rv32imac_zba_zbb_zbs"
#else
#define SUPNORM_ARCHITECTURE "rv32imac"
#endif
#endif

/* Behind the declaration of a function. */
#if defined(SUPNORM_ARCHITECTURE)
#define SUPNORM_LINK_NAME(function) __asm__(#function "_" SUPNORM_ARCHITECTURE)
#else
#define SUPNORM_LINK_NAME(function)
#endif

#endif
