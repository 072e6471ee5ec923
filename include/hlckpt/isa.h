// Everything in C that depends on the instruction set. Nothing else in the project tests for one.
#ifndef HLCKPT_ISA_H
#define HLCKPT_ISA_H

// A poll's slow path preserves all general registers where the target has such a convention, so that a poll costs its
// caller no spills. The pass uses the same convention for the call (pass/llvm). preserve_most leaves vector registers
// to the caller, whatever their width.
#if defined(__x86_64__) || defined(__aarch64__)
#define HLCKPT_POLL_CONVENTION __attribute__((preserve_most))
#else
#define HLCKPT_POLL_CONVENTION
#endif

// ARM's unwinder hands the exception class to a stop function as a pointer to eight bytes, though its header says
// uint64_t.
#if defined(__arm__)
#define HLCKPT_UNWIND_CLASS void *
#else
#define HLCKPT_UNWIND_CLASS _Unwind_Exception_Class
#endif

// The name of the instruction set, as in cmake/targets; informative, in an image's header.
#if defined(__x86_64__)
#define HLCKPT_ISA "x86_64"
#elif defined(__aarch64__)
#define HLCKPT_ISA "aarch64"
#elif defined(__riscv)
#define HLCKPT_ISA "riscv64"
#elif defined(__powerpc64__)
#define HLCKPT_ISA "ppc64el"
#elif defined(__s390x__)
#define HLCKPT_ISA "s390x"
#elif defined(__i386__)
#define HLCKPT_ISA "i386"
#elif defined(__arm__)
#define HLCKPT_ISA "armhf"
#elif defined(__powerpc__)
#define HLCKPT_ISA "powerpc"
#else
#define HLCKPT_ISA "unknown"
#endif

#endif
