/* Help on the screen and as a man page, both from the command table. See report.h. */
#include <stdio.h>
#include <string.h>

#include "cli/report.h"

static const char *const exit_codes[][2] = {
    {"0", "done"},
    {"1", "an option, schema or configuration that cannot be used"},
    {"2", "the input cannot be read, or more of it was rejected than --max-rejected allows"},
    {"3", "disk, memory or permission"},
    {"4", "interrupted; an earlier run's files are untouched"},
    {"70", "a bug in khop"},
    {NULL, NULL}};

void help_all(const command_spec *const *commands) {
  printf("khop %s: finds the records that mean the same person or parcel.\n\n", khop_version());
  for (const command_spec *const *c = commands; *c; c++) printf("  khop %-14s %s\n", (*c)->name, (*c)->summary);
  printf("\nkhop help COMMAND shows its options. Exit codes:\n");
  for (size_t i = 0; exit_codes[i][0]; i++) printf("  %-3s %s\n", exit_codes[i][0], exit_codes[i][1]);
}

bool help_group(const command_spec *const *commands, const char *word) {
  size_t length = strlen(word);
  bool found = false;
  for (const command_spec *const *c = commands; *c; c++) {
    if (strncmp((*c)->name, word, length) != 0 || (*c)->name[length] != ' ') continue;
    printf("  khop %-14s %s\n", (*c)->name, (*c)->summary);
    found = true;
  }
  return found;
}

static void print_option(const option_spec *option) {
  char left[64];
  snprintf(left, sizeof left, "%s%s%s%s%s", option->letter ? option->letter : "", option->letter ? ", " : "", option->name,
           option->argument ? " " : "", option->argument ? option->argument : "");
  printf("  %-28s %s\n", left, option->help);
}

void help_command(const command_spec *command) {
  printf("khop %s %s\n\n%s\n", command->name, command->operands, command->summary);
  if (command->details) printf("%s\n", command->details);
  printf("\n");
  for (const option_spec *const *group = command->option_groups; *group; group++) {
    for (const option_spec *option = *group; option->name; option++) print_option(option);
  }
}

/* troff takes '-' for a hyphen and a leading '.' or ''' for a request. */
static void print_troff(const char *text) {
  if (text[0] == '.' || text[0] == '\'') printf("\\&");
  for (; *text; text++) {
    if (*text == '-') printf("\\-");
    else if (*text == '\\') printf("\\e");
    else putchar(*text);
  }
  putchar('\n');
}

static void man_command(const command_spec *command) {
  printf(".SS khop %s ", command->name);
  print_troff(command->operands);
  print_troff(command->summary);
  if (command->details) {
    printf(".PP\n");
    print_troff(command->details);
  }
  for (const option_spec *const *group = command->option_groups; *group; group++) {
    for (const option_spec *option = *group; option->name; option++) {
      printf(".TP\n.B ");
      if (option->letter) printf("\\%s, ", option->letter);
      for (const char *c = option->name; *c; c++) printf(*c == '-' ? "\\-" : "%c", *c);
      printf(option->argument ? " \\fI%s\\fR\n" : "\n", option->argument ? option->argument : "");
      print_troff(option->help);
    }
  }
}

void help_man_page(const command_spec *const *commands) {
  printf(".TH KHOP 1 \"\" \"khop %s\" \"User Commands\"\n.SH NAME\nkhop \\- bulk record matching for Vietnamese registers\n", khop_version());
  printf(".SH SYNOPSIS\n.B khop\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] ...\n.SH COMMANDS\n");
  for (const command_spec *const *c = commands; *c; c++) man_command(*c);
  printf(".SH EXIT STATUS\n");
  for (size_t i = 0; exit_codes[i][0]; i++) {
    printf(".TP\n.B %s\n", exit_codes[i][0]);
    print_troff(exit_codes[i][1]);
  }
}
