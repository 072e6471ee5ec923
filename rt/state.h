// The state of a program in terms of its source: frames, objects, types. Capture turns native memory into the sections types, frames and objects; restore
// checks those sections against this program's maps, and turns them into native memory again.
#ifndef RT_STATE_H
#define RT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "hlckpt/abi.h"
#include "image.h"

// One frame: innermost first in a stack. While capturing, slots hold native values as saved by the landing pads.
struct frame {
    const struct hlckpt_function *function;
    uint32_t point;
    uint32_t count;       // slots
    unsigned char *slots; // HLCKPT_SLOT_SIZE bytes each, in the arena
};

// One thread's stack. Memory of the stack between low and high is read from `copy`, made before the first frame was unwound (W2).
struct stack {
    struct frame *frames;
    size_t count;
    const char *low, *high; // native addresses of the copied region
    const char *copy;
};

// Extra roots that the runtime itself owns (argv, environ, registered atexit handlers...): a named variable of a type described as in a C declaration.
enum root_type {
    ROOT_POINTER_TO_STRINGS,
    ROOT_STRINGS, // the same, and the strings are nothing but strings
    ROOT_FUNCTION_POINTER,
    ROOT_POINTER,
};
struct root {
    const char *name; // "argv", "environ"; matched by name when objects are filled
    enum root_type type;
    void *address;    // of the pointer
};
bool state_add_root(struct root root);           // in the same order in each run; the name is copied. False: no memory
size_t state_root_count(void);
void state_clear_roots_from(size_t count);       // all but the first `count`

// Translates a handle that lies in a pointer (FILE *, iconv_t ...): installed by resource.c. Capture: true when `pointer` is a known handle, its number in *id.
// Restore: the handle of that number.
struct handle_hooks {
    bool (*number)(const void *pointer, uint64_t *id);
    void *(*pointer)(uint64_t id);
    bool (*owns)(const void *address, size_t size); // memory that a resource fills itself ("o" parameters): its content is not captured
};
void state_set_handle_hooks(struct handle_hooks hooks);

// The modules of the program, in order of registration; the list head belongs to hlckpt_register (start.c).
extern struct hlckpt_module *hlckpt_modules;

// Names a function of the program for the image, and finds it again: NULL when no module knows it. `file` is "" for external linkage.
struct function_name {
    const char *name, *file;
};
bool state_name_function(void (*function)(void), struct function_name *out);
void (*state_find_function(const char *name, const char *file))(void);

// ---- capture; in the forked child, after the stacks are unwound. Writes SECTION_TYPES, SECTION_FRAMES, SECTION_OBJECTS.
// Fails with *put_off true when this instant cannot be captured (a live va_list ...) and false when it never can.
bool state_capture(struct image_writer *w, const struct stack *stacks, size_t count, bool *put_off, struct failure *f);

// "relax at solve.c:120": for logs.
const char *state_describe(const struct frame *frame, char *buffer, size_t size);

// ---- restore, in this order:
struct state;
// Checks everything against the maps of this program: functions, points, variables, types, pointers, values that must fit. No side effects.
struct state *state_read(const struct image *image, struct failure *f);
size_t state_frame_count(const struct state *s, size_t thread);
size_t state_thread_count(const struct state *s);
struct frame *state_frame(struct state *s, size_t thread, size_t index); // outermost = count-1; slots are zero until state_values
void state_create(struct state *s); // by the main thread, when all threads have their thread-locals: allocates heap objects, knows the globals' addresses
void state_values(struct state *s, size_t thread, struct frame *); // the frame's objects are registered from its slots, its values written to the other slots
void state_fill(struct state *s);                   // all frames are rebuilt: fills globals, thread-locals, heap and stack objects, roots; asks thread_hold for locks
void state_free(struct state *s);

// The map of an executable file as text/JSON for hlckpt-inspect --map is made from the same parser: see map-reader.h.
#endif
