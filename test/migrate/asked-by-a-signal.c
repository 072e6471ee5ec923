// A signal asks for the image and ends the program; so it does when the program has been resumed. Handlers of the program
// that run all the while, with polls of their own, only put captures off.
// RUN: rm -rf %t.dir && mkdir %t.dir && cd %t.dir && %hlckpt-cc -O2 %s -o app && ./app >expected
// RUN: sh -c "HLCKPT_EXIT=1 HLCKPT_SIGNAL=USR1 ./app ask >out; test \$? = 75"
// RUN: sh -c "HLCKPT_EXIT=1 HLCKPT_SIGNAL=USR1 %restore --exe ./app hlckpt-images/latest 1<>out; test \$? = 75"
// RUN: env HLCKPT_SIGNAL=USR1 %restore --exe ./app hlckpt-images/latest 1<>out && cmp expected out
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

static volatile int ticks, sink;

static void on_alarm(int signal)
{
    ticks += signal == SIGALRM;
    for (int i = 0; i < 1000; i++)
        sink ^= i;
}

static unsigned long mix(unsigned long h, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        h = (h * 1103515245 + 12345) % 4294967291;
        h ^= h >> 7;
    }
    return h;
}

int main(int argc, char **argv)
{
    struct itimerval timer = {{0, 1000}, {0, 1000}};
    unsigned long h = 1;
    (void)argv;
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &timer, NULL);
    for (int i = 0; i < 30; i++) {
        if (argc > 1 && i % 10 == 5)
            raise(SIGUSR1);
        h = mix(h, 100000);
        printf("%d %lu\n", i, h);
    }
    return ticks == 0;
}
