/* YAML that is compiled in by schema/embed.cmake: the schemas, and the default levels. */
#ifndef KHOP_SCHEMA_BUILTIN_H
#define KHOP_SCHEMA_BUILTIN_H

typedef struct schema_builtin {
  const char *name;
  const char *yaml; /* NUL-terminated */
} schema_builtin;

extern const schema_builtin schema_builtins[]; /* schema/builtin/NAME.yaml; ends with a NULL name */
extern const schema_builtin schema_defaults[]; /* schema/defaults.yaml alone */

#endif
