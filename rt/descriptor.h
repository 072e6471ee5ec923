// Open descriptors: their numbers, and the open file descriptions that they share. descriptor.c tells the idea.
#ifndef RT_DESCRIPTOR_H
#define RT_DESCRIPTOR_H

#include "image.h"

#pragma GCC visibility push(hidden)

struct file_stamp { // which file it is, on this machine
    uint64_t device, inode;
};

// The wire has these names (descriptor.c), never the numbers.
enum description_kind {
    DESCRIPTION_FILE,    // a regular file that has a path
    DESCRIPTION_DELETED, // a regular file that has none: its content is in the image
    DESCRIPTION_DEVICE,  // /dev/null and its like
    DESCRIPTION_DIRECTORY,
    DESCRIPTION_CONNECTION, // pipes and sockets to elsewhere: broken after a restore
    DESCRIPTION_PIPE,       // one end of a pipe whose other end is open here too
};

// An open file description: what dup'ed descriptors have in common.
struct description {
    enum description_kind kind;
    char *path;      // absolute; "" if there is none; in the arena
    uint32_t access; // ACCESS_ bits
    int64_t offset;  // bytes
    int64_t length;  // of the file, bytes
    int inherited;   // the number under which the program was given it when it started, or -1
    uint32_t peer;   // DESCRIPTION_PIPE: the description of the other end
    unsigned char *content; // of a deleted file, or what waits in a pipe: content_size bytes
    uint64_t content_size;
    struct file_stamp stamp; // capture only
    int descriptor;          // capture: one of its numbers; restore: where it is open until it is put into place, or -1
    bool taken_over;         // restore: the restorer's own descriptor `inherited` goes on being used
};

struct descriptor {
    int number;
    uint32_t description;
    bool close_on_exec;
    bool inherited; // the program was given this number for this file when it started
};

struct descriptor_table {
    struct description *descriptions;
    uint32_t description_count;
    struct descriptor *descriptors; // by number
    uint32_t descriptor_count;
    bool content_owned; // `content` is in the arena, not in an image
};

// Neutral names of what open(2) and fcntl(2) call O_...; wire values.
enum {
    ACCESS_READ = 1,
    ACCESS_WRITE = 2,
    ACCESS_APPEND = 4,
    ACCESS_NONBLOCK = 8,
    ACCESS_SYNC = 16,
    ACCESS_DSYNC = 32,
    ACCESS_DIRECT = 64,
    ACCESS_ALL = 127,
};

void descriptors_start(void); // looks at what the program was given

// Capture. What is looked at can change at any time after: call it in the program itself, before the fork.
bool descriptors_look(struct descriptor_table *t, struct failure *f);
struct description *descriptor_description(const struct descriptor_table *t,
                                           int number); // NULL: not open, or not ours to capture
void descriptors_write(msgpack_packer *p, const struct descriptor_table *t);
void descriptors_free(struct descriptor_table *t);

// Restore, in this order. Only descriptors_position changes files.
bool descriptors_read(struct reader *r, struct descriptor_table *t);
bool descriptors_check(struct descriptor_table *t, struct failure *f);
bool descriptors_open(struct descriptor_table *t, struct failure *f);
void descriptors_position(const struct descriptor_table *t);

#pragma GCC visibility pop
#endif
