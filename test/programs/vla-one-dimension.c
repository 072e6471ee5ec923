// hop: small
// Arrays of variable length, as a local, as a parameter, of structures, and with a pointer into them.

#include <stdio.h>

struct item {
    char tag;
    int value;
};

static long fold(int count, const int numbers[count])
{
    long sum = 0;
    for (int i = 0; i < count; i++)
        sum = (sum * 7 + numbers[i]) % 1000003;
    return sum;
}

static long work(int count)
{
    int numbers[count];
    struct item items[count / 2 + 1];
    int *middle = &numbers[count / 2];
    long sum = 0;
    for (int i = 0; i < count; i++) {
        numbers[i] = i * i % 37;
        items[i / 2] = (struct item){(char)('a' + i % 26), i};
    }
    for (int i = 0; i < count; i++) {
        *middle += numbers[i] - items[i / 2].value;
        sum += fold(count, numbers) + items[i / 2].tag;
    }
    return sum + (long)(sizeof numbers / sizeof numbers[0]) + (middle - numbers);
}

static volatile int most = 26; // not known to the compiler, so that it keeps the loops as they are

int main(void)
{
    for (int count = 1; count < most; count += 3)
        printf("%d %ld\n", count, work(count));
    return 0;
}
