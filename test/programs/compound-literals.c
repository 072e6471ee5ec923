// hop: small
// Compound literals: arrays, structures and scalars, at file scope, in blocks, with addresses that outlive a statement.

#include <stdio.h>

struct range {
    int low, high;
    const char *name;
};

static struct range *const fixed = &(struct range){10, 20, "fixed"};
static const int *powers = (const int[]){1, 2, 4, 8, 16};

static int width(const struct range *range)
{
    int count = 0;
    for (int i = range->low; i < range->high; i++)
        count += i % 3 != 0;
    return count;
}

static int sum(const int *numbers, int count)
{
    int total = 0;
    while (count-- > 0)
        total = total * 2 + numbers[count];
    return total;
}

int main(void)
{
    struct range *current = fixed;
    for (int n = 1; n < 20; n++) {
        int *scratch = (int[4]){n, n + 1, [3] = n * n};
        struct range *local = &(struct range){.low = n, .high = n * 2, .name = "local"};
        double *scalar = &(double){n / 4.0};
        for (int i = 0; i < 4; i++) {
            scratch[i] += width(i % 2 ? local : current);
            *scalar += scratch[i] * 0.5;
            local->low -= i;
            fixed->high += n % 2;
        }
        current = n % 3 ? fixed : local;
        printf("%d %s %d %d %.3f %d\n", n, current->name, width(current), sum(scratch, 4), *scalar,
               sum((int[]){n, 2, 3}, 3) + sum(powers, 5));
        current = fixed;
    }
    return 0;
}
