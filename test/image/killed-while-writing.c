// RUN: %image-test %s -o %t && rm -rf %t.dir && %t %t.dir
//
// A writer is killed 200 times at any moment. Each time the newest image is whole, and nothing that looks like an image
// is not.
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sample.h"

#define FILLER 30000

static unsigned long images, leftovers;

static void check_folder(const char *folder)
{
    DIR *directory = opendir(folder);
    leftovers = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        struct failure f = {0};
        leftovers += strncmp(entry->d_name, ".writing", 8) == 0;
        if (!strstr(entry->d_name, ".hlckpt") && strcmp(entry->d_name, "latest"))
            continue;
        struct image *image = image_open(join(folder, entry->d_name), &f);
        CHECK(image, "%s: %s", entry->d_name, f.text);
        sample_verify(image, FILLER);
        image_close(image);
        images++;
    }
    if (directory)
        closedir(directory);
}

int main(int argc, char **argv)
{
    const char *folder = argv[argc - 1];
    unsigned random = 1;
    for (int i = 0; i < 200; i++) {
        pid_t writer = fork();
        if (writer == 0)
            for (;;)
                sample_write(folder, i % 3 ? NULL : "zstd", 2, FILLER);
        random = random * 1103515245 + 12345;
        usleep(random >> 16 & 0x7fff);
        kill(writer, SIGKILL);
        waitpid(writer, NULL, 0);
        check_folder(folder);
        CHECK(leftovers <= 1, "%lu files of dead writers", leftovers);
    }
    CHECK(images > 200, "only %lu images were seen", images);
    sample_write(folder, NULL, 2, FILLER);
    check_folder(folder);
    CHECK(leftovers == 0, "a dead writer's file is left");
}
