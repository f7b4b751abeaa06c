/* The stop signal of a job: set once, from a signal handler or another thread; read between tasks. */
#ifndef KHOP_BASE_CONTROL_H
#define KHOP_BASE_CONTROL_H

#include <stdatomic.h>

#include "base/status.h"

struct khop_control {
  atomic_bool cancelled; /* lock-free, hence async-signal-safe; pairs with the loads in control_check */
};

static inline bool control_cancelled(const khop_control *control) {
  return control && atomic_load_explicit(&control->cancelled, memory_order_relaxed);
}

/* KHOP_INTERRUPTED once cancelled; `control` may be NULL. */
static inline khop_status control_check(const khop_control *control, khop_error *err) {
  if (!control_cancelled(control)) return KHOP_OK;
  return error_set(err, KHOP_INTERRUPTED, "interrupted; nothing of an earlier run was changed");
}

#endif
