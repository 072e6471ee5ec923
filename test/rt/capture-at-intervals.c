// Images are made beside the program as time passes. Its own children are all that it can wait for; errno, signals and
// descriptors are as without captures; a process that it forks is not captured.
// RUN: cd %top/rt && %clang %cflags -O2 %s @%S/Inputs/control-sources -pthread -o %t && rm -rf %t.dir && mkdir %t.dir
// RUN: env HLCKPT_DIR=%t.dir HLCKPT_LOG=info HLCKPT_INTERVAL=20ms HLCKPT_STATS=%t.dir/stats %t 2>%t.log
// RUN: test $(grep -c 'image 00000001.hlckpt: .* bytes, pause .* ms, capture .* ms, in function 2' %t.log) -ge 5
// RUN: grep -q '^polls=0 captures=[1-9]' %t.dir/stats && test $(wc -l <%t.dir/stats) = 1
//
// The same with a signal, which may end the program.
// RUN: env HLCKPT_DIR=%t.dir HLCKPT_LOG=info HLCKPT_SIGNAL=usr1 %t signal 2>%t.log && grep -q 'image 00000001' %t.log
// RUN: sh -c "HLCKPT_DIR=%t.dir HLCKPT_EXIT=1 HLCKPT_SIGNAL=SIGUSR1 %t signal; test \$? = 75"
#define _GNU_SOURCE
#include "capture.h"
#include "Inputs/by-hand.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t children_died;

static void on_child(int signal)
{
    (void)signal;
    children_died++;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

INSTRUMENTED static void spin(double duration)
{
    for (double end = seconds() + duration; seconds() < end;) {
        errno = 12345;
        POLL(LEAF, 0, 1);
        CHECK(errno == 12345);
    }
}

// Forks at once when a capture has begun (with a signal: at any time), while the copy still writes its image.
INSTRUMENTED static void fork_one(void)
{
    VARIABLES(MIDDLE, 0, 0);
    for (double end = seconds() + 0.1; !capture_in_flight() && seconds() < end;)
        POLL(LEAF, 0, 1);
    pid_t child = fork();
    if (child == 0) {
        spin(0.1);
        exit(hlckpt_checkpoint() == -1 ? 9 : 0);
    }
    int status;
    spin(0.3);
    CHECK(children_died == 1);
    CHECK(wait(&status) == child && WEXITSTATUS(status) == 9);
}

INSTRUMENTED static int program_main(int argc, char **argv, char **envp)
{
    (void)argv, (void)envp;
    VARIABLES(MAIN, 5, 42);
    signal(SIGCHLD, on_child);
    if (argc > 1)
        raise(SIGUSR1);
    spin(0.3);
    CHECK(children_died == 0);
    CHECK(wait(NULL) == -1 && errno == ECHILD);
    fork_one();
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (int s = 1; s < 32; s++)
        CHECK(!sigismember(&mask, s));
    CHECK(open("/dev/null", O_RDONLY) == 3);
    return 0;
}

int main(int argc, char **argv, char **envp)
{
    return hlckpt_run(argc, argv, envp, program_main, &functions[MAIN]);
}
