/* The khop command: finds the sub-command in the table, parses, runs, and tells a failure in one line. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const command_spec *const commands[] = {
    &command_dedupe, &command_link, &command_ids, &command_inspect, &command_plan, &command_train, &command_evaluate, &command_explain,
    &command_index_create, &command_index_add, &command_index_delete, &command_index_match, &command_index_decide, &command_index_undo,
    &command_index_history, &command_index_export, &command_index_compact, &command_index_stats, &command_index_get, &command_index_verify, &command_normalise,
    &command_gen, NULL};

/* "dedupe" takes one word, "index get" two. *out_words is how many. */
static const command_spec *find_command(int count, char **words, int *out_words) {
  for (const command_spec *const *c = commands; *c; c++) {
    const char *space = strchr((*c)->name, ' ');
    if (!space && strcmp((*c)->name, words[0]) == 0) {
      *out_words = 1;
      return *c;
    }
    size_t first = space ? (size_t)(space - (*c)->name) : 0;
    if (space && count > 1 && strlen(words[0]) == first && strncmp((*c)->name, words[0], first) == 0 &&
        strcmp(space + 1, words[1]) == 0) {
      *out_words = 2;
      return *c;
    }
  }
  return NULL;
}

static int unknown_command(const char *word) {
  khop_error err;
  int status = (int)report_usage(&err, "%.40s: unknown command; see khop help", word);
  report_print(&err);
  return status;
}

static int show_help(int count, char **words) {
  int taken;
  if (count == 0) {
    help_all(commands);
    return KHOP_OK;
  }
  if (strcmp(words[0], "--man") == 0) {
    help_man_page(commands);
    return KHOP_OK;
  }
  const command_spec *command = find_command(count, words, &taken);
  if (!command) return count == 1 && help_group(commands, words[0]) ? KHOP_OK : unknown_command(words[0]);
  help_command(command);
  return KHOP_OK;
}

static int run_command(const command_spec *command, int count, char **words) {
  static arguments a;
  khop_error err = {0};
  khop_status status = arguments_parse(&a, command, count, words, &err);
  if (status == KHOP_OK && arguments_has(&a, "--help")) {
    help_command(command);
    return KHOP_OK;
  }
  if (status == KHOP_OK) status = command->run(&a, &err);
  if (status != KHOP_OK) report_print(&err);
  if (fflush(stdout) != 0 && status == KHOP_OK) {
    fprintf(stderr, "khop: standard output: cannot be written\n");
    return KHOP_ENVIRONMENT;
  }
  return (int)status;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    help_all(commands);
    return KHOP_USAGE;
  }
  if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    return show_help(argc - 2, argv + 2);
  }
  if (strcmp(argv[1], "--version") == 0) {
    printf("khop %s\n", khop_version());
    return KHOP_OK;
  }
  int taken = 0;
  const command_spec *command = find_command(argc - 1, argv + 1, &taken);
  if (!command) return unknown_command(argv[1]);
  return run_command(command, argc - 1 - taken, argv + 1 + taken);
}
