// Where a program begins: in hlckpt_run, which stands between the process's main and the program's.
//
// A program that cannot be started or resumed as the operator asked ends with HLCKPT_STATUS_REFUSED before its main
// runs.
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "capture.h"
#include "cut.h"
#include "environment.h"
#include "hlckpt/abi.h"
#include "log.h"
#include "options.h"
#include "poll.h"
#include "process.h"
#include "resume.h"
#include "thread.h"
#include "walk.h"

static _Noreturn void refuse_to_start(const char *reason)
{
    log_refusal("cannot start", "", reason);
    _exit(HLCKPT_STATUS_REFUSED);
}

static void start_runtime(int argc, char **argv, char **envp, const struct hlckpt_function *main_function)
{
    struct failure f = {0};
    bool good = options_read(&f);
    log_open(options.log_level, options.log_file);
    if (!good)
        refuse_to_start(f.text);
    unsetenv(ENV_RESTORE); // programs that this one starts are not resumed
    thread_start_main();
    cut_start();
    capture_start(main_function);
    environment_add_roots();
    process_start(argc, argv, envp);
}

int hlckpt_run(int argc, char **argv, char **envp, int (*program_main)(int, char **, char **),
               const struct hlckpt_function *main_function)
{
    struct failure f = {0};
    start_runtime(argc, argv, envp, main_function);
    if (_setjmp(main_thread.exit))
        thread_end_main();
    if (options.restore)
        return resume_program(options.restore, main_function, envp);
    argv = environment_adopt(argc, argv);
    if (!argv)
        refuse_to_start("no memory for the arguments and the environment");
    if (!poll_start(&f))
        refuse_to_start(f.text);
    return walk_call_main(program_main, argc, argv, environ);
}
