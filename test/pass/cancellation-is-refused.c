// Cancelling a thread would run the landing pads of its frames, which are for captures: it is refused where it is used.
//
// RUN: ! %clang -std=gnu17 -O2 -g -fpass-plugin=%plugin -c %s -o %t.o > %t.err 2>&1 && %FileCheck %s < %t.err
// RUN: ! %clang -std=gnu17 -O2 -g -fpass-plugin=%plugin -DHANDLER -c %s -o %t.o > %t.err 2>&1 && %FileCheck %s --check-prefix=HANDLER < %t.err
#include <pthread.h>
#include <stdio.h>

#ifdef HANDLER
static void clean(void *argument)
{
    puts(argument);
}

void *run(void *argument)
{
    // HANDLER: cancellation-is-refused.c:[[#@LINE+1]]:{{.*}}cancellation of threads and their cleanup handlers is not supported
    pthread_cleanup_push(clean, argument);
    getchar();
    pthread_cleanup_pop(1);
    return NULL;
}
#else
void stop(pthread_t thread)
{
    // CHECK: cancellation-is-refused.c:[[#@LINE+1]]:{{.*}}'pthread_cancel': cancellation of threads and their cleanup handlers is not supported
    pthread_cancel(thread);
}
#endif
