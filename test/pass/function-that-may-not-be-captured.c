// A function without a loop, and without a call of one that may be captured, comes out as without the pass.
// RUN: %optimised >%t.with && %clang -g -O2 -fno-discard-value-names -S -emit-llvm %s -o %t.without
// RUN: sed -n '/@norm/,/^}/p' %t.with | sed 's/[#!][0-9]*//g' >%t.with.body
// RUN: sed -n '/@norm/,/^}/p' %t.without | sed 's/[#!][0-9]*//g' | diff - %t.with.body
// RUN: grep -q 'ret double' %t.with.body
struct vector {
    double x, y, z;
};

static double square(double x)
{
    return x * x;
}

double norm(const struct vector *v)
{
    return square(v->x) + square(v->y) + square(v->z);
}
