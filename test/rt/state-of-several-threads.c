// Two threads and one that has finished, with a thread-local in each, and a synchronisation object of each kind: the
// same bytes on every target, and the same objects after a restore, in the hands of the same threads. What is damaged
// in them is refused by the name of its place; what cannot be captured now is put off with the reason.
//
// REQUIRES: target-s390x, target-armhf, target-i386, target-powerpc, target-ppc64el
//
// DEFINE: %{sources} = %s %S/Inputs/state-stubs.c %top/rt/state.c %top/rt/restore.c %top/rt/restore-types.c %top/rt/restore-frames.c %top/rt/restore-objects.c %top/rt/restore-check.c %top/rt/encode.c %top/rt/decode.c %top/rt/source.c %top/rt/adapt.c %top/rt/object.c %top/rt/place.c %top/rt/extent.c %top/rt/type.c %top/rt/layout.c %top/rt/shape.c %top/rt/names.c %top/rt/sort.c %top/rt/float.c %top/rt/stale.c %top/rt/sync.c %top/rt/map.c %top/rt/check.c %top/rt/reader.c %top/rt/failure.c
// DEFINE: %{flags} = -std=gnu17 -g -pthread -I%top/include -I%top/rt -I%S/Inputs
// DEFINE: %{foreign} = %clang %{flags} -O1 %{sources}
//
// RUN: %clang -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wall -Wextra -Werror %{flags} %{sources} -isystem %build/deps/x86_64/include %build/deps/x86_64/lib/libmsgpackc.a -o %t
// RUN: env ASAN_OPTIONS=detect_leaks=0 %t capture %t.image && env ASAN_OPTIONS=detect_leaks=0 %t restore %t.image && env ASAN_OPTIONS=detect_leaks=0 %t refuse %t.image
// RUN: %{foreign} --target=s390x-linux-gnu -isystem %build/deps/s390x/include %build/deps/s390x/lib/libmsgpackc.a -o %t.s390x
// RUN: %qemu-s390x %t.s390x capture %t.s390x.image && cmp %t.image %t.s390x.image && %qemu-s390x %t.s390x restore %t.image
// RUN: %{foreign} --target=arm-linux-gnueabihf -isystem %build/deps/armhf/include %build/deps/armhf/lib/libmsgpackc.a -o %t.armhf
// RUN: %qemu-armhf %t.armhf capture %t.armhf.image && cmp %t.image %t.armhf.image && %qemu-armhf %t.armhf restore %t.image
// RUN: %{foreign} --target=i386-linux-gnu -isystem %build/deps/i386/include %build/deps/i386/lib/libmsgpackc.a -o %t.i386
// RUN: %qemu-i386 %t.i386 capture %t.i386.image && cmp %t.image %t.i386.image && %qemu-i386 %t.i386 restore %t.image
// RUN: %{foreign} --target=powerpc-linux-gnu -fno-pie -no-pie -L/usr/powerpc-linux-gnu/lib -isystem %build/deps/powerpc/include %build/deps/powerpc/lib/libmsgpackc.a -o %t.powerpc
// RUN: %qemu-powerpc %t.powerpc capture %t.powerpc.image && cmp %t.image %t.powerpc.image && %qemu-powerpc %t.powerpc restore %t.image
// RUN: %{foreign} --target=powerpc64le-linux-gnu -isystem %build/deps/ppc64el/include %build/deps/ppc64el/lib/libmsgpackc.a -o %t.ppc64el
// RUN: %qemu-ppc64el %t.ppc64el capture %t.ppc64el.image && cmp %t.image %t.ppc64el.image && %qemu-ppc64el %t.ppc64el restore %t.image
#define _GNU_SOURCE
#include <errno.h>
#include <msgpack.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "hlckpt/map.h"
#include "hlckpt/sync.h"
#include "image.h"
#include "state-stubs.h"
#include "state.h"
#include "type.h"

#define CHECK(condition)                                                                                               \
    ((condition) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), abort()))
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

struct hlckpt_module *hlckpt_modules;

// ---- what the program would declare

struct pool {
    int jobs;
    pthread_mutex_t lock;
    pthread_cond_t more;
    pthread_t owner;
    struct pool *next;
};

static pthread_mutex_t unused_lock = PTHREAD_MUTEX_INITIALIZER, mains, workers, orphan, inheriting;
static pthread_mutex_t locks[2];
static union {
    pthread_mutex_t lock;
    char line[128];
} padded;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER, timed;
static pthread_rwlock_t unused_rwlock = PTHREAD_RWLOCK_INITIALIZER, read_by_two, written;
static pthread_barrier_t barrier;
static sem_t semaphore;
static pthread_spinlock_t spinning, not_spinning;
static pthread_once_t done = PTHREAD_ONCE_INIT, not_done = PTHREAD_ONCE_INIT;
static once_flag flag = ONCE_FLAG_INIT;
static pthread_t ids[4];
static pthread_key_t key, lost_key;
static pthread_mutexattr_t mutex_attr;
static pthread_condattr_t cond_attr;
static pthread_rwlockattr_t rwlock_attr;
static pthread_barrierattr_t barrier_attr;
static pthread_attr_t thread_attr, usual_attr;
static struct pool *pools;
static void *job; // what a thread is given
static int local[2];

static void *address_of_local(void)
{
    return local;
}

// ---- its map

enum {
    VOID,
    INT,
    FIRST_SYNC,
    POOL = FIRST_SYNC + HLCKPT_SYNC_COUNT,
    P_POOL,
    LOCKS,
    IDS,
    P_VOID,
    P_INT,
    CHAR,
    LINE,
    PADDED,
    TYPES
};
#define SYNC(which) (FIRST_SYNC + HLCKPT_SYNC_##which)

static const struct symbol {
    const char *name;
    unsigned type;
    void *address;
} globals[] = {{"unused_lock", SYNC(MUTEX), &unused_lock},
               {"mains", SYNC(MUTEX), &mains},
               {"workers", SYNC(MUTEX), &workers},
               {"orphan", SYNC(MUTEX), &orphan},
               {"inheriting", SYNC(MUTEX), &inheriting},
               {"locks", LOCKS, locks},
               {"padded", PADDED, &padded},
               {"changed", SYNC(COND), &changed},
               {"timed", SYNC(COND), &timed},
               {"unused_rwlock", SYNC(RWLOCK), &unused_rwlock},
               {"read_by_two", SYNC(RWLOCK), &read_by_two},
               {"written", SYNC(RWLOCK), &written},
               {"barrier", SYNC(BARRIER), &barrier},
               {"semaphore", SYNC(SEMAPHORE), &semaphore},
               {"spinning", SYNC(SPIN), (void *)&spinning},
               {"not_spinning", SYNC(SPIN), (void *)&not_spinning},
               {"done", SYNC(ONCE), &done},
               {"not_done", SYNC(ONCE), &not_done},
               {"flag", SYNC(ONCE), &flag},
               {"ids", IDS, ids},
               {"key", SYNC(KEY), &key},
               {"lost_key", SYNC(KEY), &lost_key},
               {"mutex_attr", SYNC(MUTEX_ATTR), &mutex_attr},
               {"cond_attr", SYNC(COND_ATTR), &cond_attr},
               {"rwlock_attr", SYNC(RWLOCK_ATTR), &rwlock_attr},
               {"barrier_attr", SYNC(BARRIER_ATTR), &barrier_attr},
               {"thread_attr", SYNC(THREAD_ATTR), &thread_attr},
               {"usual_attr", SYNC(THREAD_ATTR), &usual_attr},
               {"pools", P_POOL, &pools}};
static void *global_addresses[COUNT(globals)];

static const struct {
    const char *name;
    unsigned storage, type;
} variables[] = {{"self", HLCKPT_VALUE, SYNC(THREAD)},
                 {"count", HLCKPT_OBJECT, INT},
                 {"guard", HLCKPT_OBJECT, SYNC(MUTEX)},
                 {"mine", HLCKPT_VALUE, P_INT}};
#define VARIABLES COUNT(variables)

static msgpack_sbuffer map_buffer;
static msgpack_packer map_packer;

static void numbers(size_t count, const uint64_t *list)
{
    write_array(&map_packer, count);
    for (size_t i = 0; i < count; i++)
        write_uint(&map_packer, list[i]);
}
#define NUMBERS(...) numbers(sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[]){__VA_ARGS__})

static void write_types(void)
{
    static const struct {
        const char *name;
        unsigned type;
    } fields[] = {
        {"jobs", INT}, {"lock", SYNC(MUTEX)}, {"more", SYNC(COND)}, {"owner", SYNC(THREAD)}, {"next", P_POOL}};
    msgpack_packer *p = &map_packer;
    write_str(p, "types");
    write_array(p, TYPES);
    NUMBERS(HLCKPT_VOID);
    write_array(p, 3);
    write_uint(p, HLCKPT_INT);
    write_bool(p, true);
    write_uint(p, 32);
    for (unsigned i = 0; i < HLCKPT_SYNC_COUNT; i++)
        NUMBERS(HLCKPT_SYNC, i);
    write_array(p, 3);
    write_uint(p, HLCKPT_STRUCT);
    write_str(p, "pool");
    write_array(p, COUNT(fields));
    for (size_t i = 0; i < COUNT(fields); i++) {
        write_array(p, 3);
        write_str(p, fields[i].name);
        write_uint(p, fields[i].type);
        write_uint(p, 0);
    }
    NUMBERS(HLCKPT_POINTER, POOL);
    NUMBERS(HLCKPT_ARRAY, SYNC(MUTEX), COUNT(locks));
    NUMBERS(HLCKPT_ARRAY, SYNC(THREAD), COUNT(ids));
    NUMBERS(HLCKPT_POINTER, VOID);
    NUMBERS(HLCKPT_POINTER, INT);
    NUMBERS(HLCKPT_CHAR);
    NUMBERS(HLCKPT_ARRAY, CHAR, sizeof padded.line);
    write_array(p, 3);
    write_uint(p, HLCKPT_UNION);
    write_str(p, "");
    write_array(p, 2);
    for (int i = 0; i < 2; i++) {
        write_array(p, 3);
        write_str(p, i ? "line" : "lock");
        write_uint(p, i ? LINE : SYNC(MUTEX));
        write_uint(p, 0);
    }
}

static void write_layouts(void)
{
    static const size_t sizes[] = {sizeof(pthread_mutex_t),
                                   sizeof(pthread_cond_t),
                                   sizeof(pthread_rwlock_t),
                                   sizeof(pthread_barrier_t),
                                   sizeof(sem_t),
                                   sizeof(pthread_spinlock_t),
                                   sizeof(pthread_once_t),
                                   sizeof(pthread_t),
                                   sizeof(pthread_key_t),
                                   sizeof(pthread_mutexattr_t),
                                   sizeof(pthread_condattr_t),
                                   sizeof(pthread_rwlockattr_t),
                                   sizeof(pthread_barrierattr_t),
                                   sizeof(pthread_attr_t)};
    write_str(&map_packer, "layouts");
    write_array(&map_packer, TYPES);
    NUMBERS(0);
    NUMBERS(4);
    for (unsigned i = 0; i < HLCKPT_SYNC_COUNT; i++)
        NUMBERS(sizes[i]);
    write_array(&map_packer, 2);
    write_uint(&map_packer, sizeof(struct pool));
    NUMBERS(8 * offsetof(struct pool, jobs), 8 * offsetof(struct pool, lock), 8 * offsetof(struct pool, more),
            8 * offsetof(struct pool, owner), 8 * offsetof(struct pool, next));
    NUMBERS(sizeof(void *));
    NUMBERS(sizeof locks);
    NUMBERS(sizeof ids);
    NUMBERS(sizeof(void *));
    NUMBERS(sizeof(void *));
    NUMBERS(1);
    NUMBERS(sizeof padded.line);
    write_array(&map_packer, 2);
    write_uint(&map_packer, sizeof padded);
    NUMBERS(0, 0);
}

static void write_function(const char *name, unsigned kind, const char *callee)
{
    msgpack_packer *p = &map_packer;
    write_array(p, 5);
    write_str(p, name);
    write_uint(p, 1);
    write_uint(p, INT);
    write_array(p, VARIABLES);
    for (size_t i = 0; i < VARIABLES; i++) {
        write_array(p, 4);
        write_str(p, variables[i].name);
        write_uint(p, variables[i].storage);
        write_uint(p, variables[i].type);
        write_uint(p, i + 1);
    }
    write_array(p, 1);
    write_array(p, 5);
    write_uint(p, kind);
    write_uint(p, 30);
    write_uint(p, 4);
    write_str(p, callee);
    NUMBERS(0, 1, 2, 3);
}

static void write_symbols(void)
{
    msgpack_packer *p = &map_packer;
    write_str(p, "globals");
    write_array(p, COUNT(globals));
    for (size_t i = 0; i < COUNT(globals); i++) {
        write_array(p, 4);
        write_str(p, globals[i].name);
        write_uint(p, globals[i].type);
        write_uint(p, i + 1);
        write_uint(p, 0);
        global_addresses[i] = globals[i].address;
    }
    write_str(p, "thread_locals");
    write_array(p, 1);
    write_array(p, 4);
    write_str(p, "local");
    write_uint(p, INT);
    write_uint(p, 20);
    write_uint(p, 0);
    for (const char *const *key = (const char *const[]){"callables", "literals", "labels", NULL}; *key; key++) {
        write_str(p, *key);
        write_array(p, 0);
    }
}

static struct hlckpt_module module;
static struct hlckpt_function functions[2] = {{.module = &module, .index = 0}, {.module = &module, .index = 1}};

static void make_program(void)
{
    static const struct hlckpt_function *const function_addresses[] = {&functions[0], &functions[1]};
    static void *(*const thread_locals[])(void) = {address_of_local};
    msgpack_packer *p = &map_packer;
    msgpack_sbuffer_init(&map_buffer);
    msgpack_packer_init(p, &map_buffer, msgpack_sbuffer_write);
    write_map(p, 11);
    write_str(p, "version");
    write_uint(p, HLCKPT_MAP_VERSION);
    write_str(p, "file");
    write_str(p, "threads.c");
    write_types();
    write_str(p, "functions");
    write_array(p, 2);
    write_function("main", HLCKPT_POLL, "");
    write_function("work", HLCKPT_CALL, "hlckpt_pthread_mutex_lock");
    write_symbols();
    write_layouts();
    write_str(p, "results");
    write_array(p, 2);
    for (int i = 0; i < 2; i++) {
        write_array(p, 2);
        write_str(p, "i32");
        write_array(p, 1);
        write_str(p, i ? "i32" : "");
    }
    module = (struct hlckpt_module){.abi = HLCKPT_ABI,
                                    .map_size = (uint32_t)map_buffer.size,
                                    .map = (const unsigned char *)map_buffer.data,
                                    .functions = function_addresses,
                                    .globals = global_addresses,
                                    .thread_locals = thread_locals};
    hlckpt_modules = &module;
    state_add_root((struct root){"thread 1 argument 0", ROOT_POINTER, &job});
}

// ---- its threads: main, one that works until the test is over, one that has ended

static sem_t worker_is_ready, worker_may_end;

static void init_mutex(pthread_mutex_t *m, int type, int robust, int protocol)
{
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, type);
    pthread_mutexattr_setrobust(&a, robust);
    pthread_mutexattr_setprotocol(&a, protocol);
    CHECK(pthread_mutex_init(m, &a) == 0);
}

static void *lock_and_end(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&orphan);
    return NULL;
}

static void *work(void *holds)
{
    test_threads.tids[1] = gettid();
    if (holds) {
        test_take_holds(1);
    } else {
        for (int i = 0; i < 3; i++)
            pthread_mutex_lock(&workers);
        pthread_rwlock_wrlock(&written);
        pthread_mutex_lock(&pools->lock);
    }
    sem_post(&worker_is_ready);
    sem_wait(&worker_may_end);
    if (holds) { // the unlocking tells whose they are
        for (int i = 0; i < 3; i++)
            CHECK(pthread_mutex_unlock(&workers) == 0);
        CHECK(pthread_mutex_unlock(&workers) == EPERM);
        CHECK(pthread_rwlock_unlock(&written) == 0 && pthread_mutex_unlock(&pools->lock) == 0);
    }
    return NULL;
}

static void start_worker(void *holds)
{
    sem_init(&worker_is_ready, 0, 0);
    sem_init(&worker_may_end, 0, 0);
    CHECK(pthread_create(&test_threads.handles[1], NULL, work, holds) == 0);
    sem_wait(&worker_is_ready);
}

static void make_threads(void)
{
    test_threads.count = 3;
    test_threads.distance = sizeof local[0];
    test_threads.tids[0] = gettid();
    test_threads.handles[0] = pthread_self();
    test_threads.handles[2] = (pthread_t)&test_threads; // finished, and waits to be joined
}

// ---- its state

struct frame_memory {
    _Alignas(16) unsigned char slots[VARIABLES * HLCKPT_SLOT_SIZE];
    int count;
    pthread_mutex_t guard;
};
static struct frame_memory stack_memory[2]; // main's, the worker's
#define SLOT(thread, variable, type) (*(type *)(stack_memory[thread].slots + (variable) * HLCKPT_SLOT_SIZE))

static void nothing(void) {}

static void make_attributes(void)
{
    pthread_mutexattr_init(&mutex_attr);
    pthread_mutexattr_settype(&mutex_attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutexattr_setrobust(&mutex_attr, PTHREAD_MUTEX_ROBUST);
    pthread_condattr_init(&cond_attr);
    pthread_condattr_setclock(&cond_attr, CLOCK_MONOTONIC);
    pthread_rwlockattr_init(&rwlock_attr);
    pthread_rwlockattr_setkind_np(&rwlock_attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_barrierattr_init(&barrier_attr);
    pthread_barrierattr_setpshared(&barrier_attr, PTHREAD_PROCESS_SHARED);
    pthread_attr_init(&thread_attr);
    pthread_attr_setdetachstate(&thread_attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&thread_attr, 1 << 20);
    pthread_attr_init(&usual_attr);
}

static void make_objects(void)
{
    pthread_t ended;
    init_mutex(&mains, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE);
    init_mutex(&workers, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
    init_mutex(&orphan, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
    init_mutex(&inheriting, PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT);
    pthread_mutex_lock(&mains);
    pthread_mutex_lock(&locks[1]);
    pthread_mutex_lock(&padded.lock);
    pthread_create(&ended, NULL, lock_and_end, NULL);
    pthread_join(ended, NULL);
    pthread_cond_init(&timed, &cond_attr);
    pthread_rwlock_init(&written, &rwlock_attr);
    pthread_rwlock_rdlock(&read_by_two);
    pthread_rwlock_rdlock(&read_by_two);
    pthread_barrier_init(&barrier, NULL, 3);
    sem_init(&semaphore, 0, 5);
    pthread_spin_init(&spinning, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_init(&not_spinning, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_lock(&spinning);
    pthread_once(&done, nothing);
    call_once(&flag, nothing);
    pthread_key_create(&test_threads.key, NULL);
    test_threads.has_key = true;
    key = test_threads.key;
    lost_key = key + 1;
}

static void set_frame(int thread)
{
    SLOT(thread, 0, pthread_t) = test_threads.handles[thread];
    SLOT(thread, 1, int *) = &stack_memory[thread].count;
    SLOT(thread, 2, pthread_mutex_t *) = &stack_memory[thread].guard;
    SLOT(thread, 3, int *) = &local[thread];
}

static void make_state(void)
{
    make_attributes();
    make_objects();
    pools = block_new(sizeof *pools);
    *pools = (struct pool){7, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, NULL};
    start_worker(NULL);
    pools->owner = test_threads.handles[1];
    for (int i = 0; i < 3; i++)
        ids[i] = test_threads.handles[i];
    ids[2] = (pthread_t)local; // no thread
    for (int i = 0; i < 2; i++) {
        set_frame(i);
        stack_memory[i].count = 100 + i;
        local[i] = 200 + i;
    }
    init_mutex(&stack_memory[1].guard, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
    job = pools;
}

static bool capture(struct image_writer *w, bool *put_off, struct failure *f)
{
    struct frame frames[2];
    struct stack stacks[3] = {0};
    for (int i = 0; i < 2; i++) {
        frames[i] = (struct frame){&functions[i], 0, VARIABLES, stack_memory[i].slots};
        stacks[i] = (struct stack){&frames[i], 1, (char *)&stack_memory[i], (char *)&stack_memory[i + 1],
                                   (char *)&stack_memory[i]};
    }
    return state_capture(w, stacks, 3, put_off, f);
}

static void forget_state(void)
{
    for (size_t i = 0; i < COUNT(globals); i++) {
        static const size_t most = sizeof(void *); // what must be overwritten in any case
        memset(globals[i].address, 0xee, most < 4 ? most : 4);
    }
    memset(stack_memory, 0, sizeof stack_memory);
    memset(local, 0, sizeof local);
    job = NULL;
}

static void rebuild(struct state *s)
{
    CHECK(state_thread_count(s) == 3 && state_frame_count(s, 2) == 0);
    test_threads.handles[1] = (pthread_t)&stack_memory; // so that the worker can be told its own
    state_create(s);
    for (size_t i = 0; i < 2; i++) {
        struct frame *frame = state_frame(s, i, 0);
        set_frame((int)i);
        frame->slots = stack_memory[i].slots;
        state_values(s, i, frame);
    }
    state_fill(s);
}

static bool is_zero(const void *memory, size_t size)
{
    const unsigned char *bytes = memory;
    return !bytes[0] && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static void check_locks(void)
{
    CHECK(is_zero(&unused_lock, sizeof unused_lock) && is_zero(&unused_rwlock, sizeof unused_rwlock));
    CHECK(is_zero(&changed, sizeof changed) && is_zero(&locks[0], sizeof locks[0]));
    CHECK(pthread_mutex_lock(&mains) == EDEADLK && pthread_mutex_unlock(&mains) == 0);
    CHECK(pthread_mutex_trylock(&locks[1]) == EBUSY && pthread_mutex_unlock(&locks[1]) == 0);
    CHECK(pthread_mutex_trylock(&padded.lock) == EBUSY && pthread_mutex_unlock(&padded.lock) == 0);
    CHECK(pthread_mutex_trylock(&workers) == EBUSY && pthread_mutex_unlock(&workers) == EPERM);
    CHECK(pthread_mutex_trylock(&orphan) == EBUSY && pthread_mutex_trylock(&pools->lock) == EBUSY);
    CHECK(pthread_mutex_lock(&inheriting) == 0 && pthread_mutex_unlock(&inheriting) == 0);
    CHECK(pthread_rwlock_trywrlock(&read_by_two) == EBUSY && pthread_rwlock_unlock(&read_by_two) == 0);
    CHECK(pthread_rwlock_trywrlock(&read_by_two) == EBUSY && pthread_rwlock_unlock(&read_by_two) == 0);
    CHECK(pthread_rwlock_trywrlock(&read_by_two) == 0);
    CHECK(pthread_rwlock_tryrdlock(&written) == EBUSY);
    CHECK(pthread_spin_trylock(&spinning) == EBUSY && pthread_spin_trylock(&not_spinning) == 0);
}

static void check_attributes(void)
{
    int number, robust;
    size_t size, usual;
    clockid_t clock;
    pthread_attr_t fresh;
    CHECK(pthread_mutexattr_gettype(&mutex_attr, &number) == 0 && number == PTHREAD_MUTEX_RECURSIVE);
    CHECK(pthread_mutexattr_getrobust(&mutex_attr, &robust) == 0 && robust == PTHREAD_MUTEX_ROBUST);
    CHECK(pthread_condattr_getclock(&cond_attr, &clock) == 0 && clock == CLOCK_MONOTONIC);
    CHECK(pthread_rwlockattr_getkind_np(&rwlock_attr, &number) == 0 &&
          number == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    CHECK(pthread_barrierattr_getpshared(&barrier_attr, &number) == 0 && number == PTHREAD_PROCESS_SHARED);
    CHECK(pthread_attr_getdetachstate(&thread_attr, &number) == 0 && number == PTHREAD_CREATE_DETACHED);
    CHECK(pthread_attr_getstacksize(&thread_attr, &size) == 0 && size == 1 << 20);
    pthread_attr_init(&fresh);
    CHECK(pthread_attr_getguardsize(&usual_attr, &size) == 0 && pthread_attr_getguardsize(&fresh, &usual) == 0 &&
          size == usual);
}

static void *wait_at_barrier(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&barrier);
    return NULL;
}

static bool ran;
static void run(void)
{
    ran = true;
}

static void check_meetings(void)
{
    int value;
    pthread_t two[2];
    struct timespec soon;
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&two[i], NULL, wait_at_barrier, NULL) == 0);
    wait_at_barrier(NULL);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(two[i], NULL) == 0);
    CHECK(sem_getvalue(&semaphore, &value) == 0 && value == 5);
    pthread_once(&done, run);
    call_once(&flag, run);
    CHECK(!ran);
    pthread_once(&not_done, run);
    CHECK(ran);
    clock_gettime(CLOCK_MONOTONIC, &soon); // long past by the other clock, so this would return at once
    soon.tv_nsec += 20000000;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    struct timespec now;
    pthread_mutex_lock(&unused_lock);
    CHECK(pthread_cond_timedwait(&timed, &unused_lock, &soon) == ETIMEDOUT);
    clock_gettime(CLOCK_MONOTONIC, &now);
    CHECK(now.tv_sec > soon.tv_sec || (now.tv_sec == soon.tv_sec && now.tv_nsec >= soon.tv_nsec));
}

static void check_state(void)
{
    check_locks();
    check_attributes();
    check_meetings();
    CHECK(ids[0] == pthread_self() && ids[1] == (pthread_t)&stack_memory && ids[3] == 0);
    CHECK(ids[2] && ids[2] != ids[0] && ids[2] != ids[1] && pthread_detach(ids[2]) == ESRCH);
    CHECK(key == test_threads.key && pthread_getspecific(lost_key) == NULL && lost_key != key);
    CHECK(pools->jobs == 7 && pools->owner == ids[1] && job == pools);
    for (int i = 0; i < 2; i++) {
        CHECK(SLOT(i, 0, pthread_t) == ids[i] && stack_memory[i].count == 100 + i);
        CHECK(SLOT(i, 3, int *) == &local[i] && local[i] == 200 + i);
    }
    CHECK(is_zero(&stack_memory[0].guard, sizeof stack_memory[0].guard));
    pthread_mutex_lock(&stack_memory[1].guard);
    CHECK(pthread_mutex_lock(&stack_memory[1].guard) == 0);
}

// ---- to a file and back

static void write_sections(struct image_writer *w, const char *path)
{
    FILE *file = fopen(path, "wb");
    for (size_t i = 0; i < SECTIONS; i++) {
        struct bytes b = memory_section(w, i);
        fprintf(file, "%zu\n", b.size);
        fwrite(b.data, 1, b.size, file);
    }
    fclose(file);
}

static void read_sections(struct bytes sections[SECTIONS], const char *path)
{
    FILE *file = fopen(path, "rb");
    for (size_t i = 0; i < SECTIONS; i++) {
        CHECK(fscanf(file, "%zu", &sections[i].size) == 1 && fgetc(file) == '\n');
        sections[i].data = malloc(sections[i].size);
        CHECK(fread(sections[i].data, 1, sections[i].size, file) == sections[i].size);
    }
    fclose(file);
}

static int capture_to(const char *path)
{
    struct failure f = {0};
    bool put_off;
    struct image_writer *w = memory_writer();
    make_state();
    if (!capture(w, &put_off, &f)) {
        fprintf(stderr, "%s\n", f.text);
        return 1;
    }
    write_sections(w, path);
    return 0;
}

static int restore_from(const char *path)
{
    struct failure f = {0};
    struct bytes sections[SECTIONS];
    read_sections(sections, path);
    struct state *s = state_read(memory_image(sections), &f);
    if (!s) {
        fprintf(stderr, "%s\n", f.text);
        return 1;
    }
    pthread_key_create(&test_threads.key, NULL);
    forget_state();
    rebuild(s);
    test_take_holds(0);
    start_worker(pools);
    pthread_t worker = test_threads.handles[1];
    check_state();
    sem_post(&worker_may_end);
    CHECK(pthread_join(worker, NULL) == 0);
    return 0;
}

// ---- refusals

// Changes each byte of the data in which the worker's number may stand, to one that no thread has.
static void expect_refusal(const struct bytes sections[SECTIONS], const char *name, size_t word, uint32_t value,
                           const char *message)
{
    struct failure f = {0};
    struct bytes damaged[SECTIONS];
    memcpy(damaged, sections, sizeof damaged);
    damaged[2].data = malloc(sections[2].size);
    memcpy(damaged[2].data, sections[2].data, sections[2].size);
    char *at = memmem(damaged[2].data, damaged[2].size, name, strlen(name));
    CHECK(at);
    at += strlen(name) + 2; // then file "" and the number of its type, which is below 128; the data are next
    CHECK((unsigned char)*at == 0xc4 && at[1] >= HLCKPT_SYNC_WIRE);
    memcpy(at + 2 + 4 * word, (unsigned char[]){(unsigned char)value, (unsigned char)(value >> 8), 0, 0}, 4);
    CHECK(!state_read(memory_image(damaged), &f));
    if (!strstr(f.text, message))
        fprintf(stderr, "%s\nwhere expected: %s\n", f.text, message);
    CHECK(strstr(f.text, message));
}

static void expect_put_off(const char *message)
{
    struct failure f = {0};
    bool put_off = false;
    CHECK(!capture(memory_writer(), &put_off, &f) && put_off);
    if (!strstr(f.text, message))
        fprintf(stderr, "%s\nwhere expected: %s\n", f.text, message);
    CHECK(strstr(f.text, message));
}

static int refuse(const char *path)
{
    struct bytes sections[SECTIONS];
    read_sections(sections, path);
    expect_refusal(sections, "workers", 1, 4, "'workers' (threads.c:3): a mutex held by thread 3 of 3");
    expect_refusal(sections, "workers", 0, 16, "word 0 of a mutex is 16 where at most 15 can be");
    expect_refusal(sections, "workers", 3, 0,
                   "'workers' (threads.c:3): a mutex held 3 times by thread 1, where it is not locked");
    expect_refusal(sections, "locks", 4, 16, "'locks' (threads.c:6)[1]: word 0 of a mutex is 16");
    expect_refusal(sections, "written", 1, 9, "a read-write lock held by thread 8 of 3");
    expect_refusal(sections, "ids", 4, 9, "'ids' (threads.c:20)[1]: thread 8 of 3");
    expect_refusal(sections, "done", 0, 2, "a once is 2");

    pthread_condattr_t shared;
    make_state();
    pthread_condattr_init(&shared);
    pthread_condattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&changed, &shared);
    expect_put_off("condition variable in 'changed' (threads.c:8) is shared with other processes");
    pthread_cond_init(&changed, NULL);
    pthread_cond_init(&pools->more, &shared);
    expect_put_off("condition variable in a heap block of struct pool is shared with other processes");
    pthread_cond_init(&pools->more, NULL);
    sem_init(&semaphore, 1, 2);
    expect_put_off("semaphore in 'semaphore' (threads.c:14) is shared with other processes");
    sem_init(&semaphore, 0, 2);
    memset(&mains, 0x5a, sizeof mains); // no mutex: that is no reason
    struct failure f = {0};
    bool put_off;
    CHECK(capture(memory_writer(), &put_off, &f));
    return 0;
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    make_program();
    make_threads();
    if (strcmp(argv[1], "capture") == 0)
        return capture_to(argv[2]);
    return strcmp(argv[1], "restore") == 0 ? restore_from(argv[2]) : refuse(argv[2]);
}
