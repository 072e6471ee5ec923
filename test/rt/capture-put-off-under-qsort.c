// A poll under a library function is put off, with the function's name in the log, once, until a poll that can be captured.
// RUN: cd %top/rt && %clang %cflags -O2 %s @%S/Inputs/control-sources -o %t && rm -rf %t.dir && mkdir %t.dir
// RUN: sh -c "HLCKPT_DIR=%t.dir HLCKPT_POLL=1 HLCKPT_LOG=info HLCKPT_STATS=%t.dir/stats %t 2>%t.log; test \$? = 75"
// RUN: %FileCheck %s <%t.log
// RUN: %FileCheck --check-prefix=FRAMES %s <%t.dir/image
// RUN: grep -q 'captures=1 deferred=[1-9]' %t.dir/stats
// CHECK: hlckpt: capture put off: frame of {{.*(qsort|libc).*}} between compare and program_main
// CHECK-NEXT: hlckpt: image 00000001.hlckpt: {{.*}} in function 2
// FRAMES: 2 1 100
// FRAMES-NEXT: 0 5 42
#define _GNU_SOURCE
#include "Inputs/by-hand.h"

INSTRUMENTED static int compare(const void *a, const void *b)
{
    POLL(LEAF, 0, 0);
    return *(const int *)a - *(const int *)b;
}

INSTRUMENTED static void after(void)
{
    POLL(LEAF, 1, 100);
}

INSTRUMENTED static int program_main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    VARIABLES(MAIN, 5, 42);
    int numbers[] = {5, 3, 9, 1, 7, 2, 8};
    qsort(numbers, sizeof numbers / sizeof *numbers, sizeof *numbers, compare);
    after();
    return 0;
}

int main(int argc, char **argv, char **envp)
{
    return hlckpt_run(argc, argv, envp, program_main, &functions[MAIN]);
}
