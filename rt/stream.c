// A stream is made again around its restored descriptor, by fdopen, and its buffer is put back as it was:
//
//     unwritten   bytes that the program wrote and the kernel has not seen: they are written to the new stream, so that
//                 they reach the file exactly once. A capture flushes nothing: the program goes on with the same bytes.
//     unread      bytes that the kernel gave and the program has not seen, behind what ungetc pushed back: they are
//                 pushed back into the new stream, while the descriptor stands where it stood. What was read ahead from
//                 a pipe is not lost, and descriptors that share an offset agree as before.
//
// Which streams exist is told by libc's own list of them, so streams that libraries opened are among them.
//
// S1  Fields of FILE are read where every function would have side effects on the shared descriptor. They are part of
//     glibc's binary interface (<bits/types/struct_FILE.h>).
// S2  A wide stream's characters are kept as the bytes that they stand for.
//
// Not handled: streams that are no descriptors. A capture fails if the state holds one of fmemopen or fopencookie; one
// of open_memstream, which libc has in no list, comes back as a pointer that may not be used. A stream from popen comes
// back as a broken connection.
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "arena.h"
#include "handle.h"
#include "log.h"
#include "resource.h"

// Of FILE._flags, where stdio_ext.h has no function (glibc, libio/libio.h).
enum {
    FLAG_USER_BUFFER = 0x0001,
    FLAG_UNBUFFERED = 0x0002,
    FLAG_NO_READS = 0x0004,
    FLAG_NO_WRITES = 0x0008,
    FLAG_IN_BACKUP = 0x0100,
    FLAG_PUTTING = 0x0800,
    FLAG_APPENDING = 0x1000,
};
#define NO_OFFSET (-1) // FILE._offset: not known

// The head of what FILE._wide_data points to.
struct wide_buffer {
    wchar_t *read_ptr, *read_end, *read_base, *write_base, *write_ptr, *write_end, *buf_base, *buf_end;
};

enum buffering {
    BUFFERING_DEFAULT, // libc decides, by what the descriptor is
    BUFFERING_NONE,
    BUFFERING_LINE,
    BUFFERING_FULL,
};

struct bytes {
    char *data; // in the arena
    size_t size;
};

struct stream {
    FILE *file;
    int descriptor;
    uint32_t access; // ACCESS_READ, ACCESS_WRITE, ACCESS_APPEND
    enum buffering buffering;
    uint32_t buffer_size; // bytes; with BUFFERING_LINE and BUFFERING_FULL
    struct bytes unwritten, unread;
    bool ended, erred;
    int orientation; // as fwide returns it: -1, 0 or 1
};

#define STANDARD_COUNT   3
#define DESCRIPTOR_MOST  (1 << 20)
#define BUFFER_SIZE_MOST (1u << 30)

extern FILE *_IO_list_all; // newest first, linked by _chain

static FILE *standard[STANDARD_COUNT]; // what stdin, stdout, stderr were at the start
static uint32_t looked_at;             // streams that have numbers
static struct stream *streams;         // of the image
static uint32_t stream_count;
static uint64_t standard_now[STANDARD_COUNT]; // of the image: the streams that the three variables mean

void streams_start(void)
{
    standard[0] = stdin;
    standard[1] = stdout;
    standard[2] = stderr;
}

// ---------------------------------------------------------------- capture

static bool has_descriptor(const FILE *file)
{
    return file->_fileno >= 0;
}

static bool is_standard(const FILE *file)
{
    return file == standard[0] || file == standard[1] || file == standard[2];
}

// A stream that went from reading to writing without a seek will go back by what it has read ahead.
static void settle_offset(const FILE *file, struct description *d)
{
    if (d && d->kind <= DESCRIPTION_DELETED && file->_flags & FLAG_PUTTING && !(d->access & ACCESS_APPEND) &&
        file->_IO_read_end && file->_IO_write_base < file->_IO_read_end)
        d->offset -= file->_IO_read_end - file->_IO_write_base;
}

// Oldest first, so that the numbers depend on the program alone.
void streams_look(struct descriptor_table *t)
{
    for (int i = 0; i < STANDARD_COUNT; i++) {
        handles_add(standard[i]);
        settle_offset(standard[i], descriptor_description(t, standard[i]->_fileno));
    }
    uint32_t count = 0;
    for (FILE *file = _IO_list_all; file; file = file->_chain)
        count += !is_standard(file);
    for (uint32_t oldest = count; oldest-- > 0;) {
        FILE *file = _IO_list_all;
        for (uint32_t at = 0; file; file = file->_chain)
            if (!is_standard(file) && at++ == oldest)
                break;
        handles_add(file);
        settle_offset(file, has_descriptor(file) ? descriptor_description(t, file->_fileno) : NULL);
    }
    looked_at = STANDARD_COUNT + count;
}

static struct bytes join(const void *a, size_t a_size, const void *b, size_t b_size)
{
    struct bytes joined = {hlckpt_arena_malloc(a_size + b_size + 1), a_size + b_size};
    if (!joined.data)
        return (struct bytes){0};
    if (a_size)
        memcpy(joined.data, a, a_size);
    if (b_size)
        memcpy(joined.data + a_size, b, b_size);
    return joined;
}

static size_t distance(const void *from, const void *to)
{
    return from && from < to ? (size_t)((const char *)to - (const char *)from) : 0;
}

static struct bytes encode_wide(const wchar_t *from, const wchar_t *to)
{
    struct bytes b = {hlckpt_arena_malloc(((size_t)(to - from) + 1) * MB_LEN_MAX), 0};
    mbstate_t shift = {0};
    for (; b.data && from < to; from++) {
        size_t size = wcrtomb(b.data + b.size, *from, &shift);
        if (size != (size_t)-1)
            b.size += size;
    }
    return b;
}

static bool is_wide(const FILE *file)
{
    return file->_mode > 0;
}

static struct bytes unwritten_of(const FILE *file)
{
    if (!(file->_flags & FLAG_PUTTING))
        return (struct bytes){0};
    const struct wide_buffer *wide = (const void *)file->_wide_data;
    struct bytes w = is_wide(file) && wide ? encode_wide(wide->write_base, wide->write_ptr) : (struct bytes){0};
    return join(file->_IO_write_base, distance(file->_IO_write_base, file->_IO_write_ptr), w.data, w.size);
}

static struct bytes unread_of(const FILE *file)
{
    if (file->_flags & FLAG_PUTTING && !is_wide(file))
        return (struct bytes){0};
    const struct wide_buffer *wide = (const void *)file->_wide_data;
    struct bytes w = is_wide(file) && wide ? encode_wide(wide->read_ptr, wide->read_end) : (struct bytes){0};
    struct bytes narrow = join(w.data, w.size, file->_IO_read_ptr, distance(file->_IO_read_ptr, file->_IO_read_end));
    if (!(file->_flags & FLAG_IN_BACKUP)) // pushed back characters come first, the rest of the buffer waits behind
        return narrow;
    return join(narrow.data, narrow.size, file->_IO_save_base, distance(file->_IO_save_base, file->_IO_save_end));
}

static enum buffering buffering_of(FILE *file)
{
    bool by_hand = file->_IO_buf_base && file->_flags & FLAG_USER_BUFFER;
    if (file->_flags & FLAG_UNBUFFERED)
        return file == standard[2] ? BUFFERING_DEFAULT : BUFFERING_NONE;
    if (__flbf(file))
        return by_hand || !isatty(file->_fileno) ? BUFFERING_LINE : BUFFERING_DEFAULT;
    return by_hand || file == standard[2] ? BUFFERING_FULL : BUFFERING_DEFAULT;
}

static struct stream look_at(FILE *file)
{
    const struct stream s = {
        .file = file,
        .descriptor = file->_fileno,
        .access = (__freadable(file) ? ACCESS_READ : 0) | (__fwritable(file) ? ACCESS_WRITE : 0) |
                  (file->_flags & FLAG_APPENDING ? ACCESS_APPEND : 0),
        .buffering = buffering_of(file),
        .buffer_size = file->_IO_buf_base && file->_IO_buf_base != file->_shortbuf ? (uint32_t)__fbufsize(file) : 0,
        .unwritten = unwritten_of(file),
        .unread = unread_of(file),
        .ended = file->_flags & _IO_EOF_SEEN,
        .erred = file->_flags & _IO_ERR_SEEN,
        .orientation = (file->_mode > 0) - (file->_mode < 0),
    };
    return s;
}

static void write_bytes(msgpack_packer *p, struct bytes b)
{
    write_bin(p, b.size ? b.data : "", b.size);
}

static void write_stream(msgpack_packer *p, const struct stream *s)
{
    write_array(p, 9);
    write_int(p, s->descriptor);
    write_uint(p, s->access);
    write_uint(p, s->buffering);
    write_uint(p, s->buffer_size);
    write_bytes(p, s->unwritten);
    write_bytes(p, s->unread);
    write_bool(p, s->ended);
    write_bool(p, s->erred);
    write_int(p, s->orientation);
}

static uint64_t number_of(const void *handle, uint64_t otherwise)
{
    uint64_t id;
    return handle_number(handle, &id) ? id : otherwise;
}

bool stream_is_captured(uint64_t id)
{
    const FILE *file = id < looked_at ? handle_pointer(id) : NULL;
    return !file || has_descriptor(file) || is_standard(file);
}

void streams_write(msgpack_packer *p)
{
    write_key(p, "streams");
    write_array(p, looked_at);
    for (uint32_t i = 0; i < looked_at; i++) {
        struct stream s = look_at(handle_pointer(i));
        write_stream(p, &s);
    }
    write_key(p, "standard");
    write_array(p, STANDARD_COUNT);
    write_uint(p, number_of(stdin, 0));
    write_uint(p, number_of(stdout, 1));
    write_uint(p, number_of(stderr, 2));
}

// ---------------------------------------------------------------- restore

static struct bytes read_bytes(struct reader *r)
{
    uint32_t size;
    const void *data = read_bin(r, &size);
    return (struct bytes){(char *)data, size};
}

static int read_between(struct reader *r, int least, int most)
{
    int64_t value = read_int(r);
    if (!r->failure->failed && (value < least || value > most))
        fail(r->failure, "%s: %lld where %d to %d can be", r->where, (long long)value, least, most);
    return r->failure->failed ? 0 : (int)value;
}

static void read_stream(struct reader *list, struct stream *s)
{
    struct reader r = read_nested_array(list, "a stream");
    s->descriptor = read_between(&r, -2, DESCRIPTOR_MOST);
    s->access = (uint32_t)read_uint(&r, ACCESS_READ | ACCESS_WRITE | ACCESS_APPEND);
    s->buffering = (enum buffering)read_uint(&r, BUFFERING_FULL);
    s->buffer_size = (uint32_t)read_uint(&r, BUFFER_SIZE_MOST);
    s->unwritten = read_bytes(&r);
    s->unread = read_bytes(&r);
    s->ended = read_bool(&r);
    s->erred = read_bool(&r);
    s->orientation = read_between(&r, -1, 1);
    read_end(&r);
}

bool streams_read(struct reader *r, struct failure *f)
{
    read_key(r, "streams");
    struct reader list = read_nested_array(r, "streams");
    uint32_t count = read_left(&list);
    if (!f->failed && count < STANDARD_COUNT)
        return fail(f, "streams: %u where at least the %d standard ones are", count, STANDARD_COUNT);
    streams = hlckpt_arena_calloc((size_t)count + 1, sizeof *streams);
    for (stream_count = 0; stream_count < count && !f->failed; stream_count++)
        read_stream(&list, &streams[stream_count]);
    read_key(r, "standard");
    struct reader now = read_nested_array(r, "standard streams");
    for (int i = 0; i < STANDARD_COUNT; i++)
        standard_now[i] = read_uint(&now, count - 1);
    read_end(&now);
    return !f->failed;
}

uint64_t streams_count(void)
{
    return stream_count;
}

// Never a mode that cuts the file off: fdopen's "w" does not.
static const char *mode_of(uint32_t access)
{
    if (!(access & ACCESS_WRITE))
        return "r";
    if (!(access & ACCESS_READ))
        return access & ACCESS_APPEND ? "a" : "w";
    return access & ACCESS_APPEND ? "a+" : "r+";
}

// A stream whose descriptor was closed under it is made around another, and then given that number.
static FILE *open_closed(const struct stream *s)
{
    int other = resource_open("/dev/null", O_RDWR | O_CLOEXEC);
    FILE *file = other < 0 ? NULL : resource_fdopen(other, mode_of(s->access));
    if (file)
        file->_fileno = s->descriptor;
    if (other >= 0)
        close(other);
    return file;
}

static void adopt_standard(struct stream *s, FILE *file)
{
    s->file = file;
    file->_fileno = s->descriptor;
    if (s->access)
        file->_flags = (file->_flags & ~(FLAG_NO_READS | FLAG_NO_WRITES)) |
                       (s->access & ACCESS_READ ? 0 : FLAG_NO_READS) | (s->access & ACCESS_WRITE ? 0 : FLAG_NO_WRITES);
}

bool streams_open(struct failure *f)
{
    handles_clear();
    for (uint32_t i = 0; i < stream_count; i++) {
        struct stream *s = &streams[i];
        if (i < STANDARD_COUNT)
            adopt_standard(s, standard[i]);
        else if (s->descriptor >= 0)
            s->file = fcntl(s->descriptor, F_GETFD) >= 0 ? resource_fdopen(s->descriptor, mode_of(s->access))
                                                         : open_closed(s);
        if (!s->file && s->descriptor >= 0)
            return fail(f, "stream %u: descriptor %d: %s", i, s->descriptor, strerror(errno));
        handles_add(s->file);
    }
    stdin = handle_pointer(standard_now[0]) ?: stdin;
    stdout = handle_pointer(standard_now[1]) ?: stdout;
    stderr = handle_pointer(standard_now[2]) ?: stderr;
    return true;
}

static void set_buffering(const struct stream *s)
{
    static const int modes[] = {0, _IONBF, _IOLBF, _IOFBF};
    if (s->buffering == BUFFERING_DEFAULT)
        return;
    bool sized = s->buffering != BUFFERING_NONE && s->buffer_size;
    char *buffer = sized ? hlckpt_arena_malloc(s->buffer_size) : NULL; // for good, like a buffer that a program gives
    setvbuf(s->file, buffer, modes[s->buffering], buffer ? s->buffer_size : 0);
}

// ftell counts what is pushed back only in a stream that has a buffer. This one is libc's to free.
static void provide_buffer(const struct stream *s)
{
    char *buffer = s->file->_IO_buf_base || !s->buffer_size ? NULL : malloc(s->buffer_size);
    if (buffer && setvbuf(s->file, buffer, _IOFBF, s->buffer_size) == 0)
        s->file->_flags &= ~FLAG_USER_BUFFER;
}

static void unread_wide(const struct stream *s)
{
    wchar_t *wide = hlckpt_arena_calloc(s->unread.size + 1, sizeof *wide);
    size_t count = 0, at = 0;
    mbstate_t shift = {0};
    while (wide && at < s->unread.size) {
        size_t size = mbrtowc(&wide[count], s->unread.data + at, s->unread.size - at, &shift);
        if (size > s->unread.size)
            break;
        at += size ? size : 1;
        count++;
    }
    lseek(s->descriptor, -(off_t)(s->unread.size - at),
          SEEK_CUR); // the first bytes of a character, if the file can seek
    while (count > 0)
        ungetwc((wint_t)wide[--count], s->file);
    hlckpt_arena_free(wide);
}

static void put_back(const struct stream *s)
{
    if (s->unwritten.size && s->access & ACCESS_WRITE)
        fwrite(s->unwritten.data, 1, s->unwritten.size, s->file);
    if (s->orientation > 0) {
        fflush(s->file);
        s->file->_mode = 0;
        fwide(s->file, 1);
        unread_wide(s);
        return;
    }
    if (s->unread.size)
        provide_buffer(s);
    for (size_t i = s->unread.size; i-- > 0 && s->access & ACCESS_READ;)
        ungetc((unsigned char)s->unread.data[i], s->file);
    fwide(s->file, s->orientation);
}

void streams_fill(void)
{
    for (uint32_t i = 0; i < stream_count; i++) {
        const struct stream *s = &streams[i];
        if (!s->file || s->descriptor < 0)
            continue;
        s->file->_offset = NO_OFFSET;
        set_buffering(s);
        put_back(s);
        s->file->_flags |= (s->ended ? _IO_EOF_SEEN : 0) | (s->erred ? _IO_ERR_SEEN : 0);
    }
    hlckpt_arena_free(streams);
    streams = NULL;
    stream_count = 0;
}
