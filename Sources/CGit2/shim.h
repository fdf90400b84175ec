// The only inline C of the project: what Swift cannot call in <git2.h>, which is variadic functions.
// Each function answers libgit2's status: 0, or a negative error code.

#ifndef WRIT_CGIT2_SHIM_H
#define WRIT_CGIT2_SHIM_H

#include <git2.h>

static inline int writ_git_set_owner_validation(int enabled) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

static inline int writ_git_set_search_path(git_config_level_t level, const char *path) {
  return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, (int)level, path);
}

static inline int writ_git_set_extensions(const char **names, size_t count) {
  return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names, count);
}

static inline int writ_git_set_cache_object_limit(git_object_t type, size_t bytes) {
  return git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, (int)type, bytes);
}

static inline int writ_git_set_cache_maximum(ssize_t bytes) {
  return git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, bytes);
}

static inline int writ_git_set_mapped_limit(size_t bytes) {
  return git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, bytes);
}

static inline int writ_git_set_pack_objects_maximum(size_t objects) {
  return git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, objects);
}

static inline int writ_git_set_strict_hashes(int enabled) {
  return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled);
}

static inline int writ_git_set_fsync(int enabled) {
  return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, enabled);
}

static inline int writ_git_set_user_agent(const char *name) {
  return git_libgit2_opts(GIT_OPT_SET_USER_AGENT, name);
}

static inline int writ_git_set_certificates(const char *file) {
  return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, NULL);
}

#endif
