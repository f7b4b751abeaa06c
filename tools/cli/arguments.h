/* Command lines from tables: one table of commands and options gives the parser, `khop help`, and the man
 * page, so they cannot disagree.
 */
#ifndef KHOP_TOOLS_ARGUMENTS_H
#define KHOP_TOOLS_ARGUMENTS_H

#include <khop.h>

enum { OPTIONS_MAX = 32, VALUES_MAX = 128, OPERANDS_MAX = 4096 };

typedef struct option_spec {
  const char *name;     /* "--threads" */
  const char *letter;   /* "-o", or NULL */
  const char *argument; /* "N"; NULL: a switch */
  const char *help;
} option_spec;

typedef struct arguments arguments;

typedef struct command_spec {
  const char *name;     /* "dedupe", "index get" */
  const char *operands; /* "REGISTER.csv [MORE.csv...]" */
  const char *summary;  /* one line */
  const char *details;  /* paragraphs */
  size_t operands_min, operands_max;
  const option_spec *const *option_groups; /* ends with NULL; each group ends with a NULL name */
  khop_status (*run)(const arguments *a, khop_error *err);
} command_spec;

struct arguments {
  const command_spec *command;
  const char *operands[OPERANDS_MAX];
  size_t operand_count;
  struct {
    const option_spec *option;
    const char *value; /* "" for a switch */
  } values[VALUES_MAX];
  size_t value_count;
};

/* argv behind the command's name. "--name=value", "--name value", "-o value"; "--" ends options.
 * Faults are KHOP_USAGE: an unknown option (with the nearest known one), a missing or repeated
 * value, too few or many operands. */
khop_status arguments_parse(arguments *a, const command_spec *command, int count, char **words, khop_error *err);

bool arguments_has(const arguments *a, const char *name);
/* The option's value, or NULL. */
const char *arguments_text(const arguments *a, const char *name);
/* The n-th value of an option that may be repeated, or NULL. */
const char *arguments_nth(const arguments *a, const char *name, size_t n);
/* Numbers: left alone when the option is absent. Faults name the option and the range. */
khop_status arguments_count(const arguments *a, const char *name, uint64_t least, uint64_t most, uint64_t *inout, khop_error *err);
/* 0..1, or percent ("1 %", "1%"). */
khop_status arguments_share(const arguments *a, const char *name, double *inout, khop_error *err);
/* Bytes: 4G, 512M, 64K, also 4GiB; plain numbers are bytes. */
khop_status arguments_size(const arguments *a, const char *name, uint64_t *inout, khop_error *err);

/* FIELD=COLUMN of an option that may be repeated; `maps` has room for VALUES_MAX. */
khop_status arguments_maps(const arguments *a, const char *name, khop_map *maps, size_t *out_count, khop_error *err);

/* Options that several commands share. */
extern const option_spec options_model[], options_target[];  /* --model --untrained --match --review */
extern const option_spec options_schema[]; /* --schema --map */
extern const option_spec options_input[];  /* --delimiter ... */
extern const option_spec options_run[];    /* --threads --memory --progress ... */
extern const option_spec options_write[], options_today[]; /* --write, --today */
extern const option_spec options_resume[]; /* --resume --checkpoint-every */
extern const option_spec options_help[];   /* --help */

/* Fills khop_options from what the shared groups gave. `maps` has room for VALUES_MAX. */
khop_status arguments_to_options(const arguments *a, khop_options *out, khop_map *maps, khop_error *err);

#endif
