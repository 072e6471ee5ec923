// RUN: %refused -g | %FileCheck %s
#include <setjmp.h>

static jmp_buf place;

int retry(int n)
{
    int tries = 0;
    if (setjmp(place) == n)
        return tries;
    while (tries < n)
        tries++;
    longjmp(place, tries);
}
// CHECK: setjmp-is-refused.c:9:9: {{.*}}hlckpt: '_setjmp' in a function that may be captured is not supported
