// One flag says whether the next piece needs a comma; nesting shows in the text alone. Objects of up to CHECK_DEPTH
// containers are printed recursively, for the reader lets none through that is deeper.
#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool needs_comma;

static void separate(void)
{
    if (needs_comma)
        putchar(',');
    needs_comma = true;
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

void json_begin_object(void)
{
    open_with('{');
}

void json_end_object(void)
{
    close_with('}');
}

void json_begin_array(void)
{
    open_with('[');
}

void json_end_array(void)
{
    close_with(']');
}

void json_line_end(void)
{
    putchar('\n');
    needs_comma = false;
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

static void put_character(const unsigned char *s, size_t length)
{
    if (length == 0)
        fputs("\\ufffd", stdout);
    else if (*s == '"' || *s == '\\')
        printf("\\%c", *s);
    else if (*s == '\n')
        fputs("\\n", stdout);
    else if (*s < 0x20 || *s == 0x7f)
        printf("\\u%04x", *s);
    else
        fwrite(s, 1, length, stdout);
}

void json_string(const char *s, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)s;
    separate();
    putchar('"');
    for (size_t at = 0; at < size;) {
        size_t length = utf8_length(bytes + at, size - at);
        put_character(bytes + at, length);
        at += length ? length : 1;
    }
    putchar('"');
}

void json_text(const char *s)
{
    json_string(s, strlen(s));
}

void json_key(const char *key)
{
    json_text(key);
    putchar(':');
    needs_comma = false;
}

void json_unsigned(uint64_t n)
{
    separate();
    printf("%" PRIu64, n);
}

void json_signed(int64_t n)
{
    separate();
    printf("%" PRId64, n);
}

void json_double(double d)
{
    separate();
    if (isfinite(d))
        printf("%.17g", d);
    else
        fputs(isnan(d) ? "\"nan\"" : d > 0 ? "\"inf\"" : "\"-inf\"", stdout);
}

void json_boolean(bool b)
{
    separate();
    fputs(b ? "true" : "false", stdout);
}

void json_null(void)
{
    separate();
    fputs("null", stdout);
}

void json_hex(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    separate();
    putchar('"');
    for (size_t i = 0; i < size; i++)
        printf("%02x", bytes[i]);
    putchar('"');
}

static void put_map(const msgpack_object *o)
{
    json_begin_object();
    for (uint32_t i = 0; i < o->via.map.size; i++) {
        const msgpack_object *key = &o->via.map.ptr[i].key;
        if (key->type == MSGPACK_OBJECT_STR)
            json_string(key->via.str.ptr, key->via.str.size);
        else
            json_text("?"); // JSON has no other keys
        putchar(':');
        needs_comma = false;
        json_object(&o->via.map.ptr[i].val);
    }
    json_end_object();
}

static void put_array(const msgpack_object *o)
{
    json_begin_array();
    for (uint32_t i = 0; i < o->via.array.size; i++)
        json_object(&o->via.array.ptr[i]);
    json_end_array();
}

void json_object(const msgpack_object *o)
{
    switch (o->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        json_boolean(o->via.boolean);
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        json_unsigned(o->via.u64);
        break;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        json_signed(o->via.i64);
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        json_double(o->via.f64);
        break;
    case MSGPACK_OBJECT_STR:
        json_string(o->via.str.ptr, o->via.str.size);
        break;
    case MSGPACK_OBJECT_BIN:
        json_hex(o->via.bin.ptr, o->via.bin.size);
        break;
    case MSGPACK_OBJECT_ARRAY:
        put_array(o);
        break;
    case MSGPACK_OBJECT_MAP:
        put_map(o);
        break;
    default:
        json_null();
    }
}
