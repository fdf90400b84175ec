import Actions
import Testing

struct HarmlessCommandTests {
  @Test(arguments: [
    "ls", "ls -la /tmp", "/bin/ls", "/usr/bin/stat x", "l\\s", "'ls' -l", "l\"s\"",
    "cat /etc/hosts",
    "cat <<EOF\nrm x\nEOF", "cat <<'EOF'\n$(rm x)\nEOF", "cat <<-E\n\thi $x\n\tE", "echo rm x",
    "echo 'a;rm b'",
    "echo \"a; rm b\"", "echo a # rm b", "df -h; uptime", "df -h && uptime || free",
    "ps aux | grep x | wc -l",
    "! ls", "(ls; ps)", "{ ls; ps; }", "if [ -f /x ]; then cat /x; else echo no; fi",
    "for f in a b; do stat \"$f\"; done", "for f in /var/log/*.log; do wc -l \"$f\"; done",
    "while read -r line; do echo \"$line\"; done", "until true; do sleep 1; done",
    "case $1 in a|b) ls;; *) ps;; esac", "f() { ls; }; f", "f() { ls \"$@\"; }\nf a", "x=1",
    "x=$(date)",
    "x=1 ls", "export X=1", "export LANG", "set -eu", "set -euo pipefail", "set -- a b", "shift",
    "cd /tmp",
    "exit 1", "exit $?", "return 0", ":", "local x", "unset x", "read -r a b", "readonly X=2",
    "umask 022",
    "trap - EXIT", "trap '' INT", "trap 'echo done' EXIT", "eval 'ls'", "eval ls -l",
    "command -v rm",
    "command ls", "exec ls", "exec 2>&1", "ls >/dev/null 2>&1", "ls 2>&-", "ls </etc/hosts",
    "type rm",
    "which rm", "env", "env ls", "env A=1 ls", "env -i ls", "nohup ls", "nice ls", "nice -n 5 ls",
    "timeout 5 ls", "timeout -k 1 5s ls", "time ls", "setsid ls", "stdbuf -oL ls", "ionice -c3 ls",
    "sh -c ls", "sh -ec 'ls; ps'", "bash -c 'ls'", "busybox ls", "ls | xargs stat", "xargs -0 cat",
    "ls | xargs -I{} stat {}", "watch ls", "find . -name '*.log'",
    "find /var -type f -mtime +1 -print0",
    "find /var/* -size +1M", "sort x", "sort -n -k2 x", "sort -- \"$f\"", "uniq", "uniq -c x",
    "sed -n 1p x", "sed s/a/b/ x",
    "sed -e 's/a/b/g' -e '/x/d' f", "sed 's|a|b|'", "sed -n '/a/,/b/p'", "sed '$!d'",
    "awk '{print $1}' x",
    "awk -F: '$3 > 1000 {print $1}' /etc/passwd", "awk 'a || b'", "tar tf x.tar", "tar -tzf x.tgz",
    "tar --list --file=x.tar", "git status", "git log --oneline -5", "git -C /srv diff",
    "git branch -a",
    "git --no-pager show HEAD", "git remote -v", "date", "date +%s", "date -d yesterday +%F",
    "date -u", "date -I",
    "hostname", "hostname -f", "ip addr", "ip -4 addr show", "ip a", "ip route get 1.1.1.1",
    "ip -br link",
    "sysctl -a", "sysctl -n kernel.hostname", "journalctl -u nginx -n 50 --no-pager",
    "journalctl --since today",
    "ss -tlnp", "netstat -an", "systemctl status nginx", "systemctl is-active x",
    "systemctl list-units --failed",
    "systemctl --no-pager show x -p MainPID", "systemctl", "docker ps -a", "docker logs x",
    "podman images", "docker inspect x",
    "kubectl get pods -A", "kubectl -n web get pods -o wide", "kubectl describe pod x",
    "kubectl logs -f x",
    "kubectl auth can-i get pods", "kubectl top nodes", "kubectl explain pod", "kubectl version",
    "kubectl api-resources", "kubectl diff -f x.yaml", "kubectl rollout status deploy/x", "kill -l",
    "kill -0 12",
    "crontab -l", "dpkg -l", "test -f x", "[ \"$x\" = y ]", "[ $# -eq 0 ]", "[ $? -ne 0 ]",
    "printf '%s\\n' a", "true", "false",
    "head -n 5 x", "tail -f x", "wc -l x", "grep -r x .", "cut -d: -f1 x", "tr a b", "du -sh .",
    "free -m",
    "uname -a", "id", "whoami", "w", "who", "last", "lsof -i", "file x", "stat x", "printenv PATH",
    "env -u FOO ls",
    "nproc", "getent passwd", "seq 3", "basename x", "readlink -f x", "md5sum x", "diff a b",
    "jq . x", "xxd x",
    "top -b -n 1", "ls *.txt", "ls {a,b}", "ls ~", "echo $((1+2))", "echo ${#x}", "echo ${x:-a}",
    "echo ${x%.*}", "echo `date`",
    "echo \"`date`\"", "echo $(echo $(date))", "ls &", "ls & wait", "wait $!", "jobs -l",
    "ls \\\n -l", "", "# only a comment",
    "swapon --show",
  ])
  func observes(text: String) {
    let result = CommandClassifier.classify(script(text))
    #expect(result.level == .observe, "\(result.reasons)")
  }

  @Test(arguments: [
    "[[ -f x ]] && ls", "[[ $x == a* ]]", "[[ $x =~ ^(a|b)$ ]]", "a=(1 2 3); echo \"${a[@]}\"",
    "ls &>/dev/null",
    "cat <<<\"$x\"", "diff <(ls a) <(ls b)", "function f { ls; }", "echo ${x^^}", "echo ${x//a/b}",
    "echo $'a\\tb'",
    "ls |& grep x", "x+=a", "(( 1 < 2 ))", "printf -v out %s a", "builtin echo a",
    "select x in a b; do ls; done",
    "case x in a) ls;& b) ps;;& esac",
  ])
  func observesInBash(text: String) {
    let result = CommandClassifier.classify(bash(text))
    #expect(result.level == .observe, "\(result.reasons)")
  }

  @Test(arguments: [
    "curl https://example.com", "curl -sSfL https://example.com/x",
    "curl -o /dev/null -w '%{http_code}' https://x",
    "curl -I http://x", "curl -X HEAD http://x", "curl \"https://x/$y\"", "wget -qO- http://x",
    "wget --spider http://x",
    "wget -q -O - http://x", "ping -c 1 x", "dig x", "nslookup x", "traceroute x", "nc -zv host 80",
    "nmap -sT -p80 host",
    "tcpdump -i eth0 -c 10", "openssl s_client -connect x:443",
    "openssl x509 -noout -dates -in c.pem", "mount", "mount -l",
    "fdisk -l", "lsblk", "blkid", "dmesg", "dmesg -T", "vmstat 1 2", "iostat -x", "sar -u",
    "strace -p 12", "sudo cat x",
    "sudo -n -u root ls", "doas ls", "ls; curl http://x", "echo $(curl http://x)", "perf list",
    "smartctl -a /dev/sda",
    "iotop -b", "mtr -r x", "pidstat 1 1",
  ])
  func diagnoses(text: String) {
    let result = CommandClassifier.classify(script(text))
    #expect(result.level == .diagnose, "\(result.reasons)")
  }
}
