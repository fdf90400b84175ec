/// Which variables change what commands do.
enum ShellVariables {
  private static let names: Set<String> = [
    "PATH", "IFS", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "SHELL", "HOME", "CDPATH", "FPATH",
    "PS0", "PS1", "PS2", "PS3", "PS4", "PROMPT_COMMAND", "PROMPT", "RPROMPT", "POSIXLY_CORRECT",
    "ZDOTDIR", "NULLCMD", "READNULLCMD", "TMPPREFIX", "FCEDIT", "HISTFILE", "HISTCMD", "MAILPATH",
    "MAIL", "EXECIGNORE", "GLOBIGNORE", "INPUTRC", "TMPDIR", "GCONV_PATH", "GETCONF_DIR",
    "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF",
    "RES_OPTIONS", "TZDIR", "GLIBC_TUNABLES", "TERMINFO", "TERMINFO_DIRS", "TERMCAP", "EDITOR",
    "VISUAL", "BROWSER", "LESS", "MORE", "MANOPT", "MANPATH", "TAR_OPTIONS", "GREP_OPTIONS",
    "GZIP", "BZIP", "BZIP2", "XZ_OPT", "XZ_DEFAULTS", "TAPE", "RSH", "SSLKEYLOGFILE", "KUBECONFIG",
    "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "CLASSPATH", "DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "MAGIC", "FUNCNEST", "NODE_OPTIONS",
    "NODE_PATH", "SYSTEMCTL_FORCE_BUS", "WGETRC", "CURL_HOME", "BLKID_FILE", "OPENSSL_CONF",
    "NMAPDIR", "JQ_COLORS", "WATCH_INTERVAL",
    // A shell calculates what these are set to, and that can run commands.
    "RANDOM", "SRANDOM", "SECONDS", "LINENO", "EPOCHSECONDS", "EPOCHREALTIME", "PPID", "UID",
    "EUID",
    "GID", "EGID", "USERNAME", "OPTIND", "SHLVL", "TMOUT", "MAILCHECK", "SAVEHIST", "COLUMNS",
    "LINES", "KEYTIMEOUT", "LISTMAX", "ERRNO", "ARGC", "status", "argv", "GROUPS", "DIRSTACK",
    "FUNCNAME",
    // In zsh these lists are the variables with large letters.
    "path", "fpath", "cdpath", "manpath", "module_path", "mailpath", "prompt", "psvar", "aliases",
    "galiases", "saliases", "functions", "commands", "options", "builtins", "http_proxy",
    "https_proxy", "ftp_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
    "NO_PROXY", "FTP_PROXY", "nameref",
  ]

  private static let prefixes = [
    "LD_", "DYLD_", "BASH_", "GIT_", "PYTHON", "PERL", "RUBY", "SSH_", "DOCKER_", "PODMAN_",
    "CONTAINER", "BUILDAH_", "SYSTEMD_", "OPENSSL_", "KUBE", "KUBECTL_", "AWK", "GAWK", "LESS",
    "XDG_", "MALLOC_", "ZSH_", "KSH_", "TOP", "PROCPS_", "LIBPROC_", "LSOF", "NCAT_", "NMAP_",
    "RSYNC_", "DPKG_", "APT_", "JQ_", "SUDO_", "DOAS_", "HIST", "dis_", "_",
  ]

  private static let suffixes = ["PAGER", "EDITOR", "_PRELOAD", "_RSH", "_ASKPASS"]

  /// Whether setting the variable can change which commands run, or what a harmless one does.
  static func changeCommands(_ name: String) -> Bool {
    if name == "_" { return false }
    return names.contains(name) || prefixes.contains { name.hasPrefix($0) }
      || suffixes.contains { name.hasSuffix($0) }
  }

  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first.isShellNameStart else { return false }
    return text.utf8.allSatisfy(\.isShellName)
  }
}
