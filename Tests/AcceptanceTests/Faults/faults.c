// Makes calls that touch files below one folder fail, in a program that knows nothing of it.
//
// Preloaded before libc. WRIT_FAULT_PATH is the folder. Two ways to say what fails:
//
//   WRIT_FAULT_NTH=n      the n-th call of the classes in WRIT_FAULT_CLASSES fails with the number
//   WRIT_FAULT_ERRNO      in WRIT_FAULT_ERRNO; with WRIT_FAULT_FOREVER=1 every later one too.
//   WRIT_FAULT_REPORT     a file that gets a line "n class" when the fault strikes; without a
//                         strike, the count of calls in the end.
//   WRIT_FAULT_CONTROL    a file: while it holds "ERRNO class class ..." all these calls fail.
//                         Looked at for each call, so a test can switch it while the program runs.
//   WRIT_FAULT_CLOCK      a file: the time of day is off by as many seconds as it says.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;
static atomic_int struck;
static long nth;
static int fault_errno = EIO, forever;
static char folder[PATH_MAX], classes[256], report[PATH_MAX], control[PATH_MAX];
static char clock_file[PATH_MAX];
static size_t folder_length;

static void copy(char *to, size_t size, const char *name) {
  const char *value = getenv(name);
  if (value) snprintf(to, size, "%s", value);
}

__attribute__((constructor)) static void start(void) {
  copy(folder, sizeof folder, "WRIT_FAULT_PATH");
  folder_length = strlen(folder);
  copy(classes, sizeof classes, "WRIT_FAULT_CLASSES");
  copy(report, sizeof report, "WRIT_FAULT_REPORT");
  copy(control, sizeof control, "WRIT_FAULT_CONTROL");
  copy(clock_file, sizeof clock_file, "WRIT_FAULT_CLOCK");
  const char *value = getenv("WRIT_FAULT_NTH");
  if (value) nth = atol(value);
  if ((value = getenv("WRIT_FAULT_ERRNO"))) fault_errno = atoi(value);
  forever = getenv("WRIT_FAULT_FOREVER") != NULL;
}

// Writes past libc, so that nothing of this is counted.
static void tell(const char *name) {
  if (!report[0]) return;
  char line[128];
  int length = snprintf(line, sizeof line, "%ld %s\n", (long)calls, name);
  int descriptor = syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (descriptor < 0) return;
  syscall(SYS_write, descriptor, line, length);
  syscall(SYS_close, descriptor);
}

__attribute__((destructor)) static void end(void) {
  if (folder_length && !struck) tell("calls");
}

static int has_word(const char *words, const char *word) {
  size_t length = strlen(word);
  for (const char *at = words; (at = strstr(at, word)); at += length)
    if ((at == words || at[-1] == ' ' || at[-1] == ',') &&
        (at[length] == 0 || at[length] == ' ' || at[length] == ',' || at[length] == '\n'))
      return 1;
  return 0;
}

static int is_below(const char *path) {
  if (!folder_length || !path) return 0;
  char full[PATH_MAX];
  if (path[0] != '/') {
    if (syscall(SYS_getcwd, full, sizeof full) < 0) return 0;
    size_t length = strlen(full);
    snprintf(full + length, sizeof full - length, "/%s", path);
    path = full;
  }
  return strncmp(path, folder, folder_length) == 0 &&
         (path[folder_length] == '/' || path[folder_length] == 0);
}

static int is_ours(int descriptor) {
  if (!folder_length || descriptor < 0) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_below(path);
}

// What a small file holds; 0 where there is none, or nothing in it.
static int contents(const char *path, char *words, size_t size) {
  int descriptor = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
  if (descriptor < 0) return 0;
  long length = syscall(SYS_read, descriptor, words, size - 1);
  syscall(SYS_close, descriptor);
  words[length > 0 ? length : 0] = 0;
  return length > 0;
}

// Whether this call fails; errno is set then.
static int fails(const char *name) {
  char words[256];
  if (control[0] && contents(control, words, sizeof words) && has_word(words, name)) {
    errno = atoi(words);
    return 1;
  }
  if (!has_word(classes, name)) return 0;
  long number = atomic_fetch_add(&calls, 1) + 1;
  if (!nth || (forever ? number < nth : number != nth)) return 0;
  if (atomic_exchange(&struck, 1) == 0) tell(name);
  errno = fault_errno;
  return 1;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)

// MARK: The time of day

int clock_gettime(clockid_t clock, struct timespec *time) {
  REAL(clock_gettime);
  int result = real(clock, time);
  char words[64];
  if (result == 0 && clock == CLOCK_REALTIME && clock_file[0] &&
      contents(clock_file, words, sizeof words))
    time->tv_sec += atol(words);
  return result;
}

// MARK: Names

static const char *open_class(int flags) {
  return (flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT) ? "open" : "openw";
}

#define OPEN(name)                                                          \
  int name(const char *path, int flags, ...) {                              \
    REAL(name);                                                             \
    va_list list;                                                           \
    va_start(list, flags);                                                  \
    mode_t mode = va_arg(list, mode_t);                                     \
    va_end(list);                                                           \
    if (is_below(path) && fails(open_class(flags))) return -1;              \
    return real(path, flags, mode);                                         \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                        \
  int name(int folder, const char *path, int flags, ...) {                  \
    REAL(name);                                                             \
    va_list list;                                                           \
    va_start(list, flags);                                                  \
    mode_t mode = va_arg(list, mode_t);                                     \
    va_end(list);                                                           \
    if (is_below(path) && fails(open_class(flags))) return -1;              \
    return real(folder, path, flags, mode);                                 \
  }
OPENAT(openat)
OPENAT(openat64)

int rename(const char *old, const char *new) {
  REAL(rename);
  return is_below(new) && fails("rename") ? -1 : real(old, new);
}
int link(const char *old, const char *new) {
  REAL(link);
  return is_below(new) && fails("rename") ? -1 : real(old, new);
}
int unlink(const char *path) {
  REAL(unlink);
  return is_below(path) && fails("unlink") ? -1 : real(path);
}
int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  return is_below(path) && fails("mkdir") ? -1 : real(path, mode);
}

// MARK: Contents

ssize_t read(int descriptor, void *bytes, size_t count) {
  REAL(read);
  return is_ours(descriptor) && fails("read") ? -1 : real(descriptor, bytes, count);
}
ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
  REAL(pread);
  return is_ours(descriptor) && fails("read") ? -1 : real(descriptor, bytes, count, offset);
}
ssize_t pread64(int descriptor, void *bytes, size_t count, off64_t offset) {
  REAL(pread64);
  return is_ours(descriptor) && fails("read") ? -1 : real(descriptor, bytes, count, offset);
}
ssize_t write(int descriptor, const void *bytes, size_t count) {
  REAL(write);
  return is_ours(descriptor) && fails("write") ? -1 : real(descriptor, bytes, count);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  REAL(pwrite);
  return is_ours(descriptor) && fails("write") ? -1 : real(descriptor, bytes, count, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  REAL(pwrite64);
  return is_ours(descriptor) && fails("write") ? -1 : real(descriptor, bytes, count, offset);
}
int ftruncate(int descriptor, off_t size) {
  REAL(ftruncate);
  return is_ours(descriptor) && fails("truncate") ? -1 : real(descriptor, size);
}
int ftruncate64(int descriptor, off64_t size) {
  REAL(ftruncate64);
  return is_ours(descriptor) && fails("truncate") ? -1 : real(descriptor, size);
}
int fsync(int descriptor) {
  REAL(fsync);
  return is_ours(descriptor) && fails("sync") ? -1 : real(descriptor);
}
int fdatasync(int descriptor) {
  REAL(fdatasync);
  return is_ours(descriptor) && fails("sync") ? -1 : real(descriptor);
}
void *mmap(void *at, size_t size, int protection, int flags, int descriptor, off_t offset) {
  REAL(mmap);
  if (!(flags & MAP_ANONYMOUS) && is_ours(descriptor) && fails("mmap")) return MAP_FAILED;
  return real(at, size, protection, flags, descriptor, offset);
}
void *mmap64(void *at, size_t size, int protection, int flags, int descriptor, off64_t offset) {
  REAL(mmap64);
  if (!(flags & MAP_ANONYMOUS) && is_ours(descriptor) && fails("mmap")) return MAP_FAILED;
  return real(at, size, protection, flags, descriptor, offset);
}

// MARK: Locks

int flock(int descriptor, int operation) {
  REAL(flock);
  return operation != LOCK_UN && is_ours(descriptor) && fails("lock") ? -1
                                                                     : real(descriptor, operation);
}

static int is_lock(int command, void *argument) {
  return (command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK) && argument &&
         ((struct flock *)argument)->l_type != F_UNLCK;
}

#define FCNTL(name)                                                                        \
  int name(int descriptor, int command, ...) {                                             \
    REAL(name);                                                                            \
    va_list list;                                                                          \
    va_start(list, command);                                                               \
    void *argument = va_arg(list, void *);                                                 \
    va_end(list);                                                                          \
    if (is_lock(command, argument) && is_ours(descriptor) && fails("lock")) return -1;     \
    return real(descriptor, command, argument);                                            \
  }
FCNTL(fcntl)
FCNTL(fcntl64)
