// The contract between instrumented code and the runtime at the level of the machine.
//
// The compiler pass emits, and the runtime defines or reads, exactly what is declared here. The pass builds the two
// structures below field by field (pass/emit.c), and calls the functions below by name (pass/lower.c, pass/twin.c).
//
// A capture, in the order of events:
//     poll        if (hlckpt_poll_requested && hlckpt_poll())             cold block at a poll
//     save        slots = hlckpt_frame(&function, point and count); slots[i] = value...;
//     _Unwind_Resume(hlckpt_unwind()); unwind      each call with live variables has a landing pad that saves the frame
//     in the same way
// A resume:
//     enter       twin(): slots = hlckpt_resume_enter(&function); switch (point in the header before the slots)
//     objects     slots[i] = address of each memory object of the frame; hlckpt_resume_values(slots);
//     values      each scalar is loaded from its slot
//     descend     result = hlckpt_resume_callee()()                       at a call
//     go on       hlckpt_resume_run()                                     at the poll of the innermost frame
#ifndef HLCKPT_ABI_H
#define HLCKPT_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hlckpt/isa.h"

#define HLCKPT_ABI 1

// Instrumented functions and resume twins live in sections of their own, so that a return address tells whether the
// frame it belongs to has migration points.
#define HLCKPT_TEXT_SECTION "hlckpt_text"
#define HLCKPT_TWIN_SECTION "hlckpt_twin"
#define HLCKPT_MAP_SECTION  "hlckpt_map"

// A value lies at the start of its slot in the form in which the target's compiler stores it.
#define HLCKPT_SLOT_SIZE 16

struct hlckpt_module;

// One function that may be captured. Its address is the function's identity in frame records.
struct hlckpt_function {
    const struct hlckpt_module *module;
    void (*twin)(void); // the resume twin: no parameters, the function's own return type
    uint32_t index;     // into the map's "functions"
};

// One translation unit. The tables run parallel to the arrays of the same name in its map (map.h).
struct hlckpt_module {
    struct hlckpt_module *next; // written by hlckpt_register
    uint32_t abi;               // HLCKPT_ABI
    uint32_t map_size;          // bytes
    const unsigned char *map;   // MessagePack, see map.h
    const struct hlckpt_function *const *functions;
    void *const *globals;
    void *(*const *thread_locals)(void); // each returns the calling thread's instance
    void *const *callables;
    void *const *literals;
    void *const *labels;      // of the functions themselves
    void *const *twin_labels; // of their twins
    const char *text_begin, *text_end;
    const char *twin_begin, *twin_end;
};

// Registers a module; called by a constructor that the pass emits. Before any other constructor of the program.
void hlckpt_register(struct hlckpt_module *module);

// Runs the program: calls `program_main`, or resumes it when the process was started to restore an image. The pass
// emits a `main` that does nothing but this; its frame is the base of the main thread's stack. `function` is NULL when
// main cannot be captured.
int hlckpt_run(int argc, char **argv, char **envp, int (*program_main)(int, char **, char **),
               const struct hlckpt_function *function);

// Nonzero when a capture is wanted; loaded at every poll.
extern volatile uint32_t hlckpt_poll_requested;

// The slow path of a poll. Returns true only in the process that captures; the caller then saves its frames and
// unwinds.
HLCKPT_POLL_CONVENTION bool hlckpt_poll(void);

// Opens the record of one frame, innermost frame first: its point, and the number of its slots times
// HLCKPT_MOST_POINTS. Returns the slots, aligned to HLCKPT_SLOT_SIZE, to be filled.
void *hlckpt_frame(const struct hlckpt_function *function, uint32_t point_and_count);
#define HLCKPT_MOST_POINTS (UINT32_C(1) << 20) // in a function
#define HLCKPT_MOST_SLOTS  (UINT32_C(1) << 12) // of a frame

// Unwinds the stack and completes the capture: called after a poll's own frames are saved, and does not return. Called
// by a landing pad that has saved its own, returns the exception that is under way, for _Unwind_Resume.
void *hlckpt_unwind(void);

// The frame to be rebuilt next, which must be of `function`. Returns its slots; the point is the uint32_t at
// HLCKPT_SLOT_SIZE before them.
void *hlckpt_resume_enter(const struct hlckpt_function *function);

// The frame's objects have their addresses in their slots: registers them, and turns the other slots into values of
// this process.
void hlckpt_resume_values(void *slots);

// The twin of the next inner frame, to be called with the type of the call that is resumed.
void (*hlckpt_resume_callee(void))(void);

// Where the callee's result goes when the target returns it in memory: set before the twin is called, fetched by the
// twin first.
void hlckpt_resume_set_result(void *address);
void *hlckpt_resume_get_result(void);

// The innermost frame is rebuilt: fills all objects, puts back files and process state, and lets the program go on.
void hlckpt_resume_run(void);

// A label value taken in a function, as the label of its twin (computed goto in a resumed frame). Returns the label
// unchanged if unknown.
void *hlckpt_resume_label(void *label);

// Dynamic allocas (VLA, alloca) live in the heap while their scope is open, so that an image holds them like any other
// object. `*scope` heads the list of the function's open blocks, and is one of its live variables.
void *hlckpt_scope_allocate(void **scope, size_t size, size_t alignment);
void hlckpt_scope_release(void **scope, void *mark); // frees what was allocated since *scope was `mark`

// Records a handle that a constructor of a declared resource returned, with the arguments of the call (see resource.h).
void hlckpt_resource_opened(const void *resource, void *result, ...);
void hlckpt_resource_closed(const void *resource, void *handle);

#endif
