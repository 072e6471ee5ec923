// hlckpt_checkpoint makes an image of its caller and returns 0; not from code without a map, nor beside threads of a library.
// RUN: cd %top/rt && %clang %cflags -O2 %s @%S/Inputs/control-sources -pthread -o %t && rm -rf %t.dir && mkdir %t.dir
// RUN: env HLCKPT_DIR=%t.dir HLCKPT_LOG=info %t 2>%t.log && %FileCheck %s <%t.log
// RUN: %FileCheck --check-prefix=FRAMES %s <%t.dir/image
// CHECK: hlckpt: capture failed: the caller was compiled without the pass
// CHECK-NEXT: hlckpt: capture put off: the process has a thread that no instrumented code has made
// CHECK-NEXT: hlckpt: image 00000001.hlckpt: {{.*}} in function 1
// CHECK-NOT: hlckpt:
// FRAMES: 1 3 77
// FRAMES-NEXT: 0 5 42
#define _GNU_SOURCE
#include "Inputs/by-hand.h"

#include <pthread.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *wait_at_gate(void *unused)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return unused;
}

__attribute__((noinline)) static int checkpoint_without_map(void)
{
    int result = hlckpt_checkpoint();
    __asm__ volatile("");
    return result;
}

INSTRUMENTED static int checkpoint(void)
{
    VARIABLES(MIDDLE, 3, 77);
    return hlckpt_checkpoint();
}

INSTRUMENTED static int program_main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    VARIABLES(MAIN, 5, 42);
    CHECK(checkpoint_without_map() == -1);

    pthread_t thread;
    pthread_mutex_lock(&gate);
    CHECK(pthread_create(&thread, NULL, wait_at_gate, NULL) == 0);
    CHECK(checkpoint() == -1);
    pthread_mutex_unlock(&gate);
    CHECK(pthread_join(thread, NULL) == 0);

    CHECK(checkpoint() == 0);
    return 0;
}

int main(int argc, char **argv, char **envp)
{
    return hlckpt_run(argc, argv, envp, program_main, &functions[MAIN]);
}
