#ifndef WRIT_CPROCESS_SHIM_H
#define WRIT_CPROCESS_SHIM_H

// System calls that the C library or Swift's module of it leaves out. Each returns what the call
// returns, with errno set.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

// What sched.h shows only to those who ask for everything.
int clone(int (*)(void *), void *, int, void *, ...);
enum { writ_clone_vm = 0x100, writ_clone_vfork = 0x4000, writ_clone_pidfd = 0x1000 };

/// The steps of a start, to say which one failed.
enum writ_step { writ_step_clone, writ_step_user, writ_step_directory, writ_step_exec };

/// A process to be started.
struct writ_launch {
  const char *path;
  char *const *arguments;
  char *const *environment;
  /// NULL for that of the caller.
  const char *directory;
  /// Descriptors above 2.
  int input, output, error;
  /// Up to which signal all get their default action.
  int last_signal;
  /// Whether user and groups change; the change needs root.
  int changes_user;
  uid_t user;
  gid_t group;
  const gid_t *groups;
  size_t group_count;
  /// Where it failed, and why.
  enum writ_step step;
  int failure;
};

/// Up to which signal a child has to get the default actions back.
///
/// Nobody in a program of ours touches the real-time signals, which are more than half of all. So one
/// of them is ignored only where the program began so.
static inline int writ_last_signal(void) {
  for (int number = SIGRTMIN; number < 65; number++) {
    struct sigaction current;
    if (sigaction(number, NULL, &current) == 0 && current.sa_handler == SIG_IGN) return 64;
  }
  return 31;
}

/// What the child does until the program runs.
///
/// It shares the memory of the caller, who stands still meanwhile; so only system calls, none that
/// the C library does for all threads, as it does with setuid.
static int writ_run_child(void *argument) {
  struct writ_launch *launch = argument;
  struct sigaction standard = {.sa_handler = SIG_DFL};
  for (int number = 1; number <= launch->last_signal; number++) sigaction(number, &standard, NULL);
  setsid();
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  umask(022);
  launch->step = writ_step_exec;
  if (dup2(launch->input, 0) < 0 || dup2(launch->output, 1) < 0 || dup2(launch->error, 2) < 0
      || syscall(SYS_close_range, 3u, ~0u, 0u) != 0)
    goto failed;
  if (launch->changes_user) {
    launch->step = writ_step_user;
    if (syscall(SYS_setgroups, launch->group_count, launch->groups) != 0
        || syscall(SYS_setresgid, launch->group, launch->group, launch->group) != 0
        || syscall(SYS_setresuid, launch->user, launch->user, launch->user) != 0)
      goto failed;
  }
  launch->step = writ_step_directory;
  if (launch->directory != NULL && chdir(launch->directory) != 0) goto failed;
  launch->step = writ_step_exec;
  sigset_t empty;
  sigemptyset(&empty);
  sigprocmask(SIG_SETMASK, &empty, NULL);
  execve(launch->path, launch->arguments, launch->environment);
failed:
  launch->failure = errno;
  _exit(127);
}

/// Takes an ended child off the list of processes.
static inline int writ_reap(int pidfd) {
  siginfo_t info;
  const int p_pidfd = 3;
  return (int)syscall(SYS_waitid, p_pidfd, pidfd, &info, WEXITED, NULL);
}

/// Starts a process in a session of its own, with no descriptor besides input and output, all signals
/// as by default, umask 022, no core dump. Returns its number and puts a
/// descriptor for it into `pidfd`; -1 where it does not start: see `step` and `failure`.
///
/// Unlike posix_spawn it can change the user, and gives the descriptor without a race.
static inline pid_t writ_spawn(struct writ_launch *launch, int *pidfd) {
  char stack[32768] __attribute__((aligned(64)));
  sigset_t all, old;
  sigfillset(&all);
  launch->step = writ_step_clone;
  launch->failure = 0;
  // No handler of the caller may run in the child, which shares its memory.
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pid_t pid = clone(
      writ_run_child, stack + sizeof stack,
      writ_clone_vm | writ_clone_vfork | writ_clone_pidfd | SIGCHLD, launch, pidfd);
  if (pid < 0) launch->failure = errno;
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  if (pid > 0 && launch->failure != 0) {
    while (writ_reap(*pidfd) != 0 && errno == EINTR) {}
    close(*pidfd);
    return -1;
  }
  return pid;
}

#endif
