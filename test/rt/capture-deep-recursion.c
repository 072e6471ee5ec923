// Every frame of a deep stack reports the values it had at its call, innermost first; the program ends with status 75.
// RUN: cd %top/rt && %clang %cflags -O2 %s @%S/Inputs/control-sources -o %t && rm -rf %t.dir && mkdir %t.dir
// RUN: sh -c "HLCKPT_DIR=%t.dir HLCKPT_POLL=3 %t; test \$? = 75"
// RUN: awk '$1 != (NR == 1 ? 2 : NR == 50002 ? 0 : 1) || $3 != (NR == 1 ? 3 : NR - 1) { exit 1 }' %t.dir/image
// RUN: test $(wc -l < %t.dir/image) = 50002
//
// Polls are only counted under 0, and one line of counts is appended at the end.
// RUN: env HLCKPT_STATS=%t.dir/stats HLCKPT_POLL=0 %t && env HLCKPT_STATS=%t.dir/stats HLCKPT_POLL=0 %t
// RUN: test "$(cat %t.dir/stats | uniq -c | tr -s ' ')" = " 2 polls=5 captures=0 deferred=0 pause_us=0 image_bytes=0"
#define _GNU_SOURCE
#include "Inputs/by-hand.h"

enum { DEPTH = 50000 };

INSTRUMENTED static long leaf(long polls)
{
    for (long i = 1; i <= polls; i++)
        POLL(LEAF, 0, i);
    return polls;
}

INSTRUMENTED static long descend(long depth)
{
    VARIABLES(MIDDLE, (uint32_t)depth, DEPTH - depth + 1);
    return depth == DEPTH ? leaf(5) : descend(depth + 1) + 1;
}

INSTRUMENTED static int program_main(int argc, char **argv, char **envp)
{
    VARIABLES(MAIN, 7, DEPTH + 1);
    CHECK(argc == 1 && argv[1] == NULL && envp);
    return descend(1) == DEPTH + 4 ? 0 : 1;
}

int main(int argc, char **argv, char **envp)
{
    return hlckpt_run(argc, argv, envp, program_main, &functions[MAIN]);
}
