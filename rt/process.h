// Process state outside the program's memory: resources (files, streams, declared handles) and settings (working
// directory, umask, environment, signal dispositions, locale, rand state ...). Capture side runs in the forked child;
// restore checks first, then acts.
#ifndef RT_PROCESS_H
#define RT_PROCESS_H

#include "image.h"

void process_start(int argc, char **argv, char **envp); // in hlckpt_run, before main
void process_before_fork(void);                         // in the parent: what must be looked at while it cannot change
bool process_capture(struct image_writer *w, struct failure *f); // writes SECTION_RESOURCES, SECTION_PROCESS
struct process;
struct process *process_read(const struct image *image,
                             struct failure *f); // checks: files exist, long enough, constructors known
bool process_prepare(
    struct process *p,
    struct failure *f); // reopens everything (before frames are rebuilt: handles get values); refusal still possible
void process_run(struct process *p); // cuts output files back, positions, settings: the program is about to go on

#endif
