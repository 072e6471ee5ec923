// hop: small
// A va_list that is live while loops run and functions are called between one va_arg and the next.
// There it cannot be captured; between the calls it can.

#include <stdarg.h>
#include <stdio.h>

static volatile int rounds = 12; // not known to the compiler, so that it keeps the loop as it is

static int work(int n)
{
    int sum = 0;
    for (int i = 0; i < n % 7 + 1; i++)
        sum += i * n;
    return sum;
}

static long add(int count, ...)
{
    va_list list;
    long sum = 0;
    va_start(list, count);
    for (int i = 0; i < count; i++)
        sum = sum * 3 + work(va_arg(list, int));
    va_end(list);
    return sum;
}

static double mixed(const char *kinds, ...)
{
    va_list list, again;
    double sum = 0;
    va_start(list, kinds);
    va_copy(again, list);
    for (const char *kind = kinds; *kind; kind++) {
        if (*kind == 'i')
            sum += work(va_arg(list, int));
        else if (*kind == 'l')
            sum += (double)va_arg(list, long long) / 1024;
        else if (*kind == 'd')
            sum += va_arg(list, double) * work(3);
        else
            for (const char *text = va_arg(list, const char *); *text; text++)
                sum += *text;
    }
    va_end(list);
    for (const char *kind = kinds; *kind == 'i'; kind++)
        sum -= va_arg(again, int) + work(2);
    va_end(again);
    return sum;
}

int main(void)
{
    for (int n = 1; n < rounds; n++) {
        int between = 0;
        for (int i = 0; i < rounds * 30; i++)
            between = between * 5 % 1009 + work(i);
        printf("%d %ld", between, add(n % 4 + 9, n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
        printf(" %.4f", mixed("iidlisd", n, 5, 0.25, 1LL << 40, 7, "text", n * 1.5));
        printf(" %.4f\n", mixed("dddddddddiiiiiiiiils", 1., 2., 3., 4., 5., 6., 7., 8., 9., 1, 2, 3, 4, 5, 6, 7, 8, n,
                                (long long)n, "end"));
    }
    return 0;
}
