// A pipe of which the program has both ends, with bytes waiting in it.
// RUN: %hop --targets x86_64,s390x,armhf --opt=-O0 --every-point --max-points 12 %s
// RUN: %hop --cflags=-I%top/include --targets x86_64,powerpc,riscv64 --hops 5 %s
#include <stdio.h>
#include <unistd.h>

static volatile int rounds = 40; // not known to the compiler, so that it keeps the loop as it is

int main(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        return 1;
    unsigned char waiting = 0, byte = 0;
    for (int i = 0; i < rounds; i++) {
        byte = (unsigned char)(i * 7);
        if (write(ends[1], &byte, 1) != 1)
            return 1;
        waiting++;
        while (waiting > 10 && read(ends[0], &byte, 1) == 1) {
            printf("%d of %d\n", byte, waiting);
            waiting -= 2;
            if (read(ends[0], &byte, 1) != 1)
                return 1;
        }
    }
    close(ends[1]);
    while (read(ends[0], &byte, 1) == 1)
        printf("rest %d\n", byte);
    return 0;
}
