// A program that is killed at any time, and resumed from its last image until it ends, has written what one run writes.
// RUN: rm -rf %t.dir && mkdir %t.dir && cd %t.dir && %hlckpt-cc -O2 %s -o %t && %t >expected && mv lines expected-lines
// RUN: sh -c "HLCKPT_INTERVAL=20ms timeout -s KILL 0.5 %t >out; test \$? = 137"
// RUN: sh -c "for i in \$(seq 60); do HLCKPT_INTERVAL=20ms timeout -s KILL 0.4 %restore --exe %t hlckpt-images/latest \
// RUN:   1<>out && exit; done; exit 1"
// RUN: cmp out expected && cmp lines expected-lines
#include <stdio.h>

static unsigned work(unsigned state, int steps)
{
    for (int i = 0; i < steps; i++)
        state = state * 1664525 + 1013904223;
    return state;
}

int main(void)
{
    FILE *lines = fopen("lines", "w");
    unsigned state = 1;
    for (int i = 0; i < 1000; i++) {
        state = work(state, 2000000);
        fprintf(lines, "%d %u\n", i, state);
        if (i % 10 == 0)
            printf("%u\n", state % 1000);
        if (i % 50 == 0)
            fflush(stdout);
    }
    return fclose(lines);
}
