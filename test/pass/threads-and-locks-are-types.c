// What the C library keeps in a mutex or a thread's handle differs between targets, so the map says what it is, and is the
// same everywhere. A type of the program that happens to have such a name is its own.
//
// REQUIRES: target-s390x, target-i386, target-armhf, target-powerpc
// RUN: %hlckpt-cc -c %s -o %t.o && %inspect --map --neutral %t.o > %t.map && %FileCheck %s < %t.map
// RUN: %hlckpt-cc --target=s390x-linux-gnu -c %s -o %t.s390x.o && %inspect --map --neutral %t.s390x.o | diff %t.map -
// RUN: %hlckpt-cc --target=i386-linux-gnu -c %s -o %t.i386.o && %inspect --map --neutral %t.i386.o | diff %t.map -
// RUN: %hlckpt-cc --target=arm-linux-gnueabihf -c %s -o %t.armhf.o && %inspect --map --neutral %t.armhf.o | diff %t.map -
// RUN: %hlckpt-cc --target=powerpc-linux-gnu -c %s -o %t.powerpc.o && %inspect --map --neutral %t.powerpc.o | diff %t.map -
#include <pthread.h>
#include <semaphore.h>
#include <threads.h>


struct pool {
    pthread_mutex_t lock;
    pthread_cond_t more;
    pthread_t threads[4];
    union {
        mtx_t own;
        char line[128];
    } padded;
};

struct pool pool;
pthread_rwlock_t rwlock;
pthread_barrier_t barrier;
sem_t semaphore;
pthread_spinlock_t spin;
pthread_once_t done;
once_flag flag;
pthread_key_t key;
tss_t other_key;
pthread_attr_t attributes;

static int use_own(int (*use)(void *))
{
    typedef struct { // not the C library's
        int mine;
    } sem_t;
    static sem_t own;
    return use(&own);
}

int find(pthread_t thread, int (*same)(pthread_t, pthread_t))
{
    pthread_t local = thread;
    int count = use_own((int (*)(void *))same);
    for (int i = 0; i < 4; i++)
        count += same(pool.threads[i], local);
    return count;
}
// CHECK-LABEL: types
// CHECK-DAG:     struct pool
// CHECK-DAG:       mutex lock
// CHECK-DAG:       condition variable more
// CHECK-DAG:       thread [4] threads
// CHECK-DAG:       mutex own
// CHECK-LABEL: functions
// CHECK:         variable thread at {{.*}}, thread
// CHECK-LABEL: globals
// CHECK-DAG:     pool at {{.*}}, struct pool
// CHECK-DAG:     rwlock at {{.*}}, read-write lock
// CHECK-DAG:     barrier at {{.*}}, barrier
// CHECK-DAG:     semaphore at {{.*}}, semaphore
// CHECK-DAG:     spin at {{.*}}, spin lock
// CHECK-DAG:     done at {{.*}}, once
// CHECK-DAG:     flag at {{.*}}, once
// CHECK-DAG:     key at {{.*}}, key
// CHECK-DAG:     other_key at {{.*}}, key
// CHECK-DAG:     attributes at {{.*}}, thread attributes
// CHECK-DAG:     {{.*}}own at {{.*}}, struct {}
