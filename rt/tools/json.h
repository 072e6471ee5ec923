// Writes JSON (RFC 8259) to standard output, piece by piece: separators are put where they belong.
#ifndef TOOLS_JSON_H
#define TOOLS_JSON_H

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void json_begin_object(void);
void json_end_object(void);
void json_begin_array(void);
void json_end_array(void);
void json_key(const char *key);               // then a value
void json_string(const char *s, size_t size); // bytes that are not UTF-8 become U+FFFD
void json_text(const char *s);                // NUL-terminated
void json_unsigned(uint64_t n);
void json_signed(int64_t n);
void json_double(double d); // not a number and infinities as strings
void json_boolean(bool b);
void json_null(void);
void json_hex(const void *data, size_t size); // a string of two digits a byte
void json_object(const msgpack_object *o);    // any MessagePack object, bytes as json_hex
void json_line_end(void);                     // after the outermost value
#endif
