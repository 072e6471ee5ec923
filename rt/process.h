// The process around the program: resources (descriptors, streams, declared handles) and settings (working directory,
// umask, signals, timers, locale, random numbers ...). process.c tells the order of things.
#ifndef RT_PROCESS_H
#define RT_PROCESS_H

#include "image.h"

void process_start(int argc, char **argv, char **envp); // in hlckpt_run, before main

// Capture. What can change or would be lost is looked at in the program, before the fork, with its own signal mask.
void process_before_fork(void);
bool process_capture(struct image_writer *w, struct failure *f); // SECTION_RESOURCES, SECTION_PROCESS

// Restore, in this order.
struct process;
struct process *process_read(const struct image *image, struct failure *f); // checks; no side effects
bool process_prepare(struct process *p, struct failure *f); // before frames are rebuilt: opens all, handles get values
void process_run(struct process *p);                        // after state_fill: cuts files back, positions, settings

#endif
