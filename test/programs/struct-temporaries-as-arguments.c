// hop: small
// Structures that never have a name: results handed straight on, members of results, compound literals.

#include <stdio.h>

struct vector {
    double x, y, z;
};

struct pair {
    int first;
    char second;
};

static struct vector make(int n)
{
    struct vector v = {0, 0, 0};
    for (int i = 0; i < n; i++)
        v = (struct vector){v.x + 1, v.y + i * 0.5, v.z - i};
    return v;
}

static struct vector add(struct vector a, struct vector b)
{
    return (struct vector){a.x + b.x, a.y + b.y, a.z + b.z};
}

static double dot(struct vector a, struct vector b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static struct pair split(int n)
{
    struct pair p = {0, 'a'};
    while (n > 0) {
        p.first += n % 10;
        p.second = (char)(p.second + 1);
        n /= 10;
    }
    return p;
}

static int weigh(const struct pair *p, int n)
{
    int sum = p->second;
    for (int i = 0; i < n; i++)
        sum += p->first * i;
    return sum;
}

int main(void)
{
    struct vector sum = {0};
    for (int n = 1; n < 12; n++) {
        sum = add(add(make(n), make(n + 1)), add(sum, make(2)));
        double mixed = dot(make(n), add(make(1), sum)) + make(n).y * make(3).z;
        int weight = weigh(&(struct pair){split(n * 123).first, split(n * 7).second}, n) + split(n * 991).second;
        int many[] = {split(n).first, split(n * n).first, weigh(&(struct pair){n, 'b'}, 3)};
        printf("%d %.2f %.2f %.2f %.2f %d %d\n", n, sum.x, sum.y, sum.z, mixed, weight, many[0] + many[1] * many[2]);
    }
    return 0;
}
