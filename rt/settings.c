// Each setting has three places here: it is looked at (in the program, before the fork, if a fork would lose it),
// written and read in the same order, and put back.
//
// Signal handlers are addresses of functions: they travel through the root "signal handlers", an array of pointers in
// the program's heap by signal number, so that they are translated like any other pointer to a function. The last entry
// is the alternate signal stack.
//
// Not handled: resource limits, priority, credentials, POSIX timers, queued values of signals, what getopt remembers within a
// cluster of short options.
#define _GNU_SOURCE
#include "settings.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "arena.h"
#include "heap.h"
#include "log.h"
#include "memory-map.h"
#include "options.h"
#include "state.h"
#include "thread.h"

#define SIGNALS        64 // 1 to SIGNALS
#define HANDLERS       (SIGNALS + 2)
#define ALTERNATE      (SIGNALS + 1) // index into handlers
#define TIMERS         3
#define RANDOM_WORDS   64
#define RANDOM_TYPES   5
#define DRAND48_VALUES 9

struct disposition {
    enum { DISPOSITION_DEFAULT, DISPOSITION_IGNORE, DISPOSITION_HANDLER } kind;
    uint32_t flags; // SA_...; the same on every target
    uint64_t mask;  // bit n - 1: signal n
};

struct settings {
    char *name;      // program_invocation_name
    char *directory; // absolute
    uint32_t umask;
    char *locale;
    struct disposition dispositions[SIGNALS + 1];
    uint64_t mask, pending;
    uint64_t alternate_size;                    // bytes; 0: no alternate signal stack
    uint64_t timers[TIMERS], intervals[TIMERS]; // microseconds; 0: not running
    uint32_t random_count;
    int32_t random[RANDOM_WORDS]; // as initstate(3) keeps it
    uint64_t drand48[DRAND48_VALUES];
    int getopt[3];    // optind, opterr, optopt
    int error_number; // errno of the main thread; the same numbers on every target
};

static struct settings settings; // looked at, or read from an image
static char **handlers;          // by signal; in the program's heap, or NULL

static const int timer_kinds[TIMERS] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};
static const int known_flags =
    SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | (int)SA_RESETHAND;

// ---------------------------------------------------------------- random numbers

static int32_t *default_random;            // the state that random(3) has from the start
static int32_t other_random[RANDOM_WORDS]; // after a restore: stands for one that the program gave to initstate(3)
static struct drand48_data *drand48_state; // the one behind drand48, lrand48 ...

static const uint32_t random_degrees[RANDOM_TYPES] = {0, 7, 15, 31, 63}; // by the type in the first word

// initstate returns the state that was in use, and writes into its first word where the generator stands.
static int32_t *put_random_aside(void)
{
    static char scratch[8];
    return (int32_t *)(void *)initstate(1, scratch, sizeof scratch);
}

static int32_t *random_in_use(void)
{
    int32_t *in_use = put_random_aside();
    setstate((char *)in_use);
    return in_use;
}

static bool random_is_good(const int32_t *words, uint32_t count)
{
    if (count == 0 || words[0] < 0)
        return false;
    uint32_t degree = random_degrees[words[0] % RANDOM_TYPES], rear = (uint32_t)words[0] / RANDOM_TYPES;
    return count == degree + 1 && (rear < degree || words[0] == 0);
}

static void look_at_random(void)
{
    const int32_t *words = random_in_use();
    settings.random_count = random_degrees[words[0] % RANDOM_TYPES] + 1;
    memcpy(settings.random, words, settings.random_count * sizeof *words);
}

static void put_back_random(void)
{
    int32_t *place = settings.random_count == random_degrees[3] + 1 ? default_random : other_random;
    put_random_aside();
    memcpy(place, settings.random, settings.random_count * sizeof *place);
    setstate((char *)place);
}

// seed48 returns the address of the former seed, which lies inside the state. The seed is put back.
static void find_drand48(void)
{
    unsigned short seed[3] = {0};
    char *former = (char *)seed48(seed);
    drand48_state = (struct drand48_data *)(void *)(former - offsetof(struct drand48_data, __old_x));
    memcpy(drand48_state->__x, drand48_state->__old_x, sizeof drand48_state->__x);
    memset(drand48_state->__old_x, 0, sizeof drand48_state->__old_x);
    drand48_state->__init = 0;
}

static void look_at_drand48(void)
{
    const struct drand48_data *d = drand48_state;
    const uint64_t values[DRAND48_VALUES] = {d->__x[0],     d->__x[1], d->__x[2], d->__old_x[0], d->__old_x[1],
                                             d->__old_x[2], d->__c,    d->__init, d->__a};
    memcpy(settings.drand48, values, sizeof values);
}

static void put_back_drand48(void)
{
    const uint64_t *v = settings.drand48;
    for (int i = 0; i < 3; i++) {
        drand48_state->__x[i] = (unsigned short)v[i];
        drand48_state->__old_x[i] = (unsigned short)v[3 + i];
    }
    drand48_state->__c = (unsigned short)v[6];
    drand48_state->__init = (unsigned short)v[7];
    drand48_state->__a = v[8];
}

// ---------------------------------------------------------------- signals

static uint64_t mask_of(const sigset_t *set)
{
    uint64_t mask = 0;
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (sigismember(set, signal) == 1)
            mask |= UINT64_C(1) << (signal - 1);
    return mask;
}

static sigset_t set_of(uint64_t mask)
{
    sigset_t set;
    sigemptyset(&set);
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (mask >> (signal - 1) & 1)
            sigaddset(&set, signal);
    return set;
}

static bool make_handlers(void)
{
    if (!handlers)
        handlers = calloc(HANDLERS, sizeof *handlers);
    return handlers != NULL;
}

static void look_at_signal(int signal)
{
    struct sigaction action;
    struct disposition *d = &settings.dispositions[signal];
    *d = (struct disposition){0};
    if (handlers)
        handlers[signal] = NULL;
    if (signal == options.signal || sigaction(signal, NULL, &action) != 0 || action.sa_handler == SIG_DFL)
        return;
    d->flags = (uint32_t)(action.sa_flags & known_flags);
    d->mask = mask_of(&action.sa_mask);
    if (action.sa_handler == SIG_IGN) {
        d->kind = DISPOSITION_IGNORE;
    } else if (make_handlers()) {
        d->kind = DISPOSITION_HANDLER;
        handlers[signal] = (char *)(void *)action.sa_handler;
    }
}

static void look_at_signals(void)
{
    sigset_t mask;
    stack_t alternate;
    for (int signal = 1; signal <= SIGNALS; signal++)
        look_at_signal(signal);
    settings.mask = mask_of(&main_thread.mask); // as it was before the cut
    sigpending(&mask);
    settings.pending = mask_of(&mask);
    bool has_alternate = sigaltstack(NULL, &alternate) == 0 && !(alternate.ss_flags & SS_DISABLE) && make_handlers();
    settings.alternate_size = has_alternate ? alternate.ss_size : 0;
    if (handlers)
        handlers[ALTERNATE] = has_alternate ? alternate.ss_sp : NULL;
}

static void put_back_signal(int signal, size_t handler_count)
{
    const struct disposition *d = &settings.dispositions[signal];
    struct sigaction action = {.sa_flags = (int)d->flags, .sa_mask = set_of(d->mask), .sa_handler = SIG_IGN};
    if (d->kind == DISPOSITION_DEFAULT)
        return;
    if (d->kind == DISPOSITION_HANDLER) {
        void *handler = (size_t)signal < handler_count ? handlers[signal] : NULL;
        if (!memory_allows(handler, MAY_EXECUTE)) {
            log_line(LOG_ERROR, "the handler of signal %d is no function of the program: left at its default", signal);
            return;
        }
        action.sa_handler = (void (*)(int))handler;
    }
    sigaction(signal, &action, NULL);
}

static void put_back_signals(void)
{
    struct heap_block block;
    size_t count = handlers && heap_find(handlers, &block) ? block.size / sizeof *handlers : 0;
    for (int signal = 1; signal <= SIGNALS; signal++)
        put_back_signal(signal, count);
    stack_t alternate = {.ss_size = (size_t)settings.alternate_size};
    alternate.ss_sp = count > ALTERNATE ? handlers[ALTERNATE] : NULL;
    if (alternate.ss_size && memory_allows(alternate.ss_sp, MAY_WRITE) && sigaltstack(&alternate, NULL) != 0)
        log_line(LOG_ERROR, "the alternate signal stack of %zu bytes cannot be set: %s", alternate.ss_size,
                 strerror(errno));
    if (count < HANDLERS) // of another runtime: made afresh when it is needed
        handlers = NULL;
    sigset_t mask = set_of(settings.mask | settings.pending);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (settings.pending >> (signal - 1) & 1)
            raise(signal);
    mask = set_of(settings.mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
}

// ---------------------------------------------------------------- timers

static uint64_t microseconds(struct timeval t)
{
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

static void look_at_timers(void)
{
    struct itimerval now;
    for (int i = 0; i < TIMERS; i++) {
        bool running = getitimer(timer_kinds[i], &now) == 0;
        settings.timers[i] = running ? microseconds(now.it_value) : 0;
        settings.intervals[i] = running ? microseconds(now.it_interval) : 0;
    }
}

static struct timeval time_of(uint64_t us)
{
    return (struct timeval){.tv_sec = (time_t)(us / 1000000), .tv_usec = (suseconds_t)(us % 1000000)};
}

static void put_back_timers(void)
{
    for (int i = 0; i < TIMERS; i++) {
        struct itimerval timer = {.it_value = time_of(settings.timers[i]),
                                  .it_interval = time_of(settings.intervals[i])};
        if (settings.timers[i])
            setitimer(timer_kinds[i], &timer, NULL);
    }
}

// ---------------------------------------------------------------- capture

void settings_start(void)
{
    state_add_root((struct root){"signal handlers", ROOT_POINTER_TO_STRINGS, &handlers});
    state_add_root((struct root){"optarg", ROOT_POINTER, &optarg});
    default_random = random_in_use();
    find_drand48();
}

void settings_look(void)
{
    settings.error_number = main_thread.error_number;
    look_at_signals();
    look_at_timers();
    look_at_random();
    look_at_drand48();
}

static void write_signals(msgpack_packer *p)
{
    uint32_t count = 0;
    for (int signal = 1; signal <= SIGNALS; signal++)
        count += settings.dispositions[signal].kind != DISPOSITION_DEFAULT;
    write_key(p, "signals");
    write_array(p, count);
    for (int signal = 1; signal <= SIGNALS; signal++) {
        const struct disposition *d = &settings.dispositions[signal];
        if (d->kind == DISPOSITION_DEFAULT)
            continue;
        write_array(p, 4);
        write_uint(p, (unsigned)signal);
        write_uint(p, d->kind);
        write_uint(p, d->flags);
        write_uint(p, d->mask);
    }
    write_key(p, "mask");
    write_uint(p, settings.mask);
    write_key(p, "pending");
    write_uint(p, settings.pending);
    write_key(p, "alternate stack");
    write_uint(p, settings.alternate_size);
}

static void write_timers(msgpack_packer *p)
{
    write_key(p, "timers");
    write_array(p, 2 * TIMERS);
    for (int i = 0; i < TIMERS; i++) {
        write_uint(p, settings.timers[i]);
        write_uint(p, settings.intervals[i]);
    }
}

static void write_random(msgpack_packer *p)
{
    write_key(p, "random");
    write_array(p, settings.random_count);
    for (uint32_t i = 0; i < settings.random_count; i++)
        write_int(p, settings.random[i]);
    write_key(p, "drand48");
    write_array(p, DRAND48_VALUES);
    for (int i = 0; i < DRAND48_VALUES; i++)
        write_uint(p, settings.drand48[i]);
}

static void write_getopt(msgpack_packer *p)
{
    write_key(p, "getopt");
    write_array(p, 3);
    write_int(p, optind);
    write_int(p, opterr);
    write_int(p, optopt);
    write_key(p, "errno");
    write_int(p, settings.error_number);
}

bool settings_write(msgpack_packer *p, struct failure *f)
{
    char directory[PATH_MAX];
    if (!getcwd(directory, sizeof directory))
        return fail(f, "the working directory has no name: %s", strerror(errno));
    mode_t mask = umask(0);
    umask(mask);
    write_map(p, 13);
    write_key(p, "name");
    write_str(p, program_invocation_name);
    write_key(p, "directory");
    write_str(p, directory);
    write_key(p, "umask");
    write_uint(p, mask);
    write_key(p, "locale");
    write_str(p, setlocale(LC_ALL, NULL));
    write_signals(p);
    write_timers(p);
    write_random(p);
    write_getopt(p);
    return true;
}

// ---------------------------------------------------------------- restore

static void read_signals(struct reader *r)
{
    read_key(r, "signals");
    struct reader list = read_nested_array(r, "signals");
    while (read_left(&list) && !r->failure->failed) {
        struct reader one = read_nested_array(&list, "a signal's disposition");
        uint64_t signal = read_uint(&one, SIGNALS);
        struct disposition *d = &settings.dispositions[signal];
        d->kind = read_uint(&one, DISPOSITION_HANDLER);
        d->flags = (uint32_t)read_uint(&one, UINT32_MAX) & (uint32_t)known_flags;
        d->mask = read_uint(&one, UINT64_MAX);
        read_end(&one);
    }
    read_key(r, "mask");
    settings.mask = read_uint(r, UINT64_MAX);
    read_key(r, "pending");
    settings.pending = read_uint(r, UINT64_MAX) & settings.mask;
    read_key(r, "alternate stack");
    settings.alternate_size = read_uint(r, SIZE_MAX / 2);
}

static void read_timers(struct reader *r)
{
    const uint64_t most = UINT64_C(1000000) * INT32_MAX;
    read_key(r, "timers");
    struct reader list = read_nested_array(r, "timers");
    for (int i = 0; i < TIMERS; i++) {
        settings.timers[i] = read_uint(&list, most);
        settings.intervals[i] = read_uint(&list, most);
    }
    read_end(&list);
}

static void read_random(struct reader *r)
{
    read_key(r, "random");
    struct reader list = read_nested_array(r, "random numbers' state");
    settings.random_count = 0;
    while (read_left(&list) && settings.random_count < RANDOM_WORDS && !r->failure->failed)
        settings.random[settings.random_count++] = (int32_t)read_int(&list);
    read_end(&list);
    if (!r->failure->failed && !random_is_good(settings.random, settings.random_count))
        fail(r->failure, "random numbers' state: %u words that begin with %d", settings.random_count,
             settings.random[0]);
    read_key(r, "drand48");
    list = read_nested_array(r, "state of drand48");
    for (int i = 0; i < DRAND48_VALUES; i++)
        settings.drand48[i] = read_uint(&list, i == DRAND48_VALUES - 1 ? UINT64_MAX : UINT16_MAX);
    read_end(&list);
}

static void read_getopt(struct reader *r)
{
    read_key(r, "getopt");
    struct reader list = read_nested_array(r, "state of getopt");
    for (int i = 0; i < 3; i++)
        settings.getopt[i] = (int)read_int(&list);
    read_end(&list);
    read_key(r, "errno");
    settings.error_number = (int)read_uint(r, INT_MAX);
}

static bool check_settings(struct failure *f)
{
    struct stat st;
    if (stat(settings.directory, &st) != 0)
        return fail(f, "working directory '%s': %s", settings.directory, strerror(errno));
    if (!S_ISDIR(st.st_mode) || access(settings.directory, X_OK) != 0)
        return fail(f, "working directory '%s' cannot be entered", settings.directory);
    return true;
}

bool settings_read(const msgpack_object *o, struct failure *f)
{
    struct reader r = read_map(o, "settings", f);
    read_key(&r, "name");
    settings.name = read_copy_str(&r);
    read_key(&r, "directory");
    settings.directory = read_copy_str(&r);
    read_key(&r, "umask");
    settings.umask = (uint32_t)read_uint(&r, 0777);
    read_key(&r, "locale");
    settings.locale = read_copy_str(&r);
    read_signals(&r);
    read_timers(&r);
    read_random(&r);
    read_getopt(&r);
    read_end(&r);
    return !f->failed && check_settings(f);
}

bool settings_prepare(struct failure *f)
{
    if (chdir(settings.directory) != 0)
        return fail(f, "working directory '%s': %s", settings.directory, strerror(errno));
    if (!setlocale(LC_ALL, settings.locale))
        return fail(f, "locale '%s' is not installed", settings.locale);
    char *slash = strrchr(settings.name, '/');
    program_invocation_name = settings.name;
    program_invocation_short_name = slash ? slash + 1 : settings.name;
    return true;
}

void settings_run(void)
{
    umask(settings.umask);
    optind = settings.getopt[0];
    opterr = settings.getopt[1];
    optopt = settings.getopt[2];
    put_back_random();
    put_back_drand48();
    put_back_timers();
    put_back_signals();
    errno = settings.error_number;
}
