// Puts the parts together that stand for the process around the program: descriptors, streams, declared handles and
// settings.
//
//     capture   look (program) -> fork -> the state asks for the numbers of handles -> write (copy)
//     restore   read, check -> prepare: everything is open -> state -> run: files cut back, buffers and settings set
//
// P1  What the program may change after the fork (offsets, lengths) or a fork loses (timers, the signal mask) is looked
//     at before.
// P2  process_read has no side effects; up to the end of process_prepare an image can be refused, and no file is
//     changed.
#include "process.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "descriptor.h"
#include "handle.h"
#include "hlckpt/env.h"
#include "library.h"
#include "log.h"
#include "resource.h"
#include "settings.h"
#include "state.h"
#include "stream.h"

struct process {
    struct descriptor_table files;
};

static struct process looked_at; // at the last capture
static struct process restored;
static struct failure look_failure;
static bool holds_memory_stream;

// ---- what the state asks for

static bool number_of_handle(const void *pointer, uint64_t *id)
{
    bool known = handle_number(pointer, id);
    holds_memory_stream |= known && !stream_is_captured(*id);
    return known;
}

void process_start(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    descriptors_start();
    streams_start();
    resources_start();
    library_start();
    settings_start();
    state_set_handle_hooks((struct handle_hooks){number_of_handle, handle_pointer, resource_owns});
}

// ---- capture

void process_before_fork(void)
{
    int saved = errno;
    descriptors_free(&looked_at.files);
    handles_clear();
    look_failure = (struct failure){0};
    descriptors_look(&looked_at.files, &look_failure);
    streams_look(&looked_at.files);
    resources_look();
    errno = saved;
    settings_look();
    errno = saved;
}

static bool write_resources(msgpack_packer *p, struct failure *f)
{
    write_map(p, 5);
    descriptors_write(p, &looked_at.files);
    streams_write(p);
    return resources_write(p, f);
}

bool process_capture(struct image_writer *w, struct failure *f)
{
    if (look_failure.failed)
        return fail(f, "%s", look_failure.text);
    if (holds_memory_stream)
        return fail(f, "the program holds a stream that is no file (fmemopen, fopencookie)");
    bool good = write_resources(image_section_begin(w, SECTION_RESOURCES), f);
    image_section_end(w);
    if (!good)
        return false;
    good = settings_write(image_section_begin(w, SECTION_PROCESS), f);
    image_section_end(w);
    return good;
}

// ---- restore

struct process *process_read(const struct image *image, struct failure *f)
{
    struct process *p = &restored;
    const msgpack_object *resources = image_section(image, SECTION_RESOURCES, f);
    const msgpack_object *settings = image_section(image, SECTION_PROCESS, f);
    if (f->failed || !settings_read(settings, f))
        return NULL;
    struct reader r = read_map(resources, "resources", f);
    if (!descriptors_read(&r, &p->files) || !streams_read(&r, f) || !resources_read(&r, streams_count(), f))
        return NULL;
    read_end(&r);
    return !f->failed && descriptors_check(&p->files, f) ? p : NULL;
}

bool process_prepare(struct process *p, struct failure *f)
{
    return settings_prepare(f) && descriptors_open(&p->files, f) && streams_open(f) && resources_remake(f);
}

void process_run(struct process *p)
{
    struct failure f = {0};
    descriptors_position(&p->files);
    streams_fill();
    if (!resources_remake_in_memory(&f)) {
        log_refusal("cannot resume", "", f.text);
        _exit(HLCKPT_STATUS_REFUSED);
    }
    descriptors_free(&p->files);
    settings_run(); // errno last
}
