// Shows frames and objects in terms of the source: values by the image's own types, pointers by the names of what they
// point to.
//
//     #0 relax (relax.c:120)  n = 12, p = &nodes[3].next
//         best = {weight = 0.5, name = "x"}
//
// Arrays are shown up to a number of elements. Wherever data and type do not go together, bytes are shown as they are.
#include "inspect.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byte-order.h"
#include "emit.h"
#include "encode.h"
#include "float.h"
#include "state-read.h"
#include "sync-text.h"

#define NAME_SIZE    200
#define STRING_SHOWN 200        // bytes of a string constant, or of an array of characters
#define BYTES_SHOWN  32         // of memory without a type
#define UNSEEN_SHOWN (1u << 16) // values that no bytes stand for

struct shower {
    const struct image_state *state;
    uint64_t limit; // elements of an array
    bool json;
    const struct image_frame *frame; // that is being shown, or NULL
    uint32_t thread;                 // of the frame; 0 for objects
};

struct text {
    char text[NAME_SIZE];
};

// ---- data and references, read leaf by leaf

struct cursor {
    const msgpack_object *bin; // bins not finished; NULL: all is zero
    uint32_t bins;
    uint64_t at;                      // in the first of them
    const msgpack_object *references; // NULL: all are null
    uint64_t budget;                  // values that may still be shown
};

static uint64_t data_size(const msgpack_object *data);

// Zeros take no room in an image, and types may be nested: only what is there is shown in any number.
static struct cursor open_content(const msgpack_object *data, const msgpack_object *references)
{
    struct cursor c = {.budget = UNSEEN_SHOWN};
    if (data->type == MSGPACK_OBJECT_BIN)
        c.bin = data, c.bins = 1;
    else if (data->type == MSGPACK_OBJECT_ARRAY)
        c.bin = data->via.array.ptr, c.bins = data->via.array.size;
    if (c.bins)
        c.budget += data_size(data);
    if (references->type == MSGPACK_OBJECT_ARRAY) {
        c.references = references->via.array.ptr;
        c.budget += references->via.array.size;
    }
    return c;
}

// Passes `size` bytes, the first of which go to `to` if that is not NULL. What is missing is zero.
static void take(struct cursor *c, void *to, uint64_t size)
{
    unsigned char *out = to;
    if (out)
        memset(out, 0, size);
    while (size && c->bins) {
        uint64_t left = c->bin->via.bin.size - c->at, part = left < size ? left : size;
        if (out)
            memcpy(out, c->bin->via.bin.ptr + c->at, part);
        out = out ? out + part : NULL;
        size -= part;
        c->at += part;
        if (c->at == c->bin->via.bin.size) {
            c->bin++;
            c->bins--;
            c->at = 0;
        }
    }
}

static const msgpack_object *take_reference(struct cursor *c)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    return c->references ? c->references++ : &nil;
}

static void skip_values(struct cursor *c, const struct image_type *t, uint64_t count)
{
    take(c, NULL, t->wire * count);
    if (c->references)
        c->references += t->references * count;
}

static uint64_t data_size(const msgpack_object *data)
{
    uint64_t size = 0;
    if (data->type == MSGPACK_OBJECT_BIN)
        return data->via.bin.size;
    for (uint32_t i = 0; data->type == MSGPACK_OBJECT_ARRAY && i < data->via.array.size; i++) {
        if (data->via.array.ptr[i].type != MSGPACK_OBJECT_BIN)
            return UINT64_MAX;
        size += data->via.array.ptr[i].via.bin.size;
    }
    return data->type == MSGPACK_OBJECT_ARRAY ? size : UINT64_MAX;
}

// Are these what values of so many bytes and references look like?
static bool content_fits(const msgpack_object *data, const msgpack_object *references, uint64_t wire, uint64_t count)
{
    bool data_fits = data->type == MSGPACK_OBJECT_NIL || data_size(data) == wire;
    return data_fits && (references->type == MSGPACK_OBJECT_NIL ||
                         (references->type == MSGPACK_OBJECT_ARRAY && references->via.array.size == count));
}

// ---- names

static void append(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(struct text *t, const char *format, ...)
{
    size_t length = strlen(t->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(t->text + length, sizeof t->text - length, format, arguments);
    va_end(arguments);
}

static struct text type_text(const struct image_state *s, uint32_t index)
{
    static const char *const names[] = {
        [HLCKPT_VOID] = "void",       [HLCKPT_BOOL] = "bool",         [HLCKPT_CHAR] = "char",
        [HLCKPT_POINTER] = "pointer", [HLCKPT_FUNCTION] = "function", [HLCKPT_INCOMPLETE] = "unknown",
        [HLCKPT_VA_LIST] = "va_list",
    };
    struct text dimensions = {0}, text = {0};
    const struct image_type *t = &s->types[index];
    for (; t->kind == HLCKPT_ARRAY; t = &s->types[t->element])
        append(&dimensions, "[%" PRIu64 "]", t->count);
    if (t->kind == HLCKPT_STRUCT || t->kind == HLCKPT_UNION)
        append(&text, "%s %s", t->kind == HLCKPT_STRUCT ? "struct" : "union", *t->name ? t->name : "{}");
    else if (t->kind == HLCKPT_INT)
        append(&text, "%sint%" PRIu32, t->is_signed ? "" : "u", t->bits);
    else if (t->kind == HLCKPT_FLOAT || t->kind == HLCKPT_COMPLEX)
        append(&text, "%s%" PRIu32, t->kind == HLCKPT_FLOAT ? "float" : "complex", t->bits);
    else if (t->kind == HLCKPT_SYNC)
        append(&text, "%s", hlckpt_sync_name((enum hlckpt_sync)t->bits));
    else
        append(&text, "%s", names[t->kind]);
    append(&text, "%s", dimensions.text);
    return text;
}

static const char *variable_name(const struct image_object *o, const struct image_state *s)
{
    const char *name = s->threads[o->thread].frames[o->frame].point->variables[o->variable].name;
    return *name ? name : "temporary";
}

// "nodes", "heap 4", "buffer of #2": what a pointer calls an object.
static struct text object_name(const struct shower *w, uint32_t number)
{
    struct text text = {0};
    const struct image_object *o = &w->state->objects[number];
    switch (o->kind) {
    case OBJECT_STACK:
        append(&text, "%s", variable_name(o, w->state));
        if (w->frame != &w->state->threads[o->thread].frames[o->frame])
            append(&text, "@%" PRIu32, o->frame);
        if (o->thread != w->thread)
            append(&text, "@thread%" PRIu32, o->thread);
        break;
    case OBJECT_THREAD_LOCAL:
        append(&text, "%s", o->name);
        if (o->thread != w->thread)
            append(&text, "@thread%" PRIu32, o->thread);
        break;
    case OBJECT_HEAP:
        append(&text, "heap%" PRIu32, number);
        break;
    case OBJECT_LITERAL:
        append(&text, "literal%" PRIu32, number);
        break;
    default:
        append(&text, "%s", o->name);
    }
    return text;
}

// The part of a value that its leaf `*leaf` lies in, appended as C would write it; *leaf is what is left of it.
static uint32_t append_part(const struct image_state *s, uint32_t type, uint64_t *leaf, struct text *path)
{
    const struct image_type *t = &s->types[type];
    if (t->kind == HLCKPT_ARRAY && s->types[t->element].leaves) {
        append(path, "[%" PRIu64 "]", *leaf / s->types[t->element].leaves);
        *leaf %= s->types[t->element].leaves;
        return t->element;
    }
    for (uint32_t i = 0; t->kind == HLCKPT_STRUCT && i < t->field_count; i++) {
        uint64_t leaves = t->fields[i].width ? 1 : s->types[t->fields[i].type].leaves;
        if (*leaf < leaves) {
            if (*t->fields[i].name)
                append(path, ".%s", t->fields[i].name);
            return t->fields[i].width ? TYPE_NONE : t->fields[i].type;
        }
        *leaf -= leaves;
    }
    return TYPE_NONE;
}

static void append_path(const struct image_state *s, const struct image_object *o, uint64_t leaf, struct text *path)
{
    struct image_extent x;
    if (o->type == TYPE_NONE || !image_extent(s, o->type, o->count, o->tail, &x))
        return;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t type = x.segments[i].type;
        uint64_t each = type == TYPE_NONE ? 1 : s->types[type].leaves;
        if (!each || leaf >= each * x.segments[i].count) {
            leaf -= each * x.segments[i].count;
            continue;
        }
        if (x.segments[i].count > 1 || i > 0)
            append(path, "[%" PRIu64 "]", leaf / each);
        for (leaf %= each; leaf && type != TYPE_NONE;) // the largest part that begins there
            type = append_part(s, type, &leaf, path);
        return;
    }
    append(path, "[past the end]");
}

// ---- pointers

static bool is_characters(const struct image_state *s, const struct image_object *o)
{
    return o->kind == OBJECT_LITERAL || (o->kind == OBJECT_HEAP && s->types[o->type].kind == HLCKPT_CHAR);
}

// The string at `at` of an object of characters, up to its NUL.
static void append_characters(struct text *text, const struct image_object *o, uint64_t at)
{
    const msgpack_object *d = o->data;
    if (d->type != MSGPACK_OBJECT_BIN || at >= d->via.bin.size)
        return;
    size_t most = d->via.bin.size - at < 60 ? d->via.bin.size - at : 60;
    append(text, " \"%.*s\"", (int)strnlen(d->via.bin.ptr + at, most), d->via.bin.ptr + at);
}

static void append_place(const struct shower *w, const msgpack_object *e, int64_t residue, struct text *text)
{
    uint64_t number = e[0].via.u64, leaf = e[1].via.u64;
    if (number >= w->state->object_count) {
        append(text, "nothing");
        return;
    }
    const struct image_object *o = &w->state->objects[number];
    bool has_parts = o->kind <= OBJECT_HEAP;
    if (o->kind == OBJECT_LABEL)
        append(text, "&&%s:%" PRIu64, o->name, o->ordinal);
    else
        append(text, "%s%s", has_parts && (leaf || o->kind != OBJECT_HEAP) ? "&" : "",
               object_name(w, (uint32_t)number).text);
    if (has_parts && leaf)
        append_path(w->state, o, leaf, text);
    else if (leaf)
        append(text, " + %" PRIu64, leaf);
    if (residue)
        append(text, residue < 0 ? " + 1" : " + %" PRId64 " bytes", residue);
    if (is_characters(w->state, o))
        append_characters(text, o, leaf);
}

static bool is_unsigned(const msgpack_object *o)
{
    return o->type == MSGPACK_OBJECT_POSITIVE_INTEGER;
}

static bool is_integer(const msgpack_object *o)
{
    return is_unsigned(o) || o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
}

static void show_pointer(const struct shower *w, const msgpack_object *o)
{
    struct text text = {0};
    const msgpack_object *e = o->type == MSGPACK_OBJECT_ARRAY ? o->via.array.ptr : NULL;
    uint32_t count = e ? o->via.array.size : 0;
    if (o->type == MSGPACK_OBJECT_NIL) {
        emit_null();
        return;
    }
    if (count == 1 && is_integer(e))
        append(&text, "(pointer)%" PRId64, e->via.i64);
    else if (count >= 2 && is_unsigned(&e[0]) && is_unsigned(&e[1]))
        append_place(w, e, count > 2 && is_integer(&e[2]) ? e[2].via.i64 : 0, &text);
    else if (count == 2 && e[0].type == MSGPACK_OBJECT_STR && is_unsigned(&e[1]))
        append(&text, HANDLE_TAG " %" PRIu64, e[1].via.u64);
    else
        append(&text, "nowhere");
    emit_word(text.text);
}

// ---- scalars

// An unsigned integer of any width, least significant byte first.
static void show_wide(const unsigned char *wire, uint64_t size)
{
    struct text text = {"0x"};
    while (size > 1 && !wire[size - 1])
        size--;
    append(&text, "%x", wire[--size]);
    while (size-- > 0)
        append(&text, "%02x", wire[size]);
    emit_word(text.text);
}

static void show_integer(const struct image_type *t, const unsigned char *wire)
{
    uint32_t size = t->bits / 8;
    uint64_t value = load_little(wire, size < 8 ? size : 8);
    if (size > 8)
        show_wide(wire, size);
    else if (t->is_signed && size)
        emit_signed((int64_t)(value << (64 - 8 * size)) >> (64 - 8 * size));
    else
        emit_unsigned(value);
}

static void show_character(const struct shower *w, unsigned char c)
{
    char quoted[] = {'\'', (char)c, '\'', 0};
    if (!w->json && c >= ' ' && c < 0x7f)
        emit_word(quoted);
    else
        emit_unsigned(c);
}

// To double, which shows enough of any format.
static void show_floating(uint32_t bits, const unsigned char *wire)
{
    unsigned char native[QUAD_SIZE], quad[QUAD_SIZE];
    double value;
    copy_ordered(native, wire, bits / 8);
    memcpy(quad, wire, QUAD_SIZE);
    if (bits < 128)
        float_to_quad(quad, native,
                      bits == 16   ? HLCKPT_IEEE_HALF
                      : bits == 32 ? HLCKPT_IEEE_SINGLE
                                   : HLCKPT_IEEE_DOUBLE);
    float_from_quad(&value, sizeof value, HLCKPT_IEEE_DOUBLE, quad);
    emit_double(value);
}

static void show_sync(const struct image_type *t, const unsigned char *wire)
{
    char text[128];
    emit_word(sync_text((enum hlckpt_sync)t->bits, wire, text, sizeof text));
}

static void show_complex(const struct image_type *t, struct cursor *c)
{
    unsigned char wire[QUAD_SIZE] = {0};
    emit_begin_array();
    for (int i = 0; i < 2; i++) {
        take(c, wire, t->bits / 8);
        show_floating(t->bits, wire);
    }
    emit_end_array();
}

// ---- memory without a type

static void show_bytes(const msgpack_object *data)
{
    const msgpack_object *bin = data;
    if (data->type == MSGPACK_OBJECT_ARRAY && data->via.array.size)
        bin = data->via.array.ptr;
    if (bin->type != MSGPACK_OBJECT_BIN)
        emit_null();
    else
        emit_hex(bin->via.bin.ptr, bin->via.bin.size < BYTES_SHOWN ? bin->via.bin.size : BYTES_SHOWN);
}

static void show_words(const struct shower *w, const msgpack_object *words)
{
    char offset[24];
    emit_begin_object();
    for (uint32_t i = 0; words->type == MSGPACK_OBJECT_ARRAY && i < words->via.array.size; i++) {
        const msgpack_object *word = &words->via.array.ptr[i];
        if (word->type != MSGPACK_OBJECT_ARRAY || word->via.array.size != 2 || !is_unsigned(word->via.array.ptr))
            continue;
        snprintf(offset, sizeof offset, "%" PRIu64, word->via.array.ptr[0].via.u64);
        emit_key(offset);
        show_pointer(w, &word->via.array.ptr[1]);
    }
    emit_end_object();
}

// Are these `count` words, the first of them at the start?
static bool has_words(const msgpack_object *words, uint32_t count)
{
    if (words->type != MSGPACK_OBJECT_ARRAY || words->via.array.size != count)
        return false;
    const msgpack_object *first = words->via.array.ptr;
    return !count || (first->type == MSGPACK_OBJECT_ARRAY && first->via.array.size == 2 &&
                      is_unsigned(first->via.array.ptr) && !first->via.array.ptr[0].via.u64);
}

static bool is_zero(const msgpack_object *bytes)
{
    bool zero = bytes->type == MSGPACK_OBJECT_BIN;
    for (uint32_t i = 0; zero && i < bytes->via.bin.size; i++)
        zero = !bytes->via.bin.ptr[i];
    return zero;
}

// ---- aggregates

static void show_value(const struct shower *w, uint32_t type, struct cursor *c);

static void show_string(uint64_t count, struct cursor *c)
{
    char text[STRING_SHOWN];
    uint64_t shown = count < STRING_SHOWN ? count : STRING_SHOWN;
    take(c, text, shown);
    take(c, NULL, count - shown);
    emit_string(text, strnlen(text, shown));
}

// An opaque part of a union: nil, or [bytes, words]. A pointer is shown for itself if it is all there is.
static void show_opaque_cell(const struct shower *w, const msgpack_object *o)
{
    const msgpack_object *e = o->via.array.ptr;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 2) {
        emit_null();
    } else if (has_words(&e[1], 1) && is_zero(&e[0])) {
        show_pointer(w, &e[1].via.array.ptr[0].via.array.ptr[1]);
    } else if (has_words(&e[1], 0)) {
        show_bytes(&e[0]);
    } else {
        emit_begin_object();
        emit_key("bytes");
        show_bytes(&e[0]);
        emit_key("words");
        show_words(w, &e[1]);
        emit_end_object();
    }
}

static void show_union(const struct shower *w, const struct image_type *t, struct cursor *c)
{
    unsigned char wire[QUAD_SIZE];
    emit_begin_array();
    for (const char *cells = t->cells; *cells;) {
        bool is_reference, is_pointer = *cells == 'p';
        uint64_t size = image_union_cell(&cells, &is_reference);
        if (is_pointer) {
            show_pointer(w, take_reference(c));
        } else if (is_reference) {
            show_opaque_cell(w, take_reference(c));
        } else if (!size || size > sizeof wire) {
            take(c, NULL, size);
            emit_null();
        } else {
            take(c, wire, size);
            show_wide(wire, size);
        }
    }
    emit_end_array();
}

static void show_struct(const struct shower *w, const struct image_type *t, struct cursor *c)
{
    emit_begin_object();
    for (uint32_t i = 0; i < t->field_count; i++) {
        const struct image_field *field = &t->fields[i];
        const struct image_type *type = &w->state->types[field->type];
        if (type->kind == HLCKPT_ARRAY && !type->count)
            continue; // a flexible array comes after the struct
        emit_key(*field->name ? field->name : "(unnamed)");
        show_value(w, field->type, c);
    }
    emit_end_object();
}

static void show_values(const struct shower *w, uint32_t type, uint64_t count, struct cursor *c)
{
    const struct image_type *t = &w->state->types[type];
    uint64_t shown = 0, most = count < w->limit ? count : w->limit;
    char more[40];
    if (t->kind == HLCKPT_CHAR) {
        show_string(count, c);
        return;
    }
    emit_begin_array();
    for (; shown < most && c->budget; shown++)
        show_value(w, type, c);
    if (shown < count) {
        skip_values(c, t, count - shown);
        snprintf(more, sizeof more, "...%" PRIu64 " more", count - shown);
        emit_word(more);
    }
    emit_end_array();
}

static void show_value(const struct shower *w, uint32_t type, struct cursor *c)
{
    const struct image_type *t = &w->state->types[type];
    unsigned char wire[QUAD_SIZE] = {0};
    if (!c->budget) {
        skip_values(c, t, 1);
        emit_word("...");
        return;
    }
    c->budget--;
    if ((t->kind >= HLCKPT_BOOL && t->kind <= HLCKPT_FLOAT) || t->kind == HLCKPT_SYNC)
        take(c, wire, t->wire);
    switch (t->kind) {
    case HLCKPT_BOOL:
        emit_boolean(*wire);
        break;
    case HLCKPT_CHAR:
        show_character(w, *wire);
        break;
    case HLCKPT_INT:
        show_integer(t, wire);
        break;
    case HLCKPT_FLOAT:
        show_floating(t->bits, wire);
        break;
    case HLCKPT_COMPLEX:
        show_complex(t, c);
        break;
    case HLCKPT_POINTER:
        show_pointer(w, take_reference(c));
        break;
    case HLCKPT_ARRAY:
        show_values(w, t->element, t->count, c);
        break;
    case HLCKPT_STRUCT:
        show_struct(w, t, c);
        break;
    case HLCKPT_UNION:
        show_union(w, t, c);
        break;
    case HLCKPT_SYNC:
        show_sync(t, wire);
        break;
    default:
        emit_null();
    }
}

// ---- whole objects

// Memory whose structure is unknown: its size, its first bytes, and the words of it that are pointers.
static void show_opaque(const struct shower *w, const struct image_object *o)
{
    const msgpack_object_map *map = &o->references->via.map;
    emit_begin_object();
    emit_key("bytes");
    show_bytes(o->data);
    if (map->size == 2) {
        emit_key("words");
        show_words(w, &map->ptr[1].val);
    }
    emit_end_object();
}

static void show_extent(const struct shower *w, const struct image_extent *x, struct cursor *c)
{
    bool is_one = x->segments[0].count == 1, is_flexible = x->segments[1].type != TYPE_NONE;
    uint64_t tail = x->segments[2].count;
    if (is_flexible || tail)
        emit_begin_array();
    if (is_one)
        show_value(w, x->segments[0].type, c);
    else
        show_values(w, x->segments[0].type, x->segments[0].count, c);
    if (is_flexible)
        show_values(w, x->segments[1].type, x->segments[1].count, c);
    if (tail)
        show_string(tail, c);
    if (is_flexible || tail)
        emit_end_array();
}

static void show_content(const struct shower *w, uint32_t type, uint64_t count, uint64_t tail,
                         const msgpack_object *data, const msgpack_object *references)
{
    struct image_extent x;
    if (!image_extent(w->state, type, count, tail, &x) || !content_fits(data, references, x.wire, x.references)) {
        show_bytes(data);
        return;
    }
    struct cursor c = open_content(data, references);
    show_extent(w, &x, &c);
}

static void show_object(const struct shower *w, const struct image_object *o)
{
    if (o->kind == OBJECT_LITERAL && o->data->type == MSGPACK_OBJECT_BIN)
        emit_string(o->data->via.bin.ptr, strnlen(o->data->via.bin.ptr, o->data->via.bin.size));
    else if (o->type == TYPE_NONE)
        emit_null();
    else if (o->references->type == MSGPACK_OBJECT_MAP)
        show_opaque(w, o);
    else
        show_content(w, o->type, o->count, o->tail, o->data, o->references);
}

// ---- variables

static void show_bin_scalar(const struct image_type *t, const msgpack_object *value)
{
    if (value->type != MSGPACK_OBJECT_BIN || value->via.bin.size != QUAD_SIZE)
        emit_null();
    else if (t->kind == HLCKPT_FLOAT)
        show_floating(128, (const unsigned char *)value->via.bin.ptr);
    else
        show_wide((const unsigned char *)value->via.bin.ptr, QUAD_SIZE);
}

static void show_slot(const struct shower *w, uint32_t type, const msgpack_object *value)
{
    const struct image_type *t = &w->state->types[type];
    bool is_pair = value->type == MSGPACK_OBJECT_ARRAY && value->via.array.size == 2;
    if (t->kind == HLCKPT_SYNC && value->type == MSGPACK_OBJECT_BIN && value->via.bin.size == HLCKPT_SYNC_WIRE)
        show_sync(t, (const unsigned char *)value->via.bin.ptr);
    else if (t->kind == HLCKPT_POINTER)
        show_pointer(w, value);
    else if (t->kind == HLCKPT_CHAR && is_unsigned(value))
        show_character(w, (unsigned char)value->via.u64);
    else if (t->kind == HLCKPT_INT || t->kind == HLCKPT_FLOAT || t->kind == HLCKPT_BOOL)
        value->type == MSGPACK_OBJECT_BIN ? show_bin_scalar(t, value) : emit_msgpack(value);
    else if (is_pair)
        show_content(w, type, t->flexible == TYPE_NONE, 0, &value->via.array.ptr[0], &value->via.array.ptr[1]);
    else
        emit_null();
}

static void show_variable(const struct shower *w, const struct image_variable *v, const msgpack_object *value)
{
    if (v->storage == HLCKPT_VALUE)
        show_slot(w, v->type, value);
    else if (is_unsigned(value) && value->via.u64 < w->state->object_count)
        show_object(w, &w->state->objects[value->via.u64]);
    else
        emit_word("unavailable");
}

// ---- text

// Scalars follow the function, the rest has lines of its own.
static void print_variables(const struct shower *w, const struct image_frame *frame, enum hlckpt_storage storage)
{
    const char *before = storage == HLCKPT_VALUE ? "  " : "\n    ";
    for (uint32_t i = 0; i < frame->point->count; i++) {
        const struct image_variable *v = &frame->point->variables[i];
        if (v->storage != storage || !*v->name)
            continue;
        fputs(before, stdout);
        emit_start();
        emit_key(v->name);
        show_variable(w, v, &frame->values[i]);
        before = storage == HLCKPT_VALUE ? ", " : "\n    ";
    }
}

static void print_frame(struct shower *w, const struct image_frame *frame, uint32_t number)
{
    w->frame = frame;
    printf("#%" PRIu32 " ", number);
    emit_start();
    emit_word(frame->point->function);
    fputs(" (", stdout);
    emit_start();
    emit_word(frame->point->file);
    printf(":%" PRIu32 ")", frame->point->line);
    print_variables(w, frame, HLCKPT_VALUE);
    print_variables(w, frame, HLCKPT_OBJECT);
    putchar('\n');
    w->frame = NULL;
}

static const char *const kind_names[] = {
    [OBJECT_GLOBAL] = "global", [OBJECT_THREAD_LOCAL] = "thread-local", [OBJECT_STACK] = "variable",
    [OBJECT_HEAP] = "heap",     [OBJECT_LITERAL] = "literal",           [OBJECT_CALLABLE] = "function",
    [OBJECT_LABEL] = "label",
};

static void print_object(const struct shower *w, uint32_t number)
{
    const struct image_object *o = &w->state->objects[number];
    printf("%" PRIu32 "  %s ", number, kind_names[o->kind]);
    emit_start();
    emit_word(object_name(w, number).text);
    if (o->type != TYPE_NONE)
        printf("  %s", type_text(w->state, o->type).text);
    if (o->kind == OBJECT_HEAP)
        printf(" x %" PRIu64, o->count);
    if (o->kind != OBJECT_CALLABLE && o->kind != OBJECT_LABEL) {
        fputs(" = ", stdout);
        emit_start();
        show_object(w, o);
    }
    putchar('\n');
}

bool print_state(const struct image *image, bool objects, uint64_t limit, struct failure *f)
{
    const struct image_state *s = read_image_state(image, f);
    struct shower w = {.state = s, .limit = limit};
    emit_style(EMIT_TEXT);
    for (uint32_t t = 0; s && t < s->thread_count; t++) {
        w.thread = t;
        printf("thread %" PRIu32 "%s\n", t, s->threads[t].count ? "" : " has finished");
        for (uint32_t k = 0; k < s->threads[t].count; k++)
            print_frame(&w, &s->threads[t].frames[k], k);
    }
    w.thread = 0;
    if (s && objects)
        puts("objects");
    for (uint32_t i = 0; s && objects && i < s->object_count; i++)
        print_object(&w, i);
    return s != NULL;
}

// ---- JSON

static void emit_number(const char *key, uint64_t n)
{
    emit_key(key);
    emit_unsigned(n);
}

static void emit_name(const char *key, const char *name)
{
    emit_key(key);
    emit_text(name);
}

static void emit_frame(struct shower *w, const struct image_frame *frame)
{
    w->frame = frame;
    emit_begin_object();
    emit_name("function", frame->point->function);
    emit_name("file", frame->point->file);
    emit_number("line", frame->point->line);
    emit_number("column", frame->point->column);
    emit_number("point", frame->point->number);
    emit_key("variables");
    emit_begin_array();
    for (uint32_t i = 0; i < frame->point->count; i++) {
        const struct image_variable *v = &frame->point->variables[i];
        emit_begin_object();
        emit_name("name", v->name);
        emit_name("type", type_text(w->state, v->type).text);
        emit_key("value");
        show_variable(w, v, &frame->values[i]);
        emit_end_object();
    }
    emit_end_array();
    emit_end_object();
    w->frame = NULL;
}

static void emit_object(const struct shower *w, uint32_t number)
{
    const struct image_object *o = &w->state->objects[number];
    emit_begin_object();
    emit_number("number", number);
    emit_name("kind", kind_names[o->kind]);
    emit_name("name", object_name(w, number).text);
    if (o->type != TYPE_NONE)
        emit_name("type", type_text(w->state, o->type).text);
    if (o->kind == OBJECT_HEAP)
        emit_number("count", o->count);
    if (o->kind == OBJECT_STACK || o->kind == OBJECT_THREAD_LOCAL)
        emit_number("thread", o->thread);
    if (o->kind == OBJECT_STACK)
        emit_number("frame", o->frame);
    emit_key("value");
    show_object(w, o);
    emit_end_object();
}

bool emit_state(const struct image *image, uint64_t limit, struct failure *f)
{
    const struct image_state *s = read_image_state(image, f);
    struct shower w = {.state = s, .limit = limit, .json = true};
    if (!s)
        return false;
    emit_key("threads");
    emit_begin_array();
    for (uint32_t t = 0; t < s->thread_count; t++) {
        w.thread = t;
        emit_begin_array();
        for (uint32_t k = 0; k < s->threads[t].count; k++)
            emit_frame(&w, &s->threads[t].frames[k]);
        emit_end_array();
    }
    w.thread = 0;
    emit_end_array();
    emit_key("objects");
    emit_begin_array();
    for (uint32_t i = 0; i < s->object_count; i++)
        emit_object(&w, i);
    emit_end_array();
    emit_key("roots");
    emit_begin_object();
    for (uint32_t i = 0; i < s->root_count; i++) {
        emit_key(s->roots[i].name);
        show_pointer(&w, s->roots[i].pointer);
    }
    emit_end_object();
    return true;
}
