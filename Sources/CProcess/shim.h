#ifndef WRIT_CPROCESS_SHIM_H
#define WRIT_CPROCESS_SHIM_H

// System calls that the C library or Swift's module of it leaves out. Each returns what the call
// returns, with errno set.

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/// O_PATH, which the C library shows only to those who ask for everything.
static const int writ_open_path = 010000000;

static inline int writ_pipe(int ends[2]) {
  return (int)syscall(SYS_pipe2, ends, O_CLOEXEC);
}

/// How a child ended and what it has used; it stays a zombie, for its parent to reap.
///
/// The C library's waitid does not pass the usage on; the system call has it as fifth argument.
/// `code` is CLD_EXITED, CLD_KILLED or CLD_DUMPED, or 0 where the child has not ended.
static inline int writ_peek_exit(
    int pidfd, int *code, int *status, struct rusage *usage) {
  siginfo_t info;
  info.si_pid = 0;
  const int p_pidfd = 3;
  long rc = syscall(
      SYS_waitid, p_pidfd, pidfd, &info, WEXITED | WNOWAIT | WNOHANG, usage);
  if (rc != 0) return -1;
  *code = info.si_pid == 0 ? 0 : info.si_code;
  *status = info.si_pid == 0 ? 0 : info.si_status;
  return 0;
}

static inline int writ_pidfd_open(pid_t pid) {
  return (int)syscall(SYS_pidfd_open, pid, 0u);
}

static inline int writ_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0u);
}

/// Lets process `pid` leave no core dump; its memory may hold secrets.
static inline int writ_forbid_core_dump(pid_t pid) {
  struct { uint64_t soft, hard; } none = {0, 0};
  return (int)syscall(SYS_prlimit64, pid, RLIMIT_CORE, &none, NULL);
}

// What spawn.h shows only to those who ask for everything.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
static const short writ_spawn_setsid = 0x80;

/// Starts `path` in a session of its own, with /dev/null as input, no other descriptor than
/// `output` and `error`, all signals as by default; 0, or the error number.
static inline int writ_spawn(
    pid_t *pid, const char *path, char *const argv[], char *const environment[],
    const char *directory, int output, int error) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  sigdelset(&all, SIGKILL);
  sigdelset(&all, SIGSTOP);
  int rc = posix_spawn_file_actions_init(&actions);
  if (rc != 0) return rc;
  rc = posix_spawnattr_init(&attributes);
  if (rc == 0) {
    rc = posix_spawnattr_setflags(
        &attributes, writ_spawn_setsid | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (rc == 0) rc = posix_spawnattr_setsigmask(&attributes, &none);
    if (rc == 0) rc = posix_spawnattr_setsigdefault(&attributes, &all);
    if (rc == 0 && directory != NULL)
      rc = posix_spawn_file_actions_addchdir_np(&actions, directory);
    if (rc == 0)
      rc = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (rc == 0) rc = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (rc == 0) rc = posix_spawn_file_actions_adddup2(&actions, error, 2);
    if (rc == 0) rc = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (rc == 0) rc = posix_spawn(pid, path, &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return rc;
}

/// Takes an ended child off the list of processes.
static inline int writ_reap(int pidfd) {
  siginfo_t info;
  const int p_pidfd = 3;
  return (int)syscall(SYS_waitid, p_pidfd, pidfd, &info, WEXITED, NULL);
}

#endif
