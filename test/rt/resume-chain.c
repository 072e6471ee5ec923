// Twins rebuild the stack outermost first and go on where the image was made; a resumed stack is captured and resumed again.
// RUN: cd %top/rt && %clang %cflags -O2 %s @%S/Inputs/control-sources -o %t && rm -rf %t.dir && mkdir %t.dir
// RUN: sh -c "HLCKPT_DIR=%t.dir HLCKPT_POLL=2 %t; test \$? = 75" && %FileCheck --check-prefix=FIRST %s <%t.dir/image
// FIRST: 1 7 12
// FIRST-NEXT: 0 5 1000
// RUN: sh -c "HLCKPT_DIR=%t.dir HLCKPT_RESTORE=%t.dir/image HLCKPT_POLL=5 %t; test \$? = 75"
// RUN: %FileCheck --check-prefix=SECOND %s <%t.dir/image
// SECOND: 1 7 17
// SECOND-NEXT: 0 5 1000
// RUN: sh -c "HLCKPT_DIR=%t.dir HLCKPT_RESTORE=%t.dir/image HLCKPT_POLL=0 HLCKPT_STATS=%t.dir/stats %t; test \$? = 9"
// RUN: grep -q polls=3 %t.dir/stats
//
// An image made by hlckpt_checkpoint: the call returns once more, with 1.
// RUN: sh -c "HLCKPT_DIR=%t.dir %t checkpoint; test \$? = 20" && %FileCheck --check-prefix=CALL %s <%t.dir/image
// CALL: 0 6 5000
// RUN: sh -c "HLCKPT_DIR=%t.dir HLCKPT_RESTORE=%t.dir/image %t checkpoint; test \$? = 21"
#define _GNU_SOURCE
#include "Inputs/by-hand.h"

#include <unistd.h>

enum { COUNT_POLL = 7, MAIN_CALLS_COUNT = 5, MAIN_CALLS_CHECKPOINT = 6 };

// Polls at 11, 12, ... 20.
INSTRUMENTED static long count_on(long i)
{
    for (; i < 20;) {
        i++;
        POLL(MIDDLE, COUNT_POLL, i);
    }
    return i;
}

INSTRUMENTED static long count_twin(void)
{
    long *slots = hlckpt_resume_enter(&functions[MIDDLE]);
    CHECK(*(uint32_t *)((char *)slots - HLCKPT_SLOT_SIZE) == COUNT_POLL);
    hlckpt_resume_values(slots);
    long i = *slots;
    hlckpt_resume_run();
    return count_on(i);
}

INSTRUMENTED static int finish_main(long sum)
{
    CHECK(sum == 1020);
    return 9;
}

INSTRUMENTED static int program_main(int argc, char **argv, char **envp)
{
    (void)argv, (void)envp;
    CHECK(getenv("HLCKPT_DIR"));
    if (argc > 1) {
        VARIABLES(MAIN, MAIN_CALLS_CHECKPOINT, 5000);
        return 20 + hlckpt_checkpoint();
    }
    VARIABLES(MAIN, MAIN_CALLS_COUNT, 1000);
    return finish_main(count_on(10) + variables.value);
}

INSTRUMENTED static int main_twin(void)
{
    long *slots = hlckpt_resume_enter(&functions[MAIN]);
    uint32_t point = *(uint32_t *)((char *)slots - HLCKPT_SLOT_SIZE);
    hlckpt_resume_values(slots);
    VARIABLES(MAIN, point, *slots);
    CHECK(filled == 0);
    if (point == MAIN_CALLS_CHECKPOINT) {
        int result = ((int (*)(void))hlckpt_resume_callee())();
        CHECK(filled == 1 && !getenv("HLCKPT_RESTORE"));
        return 20 + result;
    }
    CHECK(point == MAIN_CALLS_COUNT);
    long sum = ((long (*)(void))hlckpt_resume_callee())() + variables.value;
    return finish_main(sum);
}

int main(int argc, char **argv, char **envp)
{
    functions[MAIN].twin = (void (*)(void))main_twin;
    functions[MIDDLE].twin = (void (*)(void))count_twin;
    return hlckpt_run(argc, argv, envp, program_main, &functions[MAIN]);
}
