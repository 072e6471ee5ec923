// One thread: main's.
#include "thread.h"

#include <unistd.h>

uint32_t thread_count(void)
{
    return 1;
}

uint32_t thread_of_tid(pid_t kernel_tid)
{
    return kernel_tid == getpid() ? 0 : THREAD_NONE;
}

uint32_t thread_of_handle(pthread_t handle)
{
    return pthread_equal(handle, pthread_self()) ? 0 : THREAD_NONE;
}

pthread_t thread_handle(uint32_t number)
{
    (void)number;
    return pthread_self();
}

ptrdiff_t thread_local_offset(uint32_t number)
{
    (void)number;
    return 0;
}

void thread_hold(uint32_t number, void *object, void (*take)(void *object), uint32_t times)
{
    (void)number;
    while (times--)
        take(object);
}

uint32_t thread_key_number(pthread_key_t key)
{
    (void)key;
    return THREAD_NONE;
}

pthread_key_t thread_key(uint32_t number)
{
    return (pthread_key_t)number;
}
