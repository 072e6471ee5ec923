// Planets as structures of doubles, with square roots by iteration, so that only exactly rounded operations are used.

#include <stdio.h>

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static struct body bodies[5] = {{0, 0, 0, 0, 0, 0, 40},
                                {4.8, -1.2, -0.1, 0.6, 2.8, -0.02, 0.04},
                                {8.3, 4.1, -0.4, -1.0, 1.8, 0.008, 0.01},
                                {12.9, -15.1, -0.2, 1.1, 0.9, -0.01, 0.002},
                                {15.4, -25.9, 0.2, 1.0, 0.6, -0.03, 0.002}};

static double square_root(double value)
{
    double root = value > 1 ? value : 1;
    for (int i = 0; i < 100; i++) {
        double better = (root + value / root) / 2;
        if (better >= root)
            break;
        root = better;
    }
    return root;
}

static void advance(double step)
{
    for (int i = 0; i < 5; i++)
        for (int j = i + 1; j < 5; j++) {
            struct body *a = &bodies[i], *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz, force = step / (square * square_root(square));
            a->vx -= dx * b->mass * force;
            a->vy -= dy * b->mass * force;
            a->vz -= dz * b->mass * force;
            b->vx += dx * a->mass * force;
            b->vy += dy * a->mass * force;
            b->vz += dz * a->mass * force;
        }
    for (struct body *b = bodies; b < bodies + 5; b++) {
        b->x += step * b->vx;
        b->y += step * b->vy;
        b->z += step * b->vz;
    }
}

int main(void)
{
    for (int i = 0; i < 400; i++) {
        advance(0.01);
        if (i % 40 == 0)
            printf("%d %a %a %a\n", i, bodies[0].x, bodies[1].vy, bodies[i / 40 % 5].z);
    }
    return 0;
}
