// One flag says whether the next piece needs a comma; nesting shows in the text alone. Objects of up to CHECK_DEPTH
// containers are printed recursively, for the reader lets none through that is deeper.
#include "emit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool needs_comma;
static enum emit_style style;

void emit_style(enum emit_style chosen)
{
    style = chosen;
}

static void separate(void)
{
    if (needs_comma)
        fputs(style == EMIT_JSON ? "," : ", ", stdout);
    needs_comma = true;
}

static void quote(void)
{
    if (style == EMIT_JSON)
        putchar('"');
}

static void open_with(char c)
{
    separate();
    putchar(c);
    needs_comma = false;
}

static void close_with(char c)
{
    putchar(c);
    needs_comma = true;
}

void emit_begin_object(void)
{
    open_with('{');
}

void emit_end_object(void)
{
    close_with('}');
}

void emit_begin_array(void)
{
    open_with(style == EMIT_JSON ? '[' : '{');
}

void emit_end_array(void)
{
    close_with(style == EMIT_JSON ? ']' : '}');
}

void emit_start(void)
{
    needs_comma = false;
}

void emit_line_end(void)
{
    putchar('\n');
    emit_start();
}

// Length of the UTF-8 sequence at `s` (RFC 3629), 0 when there is none.
static size_t utf8_length(const unsigned char *s, size_t size)
{
    size_t length = s[0] < 0x80                   ? 1
                    : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
                    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                    : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                                  : 0;
    if (length > size)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool beyond = (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf4 && s[1] > 0x8f);
    return overlong || beyond ? 0 : length;
}

static void put_character(const unsigned char *s, size_t length, bool quoted)
{
    if (length == 0)
        fputs(style == EMIT_JSON ? "\\ufffd" : "\\?", stdout);
    else if (quoted && (*s == '"' || *s == '\\'))
        printf("\\%c", *s);
    else if (*s == '\n')
        fputs("\\n", stdout);
    else if (*s < 0x20 || *s == 0x7f)
        printf("\\u%04x", *s);
    else
        fwrite(s, 1, length, stdout);
}

// What is not to be trusted to a terminal never reaches one.
static void put_characters(const char *s, size_t size, bool quoted)
{
    const unsigned char *bytes = (const unsigned char *)s;
    for (size_t at = 0; at < size;) {
        size_t length = utf8_length(bytes + at, size - at);
        put_character(bytes + at, length, quoted);
        at += length ? length : 1;
    }
}

void emit_string(const char *s, size_t size)
{
    separate();
    putchar('"');
    put_characters(s, size, true);
    putchar('"');
}

void emit_text(const char *s)
{
    emit_string(s, strlen(s));
}

void emit_word(const char *s)
{
    separate();
    quote();
    put_characters(s, strlen(s), style == EMIT_JSON);
    quote();
}

void emit_key(const char *key)
{
    emit_word(key);
    fputs(style == EMIT_JSON ? ":" : " = ", stdout);
    needs_comma = false;
}

void emit_unsigned(uint64_t n)
{
    separate();
    printf("%" PRIu64, n);
}

void emit_signed(int64_t n)
{
    separate();
    printf("%" PRId64, n);
}

void emit_double(double d)
{
    char shortest[40];
    if (!isfinite(d)) {
        emit_word(isnan(d) ? "nan" : d > 0 ? "inf" : "-inf");
        return;
    }
    separate();
    for (int digits = 6; digits <= 17; digits++) { // the fewest that read back as the same value
        snprintf(shortest, sizeof shortest, "%.*g", digits, d);
        if (strtod(shortest, NULL) == d)
            break;
    }
    fputs(shortest, stdout);
}

void emit_boolean(bool b)
{
    separate();
    fputs(b ? "true" : "false", stdout);
}

void emit_null(void)
{
    separate();
    fputs(style == EMIT_JSON ? "null" : "NULL", stdout);
}

void emit_hex(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    separate();
    quote();
    for (size_t i = 0; i < size; i++)
        printf("%02x", bytes[i]);
    quote();
}

static void put_map(const msgpack_object *o)
{
    emit_begin_object();
    for (uint32_t i = 0; i < o->via.map.size; i++) {
        const msgpack_object *key = &o->via.map.ptr[i].key;
        if (key->type == MSGPACK_OBJECT_STR)
            emit_string(key->via.str.ptr, key->via.str.size);
        else
            emit_text("?"); // JSON has no other keys
        putchar(':');
        needs_comma = false;
        emit_msgpack(&o->via.map.ptr[i].val);
    }
    emit_end_object();
}

static void put_array(const msgpack_object *o)
{
    emit_begin_array();
    for (uint32_t i = 0; i < o->via.array.size; i++)
        emit_msgpack(&o->via.array.ptr[i]);
    emit_end_array();
}

void emit_msgpack(const msgpack_object *o)
{
    switch (o->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        emit_boolean(o->via.boolean);
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        emit_unsigned(o->via.u64);
        break;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        emit_signed(o->via.i64);
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        emit_double(o->via.f64);
        break;
    case MSGPACK_OBJECT_STR:
        emit_string(o->via.str.ptr, o->via.str.size);
        break;
    case MSGPACK_OBJECT_BIN:
        emit_hex(o->via.bin.ptr, o->via.bin.size);
        break;
    case MSGPACK_OBJECT_ARRAY:
        put_array(o);
        break;
    case MSGPACK_OBJECT_MAP:
        put_map(o);
        break;
    default:
        emit_null();
    }
}
