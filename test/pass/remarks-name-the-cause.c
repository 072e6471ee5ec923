// -Rpass=hlckpt tells for each function why it may be captured.
// RUN: %clang -g -fpass-plugin=%plugin -Rpass=hlckpt -c %s -o %t.o 2>&1 | %FileCheck %s
int unknown(int);

int loops(int n)
{
    int i = 0;
    while (i < n)
        i += i / 2 + 1;
    return i;
}
// CHECK-DAG: remarks-name-the-cause.c:[[#@LINE-7]]:{{.*}}may be captured: it contains a loop

int calls(int n)
{
    return loops(n) + 1;
}
// CHECK-DAG: remarks-name-the-cause.c:[[#@LINE-4]]:{{.*}}may be captured: it calls 'loops'

int leaves(int n)
{
    return unknown(n) + 1;
}
// CHECK-DAG: remarks-name-the-cause.c:[[#@LINE-4]]:{{.*}}may be captured: it calls 'unknown', which is not known here

int points(int (*f)(void))
{
    return f() + 1;
}
// CHECK-DAG: remarks-name-the-cause.c:[[#@LINE-4]]:{{.*}}may be captured: it calls through a pointer

int ackermann(int m, int n)
{
    return m ? ackermann(m - 1, n ? ackermann(m, n - 1) : 1) : n + 1;
}
// CHECK-DAG: remarks-name-the-cause.c:[[#@LINE-4]]:{{.*}}may be captured: it {{is recursive through 'ackermann'|contains a loop}}
