// A declared handle is known by the call that made it. The call is made again, in the order of the calls:
//
//     HLCKPT_RESOURCE(iconv_open, "p(ss)", iconv_close)
//     cd = iconv_open("UTF-8", "LATIN1");        image: ["iconv_open", ["UTF-8", "LATIN1"]]
//
// The pass reports each call after it has returned, and each destructor before it runs. Where the state holds the
// handle it holds its number (handle.h).
//
// R1  Nothing of an image decides which function is called, or with which types: the constructor is looked up by name
//     in the program's own declarations, and its signature is the program's own.
// R2  A constructor that fills memory of the program ("o") is called after the state is in place; where that memory is
//     an object by itself its content is not in the image. Its address is, through the root `in_memory`.
//
// Not handled: a handle that is an int, handles made by uninstrumented code, what a handle has gone through since it
// was made (a converter in the middle of a shift sequence).
#include "resource.h"

#include <errno.h>
#include <ffi.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "handle.h"
#include "heap.h"
#include "log.h"
#include "memory-map.h"
#include "state.h"

struct call {
    const struct hlckpt_resource *resource;
    struct signature signature;
    void *handle;                                  // the result, or the memory that was filled
    union argument arguments[RESOURCE_PARAMETERS]; // strings are copies in the arena
    uint64_t references[RESOURCE_PARAMETERS];      // restore: the number of a handle or of an entry of `in_memory`
};

#define NOTHING UINT64_MAX // a reference that is NULL

static struct call **calls; // in the order of the calls
static size_t call_count, call_capacity;
static pthread_mutex_t calls_lock = PTHREAD_MUTEX_INITIALIZER;

// The memory that constructors filled: one entry for each "o" argument, in the order of the calls. The array is in the
// program's heap, so that the addresses are translated with the state. They are those of the second byte: the first
// could also be meant as the end of the object before.
static char **in_memory;
static size_t in_memory_capacity;

extern const struct hlckpt_declared __start_hlckpt_resources[] __attribute__((weak));
extern const struct hlckpt_declared __stop_hlckpt_resources[] __attribute__((weak));

// ---------------------------------------------------------------- signatures and calls

bool signature_parse(const char *text, struct signature *s)
{
    *s = (struct signature){.result = text[0]};
    if (!text[0] || !strchr("vilzdph", text[0]) || text[1] != '(')
        return false;
    const char *at = text + 2;
    for (; *at && *at != ')'; at++) {
        if (!strchr("ilzdspoh", *at) || s->count == RESOURCE_PARAMETERS)
            return false;
        s->letters[s->count++] = *at;
    }
    return at[0] == ')' && at[1] == '\0';
}

static ffi_type *type_of(char letter)
{
    switch (letter) {
    case 'v':
        return &ffi_type_void;
    case 'i':
        return &ffi_type_sint;
    case 'l':
        return &ffi_type_slong;
    case 'z':
        return &ffi_type_ulong; // size_t has the size of long on every target
    case 'd':
        return &ffi_type_double;
    default:
        return &ffi_type_pointer;
    }
}
_Static_assert(sizeof(size_t) == sizeof(long), "size_t is passed as an unsigned long");

// libffi widens an integer result to a register.
static union argument narrow(char letter, ffi_arg wide)
{
    union argument result = {0};
    if (letter == 'i')
        result.i = (int)wide;
    else
        result.z = (size_t)wide;
    return result;
}

union argument resource_call(const struct hlckpt_resource *resource, union argument *arguments)
{
    struct signature s;
    ffi_cif cif;
    ffi_type *types[RESOURCE_PARAMETERS];
    void *values[RESOURCE_PARAMETERS];
    union {
        ffi_arg wide;
        double d;
        long long room[2];
    } result = {0};
    if (!signature_parse(resource->signature, &s))
        return (union argument){0};
    for (uint32_t i = 0; i < s.count; i++) {
        types[i] = type_of(s.letters[i]);
        values[i] = &arguments[i];
    }
    if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, s.count, type_of(s.result), types) != FFI_OK)
        return (union argument){0};
    ffi_call(&cif, resource->construct, &result, values);
    return s.result == 'd' ? (union argument){.d = result.d} : narrow(s.result, result.wide);
}

static const struct hlckpt_resource *find_resource(const char *constructor)
{
    for (const struct hlckpt_declared *d = __start_hlckpt_resources; d < __stop_hlckpt_resources; d++)
        if (strcmp(d->resource->constructor, constructor) == 0)
            return d->resource;
    return NULL;
}

static size_t memory_of(const struct hlckpt_resource *resource)
{
    for (const struct hlckpt_declared *d = __start_hlckpt_resources; d < __stop_hlckpt_resources; d++)
        if (d->resource == resource)
            return d->memory;
    return 0;
}

// ---------------------------------------------------------------- what the program opens and closes

static bool is_builtin(const struct hlckpt_resource *resource)
{
    return !resource->destroy; // resource-table.c
}

static bool fills_memory(const struct signature *s)
{
    return memchr(s->letters, 'o', s->count) != NULL;
}

// The handle of a call that succeeded, or NULL.
static void *handle_of(const struct signature *s, void *result, const union argument *arguments)
{
    if (s->result == 'p' || s->result == 'h')
        return result == (void *)-1 ? NULL : result;
    const char *filled = memchr(s->letters, 'o', s->count);
    bool succeeded = s->result == 'v' || (int)(intptr_t)result == 0;
    return filled && succeeded ? arguments[filled - s->letters].p : NULL;
}

static char *copy_string(const char *s)
{
    char *copy = s ? hlckpt_arena_malloc(strlen(s) + 1) : NULL;
    return copy ? strcpy(copy, s) : NULL;
}

static void read_arguments(struct call *call, va_list arguments)
{
    for (uint32_t i = 0; i < call->signature.count; i++) {
        switch (call->signature.letters[i]) {
        case 'i':
            call->arguments[i].i = va_arg(arguments, int);
            break;
        case 'l':
            call->arguments[i].l = va_arg(arguments, long);
            break;
        case 'z':
            call->arguments[i].z = va_arg(arguments, size_t);
            break;
        case 'd':
            call->arguments[i].d = va_arg(arguments, double);
            break;
        default:
            call->arguments[i].p = va_arg(arguments, void *);
        }
    }
}

static void keep_strings(struct call *call)
{
    for (uint32_t i = 0; i < call->signature.count; i++)
        if (call->signature.letters[i] == 's')
            call->arguments[i].p = copy_string(call->arguments[i].p);
}

static void free_call(struct call *call)
{
    for (uint32_t i = 0; i < call->signature.count; i++)
        if (call->signature.letters[i] == 's')
            hlckpt_arena_free(call->arguments[i].p);
    hlckpt_arena_free(call);
}

static void forget_handle(const void *handle)
{
    for (size_t i = call_count; i-- > 0;)
        if (calls[i]->handle == handle) {
            free_call(calls[i]);
            memmove(&calls[i], &calls[i + 1], (call_count - i - 1) * sizeof *calls);
            call_count--;
            return;
        }
}

static bool add_call(struct call *call)
{
    if (call_count == call_capacity) {
        size_t larger = call_capacity ? 2 * call_capacity : 16;
        struct call **c = hlckpt_arena_realloc(calls, larger * sizeof *c);
        if (!c)
            return false;
        calls = c;
        call_capacity = larger;
    }
    calls[call_count++] = call;
    return true;
}

void hlckpt_resource_opened(const void *descriptor, void *result, ...)
{
    const struct hlckpt_resource *resource = descriptor;
    if (is_builtin(resource))
        return;
    int saved = errno;
    struct call *call = hlckpt_arena_calloc(1, sizeof *call);
    if (call && signature_parse(resource->signature, &call->signature)) {
        va_list arguments;
        va_start(arguments, result);
        read_arguments(call, arguments);
        va_end(arguments);
        call->resource = resource;
        call->handle = handle_of(&call->signature, result, call->arguments);
    } else {
        log_line(LOG_ERROR, "resource %s: '%s' is no signature", resource->constructor, resource->signature);
    }
    pthread_mutex_lock(&calls_lock);
    if (call && call->handle) {
        forget_handle(call->handle); // of a handle that went without its destructor
        keep_strings(call);
        if (add_call(call))
            call = NULL;
    }
    pthread_mutex_unlock(&calls_lock);
    hlckpt_arena_free(call);
    errno = saved;
}

void hlckpt_resource_closed(const void *descriptor, void *handle)
{
    if (is_builtin(descriptor))
        return;
    pthread_mutex_lock(&calls_lock);
    forget_handle(handle);
    pthread_mutex_unlock(&calls_lock);
}

// ---------------------------------------------------------------- capture

void resources_start(void)
{
    state_add_root((struct root){"resource memory", ROOT_POINTER_TO_STRINGS, &in_memory});
}

static bool in_memory_reserve(size_t count)
{
    if (count <= in_memory_capacity)
        return true;
    char **larger = realloc(in_memory, 2 * count * sizeof *larger);
    if (!larger)
        return false;
    memset(larger + in_memory_capacity, 0, (2 * count - in_memory_capacity) * sizeof *larger);
    in_memory = larger;
    in_memory_capacity = 2 * count;
    return true;
}

void resources_look(void)
{
    size_t filled = 0;
    for (size_t i = 0; i < call_count; i++) {
        const struct signature *s = &calls[i]->signature;
        handles_add(fills_memory(s) ? NULL : calls[i]->handle);
        for (uint32_t k = 0; k < s->count; k++)
            if (s->letters[k] == 'o' && in_memory_reserve(filled + 1))
                in_memory[filled++] = (char *)calls[i]->arguments[k].p + 1;
    }
    for (size_t i = filled; i < in_memory_capacity; i++)
        in_memory[i] = NULL;
}

// Only an object that consists of such memory: nothing else of the program may be lost.
bool resource_owns(const void *address, size_t size)
{
    for (size_t i = 0; i < call_count; i++)
        if (calls[i]->handle == address && fills_memory(&calls[i]->signature))
            return memory_of(calls[i]->resource) == size;
    return false;
}

static bool write_argument(msgpack_packer *p, const struct call *call, uint32_t k, uint64_t *filled, struct failure *f)
{
    const union argument *a = &call->arguments[k];
    uint64_t id;
    switch (call->signature.letters[k]) {
    case 'i':
        write_int(p, a->i);
        return true;
    case 'l':
        write_int(p, a->l);
        return true;
    case 'z':
        write_uint(p, a->z);
        return true;
    case 'd':
        msgpack_pack_double(p, a->d);
        return true;
    case 'o':
        write_uint(p, (*filled)++);
        return true;
    case 's':
        a->p ? write_str(p, a->p) : (void)write_nil(p);
        return true;
    }
    bool known = handle_number(a->p, &id);
    known ? write_uint(p, id) : write_nil(p);
    return known || !a->p ||
           fail(f, "%s: parameter %u is a pointer that is no handle, so that the call cannot be repeated",
                call->resource->constructor, k + 1);
}

bool resources_write(msgpack_packer *p, struct failure *f)
{
    uint64_t filled = 0;
    write_key(p, "calls");
    write_array(p, call_count);
    for (size_t i = 0; i < call_count; i++) {
        const struct call *call = calls[i];
        write_array(p, 2);
        write_str(p, call->resource->constructor);
        write_array(p, call->signature.count);
        for (uint32_t k = 0; k < call->signature.count; k++)
            write_argument(p, call, k, &filled, f);
    }
    return !f->failed;
}

// ---------------------------------------------------------------- restore

static bool next_is_nil(const struct reader *r)
{
    return !r->failure->failed && read_left(r) && r->object->via.array.ptr[r->next].type == MSGPACK_OBJECT_NIL;
}

static uint64_t read_reference(struct reader *r, uint64_t count)
{
    if (next_is_nil(r)) {
        read_any(r);
        return NOTHING;
    }
    if (count == 0)
        fail(r->failure, "%s: a handle that is not open yet", r->where);
    return read_uint(r, count - 1);
}

static int64_t read_within(struct reader *r, int64_t least, int64_t most)
{
    int64_t value = read_int(r);
    if (!r->failure->failed && (value < least || value > most))
        fail(r->failure, "%s: %lld does not fit the parameter's type here", r->where, (long long)value);
    return value;
}

static void read_argument(struct reader *r, struct call *call, uint32_t k, uint64_t handles, uint64_t *filled)
{
    union argument *a = &call->arguments[k];
    switch (call->signature.letters[k]) {
    case 'i':
        a->i = (int)read_within(r, INT_MIN, INT_MAX);
        break;
    case 'l':
        a->l = (long)read_within(r, LONG_MIN, LONG_MAX);
        break;
    case 'z':
        a->z = (size_t)read_uint(r, SIZE_MAX);
        break;
    case 'd':
        a->d = read_double(r);
        break;
    case 'o':
        call->references[k] = (*filled)++;
        if (read_uint(r, call->references[k]) != call->references[k])
            fail(r->failure, "%s: memory in another order than the calls", r->where);
        break;
    case 's':
        if (next_is_nil(r))
            read_any(r);
        else
            a->p = read_copy_str(r);
        break;
    default:
        call->references[k] = read_reference(r, handles);
    }
}

static struct call *read_call(struct reader *list, uint64_t handles, uint64_t *filled, struct failure *f)
{
    struct reader r = read_nested_array(list, "a constructor's call");
    char *name = read_copy_str(&r);
    const struct hlckpt_resource *resource = f->failed ? NULL : find_resource(name);
    struct call *call = hlckpt_arena_calloc(1, sizeof *call);
    if (!f->failed && (!resource || !call || !signature_parse(resource->signature, &call->signature)))
        fail(f, "the image has a handle made by %s, which this program does not declare", name);
    if (f->failed)
        return NULL;
    struct reader arguments = read_nested_array(&r, resource->constructor);
    if (!f->failed && read_left(&arguments) != call->signature.count)
        fail(f, "%s: %u arguments where the program declares %u", name, read_left(&arguments), call->signature.count);
    for (uint32_t k = 0; k < call->signature.count && !f->failed; k++)
        read_argument(&arguments, call, k, handles, filled);
    read_end(&r);
    call->resource = resource;
    return call;
}

static bool check_order(const struct call *call, uint64_t first, struct failure *f)
{
    for (uint32_t k = 0; k < call->signature.count; k++) {
        char letter = call->signature.letters[k];
        uint64_t id = call->references[k];
        if ((letter == 'h' || letter == 'p') && id != NOTHING && id >= first &&
            fills_memory(&calls[id - first]->signature))
            return fail(f, "%s: needs the handle of %s, which is made later", call->resource->constructor,
                        calls[id - first]->resource->constructor);
    }
    return true;
}

bool resources_read(struct reader *r, uint64_t first, struct failure *f)
{
    uint64_t filled = 0;
    read_key(r, "calls");
    struct reader list = read_nested_array(r, "constructors' calls");
    while (read_left(&list) && !f->failed) {
        struct call *call = read_call(&list, first + call_count, &filled, f);
        if (call && !f->failed && check_order(call, first, f) && !add_call(call))
            fail(f, "no memory for the constructors' calls");
    }
    return !f->failed;
}

static bool remake(struct call *call, struct failure *f)
{
    for (uint32_t k = 0; k < call->signature.count; k++) {
        char letter = call->signature.letters[k];
        if (letter == 'h' || letter == 'p')
            call->arguments[k].p = call->references[k] == NOTHING ? NULL : handle_pointer(call->references[k]);
    }
    union argument result = resource_call(call->resource, call->arguments);
    void *as_pointer = call->signature.result == 'i' ? (void *)(intptr_t)result.i : result.p;
    call->handle = handle_of(&call->signature, as_pointer, call->arguments);
    return call->handle || fail(f, "%s: the call that succeeded before fails now", call->resource->constructor);
}

bool resources_remake(struct failure *f)
{
    for (size_t i = 0; i < call_count && !f->failed; i++) {
        bool later = fills_memory(&calls[i]->signature);
        if (!later)
            remake(calls[i], f);
        handles_add(later ? NULL : calls[i]->handle);
    }
    return !f->failed;
}

// The addresses, as the state has put them into this process. Memory that is gone (a variable of a function that
// returned without calling the destructor) comes back as an address that may not be used: that call is forgotten.
static bool find_memory(struct call *call, struct failure *f)
{
    for (uint32_t k = 0; k < call->signature.count; k++) {
        uint64_t index = call->references[k];
        if (call->signature.letters[k] != 'o')
            continue;
        if (index >= in_memory_capacity || !in_memory[index])
            return fail(f, "%s: the memory that it filled is not in the image", call->resource->constructor);
        call->arguments[k].p = in_memory[index] - 1;
        if (!memory_allows(call->arguments[k].p, MAY_WRITE))
            return false;
    }
    return true;
}

static void adopt_in_memory(void)
{
    struct heap_block block;
    bool known = in_memory && heap_find(in_memory, &block) && block.address == in_memory;
    in_memory_capacity = known ? block.size / sizeof *in_memory : 0;
    if (!known)
        in_memory = NULL;
}

bool resources_remake_in_memory(struct failure *f)
{
    size_t kept = 0, count = call_count;
    adopt_in_memory();
    for (size_t i = 0; i < count && !f->failed; i++) {
        struct call *call = calls[i];
        if (!fills_memory(&call->signature) || (find_memory(call, f) && remake(call, f)))
            calls[kept++] = call;
        else
            free_call(call);
    }
    call_count = kept;
    return !f->failed;
}
