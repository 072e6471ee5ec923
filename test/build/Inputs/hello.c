// CHECK: runtime {{[0-9.]+}}, 5050
#include <stdio.h>

extern const char hlckpt_version[];

int main(void)
{
    volatile int sum = 0;
    for (int i = 1; i <= 100; i++)
        sum += i;
    printf("runtime %s, %d\n", hlckpt_version, sum);
    return 0;
}
