// hop: small
// Calls whose result is used in the middle of an expression, while other parts of it are already worked out.
// Where C leaves the order open, the calls have no effect that the order could change.

#include <stdio.h>

static int calls;

static int f(int n)
{
    int sum = 0;
    for (int i = 0; i <= n % 5; i++)
        sum += i * n;
    return sum;
}

static double g(double x, int n)
{
    while (n-- > 0)
        x = x / 2 + n;
    return x;
}

static int truth(int n)
{
    calls++;
    for (int i = 0; i < 3; i++)
        n = n * 5 % 7;
    return n > 2;
}

static int three(int a, int b, int c)
{
    int sum = a;
    for (int i = 0; i < 2; i++)
        sum = sum * 3 + b - c;
    return sum;
}

int main(void)
{
    int a[64] = {0}, *p = a;
    for (int n = 1; n < 20; n++) {
        int x = f(n) + f(n + 1) * f(n + 2) - three(f(n), f(n + 3), f(1));
        a[f(n) % 64] = f(n + 1);
        a[f(n + 2) % 64] += f(n) + a[f(3) % 64];
        *(p + f(2) % 8) -= three(three(1, f(n), 2), 3, f(4));
        double d = g(f(n), 2) * (n + g(1.5, f(2))) - (float)g(n, 3) / (1 + f(1));
        int chosen = truth(n) ? f(n) : -f(n + 1);
        int both = truth(n) && truth(n + 1), either = truth(n + 2) || truth(n + 3);
        int comma = (f(n), calls++, f(n + 5));
        long long wide = ((long long)f(n) << 33) + f(n + 1);
        x += n > 5 && f(n) > 10 ? three(n, both, either) : truth(f(n)) ? chosen : comma;
        while (truth(x) && f(x & 15) < 20)
            x = x * 3 + 1 + f(x & 7);
        printf("%d %d %.6f %d %d %d %d %lld %d %d\n", n, x, d, chosen, both, either, comma, wide, calls, a[n]);
    }
    return 0;
}
