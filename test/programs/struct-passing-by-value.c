// hop: small
// Structures of 1 to 64 bytes and of every register class, given and returned by value, through loops and recursion.

#include <stdio.h>

typedef struct {
    char a;
} s1;
typedef struct {
    short a;
    char b;
} s4;
typedef struct {
    int a, b;
} s8;
typedef struct {
    int a, b, c;
} s12;
typedef struct {
    long long a;
    int b;
} s16;
typedef struct {
    long long a, b, c;
} s24;
typedef struct {
    long long a[8];
} s64;
typedef struct {
    float a;
} f1;
typedef struct {
    float a, b;
} f2;
typedef struct {
    float a, b, c, d;
} f4;
typedef struct {
    double a;
} d1;
typedef struct {
    double a, b;
} d2;
typedef struct {
    double a, b, c, d;
} d4;
typedef struct {
    float a;
    int b;
} fi;
typedef struct {
    int a;
    double b;
} id;
typedef struct {
    double a;
    char b;
    float c;
} dcf;
typedef struct {
    struct {
        float x;
    } a[2];
} nested;
typedef struct {
    char a[7];
} odd;

// Each takes its argument through a loop, in which it may be captured, and hands it on changed.
#define STEP(type, change)                                                                                             \
    static type step_##type(type v, int n)                                                                             \
    {                                                                                                                  \
        for (int i = 0; i < n; i++)                                                                                    \
            change;                                                                                                    \
        return n > 3 ? step_##type(v, n - 2) : v;                                                                      \
    }

STEP(s1, v.a = (char)((v.a + i) & 63))
STEP(s4, (v.a = (short)(v.a + i), v.b = (char)(v.b ^ i)))
STEP(s8, (v.a += i, v.b -= v.a))
STEP(s12, (v.a += i, v.b -= v.a, v.c ^= v.b))
STEP(s16, (v.a = v.a * 3 + i, v.b += (int)v.a & 255))
STEP(s24, (v.a += i, v.b += v.a, v.c += v.b))
STEP(s64, v.a[i % 8] += v.a[(i + 3) % 8] + i)
STEP(f1, v.a = v.a / 2 + (float)i)
STEP(f2, (v.a += 0.5f, v.b = v.b / 2 + v.a))
STEP(f4, (v.a += 0.5f, v.b += v.a, v.c -= v.b, v.d += 1))
STEP(d1, v.a = v.a / 2 + i)
STEP(d2, (v.a += 0.25, v.b = v.b / 2 - v.a))
STEP(d4, (v.a += 0.25, v.b += v.a, v.c -= v.b, v.d += v.c))
STEP(fi, (v.a += 0.125f, v.b += i))
STEP(id, (v.a ^= i, v.b += v.a))
STEP(dcf, (v.a += 2, v.b = (char)((v.b + 1) & 63), v.c -= 0.5f))
STEP(nested, v.a[i % 2].x += (float)i)
STEP(odd, v.a[i % 7] = (char)((v.a[i % 7] + i) & 63))

static long long spread(s1 a, d2 b, s24 c, f2 d, int e, s64 f, id g, float h, odd k)
{
    long long sum = a.a + e;
    for (int i = 0; i < 7; i++)
        sum = sum * 5 + (long long)(b.a * 4) + c.b + (long long)(d.b * 1024) + f.a[i] + g.a + (long long)h + k.a[i];
    return sum;
}

int main(void)
{
    s64 big = {{1, 2, 3, 4, 5, 6, 7, 8}};
    odd odd_bytes = {"abcdef"};
    for (int n = 2; n < 9; n++) {
        s1 a = step_s1((s1){1}, n);
        s4 b = step_s4((s4){2, 3}, n);
        s8 c = step_s8((s8){4, 5}, n);
        s12 d = step_s12((s12){6, 7, 8}, n);
        s16 e = step_s16((s16){9, 10}, n);
        s24 f = step_s24((s24){11, 12, 13}, n);
        big = step_s64(big, n);
        f1 g = step_f1((f1){0.5f}, n);
        f2 h = step_f2((f2){1.5f, 2.5f}, n);
        f4 i = step_f4((f4){1, 2, 3, 4}, n);
        d1 j = step_d1((d1){1.25}, n);
        d2 k = step_d2((d2){2.25, 3.25}, n);
        d4 l = step_d4((d4){1, 2, 3, 4}, n);
        fi m = step_fi((fi){0.5f, 6}, n);
        id o = step_id((id){7, 0.5}, n);
        dcf p = step_dcf((dcf){1.5, 'x', 2.5f}, n);
        nested q = step_nested((nested){{{1}, {2}}}, n);
        odd_bytes = step_odd(odd_bytes, n);
        printf("%d %d %d %d %d %d %d %lld %d %lld %lld\n", a.a, b.a, b.b, c.b, d.c, d.a, e.b, e.a, n, f.c,
               big.a[n - 2]);
        printf("%g %g %g %g %g %g %g %d %g %g %d %g %g\n", (double)g.a, (double)h.b, (double)i.c, j.a, k.b, l.d,
               (double)m.a, m.b, o.b, p.a, p.b, (double)p.c, (double)(q.a[0].x + q.a[1].x));
        printf("%lld\n", spread(a, k, f, h, n, big, o, g.a, odd_bytes));
    }
    return 0;
}
