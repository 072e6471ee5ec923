// Reports to the operator: HLCKPT_LOG, HLCKPT_LOG_FILE. Written with one write(2) a line, never through the program's stdio. Lines begin with "hlckpt: ".
#ifndef RT_LOG_H
#define RT_LOG_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

enum log_level { LOG_ERROR, LOG_INFO, LOG_DEBUG };

void log_open(const char *level, const char *file); // from the environment; before that, errors go to standard error
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool log_owns(int fd); // is this the log file's descriptor, and none of the program's?

// The last words of a process that does not start: to standard error too, wherever the log goes.
void log_refusal(const char *what, const char *subject, const char *reason);

#pragma GCC visibility pop
#endif
