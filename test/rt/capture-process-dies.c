// Whatever becomes of the capturing process, the program goes on and the reason is in the log, once.
// RUN: cd %top/rt && %clang %cflags -O2 %s @%S/Inputs/control-sources -o %t && rm -rf %t.dir && mkdir %t.dir
// RUN: env HLCKPT_DIR=%t.dir %t segv 2>%t.log && %FileCheck %s <%t.log
// CHECK: hlckpt: capture failed: the capturing process ended early: Segmentation fault
// CHECK-NOT: hlckpt:
// RUN: env HLCKPT_DIR=%t.dir %t exit 2>%t.log && %FileCheck --check-prefix=EXIT %s <%t.log
// EXIT: hlckpt: capture failed: the capturing process ended early: exit
// RUN: env HLCKPT_DIR=%t.dir/none %t ok 2>%t.log && %FileCheck --check-prefix=FOLDER %s <%t.log
// FOLDER: hlckpt: capture failed: cannot write {{.*}}/none/image
#define _GNU_SOURCE
#include "Inputs/by-hand.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(void)
{
    volatile int *nowhere = NULL;
    *nowhere = 1;
}

static void leave(void)
{
    _exit(3);
}

INSTRUMENTED static int program_main(int argc, char **argv, char **envp)
{
    (void)envp;
    VARIABLES(MAIN, 5, 42);
    CHECK(argc == 2);
    before_capture = strcmp(argv[1], "segv") == 0 ? die : strcmp(argv[1], "exit") == 0 ? leave : NULL;
    for (int i = 0; i < 3; i++)
        CHECK(hlckpt_checkpoint() == -1);
    CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
    return 0;
}

int main(int argc, char **argv, char **envp)
{
    return hlckpt_run(argc, argv, envp, program_main, &functions[MAIN]);
}
