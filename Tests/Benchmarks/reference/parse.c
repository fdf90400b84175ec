/* What a cold plan cannot do without, on one thread: read each manifest of a commit through libgit2
   and parse it with libyaml's event API. Nothing is kept and nothing is checked but the syntax.

   usage: parse REPOSITORY [REVISION]

   libgit2 has its default settings, under which it verifies the id of every object that it reads,
   as Writ does. Prints one line of JSON; the time in it runs from the opening of the repository. */

#include <git2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yaml.h>

static struct {
  git_repository *repository;
  git_odb *database;
  uint64_t blobs, bytes, events;
} work;

static void check(int status, const char *what)
{
  if (status >= 0) return;
  const git_error *error = git_error_last();
  fprintf(stderr, "parse: %s: %s\n", what, error ? error->message : "failed");
  exit(1);
}

static int64_t now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int is_manifest(const char *name)
{
  size_t length = strlen(name);
  return (length > 5 && memcmp(name + length - 5, ".yaml", 5) == 0) ||
         (length > 4 && memcmp(name + length - 4, ".yml", 4) == 0);
}

static void parse(const unsigned char *bytes, size_t size, const char *name)
{
  yaml_parser_t parser;
  yaml_event_t event;
  if (!yaml_parser_initialize(&parser)) abort();
  yaml_parser_set_input_string(&parser, bytes, size);
  for (int is_done = 0; !is_done;) {
    if (!yaml_parser_parse(&parser, &event)) {
      fprintf(stderr, "parse: %s: %s\n", name, parser.problem);
      exit(1);
    }
    is_done = event.type == YAML_STREAM_END_EVENT;
    work.events++;
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
}

static void read_blob(const git_oid *id, const char *name)
{
  git_odb_object *object;
  check(git_odb_read(&object, work.database, id), name);
  size_t size = git_odb_object_size(object);
  parse(git_odb_object_data(object), size, name);
  work.blobs++;
  work.bytes += size;
  git_odb_object_free(object);
}

static void walk(const git_oid *id)
{
  git_tree *tree;
  check(git_tree_lookup(&tree, work.repository, id), "read a tree");
  size_t count = git_tree_entrycount(tree);
  for (size_t index = 0; index < count; index++) {
    const git_tree_entry *entry = git_tree_entry_byindex(tree, index);
    const char *name = git_tree_entry_name(entry);
    switch (git_tree_entry_type(entry)) {
    case GIT_OBJECT_TREE: walk(git_tree_entry_id(entry)); break;
    case GIT_OBJECT_BLOB:
      if (is_manifest(name)) read_blob(git_tree_entry_id(entry), name);
      break;
    default: break;
    }
  }
  git_tree_free(tree);
}

int main(int argc, char **argv)
{
  if (argc != 2 && argc != 3) {
    fprintf(stderr, "usage: parse REPOSITORY [REVISION]\n");
    return 64;
  }
  int64_t start = now();
  git_object *tree;
  char revision[512];
  snprintf(revision, sizeof revision, "%s^{tree}", argc == 3 ? argv[2] : "HEAD");
  check(git_libgit2_init(), "start libgit2");
  check(git_repository_open(&work.repository, argv[1]), argv[1]);
  check(git_repository_odb(&work.database, work.repository), argv[1]);
  check(git_revparse_single(&tree, work.repository, revision), revision);
  walk(git_object_id(tree));
  printf("{\"blobs\":%llu,\"bytes\":%llu,\"events\":%llu,\"nanoseconds\":%lld}\n",
         (unsigned long long)work.blobs, (unsigned long long)work.bytes,
         (unsigned long long)work.events, (long long)(now() - start));
  git_object_free(tree);
  git_odb_free(work.database);
  git_repository_free(work.repository);
  git_libgit2_shutdown();
  return 0;
}
