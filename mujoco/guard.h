// A guarded block runs calls into MuJoCo and comes back from MuJoCo's fatal errors, which would
// otherwise end the process: MuJoCo forbids its error handler to return, so the handler jumps.

#ifndef REVERIE_MUJOCO_GUARD_H
#define REVERIE_MUJOCO_GUARD_H

#include <setjmp.h>

// Where the handler jumps to and where it leaves its text, for the calls of this thread.
typedef struct guard {
  jmp_buf place;
  char *error;
  struct guard *outer;
} guard;

extern __thread guard *active_guard;

// GUARDED runs body; failed becomes 1 and error the text if MuJoCo gave up inside it. An initialiser would fill
// the guard with zeros first, which takes longer than all else here.
#define GUARDED(text, failed, body)                           \
  do {                                                        \
    guard here;                                               \
    here.error = (text);                                      \
    here.outer = active_guard;                                \
    active_guard = &here;                                     \
    if (setjmp(here.place) == 0) {                            \
      body;                                                   \
      failed = 0;                                             \
    } else {                                                  \
      failed = 1;                                             \
    }                                                         \
    active_guard = here.outer;                                \
  } while (0)

#endif
