// A control variable whose value means nothing keeps the program from starting, and so does an image that is none.
// RUN: cd %top/rt && %clang %cflags -O2 %s @%S/Inputs/control-sources -o %t
// RUN: sh -c "HLCKPT_INTERVAL=5x %t 2>%t.log; test \$? = 76" && %FileCheck --check-prefix=INTERVAL %s <%t.log
// INTERVAL: hlckpt: cannot start: HLCKPT_INTERVAL='5x': expected a number from 1 to 1000000 with a unit: ms, s, m or h
// RUN: sh -c "HLCKPT_SIGNAL=KILL %t 2>%t.log; test \$? = 76" && %FileCheck --check-prefix=SIGNAL %s <%t.log
// SIGNAL: hlckpt: cannot start: HLCKPT_SIGNAL='KILL': expected a signal that can be caught, such as USR1
// RUN: sh -c "HLCKPT_KEEP=0 %t 2>%t.log; test \$? = 76" && %FileCheck --check-prefix=KEEP %s <%t.log
// KEEP: hlckpt: cannot start: HLCKPT_KEEP='0': expected a number from 1 to 1000000
// RUN: sh -c "HLCKPT_COMPRESS=zip %t 2>%t.log; test \$? = 76" && %FileCheck --check-prefix=COMPRESS %s <%t.log
// COMPRESS: hlckpt: cannot start: HLCKPT_COMPRESS='zip': expected zstd or zstd:LEVEL with a level from 1 to 22
// RUN: sh -c "HLCKPT_POLL=-1 %t 2>%t.log; test \$? = 76" && %FileCheck --check-prefix=POLL %s <%t.log
// POLL: hlckpt: cannot start: HLCKPT_POLL='-1': expected a number from 0 to 18446744073709551615
// RUN: sh -c "HLCKPT_RESTORE=/etc/none %t 2>%t.log; test \$? = 76" && %FileCheck --check-prefix=IMAGE %s <%t.log
// IMAGE: hlckpt: cannot resume /etc/none: '/etc/none' is not an image
// RUN: env HLCKPT_INTERVAL=2m HLCKPT_SIGNAL=12 HLCKPT_KEEP=7 HLCKPT_COMPRESS=zstd:19 HLCKPT_DIR=x %t "$PWD/x"
#define _GNU_SOURCE
#include "Inputs/by-hand.h"

#include <signal.h>
#include <unistd.h>

INSTRUMENTED static int program_main(int argc, char **argv, char **envp)
{
    CHECK(argc == 2 && envp == environ);
    CHECK(options.interval == 120000000000 && options.signal == 12 && options.keep == 7);
    CHECK(strcmp(options.compress, "zstd:19") == 0);
    CHECK(options.dir[0] == '/' && strcmp(options.dir + strlen(options.dir) - 2, "/x") == 0);
    CHECK(strstr(argv[1], "/x"));
    return 0;
}

int main(int argc, char **argv, char **envp)
{
    return hlckpt_run(argc, argv, envp, program_main, &functions[MAIN]);
}
