// The threads of the program, as a capture finds them and as a resume makes them anew.
//
// Numbers are dense, in order of creation; thread 0 is main's.
#ifndef RT_THREAD_H
#define RT_THREAD_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define THREAD_NONE UINT32_MAX

uint32_t thread_count(void); // of the capture or resume under way

// Capture. Numbers, or THREAD_NONE: of the live thread with this kernel id, and of a handle, where threads that have
// finished and wait to be joined count too.
uint32_t thread_of_tid(pid_t kernel_tid);
uint32_t thread_of_handle(pthread_t handle);

// Restore: the new thread of that number.
pthread_t thread_handle(uint32_t number);

// The address of a thread-local in that thread minus that of the calling thread's instance (static TLS).
ptrdiff_t thread_local_offset(uint32_t number);

// Restore: that thread calls take(object) `times` times before anything runs.
void thread_hold(uint32_t number, void *object, void (*take)(void *object), uint32_t times);

// Keys that the program created, or THREAD_NONE; restore: the new key of that number.
uint32_t thread_key_number(pthread_key_t key);
pthread_key_t thread_key(uint32_t number);

#endif
