// hop: threads
// Threads end long before anybody asks for their results.
#include <pthread.h>
#include <stdint.h>

#include "work.h"

#define COUNT 6

static int cells[COUNT];

static void *run(void *argument)
{
    int *cell = argument;
    *cell = (int)(cell - cells) * 11;
    return cell - cells == 3 ? NULL : cell;
}

static void *run_with_number(void *argument)
{
    return argument;
}

int main(void)
{
    pthread_t threads[COUNT], numbers[COUNT];
    for (int i = 0; i < COUNT; i++) {
        ok(pthread_create(&threads[i], NULL, run, &cells[i]));
        ok(pthread_create(&numbers[i], NULL, run_with_number, (void *)(intptr_t)(i * 800)));
    }
    unsigned value = work(3, 3000);
    for (int i = COUNT - 1; i >= 0; i--) {
        void *result, *number;
        ok(pthread_join(threads[i], &result));
        ok(pthread_join(numbers[i], &number));
        if (result)
            printf("%d: %d, %d\n", i, *(int *)result, (int)(intptr_t)number);
        else
            printf("%d: nothing, %d\n", i, (int)(intptr_t)number);
        value = work(value, 300);
    }
    printf("%u\n", value);
    return 0;
}
