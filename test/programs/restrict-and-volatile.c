// hop: small
// Restrict-qualified pointers whose stores the optimiser would like to delay, and volatile objects it must not touch.

#include <stdio.h>
#include <stdlib.h>

static volatile int ticks;
static volatile unsigned char port[4];

struct device {
    volatile int status;
    int data;
};

static void scale(int count, double *restrict to, const double *restrict from, double *restrict last)
{
    for (int i = 0; i < count; i++) {
        to[i] = from[i] * 0.5 + *last;
        *last = to[i];
        ticks++;
    }
}

static long accumulate(const int *restrict numbers, int count, long *restrict total, int *restrict most)
{
    for (int i = 0; i < count; i++) {
        *total += numbers[i];
        if (numbers[i] > *most)
            *most = numbers[i];
    }
    return *total;
}

int main(void)
{
    double from[16], to[16], last = 1;
    int *numbers = malloc(16 * sizeof *numbers), most = 0;
    long total = 0;
    volatile double kept = 0.5;
    struct device device = {0, 0}, *volatile current = &device;
    for (int i = 0; i < 16; i++) {
        from[i] = i;
        numbers[i] = i * 7 % 11;
    }
    for (int n = 0; n < 20; n++) {
        scale(16 - n % 3, to, from, &last);
        accumulate(numbers, 16, &total, &most);
        kept = kept * 0.75 + last;
        numbers[n % 16] += most;
        from[n % 16] = to[(n + 5) % 16];
        current->status ^= n;
        current->data += current->status;
        port[n % 4] = (unsigned char)(port[(n + 1) % 4] + n);
        printf("%d %.9f %.9f %ld %d %d %d %d %u\n", n, last, kept, total, most, ticks, device.status, device.data,
               port[2]);
    }
    free(numbers);
    return 0;
}
