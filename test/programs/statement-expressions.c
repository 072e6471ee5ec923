// hop: small
// Statement expressions with loops within them, nested, as arguments, as conditions, with variables of their own.

#include <stdio.h>

#define MAX(a, b)                                                                                                      \
    ({                                                                                                                 \
        __typeof__(a) a_ = (a);                                                                                        \
        __typeof__(b) b_ = (b);                                                                                        \
        a_ > b_ ? a_ : b_;                                                                                             \
    })

#define SUM(type, from, to, term)                                                                                      \
    ({                                                                                                                 \
        type sum_ = 0;                                                                                                 \
        for (int i = (from); i < (to); i++)                                                                            \
            sum_ += (term);                                                                                            \
        sum_;                                                                                                          \
    })

static int digits(int n)
{
    int count = 1;
    while (n /= 10)
        count++;
    return count;
}

int main(void)
{
    for (int n = 1; n < 14; n++) {
        int squares = SUM(int, 0, n, i *i) + MAX(SUM(int, 0, n, i % 3), digits(n * n));
        double halves = n * SUM(double, 1, n + 1, 1.0 / (1 << i)) - SUM(double, 0, 3, i *SUM(int, 0, n, i));
        long total = ({
            long products = 1;
            struct {
                int low, high;
            } range = {1, n};
            while (range.low < range.high) {
                products = products * range.low % 9973 + range.high;
                range.low++, range.high--;
            }
            products;
        });
        if (({
                int odd = 0;
                for (int i = n; i; i >>= 1)
                    odd ^= i & 1;
                odd;
            }))
            total = -total;
        printf("%d %d %.6f %ld\n", n, squares, halves, total);
    }
    return 0;
}
