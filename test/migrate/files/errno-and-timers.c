// errno between a failing call and its test, and an interval timer that is still running.
// RUN: %hop --targets x86_64,s390x,armhf --opt=-O0 --every-point --max-points 12 %s
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

static volatile int rounds = 5; // not known to the compiler, so that it keeps the loop as it is

static int add_up(int to)
{
    int sum = 0;
    for (int i = 0; i < to; i++)
        sum += i * i;
    return sum;
}

int main(void)
{
    struct itimerval half_a_day = {.it_value.tv_sec = 43200, .it_interval.tv_sec = 7};
    setitimer(ITIMER_REAL, &half_a_day, NULL);
    for (int i = 0; i < rounds; i++) {
        errno = 0;
        if (i % 2)
            strtol("99999999999999999999", NULL, 10);
        else
            close(-1);
        int sum = add_up(i + 2);
        printf("%d %s\n", sum, errno == ERANGE ? "range" : errno == EBADF ? "bad descriptor" : "other");
    }
    unsigned left = alarm(0);
    printf("%d\n", left > 40000 && left <= 43200);
    return 0;
}
