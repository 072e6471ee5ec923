// section threads = {"keys": [key...], "threads": [thread...]}, thread 0 is main's
// key    = nil (deleted) | [name, file of the destructor, "" for none]
// thread = [doing, name, is detached, returns int, stack size, depth, signal mask, errno, keys, result, call, numbers,
//           remaining, returned]
//
//     doing       enum thread_state, at most FINISHED
//     stack size  that its creator asked for, 0 for the default; depth: bytes of stack in use at the capture, rounded
//                 up to a power of two, at least 65536
//     keys        numbers of those for which it has a value
//     result      of a finished thread that returns int, else 0
//     call        name of the function that it waits in, or ""; numbers: its arguments, 0 for pointers; a thread is
//                 named by its number
//     remaining   nanoseconds of a relative timeout, or nil
//     returned    the function's result, of a thread whose call has ended
//
// Pointers travel as roots of the state: "thread 2 argument 0", "thread 2 result", "thread 2 key 1".
#define _GNU_SOURCE
#include "thread-image.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "blocking.h"
#include "clock.h"
#include "state.h"
#include "thread.h"

#define THREADS_MOST    65536
#define STACK_SIZE_MOST (UINT64_C(1) << 40)
#define SIGNALS         64

// ---- roots

static bool add_root(struct failure *f, enum root_type type, void *address, const char *format, uint32_t a, uint32_t b)
{
    char name[64];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(name, sizeof name, format, a, b);
#pragma GCC diagnostic pop
    return state_add_root((struct root){name, type, address}) || fail(f, "out of memory for the threads");
}

static bool add_thread_roots(struct thread *t, struct failure *f)
{
    const char *parameters = t->call.function ? t->call.function->parameters : "";
    for (uint32_t i = 0; parameters[i]; i++)
        if (parameters[i] == 'p' &&
            !add_root(f, ROOT_POINTER, &t->call.pointers[i], "thread %u argument %u", t->number, i))
            return false;
    if (t->doing == THREAD_FINISHED && !t->returns_int &&
        !add_root(f, ROOT_POINTER, &t->result, "thread %u result", t->number, 0))
        return false;
    for (uint32_t i = 0; i < thread_key_count(); i++)
        if (thread_value(t, i) && !add_root(f, ROOT_POINTER, &t->values[i], "thread %u key %u", t->number, i))
            return false;
    return true;
}

static bool add_roots(struct failure *f)
{
    for (struct thread *t = thread_first(); t; t = t->next)
        if (!add_thread_roots(t, f))
            return false;
    return true;
}

bool threads_add_roots(struct failure *f)
{
    for (struct thread *t = thread_first(); t; t = t->next) {
        t->doing = t->state <= THREAD_FINISHED ? (enum thread_state)t->state : THREAD_PARKED; // RUNNING: it captures
        if (t->doing == THREAD_PARKED || t->doing == THREAD_FINISHED)
            t->call.function = NULL;
    }
    return add_roots(f);
}

// ---- writing

static uint64_t bits_of(const sigset_t *set)
{
    uint64_t bits = 0;
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (sigismember(set, signal) == 1)
            bits |= UINT64_C(1) << (signal - 1);
    return bits;
}

static void write_call(msgpack_packer *p, const struct thread *t)
{
    const struct blocking_call *call = &t->call;
    const char *parameters = call->function ? call->function->parameters : "";
    uint64_t remaining = call->function ? blocking_remaining(call) : UINT64_MAX;
    write_str(p, blocking_name(call->function));
    write_array(p, strlen(parameters));
    for (size_t i = 0; parameters[i]; i++)
        write_int(p, parameters[i] == 't'   ? (int64_t)thread_of_handle((pthread_t)call->numbers[i])
                     : parameters[i] == 'p' ? 0
                                            : call->numbers[i]);
    if (remaining == UINT64_MAX)
        write_nil(p);
    else
        write_uint(p, remaining);
    write_int(p, t->doing == THREAD_RETURNED ? t->returned : 0);
}

static void write_keys_of(msgpack_packer *p, const struct thread *t)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < thread_key_count(); i++)
        count += thread_value(t, i) != NULL;
    write_array(p, count);
    for (uint32_t i = 0; i < thread_key_count(); i++)
        if (thread_value(t, i))
            write_uint(p, i);
}

// Frames are as large as each target makes them. An image tells only what matters.
static uint64_t rounded_depth(uint64_t depth)
{
    uint64_t rounded = 65536;
    while (rounded < depth)
        rounded *= 2;
    return rounded;
}

static void write_thread(msgpack_packer *p, const struct thread *t)
{
    bool has_stack = t->doing != THREAD_FINISHED && t->stack_low;
    write_array(p, 14);
    write_uint(p, t->doing);
    write_str(p, t->name);
    write_bool(p, t->is_detached);
    write_bool(p, t->returns_int);
    write_uint(p, t->stack_size);
    write_uint(p, has_stack ? rounded_depth((uint64_t)(t->stack_top - t->stack_low)) : 0);
    write_uint(p, bits_of(&t->mask));
    write_int(p, t->error_number);
    write_keys_of(p, t);
    write_int(p, t->doing == THREAD_FINISHED && t->returns_int ? (int64_t)(intptr_t)t->result : 0);
    write_call(p, t);
}

static bool write_key_destructor(msgpack_packer *p, const struct thread_key *key, struct failure *f)
{
    struct function_name name = {"", ""};
    if (!key->is_used) {
        write_nil(p);
        return true;
    }
    if (key->destructor && !state_name_function((void (*)(void))key->destructor, &name))
        return fail(f, "the destructor of a key for thread-specific values is no function that the program names");
    write_array(p, 2);
    write_str(p, name.name);
    write_str(p, name.file);
    return true;
}

bool threads_write(struct image_writer *w, struct failure *f)
{
    bool good = true;
    msgpack_packer *p = image_section_begin(w, SECTION_THREADS);
    write_map(p, 2);
    write_key(p, "keys");
    write_array(p, thread_key_count());
    for (uint32_t i = 0; good && i < thread_key_count(); i++)
        good = write_key_destructor(p, thread_key_at(i), f);
    if (!good)
        return false;
    write_key(p, "threads");
    write_array(p, thread_count());
    for (struct thread *t = thread_first(); t; t = t->next)
        write_thread(p, t);
    image_section_end(w);
    return true;
}

// ---- reading

static sigset_t set_of(uint64_t bits)
{
    sigset_t set;
    sigemptyset(&set);
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (bits >> (signal - 1) & 1)
            sigaddset(&set, signal);
    return set;
}

// 't' stays a thread's number until the threads exist.
static void read_call(struct reader *r, struct thread *t, uint32_t threads)
{
    struct blocking_call *call = &t->call;
    char *name = read_copy_str(r);
    if (!name)
        return;
    *call = (struct blocking_call){.function = *name ? blocking_find(name) : NULL, .deadline = UINT64_MAX};
    if (*name && !call->function)
        fail(r->failure, "%s: '%s' is no call that waits", r->where, name);
    hlckpt_arena_free(name);
    const char *parameters = call->function ? call->function->parameters : "";
    struct reader numbers = read_nested_array(r, r->where);
    for (size_t i = 0; parameters[i]; i++) {
        call->numbers[i] = read_int(&numbers);
        if (parameters[i] == 't' && (call->numbers[i] < 0 || call->numbers[i] >= threads))
            fail(r->failure, "%s: waits for the end of thread %lld where there are %u", r->where,
                 (long long)call->numbers[i], threads);
    }
    read_end(&numbers);
    const msgpack_object *remaining = read_any(r);
    if (!r->failure->failed && remaining->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        call->deadline = remaining->via.u64 < UINT64_MAX / 2 ? remaining->via.u64 : UINT64_MAX / 2;
    else if (!r->failure->failed && remaining->type != MSGPACK_OBJECT_NIL)
        fail(r->failure, "%s: a time that remains is expected", r->where);
    t->returned = read_int(r);
}

// The values come later, through the roots.
static void read_keys_of(struct reader *r, struct thread *t)
{
    struct reader list = read_nested_array(r, r->where);
    while (!r->failure->failed && read_left(&list)) {
        uint32_t key = (uint32_t)read_uint(&list, KEYS_MOST - 1);
        if (!r->failure->failed && (!thread_key_at(key)->is_used || !thread_set_value(t, key, t)))
            fail(r->failure, "%s: has a value for key %u, which there is not", r->where, key);
    }
}

static void read_thread(struct reader *r, struct thread *t, uint32_t threads)
{
    t->doing = (enum thread_state)read_uint(r, THREAD_FINISHED);
    char *name = read_copy_str(r);
    strncpy(t->name, name ? name : "", sizeof t->name - 1);
    hlckpt_arena_free(name);
    t->is_detached = read_bool(r);
    t->returns_int = read_bool(r);
    t->stack_size = (size_t)read_uint(r, sizeof(size_t) > 4 ? STACK_SIZE_MOST : INT32_MAX);
    t->stack_depth = (size_t)read_uint(r, sizeof(size_t) > 4 ? STACK_SIZE_MOST : INT32_MAX);
    t->mask = set_of(read_uint(r, UINT64_MAX));
    t->error_number = (int)read_int(r);
    read_keys_of(r, t);
    t->result = (void *)(intptr_t)read_int(r);
    read_call(r, t, threads);
    read_end(r);
    bool waits = t->doing == THREAD_BLOCKED || t->doing == THREAD_RETURNED;
    if (!r->failure->failed && waits != (t->call.function != NULL))
        fail(r->failure, "%s: it waits, but in no call, or the other way round", r->where);
}

static bool make_key(uint32_t number, const msgpack_object *o, struct failure *f)
{
    struct reader r = read_array(o, "threads: key", f);
    char *name = read_copy_str(&r), *file = read_copy_str(&r);
    read_end(&r);
    if (f->failed)
        return false;
    void (*destructor)(void) = *name ? state_find_function(name, file) : NULL;
    if (*name && !destructor)
        return fail(f, "threads: key %u: the program has no function '%s' that it could name", number, name);
    hlckpt_arena_free(name);
    hlckpt_arena_free(file);
    return thread_make_key(number, (void (*)(void *))destructor, f);
}

static bool read_keys(struct reader *r, struct failure *f)
{
    read_key(r, "keys");
    struct reader list = read_nested_array(r, "threads: keys");
    uint32_t count = read_left(&list);
    if (count > KEYS_MOST)
        return fail(f, "threads: %u keys where at most %u can be", count, KEYS_MOST);
    for (uint32_t i = 0; !f->failed && i < count; i++) {
        const msgpack_object *o = read_any(&list);
        if (!f->failed && o->type != MSGPACK_OBJECT_NIL && !make_key(i, o, f))
            return false;
    }
    return !f->failed;
}

bool threads_read(const struct image *image, struct failure *f)
{
    const msgpack_object *section = image_section(image, SECTION_THREADS, f);
    if (!section)
        return false;
    struct reader r = read_map(section, "threads", f);
    if (!read_keys(&r, f))
        return false;
    read_key(&r, "threads");
    struct reader list = read_nested_array(&r, "threads");
    uint32_t count = read_left(&list);
    if (!f->failed && (count == 0 || count > THREADS_MOST))
        return fail(f, "threads: there are %u where 1 to %u are expected", count, THREADS_MOST);
    for (uint32_t i = 0; !f->failed && i < count; i++) {
        char where[32];
        snprintf(where, sizeof where, "thread %u", i);
        struct reader one = read_nested_array(&list, where);
        struct thread *t = i ? thread_add() : thread_first();
        if (!t)
            return fail(f, "out of memory for %u threads", count);
        read_thread(&one, t, count);
    }
    read_end(&r);
    thread_number_all();
    return !f->failed && add_roots(f);
}

bool threads_check(const struct state *state, struct failure *f)
{
    uint32_t found = state_thread_count(state);
    if (found != thread_count())
        return fail(f, "frames of %u threads where there are %u", found, thread_count());
    for (const struct thread *t = thread_first(); t; t = t->next)
        if ((state_frame_count(state, t->number) == 0) != (t->doing == THREAD_FINISHED))
            return fail(f, "thread %u: has no frames but goes on, or the other way round", t->number);
    return true;
}

void threads_name_handles(void)
{
    for (struct thread *t = thread_first(); t; t = t->next) {
        const char *parameters = t->call.function ? t->call.function->parameters : "";
        for (size_t i = 0; parameters[i]; i++)
            if (parameters[i] == 't')
                t->call.numbers[i] = (int64_t)thread_handle((uint32_t)t->call.numbers[i]);
        if (t->call.function && t->call.deadline != UINT64_MAX)
            t->call.deadline += clock_now();
    }
}
