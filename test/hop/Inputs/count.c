#include <stdio.h>

int main(void)
{
    for (int i = 0; i < 20; i++)
        printf("line %d\n", i);
    return 7;
}
