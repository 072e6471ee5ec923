// The first process copies argv and the environment, array and strings, into blocks of the program's heap. A resumed
// one gets both from the image, through the roots.
//
// E1  An image holds no value of a control variable, so that images of the same state are the same. In the capturing
//     process their values are made empty, which is as good as none; a resumed process puts its own in their places. No
//     variable changes its place meanwhile, for the program may be going through the array.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "environment.h"
#include "heap.h"
#include "options.h"
#include "state.h"

static char **program_argv;

void environment_add_roots(void)
{
    state_add_root((struct root){"argv", ROOT_STRINGS, &program_argv});
    state_add_root((struct root){"environ", ROOT_STRINGS, &environ});
}

static size_t length(char *const *strings)
{
    size_t count = 0;
    while (strings && strings[count])
        count++;
    return count;
}

static char **copy_strings(char *const *strings)
{
    size_t count = length(strings);
    char **copy = malloc((count + 1) * sizeof *copy);
    if (!copy)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!(copy[i] = strdup(strings[i])))
            return NULL; // the process ends
    copy[count] = NULL;
    return copy;
}

char **environment_adopt(int argc, char **argv)
{
    (void)argc;
    char **variables = copy_strings(environ);
    if (variables)
        environ = variables;
    return program_argv = variables ? copy_strings(argv) : NULL;
}

static bool is_control(const char *variable)
{
    return strncmp(variable, HLCKPT_PREFIX, strlen(HLCKPT_PREFIX)) == 0;
}

static size_t name_length(const char *variable)
{
    return strcspn(variable, "=");
}

// The variable of the same name, or NULL.
static char *find(char *const *variables, const char *like)
{
    size_t length = name_length(like);
    for (; *variables; variables++)
        if (strncmp(*variables, like, length) == 0 && (*variables)[length] == '=')
            return *variables;
    return NULL;
}

void environment_hide_controls(void)
{
    for (char **entry = environ; entry && *entry; entry++) {
        char *empty = is_control(*entry) ? calloc(1, name_length(*entry) + 2) : NULL;
        if (empty)
            *entry = strcat(memcpy(empty, *entry, name_length(*entry)), "=");
    }
}

static void add_variable(char *variable)
{
    struct heap_block block;
    size_t count = length(environ);
    if (environ && heap_find(environ, &block) && block.address == environ && block.size / sizeof *environ > count + 1) {
        environ[count] = variable;
        environ[count + 1] = NULL;
    } else {
        putenv(variable);
    }
}

void environment_restore_controls(char *const *envp)
{
    for (char **entry = environ; entry && *entry; entry++) {
        char *own = is_control(*entry) ? find(envp, *entry) : NULL;
        if (own)
            *entry = own;
    }
    for (; *envp; envp++)
        if (is_control(*envp) && !(environ && find(environ, *envp)))
            add_variable(*envp);
}
