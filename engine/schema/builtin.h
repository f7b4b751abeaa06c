/* The schemas that are compiled in: schema/builtin/NAME.yaml, embedded by schema/embed.cmake. */
#ifndef KHOP_SCHEMA_BUILTIN_H
#define KHOP_SCHEMA_BUILTIN_H

typedef struct schema_builtin {
  const char *name;
  const char *yaml; /* NUL-terminated */
} schema_builtin;

extern const schema_builtin schema_builtins[]; /* ends with a NULL name */

#endif
