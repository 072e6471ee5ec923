// hlckpt_checkpoint returns 0 in the program that goes on and 1 in the one that is resumed from its image.
// RUN: rm -rf %t.dir && mkdir %t.dir && cd %t.dir && %hlckpt-cc -O2 %s -o app && ./app >out
// RUN: printf 'before 10\nafter 0 55\n' | cmp - out
// RUN: %restore --exe ./app hlckpt-images/latest 1<>out
// RUN: printf 'before 10\nafter 1 55\n' | cmp - out
//
// On another machine, and from an image made there.
// RUN: %hlckpt-cc --target=s390x-linux-gnu -O2 %s -o app.s390x
// RUN: %restore --qemu --exe ./app.s390x hlckpt-images/latest 1<>out
// RUN: printf 'before 10\nafter 1 55\n' | cmp - out
// RUN: env HLCKPT_DIR=foreign %qemu-s390x ./app.s390x >out
// RUN: printf 'before 10\nafter 0 55\n' | cmp - out
// RUN: %restore --exe ./app foreign/latest 1<>out
// RUN: printf 'before 10\nafter 1 55\n' | cmp - out
#include <hlckpt.h>
#include <stdio.h>

static int sum_and_save(const int *numbers, int count, int *saved)
{
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += numbers[i];
    *saved = hlckpt_checkpoint();
    return sum;
}

int main(void)
{
    int numbers[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, saved;
    printf("before %d\n", (int)(sizeof numbers / sizeof *numbers));
    fflush(stdout);
    int sum = sum_and_save(numbers, 10, &saved);
    printf("after %d %d\n", saved, sum);
    return 0;
}
