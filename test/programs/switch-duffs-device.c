// hop: small
// Duff's device: a loop that is entered in its middle through a switch; and a coroutine made by a switch on a line.

#include <stdio.h>

static volatile int rounds = 40; // not known to the compiler, so that it keeps the loop as it is

static int copy(char *to, const char *from, int count)
{
    int rounds = (count + 7) / 8;
    switch (count % 8) {
    case 0:
        do {
            *to++ = *from++;
            __attribute__((fallthrough));
        case 7:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 6:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 5:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 4:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 3:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 2:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 1:
            *to++ = *from++;
        } while (--rounds > 0);
    }
    return rounds;
}

struct coroutine {
    int line, i, j;
};

static int next(struct coroutine *c)
{
    switch (c->line) {
    case 0:
        for (c->i = 1; c->i < 9; c->i++) {
            for (c->j = 0; c->j < c->i; c->j++) {
                c->line = 1;
                return c->i * 10 + c->j;
            case 1:;
            }
        }
    }
    c->line = 0;
    return -1;
}

int main(void)
{
    char from[64], to[64] = "";
    struct coroutine c = {0};
    for (int i = 0; i < 64; i++)
        from[i] = (char)('0' + i);
    for (int n = 1; n < rounds; n++) {
        int left = copy(to + n % 5, from + n, 64 - n - 5);
        int sum = 0;
        for (int i = 0; i < 64; i++)
            sum = (sum * 5 + to[i]) % 10007;
        printf("%d %d %d %d\n", n, left, sum, next(&c));
    }
    return 0;
}
