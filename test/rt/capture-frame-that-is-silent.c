// A stack in which a frame does not report its variables makes no image, and the program goes on.
// RUN: cd %top/rt && %clang %cflags -O2 %s @%S/Inputs/control-sources -o %t && rm -rf %t.dir && mkdir %t.dir
// RUN: env HLCKPT_DIR=%t.dir HLCKPT_POLL=1 %t 2>%t.log && %FileCheck %s <%t.log && test ! -e %t.dir/image
// CHECK: hlckpt: capture failed: frame of silent did not report its variables
// RUN: env HLCKPT_DIR=%t.dir HLCKPT_POLL=2 %t 2>%t.log && %FileCheck --check-prefix=OUTERMOST %s <%t.log
// OUTERMOST: hlckpt: capture failed: the outermost of 2 frames is not main's
#define _GNU_SOURCE
#include "Inputs/by-hand.h"

INSTRUMENTED static long leaf(long value)
{
    POLL(LEAF, 0, value);
    return value;
}

INSTRUMENTED static long silent(long value)
{
    return leaf(value) + 1;
}

INSTRUMENTED static int program_main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    VARIABLES(MAIN, 5, 42);
    CHECK(silent(1) == 2);
    variables.function = MIDDLE;
    CHECK(leaf(3) == 3);
    return 0;
}

int main(int argc, char **argv, char **envp)
{
    return hlckpt_run(argc, argv, envp, program_main, &functions[MAIN]);
}
