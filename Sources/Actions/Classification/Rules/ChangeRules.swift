/// Programs that change a host whatever their arguments, named so that messages say why.
enum ChangeRules {
  static let rules: [(String, CommandRule)] =
    CommandRule.each("rm rmdir unlink shred wipefs", .remediate, "deletes")
    + CommandRule.each(
      "mv cp ln touch tee dd truncate install mkdir mkfifo mknod split csplit fallocate rsync "
        + "scp sftp patch", .remediate, "writes files")
    + CommandRule.each(
      "chmod chown chgrp chattr setfacl setfattr setcap", .remediate, "changes permissions")
    + CommandRule.each(
      "apt apt-get aptitude yum dnf rpm pip pip3 npm gem cargo go snap flatpak zypper pacman apk "
        + "brew", .remediate, "installs and removes software")
    + CommandRule.each(
      "service reboot shutdown poweroff halt init telinit rc-service", .remediate,
      "starts and stops services")
    + CommandRule.each("pkill killall skill snice renice", .remediate, "changes processes")
    + CommandRule.each(
      "iptables ip6tables nft ufw firewall-cmd tc ipset", .remediate, "changes the network")
    + CommandRule.each(
      "mkfs parted umount swapoff mkswap fsck resize2fs losetup", .remediate,
      "changes file systems")
    + CommandRule.each(
      "useradd userdel usermod groupadd groupdel passwd chpasswd adduser deluser visudo",
      .remediate, "changes users")
    + CommandRule.each(
      "python python2 python3 perl ruby node lua php tclsh expect gdb make m4", .remediate,
      "runs a program that is not read here")
    + CommandRule.each(
      "ssh su runuser pkexec parallel script screen tmux at batch nsenter unshare chroot systemd-run "
        + "start-stop-daemon flock systemd-nspawn fakeroot setpriv socat", .remediate,
      "runs commands elsewhere, later, or as another user")
    + CommandRule.each(
      "vi vim view nano ed ex emacs less more most man info pg", .remediate,
      "can run commands and write files while it shows text")
    + CommandRule.each("hash enable", .remediate, "changes which program a name means")
}
