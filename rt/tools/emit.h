// Writes nested values to standard output, piece by piece, in one of two styles; separators are put where they belong.
//
//     EMIT_JSON    {"next":"&nodes[3]","weights":[1,2]}        RFC 8259
//     EMIT_TEXT    {next = &nodes[3], weights = {1, 2}}        for people, as C might write it
#ifndef TOOLS_EMIT_H
#define TOOLS_EMIT_H

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum emit_style { EMIT_JSON, EMIT_TEXT };
void emit_style(enum emit_style style); // EMIT_JSON unless something else was said

void emit_start(void); // the next piece is the first of its line
void emit_begin_object(void);
void emit_end_object(void);
void emit_begin_array(void);
void emit_end_array(void);
void emit_key(const char *key);               // then a value
void emit_string(const char *s, size_t size); // quoted; bytes that are not UTF-8 become U+FFFD
void emit_text(const char *s);                // NUL-terminated, quoted
void emit_word(const char *s);                // quoted in JSON only
void emit_unsigned(uint64_t n);
void emit_signed(int64_t n);
void emit_double(double d); // in JSON, what is no number is a string
void emit_boolean(bool b);
void emit_null(void);
void emit_hex(const void *data, size_t size); // two digits a byte, quoted in JSON only
void emit_msgpack(const msgpack_object *o);   // any MessagePack object, bytes as emit_hex
void emit_line_end(void);                     // after the outermost value
#endif
