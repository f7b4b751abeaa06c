/* See control.h. */
#include "base/control.h"

#include "base/memory.h"

khop_control *khop_control_create(void) { return mem_alloc(1, sizeof(khop_control)); }

void khop_control_free(khop_control *control) { mem_free(control); }

void khop_control_cancel(khop_control *control) { atomic_store(&control->cancelled, true); }

void khop_free(void *memory) { mem_free(memory); }
