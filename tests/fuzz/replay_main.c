/* Runs a fuzz target over every file of a folder, so that its corpus is an ordinary test.
 *
 *     fuzz_csv tests/fuzz/corpus/csv
 *
 * The first run is the empty input. A folder without a file is a failure: a corpus that moved must not
 * pass for one that was replayed.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *object, const char *fact) {
  fprintf(stderr, "%s: %s\n", object, fact);
  exit(1);
}

/* The input is an allocation of its exact size, so that a sanitizer sees the first byte past it; as with
 * libFuzzer, an empty one is no null pointer. */
static void replay_file(const char *path, size_t size) {
  FILE *file = fopen(path, "rb");
  uint8_t *data = malloc(size);
  if (!file || !data || fread(data, 1, size, file) != size) fail(path, "cannot be read");
  fclose(file);
  LLVMFuzzerTestOneInput(data, size);
  free(data);
}

int main(int argc, char **argv) {
  if (argc != 2) fail(argv[0], "expected one argument, a corpus folder");
  struct dirent **entries = NULL;
  int count = scandir(argv[1], &entries, NULL, alphasort);
  if (count < 0) fail(argv[1], "not a readable folder");
  replay_file("/dev/null", 0);
  int replayed = 0;
  for (int i = 0; i < count; i++) {
    char path[4096];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
    free(entries[i]);
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode)) continue;
    replay_file(path, (size_t)info.st_size);
    replayed++;
  }
  free(entries);
  if (replayed == 0) fail(argv[1], "no corpus file");
  printf("%s: %d inputs\n", argv[1], replayed);
  return 0;
}
