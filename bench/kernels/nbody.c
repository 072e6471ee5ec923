// The solar system by symplectic steps (after the Benchmarks Game): an array of structures, square roots, divisions.

#include <math.h>

#include "kernel.h"

enum { BODIES = 5 };

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static struct body bodies[BODIES] = {
    {0, 0, 0, 0, 0, 0, 39.47841760435743},
    {4.84143144246472090, -1.16032004402742839, -0.10362204447112311, 0.60632639299583202, 2.81198684491626016,
     -0.02521836165988763, 0.03769367487038949},
    {8.34336671824457987, 4.12479856412430479, -0.40352341711432138, -1.01077434617879236, 1.82566237123041186,
     0.00841576137658415, 0.01128632613196877},
    {12.8943695621391310, -15.1111514016986312, -0.22330757889265573, 1.08279100644153536, 0.86871301816960822,
     -0.01083263740136364, 0.00172372405705971},
    {15.3796971148509165, -25.9193146099879641, 0.17925877295037118, 0.97909073224389798, 0.59469899864767617,
     -0.03475595550781049, 0.00203368686992463},
};

static void advance(struct body *b, double dt)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            double dx = b[i].x - b[j].x, dy = b[i].y - b[j].y, dz = b[i].z - b[j].z;
            double square = dx * dx + dy * dy + dz * dz;
            double pull = dt / (square * sqrt(square));
            b[i].vx -= dx * b[j].mass * pull;
            b[i].vy -= dy * b[j].mass * pull;
            b[i].vz -= dz * b[j].mass * pull;
            b[j].vx += dx * b[i].mass * pull;
            b[j].vy += dy * b[i].mass * pull;
            b[j].vz += dz * b[i].mass * pull;
        }
    for (int i = 0; i < BODIES; i++) {
        b[i].x += dt * b[i].vx;
        b[i].y += dt * b[i].vy;
        b[i].z += dt * b[i].vz;
    }
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long steps = amount(argc, argv, 9000000);

    for (long i = 0; i < steps; i++)
        advance(bodies, 0.01);
    for (int i = 0; i < BODIES; i++)
        sum = mix_double(mix_double(sum, bodies[i].x), bodies[i].vy);
    print_sum("nbody", sum);
}
