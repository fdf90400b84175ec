/* What storing rows costs when nothing else is asked: one durable transaction that upserts ROWS
   rows with BYTES bytes of content each into a new file.

   usage: upsert FILE ROWS BYTES

   A table with an integer primary key and a unique text key, rows in the order of both keys, one
   prepared statement, WAL, synchronous=FULL, and a page cache that holds everything. Prints one
   line of JSON; the time in it runs from BEGIN IMMEDIATE to the end of COMMIT. */

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static sqlite3 *database;

static void check(int is_fine, const char *what)
{
  if (is_fine) return;
  fprintf(stderr, "upsert: %s: %s\n", what, sqlite3_errmsg(database));
  exit(1);
}

static void execute(const char *sql)
{
  check(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

static int64_t now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* xorshift64: contents differ, and the same call makes the same ones. */
static void fill(unsigned char *bytes, size_t count, uint64_t *state)
{
  for (size_t index = 0; index < count; index++) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    bytes[index] = (unsigned char)(' ' + *state % 95);
  }
}

int main(int argc, char **argv)
{
  int64_t rows = argc == 4 ? atoll(argv[2]) : 0;
  size_t size = argc == 4 ? (size_t)atoll(argv[3]) : 0;
  if (rows <= 0 || size == 0) {
    fprintf(stderr, "usage: upsert FILE ROWS BYTES\n");
    return 64;
  }
  if (access(argv[1], F_OK) == 0) {
    fprintf(stderr, "upsert: %s exists\n", argv[1]);
    return 1;
  }
  check(sqlite3_open(argv[1], &database) == SQLITE_OK, argv[1]);
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = FULL");
  execute("PRAGMA cache_size = -262144");
  execute("CREATE TABLE resource (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
          " digest BLOB NOT NULL, content BLOB NOT NULL) STRICT");
  sqlite3_stmt *upsert;
  check(sqlite3_prepare_v2(
          database,
          "INSERT INTO resource (id, key, digest, content) VALUES (?, ?, ?, ?)"
          " ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, content = excluded.content",
          -1, &upsert, NULL) == SQLITE_OK,
        "prepare");

  uint64_t state = 88172645463325252u;
  unsigned char digest[32];
  unsigned char *contents = malloc((size_t)rows * size);
  if (!contents) abort();
  fill(contents, (size_t)rows * size, &state);

  int64_t start = now();
  execute("BEGIN IMMEDIATE");
  for (int64_t row = 1; row <= rows; row++) {
    char key[64];
    int length = snprintf(key, sizeof key, "Job/production-storage-%08lld", (long long)row);
    fill(digest, sizeof digest, &state);
    sqlite3_bind_int64(upsert, 1, row);
    sqlite3_bind_text(upsert, 2, key, length, SQLITE_STATIC);
    sqlite3_bind_blob(upsert, 3, digest, sizeof digest, SQLITE_STATIC);
    sqlite3_bind_blob(upsert, 4, contents + (size_t)(row - 1) * size, (int)size, SQLITE_STATIC);
    check(sqlite3_step(upsert) == SQLITE_DONE, "upsert");
    check(sqlite3_reset(upsert) == SQLITE_OK, "reset");
  }
  execute("COMMIT");
  int64_t end = now();

  sqlite3_stmt *count;
  check(sqlite3_prepare_v2(database, "SELECT count(*) FROM resource", -1, &count, NULL) ==
          SQLITE_OK,
        "count");
  check(sqlite3_step(count) == SQLITE_ROW && sqlite3_column_int64(count, 0) == rows, "count");
  printf("{\"rows\":%lld,\"contentBytes\":%lld,\"nanoseconds\":%lld}\n", (long long)rows,
         (long long)size, (long long)(end - start));
  sqlite3_finalize(count);
  sqlite3_finalize(upsert);
  sqlite3_close(database);
  free(contents);
  return 0;
}
