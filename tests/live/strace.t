#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The oracle: Debian's strace on real commands. Same calls, same decoded text.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'getcwd';
use File::Temp 'tempdir';
use KX;
use Test::More;

need_root();
plan skip_all => 'strace is not installed' if system('command -v strace >/dev/null') != 0;
plan skip_all => 'the text of calls does not depend on the kernel' if $ENV{KX_VM_KERNEL};
$ENV{LC_ALL} = 'C';
$ENV{HOME} = '/root' unless $ENV{HOME};
delete @ENV{qw(LS_COLORS DEBUGINFOD_URLS)};

# What may differ, each with its reason; a line that no pattern knows is a failure.
my @explained;
for (split /\n/, slurp('tests/live/differences.txt')) {
	next if /^#/ || !/\S/;
	my ($pattern, $reason) = /^(\S.*?)\t+(\S.*)$/ or die "differences.txt: $_";
	push @explained, { pattern => qr{$pattern}, reason => $reason, used => 0 };
}

# Apart from the traces, whose number would show in the size of a directory.
my $work = tempdir('kx-test-XXXXXX', TMPDIR => 1, CLEANUP => 1) . '/work';
my $here = getcwd();
my %source = map { $_ => "$here/tests/live/strace/$_.c" } qw(server files);
mkdir "$dir/bin";
for (keys %source) {
	system('gcc', '-O1', '-w', '-pthread', '-o', "$dir/bin/$_", $source{$_}) == 0 or die "$_: cannot be compiled";
}

# What every command finds in its directory, new each time.
my $template = "$dir/template";
system("mkdir -p $template/tree/a/b && cp /etc/hosts $template/tree/a && cp /etc/passwd $template/tree/a/b && ln -s a $template/tree/link && truncate -s 1M $template/tree/hole && echo end >> $template/tree/hole");
system("cd $template && git -c init.defaultBranch=main init -q repo && cd repo && cp /etc/hosts . && git config user.name t && git config user.email t\@t && git config gc.auto 0 && git add hosts && git commit -q -m first");
write_file("$template/hello.c", "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n");
write_file("$template/hello.cc", "#include <string>\nint main() { return std::string(\"abc\").size() == 3 ? 0 : 1; }\n");
write_file("$template/Makefile", "all: one two\none: hello.c\n\t\$(CC) -c -o one.o hello.c\n\tcp one.o one\ntwo: hello.c\n\t\$(CC) -E -o two hello.c\n");
write_file("$template/nginx.conf", "daemon on; master_process off; pid nginx.pid; error_log error.log; events {} http { access_log access.log; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5; server { listen unix:nginx.sock; listen 127.0.0.1:18087; root .; } }\n");
write_file("$template/numbers", join("\n", map { ($_ * 7919) % 100003 } 1 .. 20000) . "\n");
write_file("$template/web.py", "import http.server, threading, urllib.request\ns = http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)\nthreading.Thread(target=s.serve_forever, daemon=True).start()\nurllib.request.urlopen('http://127.0.0.1:%d/hello.c' % s.server_port).read()\ns.shutdown()\n");
write_file("$template/many.py", "import json, os, subprocess, threading, socket, sqlite3, ssl\nsubprocess.run(['/bin/echo', 'x'])\nt = threading.Thread(target=lambda: os.getcwd()); t.start(); t.join()\na, b = socket.socketpair(); a.sendall(b'x'); b.recv(1)\nprint(json.dumps(os.listdir('tree')))\n");

my @commands = (
	[ 'true' ],
	[ 'cat, tac, head, tail, wc', 'cat /etc/hostname; tac tree/a/hosts; head -3 hello.c; tail -c 20 hello.c; wc numbers' ],
	[ 'ls', 'ls -la tree /nosuch; ls --color=always -R tree' ],
	[ 'find', "find tree -type f -name 'h*' -size -10 -exec cat {} + -o -newer hello.c -print" ],
	[ 'grep', 'grep -r localhost tree; grep -c 7 numbers' ],
	[ 'tar', 'tar cf x.tar tree && mkdir o && tar xf x.tar -C o && tar tf x.tar' ],
	[ 'tar with gzip', 'tar czf x.tgz tree && mkdir o && tar xzf x.tgz -C o' ],
	[ 'tar with xz', 'tar cJf x.txz tree && tar tJf x.txz' ],
	[ 'cp -r with holes', 'cp -r --sparse=always tree tree2; cp -a tree tree3; rm -rf tree2; cp --reflink=auto hello.c h2.c' ],
	[ 'stat, df, id, uname, date', 'stat tree; stat -f .; df /; id; uname -a; date -u +%Y; touch -d 2001-01-01 new; stat -c %Y new' ],
	[ 'chmod, chown, ln, mkfifo, mv, mknod', 'mkdir -p d/a; touch d/a/b; chmod 600 d/a/b; chown 1:1 d/a; ln d/a/b d/hard; ln -s x d/soft; mkfifo d/fifo; mknod d/null c 1 3; mv d/a/b d/c; rm -r d' ],
	[ 'git status, log', 'git -C repo status; git -C repo --no-pager log --oneline' ],
	[ 'git init, add, commit', 'git -c init.defaultBranch=main init -q r && cd r && cp ../hello.c . && git add hello.c && git -c user.name=t -c user.email=t@t commit -q -m one' ],
	[ 'git diff, show', 'cd repo; echo more >> hosts; git --no-pager diff; git --no-pager show --stat' ],
	[ 'git clone file://', 'git clone -q file://$PWD/repo copy' ],
	[ 'gcc', 'gcc -O1 -o hello hello.c && ./hello' ],
	[ 'g++', 'g++ -O0 -o hello hello.cc && ./hello' ],
	[ 'make -j2', 'make -j2' ],
	[ 'as and ld', 'gcc -c hello.c && ld -r -o x.o hello.o && nm x.o && objdump -h x.o && strip x.o && ar rc x.a x.o' ],
	[ 'bash', 'bash --norc -c \'for i in 1 2 3; do echo $i | cat; done; x=$(echo sub; (exit 3)); echo $x <<< y; cat < <(echo z); read a <<END
here
END
wait\'' ],
	[ 'dash pipelines, here-documents', 'cat <<END | tr a-z A-Z | sort | uniq -c
one
two
END
(cd tree; pwd); x=`echo y`; echo $((1 + 2)) > n; test -f n && echo yes' ],
	[ 'kill and trap', 'trap "echo caught" USR1; kill -USR1 $$; sh -c "kill -TERM \$\$"; (sleep 0.01 & wait $!); sh -c "kill -SEGV \$\$"' ],
	[ 'xargs -P', 'seq 6 | xargs -P 2 -n 2 echo' ],
	[ 'sort with big input', 'sort -n -S 64k -T . numbers > sorted; sort --parallel=1 -c -n sorted; comm numbers sorted >both' ],
	[ 'awk, sed -i', q{awk '{ s += $1 } END { print s | "cat" }' numbers; sed -i 's/hello/HELLO/' hello.c; sed -n 3p numbers} ],
	[ 'dd', 'dd if=/dev/zero of=out bs=4k count=20 conv=fsync status=none; dd if=out of=/dev/null skip=3 bs=512 count=20 iflag=direct status=none; dd if=/dev/zero of=sparse bs=1 seek=1M count=1 status=none' ],
	[ 'gzip, xz, zstd, bzip2', 'gzip -c numbers >b; gzip -dc <b >a; xz -c hello.c | xz -dc; cmp a numbers' ],
	[ 'perl: fork, pipes, sockets', q{perl -e 'use Socket; pipe(R, W); if (!fork) { print W "x"; exit 3 } close W; print <R>; wait; socketpair(A, B, AF_UNIX, SOCK_STREAM, 0); syswrite A, "hi"; sysread B, $x, 2; system "true"; select undef, undef, undef, 0.01; print -s "hello.c"'} ],
	[ 'python3 with modules, subprocess, threads', '/usr/bin/python3 many.py' ],
	[ 'python3: server and client', '/usr/bin/python3 web.py' ],
	[ 'node', q{node --single-threaded -e 'require("fs").readFileSync("hello.c"); setTimeout(() => {}, 5)'}, 'node' ],
	[ 'curl', 'curl -s -o /dev/null http://127.0.0.1:1/; curl -s file://$PWD/hello.c' ],
	[ 'nginx and curl', 'nginx -p . -c nginx.conf; curl -s --unix-socket nginx.sock http://x/hello.c; kill $(cat nginx.pid); while test -e nginx.pid; do :; done', 'nginx' ],
	[ 'sqlite3', q{sqlite3 x.db 'pragma journal_mode=wal; create table t (a, b); insert into t values (1, "x"), (2, "y"); select * from t order by b desc; update t set a = 5; pragma wal_checkpoint;'}, 'sqlite3' ],
	[ 'openssl rand, dgst, genrsa', 'openssl rand -hex 8; openssl dgst -sha256 hello.c; openssl genrsa -out key 1024; openssl req -new -x509 -key key -subj /CN=x -out cert', 'openssl' ],
	[ 'ssh-keygen', 'ssh-keygen -q -t ed25519 -N "" -f key -C x; ssh-keygen -l -f key.pub', 'ssh-keygen' ],
	[ 'a threaded server under load', "$dir/bin/server" ],
	[ 'mapped, watched, locked files', "$dir/bin/files" ],
	[ 'mount, umount', 'unshare -m sh -c "mount -t tmpfs -o size=1m none tree && mount --bind repo tree/a 2>/dev/null; mount -o remount,ro tree; umount tree; mount --make-rprivate /"' ],
	[ 'ip in a network of its own', 'unshare -n sh -c "ip link set lo up; ip link add d0 type dummy; ip addr add 10.9.9.1/24 dev d0; ip -6 route; ip link; ip addr show d0; ip link del d0"', 'ip' ],
	[ 'ps', 'ps -p $$ -o pid,comm' ],
	[ 'top', 'top -b -n1 -p 1' ],
	[ 'lsof', 'lsof -p $$', 'lsof' ],
	[ 'busybox', 'busybox ls -l tree; busybox cat hello.c; busybox md5sum numbers; busybox sh -c "echo a | busybox wc"', 'busybox' ],
	[ 'ldconfig, getent, ld.so', 'ldconfig -p >list; tail -1 list; getent passwd root; getent hosts localhost; getent group 0; /lib64/ld-linux-x86-64.so.2 --list /bin/true' ],
	# Its input must not end: then it asks again and again, as often as there is time.
	[ 'script: a terminal', 'mkfifo in; script -qc "stty -a; tty; echo x" out <>in', 'script' ],
	[ 'nice, ionice, taskset, chrt', 'nice -n 5 nice; ionice -c 3 ionice; taskset -c 0 taskset -p $$; chrt -b 0 chrt -p $$; renice -n 3 $$' ],
	[ 'unshare, nsenter, prlimit, setpriv, flock', 'unshare -uipCT hostname x; nsenter -t $$ -u true; prlimit --nofile=100:200 prlimit --nofile; setpriv --no-new-privs --inh-caps=-all --reuid 1 --clear-groups id; flock lock true', 'setpriv' ],
	[ 'timeout, sleep, env, nohup, setsid', 'timeout 0.05 sleep 5; env -i /bin/true; setsid -w true; nohup true </dev/null; sleep 0.01; usleep 1 2>/dev/null' ],
	[ 'capsh, getfattr, lsattr, mktemp', 'lsattr hello.c; chattr +d hello.c; mktemp -p .; truncate -s 3 hello.c; fallocate -l 8k big; sync hello.c; realpath tree/link; readlink tree/link' ],
	[ 'systemd-analyze', 'systemd-analyze calendar daily', 'systemd-analyze' ],
);

# One run with all that belongs to it, from the same beginning.
my ($script, $trace) = ("$dir/script", "$dir/trace");
sub once {
	my @tracer = @_;
	system("rm -rf $work && cp -a $template $work");
	my $result = run(@tracer, '/bin/sh', '-c', "cd $work && exec /bin/sh $script");
	diag("@tracer: $result->{status} $result->{err}") if $result->{status} eq 'deadline';
	return normalised_tasks(slurp($trace));
}

# A line without what it is about: a call by its name, its constants and how it ended.
sub shape {
	my $line = shift;
	$line =~ s/"(?:[^"\\]|\\.)*"(?:\.\.\.)?/S/g;
	$line =~ s/\b(?:0x)?[0-9a-f]*\d[0-9a-f]*\b/N/g;
	$line =~ s/-N\b/N/g;
	$line =~ s/(?:\b[NS], )+/N, /g;
	return $line;
}

# When a child's end is noticed is chance, and so is which of several comes first:
# those lines are compared, but behind the others and in an order of their own.
sub waits_last {
	my $waits = qr{^(?:wait4\(|waitid\(|--- SIGCHLD|rt_sigreturn)};
	return ((grep { !/$waits/ } @_), sort grep { /$waits/ } @_);
}

# The lines that only one of two runs has, each with the sign of the run and its task.
sub differences {
	my ($one, $other) = @_;
	my (%all, @found) = (%$one, %$other);
	for my $task (sort keys %all) {
		my ($a, $b) = map { join '', map { "$_\n" } waits_last(@{ $_->{$task} // [] }) } $one, $other;
		next if $a eq $b;
		write_file("$dir/a", $a);
		write_file("$dir/b", $b);
		push @found, map { [ substr($_, 0, 1), $task, substr($_, 1) ] }
		    grep { /^[-+](?![-+] ?\/)/ && !/^(?:---|\+\+\+) \S+\t/ } split /\n/, `diff -aU0 $dir/a $dir/b`;
	}
	return @found;
}

# The lines of strace, those that are noise, those explained, and what is wrong.
sub compare {
	my $noise = shift;
	once('strace', '-f', '-o', $trace);
	my $before = once('strace', '-f', '-o', $trace);
	my $theirs = once('strace', '-f', '-o', $trace);
	my $ours = once("$build/kxtrace", '-f', '-o', $trace);
	my (%count, %place, @wrong);
	$noise->{ shape($_->[2]) }++ for differences($before, $theirs);
	$count{lines} += @$_ for values %$theirs;
	my @found = differences($theirs, $ours);
	# Where something else was noise, diff finds equal lines at other places.
	$place{"$_->[1]: $_->[2]"} += $_->[0] eq '-' ? -1 : 1 for @found;
	for (@found) {
		my ($sign, $task, $line) = @$_;
		my $shape = shape($line);
		next if %$noise && !$place{"$task: $line"};
		my ($why) = grep { $line =~ $_->{pattern} } @explained;
		if ($noise->{$shape}) {
			$count{noise} += $sign eq '-';
		} elsif ($why) {
			$why->{used}++;
			$count{explained} += $sign eq '-';
		} else {
			$count{unequal} += $sign eq '-';
			push @wrong, "$sign $task: $line";
		}
	}
	return \%count, @wrong;
}

my %sum = map { $_ => 0 } qw(lines noise explained unequal);
my $nr = 0;
for (@commands) {
	my ($name, $text, $needs) = @$_;
	next if @ARGV && !grep { $name =~ /$_/ } @ARGV;
	SKIP: {
		skip "$needs is not installed", 1 if $needs && system("command -v $needs >/dev/null") != 0;
		write_file($script, ($text // $name) . "\n");
		my ($count, $noise, @wrong) = (undef, {});
		# Who of two tasks runs first is chance; a wrong text is wrong every time.
		for my $try (1 .. 6) {
			($count, @wrong) = compare($noise);
			last unless @wrong;
			diag("$name, try $try:\n", map { substr($_, 0, $ENV{WIDE} // 250) . "\n" } @wrong[0 .. ($#wrong > 9 ? 9 : $#wrong)]);
		}
		$sum{$_} += $count->{$_} // 0 for keys %sum;
		$nr++;
		ok(!@wrong && $count->{lines}, sprintf '%s: %d lines, equal but for %d that differ between runs of strace and %d explained',
		   $name, map { $_ // 0 } @$count{qw(lines noise explained)});
	}
}

# -c: the same calls, the same errors.
sub counts {
	return map { /^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(\d*) *(\w+)$/ && $3 ne 'total' ? ("$3: $1 calls, " . ($2 || 0) . ' errors') : () }
	    split /\n/, slurp(shift);
}
run('strace', '-c', '-f', '-o', "$dir/theirs", 'ls', '/usr', '/nosuch');
run("$build/kxtrace", '-c', '-f', '-o', "$dir/ours", 'ls', '/usr', '/nosuch');
is(join("\n", sort(counts("$dir/ours"))), join("\n", sort(counts("$dir/theirs"))), '-c counts what strace counts');

my $compared = $sum{lines} - $sum{noise} || 1;
my $equal = $compared - $sum{explained} - $sum{unequal};
cmp_ok(100 * $equal / $compared, '>=', 99, 'at least 99 % of the lines are equal');
diag(sprintf '%d commands, %d lines, %d noise of the commands; of the others %d equal strace\'s (%.2f %%), %d explained, %d not',
     $nr, $sum{lines}, $sum{noise}, $equal, 100 * $equal / $compared, $sum{explained}, $sum{unequal});
diag(map { "$_->{used} explained: $_->{reason}\n" } grep { $_->{used} } @explained) if $ENV{CLASSES};
done_testing();
