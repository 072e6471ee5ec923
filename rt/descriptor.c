// Descriptors are looked at as the kernel sees them, not as recorded calls tell: a descriptor that was inherited,
// opened by a library or made by fcntl is as good as any other. The kernel tells each one's path, flags, offset and
// length.
//
//     fd = open("log", O_WRONLY | O_CREAT | O_TRUNC); saved = dup(1); dup2(fd, 1);
//
// is, in an image, two descriptions (the file, reopened without O_CREAT and O_TRUNC; the inherited standard output) and
// the descriptors 1 -> file, 3 -> file, 4 -> standard output, which come back under the same numbers.
//
// D1  Descriptors that shared an offset share it again.
// D2  A file is changed by a restore only when everything has been checked, and only by being cut back to the length
//     that it had: a file shorter than that is an error before.
// D3  What the restorer hands over as standard input, output and error is used in preference to the recorded path.
//
// Not handled: file locks, inotify, epoll, eventfd and their kin (the capture fails with the reason), changes made in
// place to a file after the capture (they are still there after the restore).
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arena.h"
#include "log.h"
#include "resource.h"

#define CONTENT_MOST (64u << 20) // bytes of a deleted file that an image takes along
#define NUMBER_MOST  (1 << 20)   // descriptors of an image

static const char *const kind_names[] = {"file", "deleted", "device", "directory", "connection", "pipe"};
#define KIND_COUNT (sizeof kind_names / sizeof *kind_names)

static const struct {
    uint32_t access;
    int flag;
} access_flags[] = {
    {ACCESS_APPEND, O_APPEND}, {ACCESS_NONBLOCK, O_NONBLOCK}, {ACCESS_SYNC, O_SYNC},
    {ACCESS_DSYNC, O_DSYNC},   {ACCESS_DIRECT, O_DIRECT},
};
#define ACCESS_FLAG_COUNT (sizeof access_flags / sizeof *access_flags)

struct given {
    int number;
    struct file_stamp stamp;
};
static struct given *given; // what the program was started with
static uint32_t given_count;

// ---------------------------------------------------------------- small helpers

static uint32_t access_of_flags(int flags)
{
    int mode = flags & O_ACCMODE;
    uint32_t access = mode == O_RDONLY ? ACCESS_READ : mode == O_WRONLY ? ACCESS_WRITE : ACCESS_READ | ACCESS_WRITE;
    for (size_t i = 0; i < ACCESS_FLAG_COUNT; i++)
        if ((flags & access_flags[i].flag) == access_flags[i].flag)
            access |= access_flags[i].access;
    return access;
}

static int flags_of_access(uint32_t access)
{
    uint32_t mode = access & (ACCESS_READ | ACCESS_WRITE);
    int flags = mode == ACCESS_READ ? O_RDONLY : mode == ACCESS_WRITE ? O_WRONLY : O_RDWR;
    for (size_t i = 0; i < ACCESS_FLAG_COUNT; i++)
        if (access & access_flags[i].access)
            flags |= access_flags[i].flag;
    return flags;
}

static struct file_stamp stamp_of(const struct stat *st)
{
    return (struct file_stamp){st->st_dev, st->st_ino};
}

static bool same_stamp(struct file_stamp a, struct file_stamp b)
{
    return a.device == b.device && a.inode == b.inode;
}

// An array in the arena that doubles when `count` is a power of two. False when memory is short.
static bool grow(void *array_pointer, uint32_t count, size_t size)
{
    void **array = array_pointer;
    if (count & (count - 1))
        return true;
    void *larger = hlckpt_arena_realloc(*array, (count ? 2 * (size_t)count : 1) * size);
    if (larger)
        *array = larger;
    return larger != NULL;
}

// ---------------------------------------------------------------- which numbers are open

struct directory_entry { // of getdents64(2)
    uint64_t inode;
    int64_t offset;
    unsigned short size;
    unsigned char type;
    char name[];
};

struct numbers {
    int *numbers;
    uint32_t count;
};

static void add_number(struct numbers *n, int number)
{
    if (!grow(&n->numbers, n->count, sizeof *n->numbers))
        return;
    uint32_t at = n->count++;
    for (; at > 0 && n->numbers[at - 1] > number; at--)
        n->numbers[at] = n->numbers[at - 1];
    n->numbers[at] = number;
}

static void add_entries(struct numbers *n, const char *buffer, long size, int except)
{
    for (long at = 0; at < size;) {
        const struct directory_entry *entry = (const void *)(buffer + at);
        int number = entry->name[0] == '.' ? except : atoi(entry->name);
        if (number != except && !log_owns(number))
            add_number(n, number);
        at += entry->size;
    }
}

// opendir would allocate from the program's heap.
static struct numbers open_numbers(void)
{
    struct numbers n = {0};
    // Of the process there is nothing to be seen any more when its first thread has ended.
    int folder = open("/proc/thread-self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _Alignas(struct directory_entry) char buffer[4096];
    long size;
    while (folder >= 0 && (size = syscall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0)
        add_entries(&n, buffer, size, folder);
    if (folder >= 0)
        close(folder);
    return n;
}

void descriptors_start(void)
{
    struct numbers n = open_numbers();
    for (uint32_t i = 0; i < n.count; i++) {
        struct stat st;
        if (fstat(n.numbers[i], &st) == 0 && grow(&given, given_count, sizeof *given))
            given[given_count++] = (struct given){n.numbers[i], stamp_of(&st)};
    }
    hlckpt_arena_free(n.numbers);
}

// The number under which this file was given to the program, its own if possible; or -1.
static int given_as(int number, struct file_stamp stamp)
{
    int found = -1;
    for (uint32_t i = 0; i < given_count; i++)
        if (same_stamp(given[i].stamp, stamp) && (found < 0 || given[i].number == number))
            found = given[i].number;
    return found;
}

static bool was_given(int number, struct file_stamp stamp)
{
    for (uint32_t i = 0; i < given_count; i++)
        if (given[i].number == number && same_stamp(given[i].stamp, stamp))
            return true;
    return false;
}

// ---------------------------------------------------------------- capture

// Do two descriptors share their description? By moving the offset of one, where the kernel does not tell.
static bool share_offset(int a, int b, bool seekable)
{
    long order = syscall(SYS_kcmp, getpid(), getpid(), 0 /* KCMP_FILE */, (long)a, (long)b);
    if (order >= 0)
        return order == 0;
    off_t offset = lseek(a, 0, SEEK_CUR);
    if (!seekable || lseek(a, offset + 1, SEEK_SET) < 0)
        return false;
    bool moved = lseek(b, 0, SEEK_CUR) == offset + 1;
    lseek(a, offset, SEEK_SET);
    return moved;
}

// Where there is no offset, and the restorer hands nothing over, nothing hangs on whether they are one.
static bool is_one(const struct description *a, const struct description *b)
{
    bool seekable = a->kind == DESCRIPTION_FILE || a->kind == DESCRIPTION_DELETED;
    if (!same_stamp(a->stamp, b->stamp) || a->access != b->access || a->offset != b->offset)
        return false;
    return (!seekable && a->inherited < 0) || share_offset(a->descriptor, b->descriptor, seekable);
}

static bool find_description(const struct descriptor_table *t, const struct description *d, uint32_t *index)
{
    for (*index = 0; *index < t->description_count; ++*index)
        if (is_one(&t->descriptions[*index], d))
            return true;
    return false;
}

static char *path_of(int number)
{
    char link[48] = "/proc/thread-self/fd/", path[PATH_MAX];
    char digits[12];
    int count = 0;
    for (int rest = number; count == 0 || rest > 0; rest /= 10)
        digits[count++] = (char)('0' + rest % 10);
    for (size_t at = strlen(link); count > 0;)
        link[at++] = digits[--count];
    ssize_t size = readlink(link, path, sizeof path);
    size = size < 0 || size == sizeof path ? 0 : size;
    char *copy = hlckpt_arena_malloc((size_t)size + 1);
    if (copy) {
        memcpy(copy, path, (size_t)size);
        copy[size] = '\0';
    }
    return copy;
}

static bool leads_to(const char *path, struct file_stamp stamp)
{
    struct stat st;
    return path[0] == '/' && stat(path, &st) == 0 && same_stamp(stamp_of(&st), stamp);
}

static bool keep_content(struct description *d, struct failure *f)
{
    if (d->length > CONTENT_MOST)
        return fail(f, "descriptor %d: '%s' is deleted and has %lld bytes, where an image takes at most %u",
                    d->descriptor, d->path, (long long)d->length, CONTENT_MOST);
    d->content = hlckpt_arena_malloc((size_t)d->length + 1);
    if (!d->content)
        return fail(f, "descriptor %d: no memory for the content of '%s'", d->descriptor, d->path);
    int readable = d->descriptor;
    char link[40];
    if (!(d->access & ACCESS_READ)) { // opened for writing only: through /proc it can be read
        snprintf(link, sizeof link, "/proc/thread-self/fd/%d", d->descriptor);
        readable = open(link, O_RDONLY | O_CLOEXEC);
    }
    ssize_t got = 0;
    while (d->content_size < (uint64_t)d->length &&
           (got = pread(readable, d->content + d->content_size, (size_t)d->length - d->content_size,
                        (off_t)d->content_size)) > 0)
        d->content_size += (uint64_t)got;
    if (readable != d->descriptor && readable >= 0)
        close(readable);
    return d->content_size == (uint64_t)d->length ||
           fail(f, "descriptor %d: the deleted file '%s' cannot be read: %s", d->descriptor, d->path, strerror(errno));
}

// What waits in a pipe, without taking it out.
static bool keep_waiting(struct description *d, struct failure *f)
{
    struct stat st;
    int waiting = 0, copy[2];
    if (fstat(d->descriptor, &st) != 0 || !S_ISFIFO(st.st_mode) || !(d->access & ACCESS_READ) || d->inherited >= 0 ||
        ioctl(d->descriptor, FIONREAD, &waiting) != 0 || waiting <= 0)
        return true;
    if (pipe2(copy, O_CLOEXEC | O_NONBLOCK) != 0)
        return fail(f, "descriptor %d: %s", d->descriptor, strerror(errno));
    d->content = hlckpt_arena_malloc((size_t)waiting);
    fcntl(copy[1], F_SETPIPE_SZ, waiting);
    ssize_t got = tee(d->descriptor, copy[1], (size_t)waiting, SPLICE_F_NONBLOCK);
    while (got > 0 && d->content && d->content_size < (uint64_t)got) {
        ssize_t part = read(copy[0], d->content + d->content_size, (size_t)got - d->content_size);
        if (part <= 0)
            break;
        d->content_size += (uint64_t)part;
    }
    close(copy[0]);
    close(copy[1]);
    return d->content_size == (uint64_t)waiting ||
           fail(f, "descriptor %d: %d bytes wait in a pipe, of which %llu can be read", d->descriptor, waiting,
                (unsigned long long)d->content_size);
}

// What was given under one number, and is open a second time by another way, is the program's own there.
static void settle_inherited(const struct descriptor_table *t, struct description *d)
{
    const struct description *given_one = d->inherited >= 0 ? descriptor_description(t, d->inherited) : NULL;
    if (given_one && given_one->inherited == d->inherited)
        d->inherited = -1;
}

static bool describe_kind(struct description *d, const struct stat *st, struct failure *f)
{
    if (S_ISREG(st->st_mode))
        d->kind = d->inherited >= 0 || leads_to(d->path, d->stamp) ? DESCRIPTION_FILE : DESCRIPTION_DELETED;
    else if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
        d->kind = DESCRIPTION_DEVICE;
    else if (S_ISDIR(st->st_mode))
        d->kind = DESCRIPTION_DIRECTORY;
    else if (S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode) || d->inherited >= 0)
        d->kind = DESCRIPTION_CONNECTION;
    else
        return fail(f, "descriptor %d: '%s' cannot be in an image", d->descriptor, d->path);
    return true;
}

// Finds out about one descriptor. What was given above 2 and is no file stays the business of whoever starts programs.
static bool look_at(struct descriptor_table *t, int number, struct failure *f)
{
    struct stat st;
    int flags = fcntl(number, F_GETFL);
    if (flags < 0 || fstat(number, &st) != 0)
        return true;
    struct description d = {.descriptor = number, .access = access_of_flags(flags), .stamp = stamp_of(&st)};
    d.inherited = given_as(number, d.stamp);
    if (d.inherited == number && number > 2 && !S_ISREG(st.st_mode))
        return true;
    d.path = path_of(number);
    if (!d.path || !grow(&t->descriptors, t->descriptor_count, sizeof *t->descriptors) ||
        !grow(&t->descriptions, t->description_count, sizeof *t->descriptions)) {
        hlckpt_arena_free(d.path);
        return fail(f, "descriptor %d: no memory", number);
    }
    bool kind_known = describe_kind(&d, &st, f);
    if (S_ISREG(st.st_mode)) {
        d.offset = lseek(number, 0, SEEK_CUR);
        d.length = st.st_size;
    }
    uint32_t index;
    if (kind_known && find_description(t, &d, &index)) {
        hlckpt_arena_free(d.path);
    } else {
        settle_inherited(t, &d);
        index = t->description_count;
        t->descriptions[t->description_count++] = d;
    }
    bool close_on_exec = fcntl(number, F_GETFD) & FD_CLOEXEC;
    t->descriptors[t->descriptor_count++] =
        (struct descriptor){number, index, close_on_exec, was_given(number, stamp_of(&st))};
    return kind_known;
}

static void pair_pipes(struct descriptor_table *t)
{
    for (uint32_t i = 0; i < t->description_count; i++)
        for (uint32_t k = 0; k < t->description_count; k++) {
            struct description *in = &t->descriptions[i], *out = &t->descriptions[k];
            if (in->kind == DESCRIPTION_CONNECTION && out->kind == DESCRIPTION_CONNECTION && in->inherited < 0 &&
                in->access & ACCESS_READ && out->access & ACCESS_WRITE && same_stamp(in->stamp, out->stamp) &&
                in != out) {
                in->kind = out->kind = DESCRIPTION_PIPE;
                in->peer = k;
                out->peer = i;
            }
        }
}

static bool keep_contents(struct descriptor_table *t, struct failure *f)
{
    for (uint32_t i = 0; i < t->description_count && !f->failed; i++) {
        struct description *d = &t->descriptions[i];
        if (d->kind == DESCRIPTION_DELETED)
            keep_content(d, f);
        else if (d->kind >= DESCRIPTION_CONNECTION)
            keep_waiting(d, f);
    }
    return !f->failed;
}

bool descriptors_look(struct descriptor_table *t, struct failure *f)
{
    *t = (struct descriptor_table){.content_owned = true};
    struct numbers n = open_numbers();
    for (uint32_t i = 0; i < n.count && !f->failed; i++)
        look_at(t, n.numbers[i], f);
    hlckpt_arena_free(n.numbers);
    pair_pipes(t);
    return keep_contents(t, f);
}

struct description *descriptor_description(const struct descriptor_table *t, int number)
{
    for (uint32_t i = 0; i < t->descriptor_count; i++)
        if (t->descriptors[i].number == number)
            return &t->descriptions[t->descriptors[i].description];
    return NULL;
}

void descriptors_free(struct descriptor_table *t)
{
    for (uint32_t i = 0; i < t->description_count; i++) {
        hlckpt_arena_free(t->descriptions[i].path);
        if (t->content_owned)
            hlckpt_arena_free(t->descriptions[i].content);
    }
    hlckpt_arena_free(t->descriptions);
    hlckpt_arena_free(t->descriptors);
    *t = (struct descriptor_table){0};
}

// ---------------------------------------------------------------- the image

static void write_description(msgpack_packer *p, const struct description *d)
{
    write_array(p, 8);
    write_str(p, kind_names[d->kind]);
    write_str(p, d->path);
    write_uint(p, d->access);
    write_int(p, d->offset);
    write_int(p, d->length);
    write_int(p, d->inherited);
    write_uint(p, d->peer);
    write_bin(p, d->content_size ? (void *)d->content : "", d->content_size);
}

static void write_descriptor(msgpack_packer *p, const struct descriptor *d)
{
    write_array(p, 4);
    write_int(p, d->number);
    write_uint(p, d->description);
    write_bool(p, d->close_on_exec);
    write_bool(p, d->inherited);
}

void descriptors_write(msgpack_packer *p, const struct descriptor_table *t)
{
    write_key(p, "descriptions");
    write_array(p, t->description_count);
    for (uint32_t i = 0; i < t->description_count; i++)
        write_description(p, &t->descriptions[i]);
    write_key(p, "descriptors");
    write_array(p, t->descriptor_count);
    for (uint32_t i = 0; i < t->descriptor_count; i++)
        write_descriptor(p, &t->descriptors[i]);
}

static int64_t read_int_within(struct reader *r, int64_t least, int64_t most)
{
    int64_t value = read_int(r);
    if (!r->failure->failed && (value < least || value > most))
        fail(r->failure, "%s: %lld where %lld to %lld can be", r->where, (long long)value, (long long)least,
             (long long)most);
    return r->failure->failed ? least : value;
}

static enum description_kind read_kind(struct reader *r)
{
    uint32_t size;
    const char *name = read_str(r, &size);
    for (size_t i = 0; name && i < KIND_COUNT; i++)
        if (strlen(kind_names[i]) == size && memcmp(kind_names[i], name, size) == 0)
            return (enum description_kind)i;
    if (!r->failure->failed)
        fail(r->failure, "%s: a kind of file that this runtime does not know", r->where);
    return DESCRIPTION_CONNECTION;
}

static void read_description(struct reader *list, struct description *d, uint32_t count)
{
    struct reader r = read_nested_array(list, "an open file");
    uint32_t size;
    d->kind = read_kind(&r);
    d->path = read_copy_str(&r);
    d->access = (uint32_t)read_uint(&r, ACCESS_ALL);
    d->offset = read_int_within(&r, 0, INT64_MAX);
    d->length = read_int_within(&r, 0, INT64_MAX);
    d->inherited = (int)read_int_within(&r, -1, NUMBER_MOST);
    d->peer = (uint32_t)read_uint(&r, count - 1);
    d->content = (unsigned char *)read_bin(&r, &size);
    d->content_size = size;
    d->descriptor = -1;
    read_end(&r);
}

static void read_descriptor(struct reader *list, struct descriptor *d, int least, uint32_t count)
{
    struct reader r = read_nested_array(list, "a descriptor");
    d->number = (int)read_int_within(&r, least, NUMBER_MOST);
    d->description = (uint32_t)read_uint(&r, count ? count - 1 : 0);
    d->close_on_exec = read_bool(&r);
    d->inherited = read_bool(&r);
    read_end(&r);
}

static bool check_pipes(const struct descriptor_table *t, struct failure *f)
{
    for (uint32_t i = 0; i < t->description_count; i++) {
        const struct description *d = &t->descriptions[i];
        if (d->kind == DESCRIPTION_PIPE &&
            (t->descriptions[d->peer].kind != DESCRIPTION_PIPE || t->descriptions[d->peer].peer != i))
            return fail(f, "open file %u: a pipe whose other end, %u, is no end of it", i, d->peer);
    }
    return true;
}

bool descriptors_read(struct reader *r, struct descriptor_table *t)
{
    *t = (struct descriptor_table){0};
    read_key(r, "descriptions");
    struct reader list = read_nested_array(r, "open files");
    uint32_t count = read_left(&list);
    t->descriptions = hlckpt_arena_calloc(count + 1, sizeof *t->descriptions);
    for (; t->description_count < count && !r->failure->failed; t->description_count++)
        read_description(&list, &t->descriptions[t->description_count], count);
    read_key(r, "descriptors");
    list = read_nested_array(r, "descriptors");
    uint32_t numbers = read_left(&list);
    t->descriptors = hlckpt_arena_calloc(numbers + 1, sizeof *t->descriptors);
    if (numbers && !count)
        fail(r->failure, "descriptors: %u descriptors of no open file", numbers);
    for (int least = 0; t->descriptor_count < numbers && !r->failure->failed; t->descriptor_count++) {
        read_descriptor(&list, &t->descriptors[t->descriptor_count], least, count);
        least = t->descriptors[t->descriptor_count].number + 1;
    }
    return !r->failure->failed && check_pipes(t, r->failure);
}

// ---------------------------------------------------------------- restore: checks

static const char *kind_of_mode(mode_t mode)
{
    return S_ISREG(mode) ? "regular file" : S_ISDIR(mode) ? "directory" : S_ISCHR(mode) ? "device" : "special file";
}

static const char *name_of(const struct description *d, char *buffer, size_t size)
{
    static const char *const standard[] = {"standard input", "standard output", "standard error"};
    if (d->taken_over && d->inherited <= 2)
        return standard[d->inherited];
    if (d->taken_over)
        snprintf(buffer, size, "descriptor %d", d->inherited);
    else
        snprintf(buffer, size, "file '%s'", d->path);
    return buffer;
}

// Standard error may be a new file: what is written there is read by people.
static bool check_length(const struct description *d, const struct stat *now, struct failure *f)
{
    char name[PATH_MAX + 16];
    if (d->kind != DESCRIPTION_FILE || now->st_size >= d->length || (d->taken_over && d->inherited == 2))
        return true;
    const char *advice = d->taken_over && d->inherited == 1 ? ": open it without cutting it off, as in 1<>FILE" : "";
    return fail(f, "%s has %lld bytes where %lld are needed%s", name_of(d, name, sizeof name), (long long)now->st_size,
                (long long)d->length, advice);
}

static bool check_path(const struct description *d, struct failure *f)
{
    struct stat st;
    if (d->path[0] != '/')
        return fail(f, "file '%s' is not named by an absolute path", d->path);
    if (stat(d->path, &st) != 0)
        return fail(f, "file '%s' cannot be opened again: %s", d->path, strerror(errno));
    bool right = d->kind == DESCRIPTION_FILE     ? S_ISREG(st.st_mode)
                 : d->kind == DESCRIPTION_DEVICE ? S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)
                                                 : S_ISDIR(st.st_mode);
    if (!right)
        return fail(f, "'%s' is a %s where a %s was open", d->path, kind_of_mode(st.st_mode), kind_names[d->kind]);
    int wanted = (d->access & ACCESS_READ ? R_OK : 0) | (d->access & ACCESS_WRITE ? W_OK : 0);
    if (euidaccess(d->path, wanted) != 0)
        return fail(f, "file '%s' cannot be opened again: %s", d->path, strerror(errno));
    return check_length(d, &st, f);
}

// D3. A file that the program was given stays with what the restorer gives in its place, as far as that makes sense.
static bool take_over(const struct description *d, struct stat *now)
{
    if (d->inherited < 0 || log_owns(d->inherited) || fstat(d->inherited, now) != 0)
        return false;
    return d->kind != DESCRIPTION_FILE || S_ISREG(now->st_mode) || d->inherited == 1 || d->inherited == 2;
}

static bool check_description(struct description *d, struct failure *f)
{
    struct stat now;
    d->taken_over = take_over(d, &now);
    if (d->taken_over)
        return !S_ISREG(now.st_mode) || check_length(d, &now, f);
    if (d->inherited >= 0 && d->kind != DESCRIPTION_FILE) // nothing was handed over: it reads as empty
        return true;
    return d->kind == DESCRIPTION_DELETED || d->kind >= DESCRIPTION_CONNECTION || check_path(d, f);
}

static bool check_numbers(const struct descriptor_table *t, struct failure *f)
{
    int most = t->descriptor_count ? t->descriptors[t->descriptor_count - 1].number : 0;
    uint64_t needed = (uint64_t)most + t->description_count + 2; // one more for each while they are put into place
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return true;
    limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur >= needed ||
           fail(f, "descriptor %d is above the limit of open files, %llu", most, (unsigned long long)limit.rlim_max);
}

bool descriptors_check(struct descriptor_table *t, struct failure *f)
{
    for (uint32_t i = 0; i < t->descriptor_count && !f->failed; i++)
        if (log_owns(t->descriptors[i].number))
            fail(f, "descriptor %d is taken by the runtime", t->descriptors[i].number);
    for (uint32_t i = 0; i < t->description_count && !f->failed; i++)
        check_description(&t->descriptions[i], f);
    return !f->failed && check_numbers(t, f);
}

// ---------------------------------------------------------------- restore: opening

static bool write_all(int descriptor, const unsigned char *data, uint64_t size)
{
    for (ssize_t part; size > 0; data += part, size -= (uint64_t)part)
        if ((part = write(descriptor, data, (size_t)size)) <= 0)
            return false;
    return true;
}

static int recreate_deleted(const struct description *d, struct failure *f)
{
    const char *folder = getenv("TMPDIR");
    int made = open(folder && *folder ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (made < 0)
        made = memfd_create("hlckpt", MFD_CLOEXEC);
    if (made < 0 || !write_all(made, d->content, d->content_size))
        fail(f, "the deleted file '%s' cannot be made again: %s", d->path, strerror(errno));
    return made;
}

// A pipe with these bytes in it. Its ends are blocking.
static bool make_pipe(int ends[2], const unsigned char *content, uint64_t size, struct failure *f)
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    if (size > 4096)
        fcntl(ends[1], F_SETPIPE_SZ, (int)size);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    if (size > INT32_MAX || !write_all(ends[1], content, size))
        fail(f, "a pipe takes fewer than the %llu bytes that waited in it", (unsigned long long)size);
    fcntl(ends[1], F_SETFL, 0);
    return !f->failed;
}

// What a program sees of a peer that is gone: what it had sent can be read, then the end; writing fails.
static int broken_connection(const struct description *d, struct failure *f)
{
    int pair[2];
    if (d->content_size ? !make_pipe(pair, d->content, d->content_size, f)
                        : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    close(pair[1]);
    return pair[0];
}

static int remake_pipe(struct descriptor_table *t, const struct description *end, struct failure *f)
{
    struct description *in =
        end->access & ACCESS_READ ? &t->descriptions[t->descriptions[end->peer].peer] : &t->descriptions[end->peer];
    struct description *out = &t->descriptions[in->peer];
    int ends[2];
    if (!make_pipe(ends, in->content, in->content_size, f))
        return -1;
    fcntl(ends[0], F_SETFL, flags_of_access(in->access) & O_NONBLOCK);
    fcntl(ends[1], F_SETFL, flags_of_access(out->access) & O_NONBLOCK);
    in->descriptor = ends[0];
    out->descriptor = ends[1];
    return end == in ? ends[0] : ends[1];
}

static int open_description(struct descriptor_table *t, const struct description *d, struct failure *f)
{
    if (d->descriptor >= 0) // the other end of a pipe that has been made
        return d->descriptor;
    if (d->taken_over)
        return fcntl(d->inherited, F_DUPFD_CLOEXEC, 0);
    if (d->inherited >= 0 && d->kind != DESCRIPTION_FILE)
        return open("/dev/null", O_RDWR | O_CLOEXEC);
    switch (d->kind) {
    case DESCRIPTION_DELETED:
        return recreate_deleted(d, f);
    case DESCRIPTION_CONNECTION:
        return broken_connection(d, f);
    case DESCRIPTION_PIPE:
        return remake_pipe(t, d, f);
    default:
        return resource_open(d->path, flags_of_access(d->access) | O_CLOEXEC | O_NOCTTY);
    }
}

// Moves a descriptor above all numbers that will be needed.
static int move_above(int descriptor, int number)
{
    int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, number + 1);
    close(descriptor);
    return moved;
}

static bool open_all(struct descriptor_table *t, int most, struct failure *f)
{
    for (uint32_t i = 0; i < t->description_count && !f->failed; i++) {
        struct description *d = &t->descriptions[i];
        struct stat st;
        int descriptor = open_description(t, d, f);
        if (descriptor < 0)
            return fail(f, "open file %u, '%s': %s", i, d->path, strerror(errno));
        d->descriptor = descriptor <= most ? move_above(descriptor, most) : descriptor;
        if (d->descriptor < 0)
            return fail(f, "open file %u, '%s': %s", i, d->path, strerror(errno));
        if (fstat(d->descriptor, &st) == 0 && S_ISREG(st.st_mode) &&
            !check_length(d, &st, f)) // it may have changed since
            return false;
    }
    return !f->failed;
}

// D3 once more: of 0, 1 and 2 that were given as one description, each stays what it is now.
static bool stays(const struct description *what, const struct descriptor *d)
{
    struct stat now;
    if (!d->inherited || d->number > 2 || fstat(d->number, &now) != 0)
        return false;
    return what->kind != DESCRIPTION_FILE || d->number != 0 || S_ISREG(now.st_mode);
}

// The next capture is to find the same numbers inherited as this one did.
static void give_again(int number)
{
    struct stat st;
    uint32_t i = 0;
    while (i < given_count && given[i].number != number)
        i++;
    if (fstat(number, &st) != 0 || (i == given_count && !grow(&given, given_count, sizeof *given)))
        return;
    given[i] = (struct given){number, stamp_of(&st)};
    given_count += i == given_count;
}

bool descriptors_open(struct descriptor_table *t, struct failure *f)
{
    int most = t->descriptor_count ? t->descriptors[t->descriptor_count - 1].number : 2;
    if (!open_all(t, most < 2 ? 2 : most, f))
        return false;
    for (int number = 0; number <= 2; number++) // closed by the program
        if (!descriptor_description(t, number))
            close(number);
    for (uint32_t i = 0; i < t->descriptor_count; i++) {
        const struct descriptor *d = &t->descriptors[i];
        const struct description *what = &t->descriptions[d->description];
        if (!stays(what, d) && dup3(what->descriptor, d->number, d->close_on_exec ? O_CLOEXEC : 0) < 0)
            return fail(f, "descriptor %d: %s", d->number, strerror(errno));
        if (d->inherited)
            give_again(d->number);
    }
    for (uint32_t i = 0; i < t->description_count; i++)
        close(t->descriptions[i].descriptor);
    return true;
}

// ---------------------------------------------------------------- restore: positions

static void position(const struct description *d, int number)
{
    struct stat st;
    if ((d->kind != DESCRIPTION_FILE && d->kind != DESCRIPTION_DELETED) || fstat(number, &st) != 0 ||
        !S_ISREG(st.st_mode))
        return;
    if (st.st_size < d->length) // only a new standard error
        return;
    if (d->access & ACCESS_WRITE && st.st_size > d->length && ftruncate(number, (off_t)d->length) != 0)
        log_line(LOG_ERROR, "descriptor %d: '%s' cannot be cut back to %lld bytes: %s", number, d->path,
                 (long long)d->length, strerror(errno));
    lseek(number, (off_t)d->offset, SEEK_SET);
}

// Only the first descriptor of a description is positioned: a standard error that now goes to a file of its own,
// where it shared that of standard output, is left as it is.
void descriptors_position(const struct descriptor_table *t)
{
    for (uint32_t i = 0; i < t->descriptor_count; i++) {
        bool first = true;
        for (uint32_t k = 0; k < i; k++)
            first &= t->descriptors[k].description != t->descriptors[i].description;
        if (first)
            position(&t->descriptions[t->descriptors[i].description], t->descriptors[i].number);
    }
}
