/* How fast this machine can start a process and reap it: RUNS times PROGRAM, WIDTH at a time.

   usage: spawn RUNS WIDTH PROGRAM

   posix_spawn and waitpid, nothing read, nothing kept. Fails where one does not end with 0. Prints
   one line of JSON. */

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

static int64_t now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(int argc, char **argv)
{
  int64_t runs = argc == 4 ? atoll(argv[1]) : 0;
  int64_t width = argc == 4 ? atoll(argv[2]) : 0;
  if (runs <= 0 || width <= 0) {
    fprintf(stderr, "usage: spawn RUNS WIDTH PROGRAM\n");
    return 64;
  }
  char *arguments[] = {argv[3], NULL};
  char *environment[] = {"PATH=/usr/bin:/bin", NULL};
  int64_t started = 0, ended = 0;
  int64_t start = now();
  while (ended < runs) {
    while (started < runs && started - ended < width) {
      pid_t child;
      int problem = posix_spawn(&child, argv[3], NULL, NULL, arguments, environment);
      if (problem) {
        fprintf(stderr, "spawn: %s: %s\n", argv[3], strerror(problem));
        return 1;
      }
      started++;
    }
    int status;
    pid_t child = waitpid(-1, &status, 0);
    if (child < 0 && errno == EINTR) continue;
    if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      fprintf(stderr, "spawn: a process did not end with 0\n");
      return 1;
    }
    ended++;
  }
  printf("{\"runs\":%lld,\"nanoseconds\":%lld}\n", (long long)runs, (long long)(now() - start));
  return 0;
}
