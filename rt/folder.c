// Images appear in their folder whole or not at all.
//
// F1  A number once given to an image is never given to another while that image exists: rename does not replace.
// F2  `latest` never names a file that is not a complete image: it moves after the rename.
// F3  Nothing is removed before the image that supersedes it is durable.
// F4  A temporary file belongs to the process that holds its lock; one that nobody holds is a dead writer's.
//
// Several programs may share a folder; they then share the sequence, and what `keep` counts.
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX           ".hlckpt"
#define TEMPORARY_PREFIX ".writing-"
#define LATEST           "latest"
#define LATEST_TEMPORARY ".latest.new"

static bool fail_errno(struct failure *f, const char *what, const char *name)
{
    return fail(f, "%s '%s': %s", what, name, strerrordesc_np(errno));
}

// ---- names

// Reads the names in a folder without the allocation that opendir would make.
struct listing {
    int fd;
    ssize_t used, at;
    char buffer[8192] __attribute__((aligned(8)));
};

static void listing_start(struct listing *l, int folder)
{
    l->fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    l->used = l->at = 0;
}

// The next name; NULL at the end, where the listing closes itself.
static const char *listing_next(struct listing *l)
{
    if (l->fd < 0)
        return NULL;
    if (l->at == l->used) {
        l->used = getdents64(l->fd, l->buffer, sizeof l->buffer);
        l->at = 0;
    }
    if (l->used <= 0) {
        close(l->fd);
        return NULL;
    }
    const struct dirent64 *entry = (const void *)(l->buffer + l->at);
    l->at += entry->d_reclen;
    return entry->d_name;
}

void folder_image_name(char name[static FOLDER_NAME_SIZE], uint64_t sequence)
{
    snprintf(name, FOLDER_NAME_SIZE, "%08" PRIu64 SUFFIX, sequence);
}

// The number in the name of an image; 0 for any other name.
static uint64_t sequence_of(const char *name)
{
    char same[FOLDER_NAME_SIZE];
    uint64_t sequence = 0;
    for (const char *c = name; *c >= '0' && *c <= '9' && sequence < UINT64_MAX / 100; c++)
        sequence = sequence * 10 + (uint64_t)(*c - '0');
    folder_image_name(same, sequence);
    return strcmp(name, same) == 0 ? sequence : 0;
}

uint64_t folder_newest_below(int folder, uint64_t limit)
{
    struct listing l;
    uint64_t newest = 0;
    listing_start(&l, folder);
    for (const char *name; (name = listing_next(&l));) {
        uint64_t sequence = sequence_of(name);
        if (sequence < limit && sequence > newest)
            newest = sequence;
    }
    return newest;
}

// ---- the folder itself

static void make_parents(const char *path)
{
    char parent[PATH_MAX];
    if (strlen(path) >= sizeof parent)
        return;
    for (const char *slash = path; (slash = strchr(slash + 1, '/'));) {
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
        mkdir(parent, 0777); // what is wrong with it shows when the last one is opened
    }
}

int folder_open(const char *path, struct failure *f)
{
    if (!*path) {
        fail(f, "the folder for images has no name");
        return -1;
    }
    if (mkdir(path, 0777) && errno == ENOENT) {
        make_parents(path);
        mkdir(path, 0777);
    }
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        fail_errno(f, "cannot open the folder", path);
    return folder;
}

// ---- temporary files

static void remove_if_stale(int folder, const char *name)
{
    int fd = openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, name, 0);
    close(fd);
}

static void remove_stale(int folder)
{
    struct listing l;
    listing_start(&l, folder);
    for (const char *name; (name = listing_next(&l));)
        if (strncmp(name, TEMPORARY_PREFIX, strlen(TEMPORARY_PREFIX)) == 0)
            remove_if_stale(folder, name);
}

// Another writer may take the file for a dead writer's in the moment between its creation and its lock; then it has no
// name any more, and another is made.
static int create_locked(int folder, const char *name)
{
    struct stat status;
    int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &status) == 0 && status.st_nlink > 0)
        return fd;
    close(fd);
    errno = EEXIST;
    return -1;
}

int folder_temporary(int folder, char name[static FOLDER_NAME_SIZE], struct failure *f)
{
    int fd = -1;
    remove_stale(folder);
    for (unsigned try = 0; try < 100; try++) {
        snprintf(name, FOLDER_NAME_SIZE, TEMPORARY_PREFIX "%ld-%u", (long)getpid(), try);
        fd = create_locked(folder, name);
        if (fd >= 0 || errno != EEXIST)
            break;
    }
    if (fd < 0)
        fail_errno(f, "cannot create", name);
    return fd;
}

// ---- publishing

// Renames without replacing; file systems that cannot promise that are asked first.
static int rename_to_new(int folder, const char *from, const char *to)
{
    if (renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (faccessat(folder, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return renameat(folder, from, folder, to);
}

// Two writers may do this at a time; whichever link is renamed, it names a complete image.
static bool move_latest(int folder, const char *image, struct failure *f)
{
    for (unsigned try = 0; try < 100; try++) {
        unlinkat(folder, LATEST_TEMPORARY, 0);
        if (symlinkat(image, folder, LATEST_TEMPORARY) && errno == EEXIST)
            continue;
        if (renameat(folder, LATEST_TEMPORARY, folder, LATEST) == 0)
            return true;
        if (errno != ENOENT)
            break;
    }
    return fail_errno(f, "cannot move the link", LATEST);
}

bool folder_publish(int folder, const char *temporary, uint64_t *sequence, struct failure *f)
{
    char name[FOLDER_NAME_SIZE];
    do {
        *sequence = folder_newest_below(folder, UINT64_MAX) + 1;
        folder_image_name(name, *sequence);
        if (rename_to_new(folder, temporary, name) == 0)
            break;
        if (errno != EEXIST)
            return fail_errno(f, "cannot rename the complete image to", name);
    } while (true);
    if (!move_latest(folder, name, f))
        return false;
    if (fsync(folder) && errno != EINVAL) // EINVAL: a file system without such a thing
        return fail_errno(f, "cannot make durable the name", name);
    return true;
}

void folder_prune(int folder, uint64_t sequence, unsigned keep)
{
    uint64_t oldest = sequence;
    for (unsigned kept = 1; kept < keep && oldest; kept++)
        oldest = folder_newest_below(folder, oldest);
    struct listing l;
    listing_start(&l, folder);
    for (const char *name; (name = listing_next(&l));) {
        uint64_t other = sequence_of(name);
        if (other && other < oldest)
            unlinkat(folder, name, 0);
    }
}
