#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Doors that security hooks ask: processes, threads, signals, tracers, vfork and shells.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use IO::Select;
use IPC::Open2;
use JSON::PP;
use KX;
use POSIX ();
use Test::More;

not_between();
need_root();
my $kx = abs_path("$build/kx");
my $doors = abs_path("$build/tests/live/doors");
plan skip_all => 'no lsm programs here' if run($kx, 'features', '--json')->{out} !~ /"name":"lsm.s"[^\n]*"available"/;
my $guest = $ENV{KX_VM_KERNEL};
# Newer kernels take far longer where they are emulated.
my $each = $ENV{DOOR_QUESTIONS} // ($guest && $guest ne '6.1' ? 50 : 1250);

sub kx { return run($kx, @_); }
my %running;
END {
	local $?;
	kill KILL => keys %running if %running;
	kx('unload', '--with-users', 'doorhooks') if defined $kx && -e '/sys/fs/bpf/kx/doorhooks';
}
sub ended { my ($r, @how) = @_; my $f = finish($r, @how); delete $running{$r->{pid}}; return $f; }
sub served {
	my ($said, @command) = @_;
	my $r = start(@command);
	$running{$r->{pid}} = 1;
	wait_for(sub { slurp($r->{out}) . slurp($r->{err}) =~ $said }, 30) or diag(slurp($r->{err}));
	return $r;
}
sub program { return served(qr/^(block|stop)$/m, $doors, 'serve', 'doorhooks', 'guard', @_); }
sub over { my $r = shift; kill TERM => $r->{pid}; return ended($r); }
my $y = write_file("$dir/kxdoor-y", "yes\n");
my $n = write_file("$dir/kxdoor-n", "no\n");

is(kx('load', "$build/tests/ext/doorhook.bpf.o", '--as', 'doorhooks')->{err}, '', 'an extension with hooks is loaded');
is(run('cat', $n)->{out}, "no\n", 'nobody serves: the default, allow');

my @versions = ('doorhook_next', 'doorhook');
for my $stop ('off', 'on') {
	kx('set', "doorhooks.stop=$stop", 'doorhooks.guard_deadline_ms=30000', 'doorhooks.guard_default=0');
	my $service = program(3);
	my $way = $stop eq 'on' ? 'stop' : 'wait';

	is(run('cat', $y)->{out}, "yes\n", "$way: allowed");
	my $r = run('cat', $n);
	is($r->{out}, '', "$way: refused, nothing was read");
	like($r->{err}, qr/Permission denied/, "$way: with the errno of the verdict");
	$r = run('sh', '-c', "echo changed >$n");
	isnt($r->{exit}, 0, "$way: refused for writing");
	is(slurp_exempt($n), "no\n", "$way: and had no effect");
	$r = finish(start($doors, 'open', 8, $each, $y, $n), 400);
	is($r->{exit}, 0, "$way: 8 processes x $each opens, each with its own verdict") or diag($r->{err});
	$r = finish(start($doors, 'threads', 4, 20, $y, $n), 200);
	is($r->{exit}, 0, "$way: threads of one process at once") or diag($r->{err});
	is(run('perl', '-e', 'exit system(@ARGV) >> 8', 'cat', $y)->{out}, "yes\n", "$way: a child of vfork() and its parent");
	SKIP: {
		skip 'no strace here', 1 if system('command -v strace >/dev/null');
		like(run('strace', '-f', '-o', '/dev/null', 'cat', $y)->{out}, qr/^yes$/, "$way: traced by ptrace");
	}
	# A signal that is handled while it waits, whose handler asks something else.
	$r = run('perl', '-e', '$SIG{ALRM} = sub { open my $f, "<", $ARGV[0] or die; $seen = <$f> }; ' .
		 'use Time::HiRes "ualarm"; for (1 .. 20) { ualarm 200; open(my $f, "<", $ARGV[1]) and die "opened"; open($f, "<", $ARGV[0]) or die "refused: $!" }' .
		 'ualarm 0; print "done $seen"', $y, $n);
	is($r->{out}, "done yes\n", "$way: signals with handlers") or diag("$r->{err} signal $r->{signal}");
	is(over($service)->{exit}, 0, "$way: the service ends");

	$service = program(1, 'hang');
	my $waiting = start('cat', $y);
	ok(wait_for(sub { waits($waiting->{pid}) }, 7), "$way: it waits");
	kill CONT => $waiting->{pid};
	run('true') for 1 .. 5;
	is(slurp($waiting->{out}), '', "$way: SIGCONT from somebody else does not let it by");
	kill KILL => $service->{pid};
	ended($service);
	is(ended($waiting, 30)->{out}, "yes\n", "$way: the default when the service is killed");

	# Upgraded while it waits.
	my $slow = write_file("$dir/slow", "#!/bin/sh\nread -r q\necho x >>$dir/marks\nuntil [ -e $dir/go ]; do sleep 0.05; done\necho '{\"verdict\":\"EPERM\"}'\n");
	chmod 0755, $slow;
	unlink "$dir/marks", "$dir/go";
	$service = served(qr/serving/, $kx, 'serve', '--json', 'doorhooks.guard', '--', $slow);
	$waiting = start('cat', $y);
	ok(wait_for(sub { -e "$dir/marks" }, 30), "$way: it waits");
	is(kx('upgrade', 'doorhooks', "$build/tests/ext/$versions[0].bpf.o")->{err}, '', "$way: upgraded meanwhile");
	shift @versions;
	write_file("$dir/go", '');
	like(ended($waiting, 60)->{err}, qr/Operation not permitted/, "$way: who waited gets its answer");
	like(run('cat', $y)->{err}, qr/Operation not permitted/, "$way: and the service goes on with the new code");
	kill INT => $service->{pid};
	my $account = decode_json(ended($service)->{out});
	is($account->{answered}, $account->{asked}, "$way: all were answered") or diag(encode_json($account));
}

# Stopped, or asleep in the page fault.
sub waits {
	my $pid = shift;
	return slurp("/proc/$pid/stat") =~ /\) T / || slurp("/proc/$pid/wchan") =~ /request_wait_answer|fuse/;
}

# A file system on another one opens twice in one call, which is one question where it is stopped.
SKIP: {
	mkdir "$dir/$_" for qw(low up both);
	write_file("$dir/low/kxdoor-y", "yes\n");
	write_file("$dir/low/kxdoor-n", "no\n");
	my $over = "mount -t tmpfs none $dir/up && mkdir $dir/up/u $dir/up/w && " .
		   "mount -t overlay -o lowerdir=$dir/low,upperdir=$dir/up/u,workdir=$dir/up/w overlay $dir/both";
	skip 'no overlayfs here', 7 if run('unshare', '-m', 'sh', '-c', $over)->{exit};
	kx('set', 'doorhooks.stop=on');
	my $answers = write_file("$dir/answers", "#!/bin/sh\nread -r q; case \$q in *kxdoor-n*) echo '{\"verdict\":\"EACCES\"}';; *) echo '{}';; esac\n");
	chmod 0755, $answers;
	my $service = served(qr/serving/, $kx, 'serve', '--json', 'doorhooks.guard', '--', $answers);
	my $r = finish(start('unshare', '-m', 'sh', '-c', "$over && cd $dir/both && cat kxdoor-y kxdoor-n; echo changed >kxdoor-n; cat $dir/low/kxdoor-y; " .
			     'perl -e \'for (1 .. 3) { open my $f, "<", "kxdoor-y" or die; print <$f> }\''), 120);
	is($r->{out}, "yes\n" x 5, 'stop: opened on a file system that stands on another one') or diag($r->{err});
	like($r->{err}, qr/kxdoor-n: Permission denied/, 'stop: or refused there');
	kill INT => $service->{pid};
	my $account = decode_json(ended($service)->{out});
	is($account->{taken}, 7, 'stop: each call is one question');
	is($account->{answered}, 7, 'stop: which is answered');
	is($account->{cached}, 4, 'stop: the answer is for the file below, too');
	is($account->{gone} + $account->{deadline}, 0, 'stop: nobody gave up');
	is(slurp("$dir/low/kxdoor-n"), "no\n", 'stop: what was refused has no effect');
}

# A parent with WUNTRACED, as a shell is.
sub seen_by_parent {
	my $service = program(1, 'hang');
	my $pid = fork() // die;
	if (!$pid) { open STDOUT, '>', '/dev/null'; exec 'cat', $y or POSIX::_exit(127); }
	my $stopped = 0;
	wait_for(sub { waits($pid) }, 7);
	wait_for(sub { waitpid($pid, POSIX::WNOHANG() | POSIX::WUNTRACED()) == $pid and $stopped = 1 }, 1);
	kill KILL => $service->{pid};
	ended($service);
	waitpid $pid, 0;
	return $stopped;
}
kx('set', 'doorhooks.stop=on');
is(seen_by_parent(), 1, 'stop: a parent with WUNTRACED sees it stop');
kx('set', 'doorhooks.stop=off');
my ($blocks) = run($kx, 'features')->{out} =~ /^  door\.block +yes/m ? 1 : 0;
is(seen_by_parent(), !$blocks + 0, 'wait: and nothing where it is blocked');

# A shell with job control at a terminal, whose job in the foreground waits.
my $patient = write_file("$dir/patient", "#!/bin/sh\nread -r q\necho x >>$dir/marks\nuntil [ -e $dir/go ]; do sleep 0.05; done\necho '{}'\n");
chmod 0755, $patient;
sub shell {
	my ($talk) = @_;
	my $service = served(qr/serving/, $kx, 'serve', 'doorhooks.guard', '--', $patient);
	unlink "$dir/marks", "$dir/go";
	my $pid = open2(my $screen, my $keys, 'script', '-qec', 'env PS1=ready: bash --norc --noprofile -i', '/dev/null');
	$running{$pid} = 1;
	my $seen = '';
	# All up to a pattern, of what was not looked at before.
	my $until = sub {
		my ($pattern, $end) = (shift, time + 60);
		while (time < $end && $seen !~ $pattern) {
			IO::Select->new($screen)->can_read(1) or next;
			sysread($screen, $seen, 4096, length $seen) or last;
		}
		return $1 if $seen =~ s/\A(.*?$pattern)//s;
		diag("on the screen: $seen");
		return '';
	};
	my $type = sub { syswrite $keys, "$_[0]\n" };
	ok($until->(qr/ready:/), 'a shell');
	$type->("cat $y");
	ok(wait_for(sub { -e "$dir/marks" }, 60), 'its job waits');
	$talk->($until, $type);
	$type->('exit');
	$until->(qr/exit/);
	close $keys;
	waitpid $pid, 0;
	delete $running{$pid};
	over($service);
}
SKIP: {
	skip 'script or bash is not installed', 11 if system('command -v script >/dev/null && command -v bash >/dev/null');
	kx('set', 'doorhooks.stop=off', 'doorhooks.guard_deadline_ms=60000');
	shell(sub {
		my ($until) = @_;
		write_file("$dir/go", '');
		my $shown = $until->(qr/yes\r?\n.*?ready:/s);
		ok($shown, 'wait: the job goes on in the foreground');
		unlike($shown, qr/Stopped/, 'wait: and nothing else was shown');
	}) if $blocks;
	kx('set', 'doorhooks.stop=on');
	shell(sub {
		my ($until, $type) = @_;
		ok($until->(qr/\[1\]\+\s+Stopped\s+cat .*?ready:/s), 'stop: the shell says that it was stopped, and is ready');
		$type->('jobs');
		ok($until->(qr/\[1\]\+\s+Stopped\s+cat .*?ready:/s), 'stop: jobs shows it');
		$type->('fg');
		ok($until->(qr/\[1\]\+\s+Stopped\s+cat .*?ready:/s), 'stop: fg, before there is an answer: stopped again');
		write_file("$dir/go", '');
		ok($until->(qr/yes/), 'stop: answered, it goes on by itself, in the background');
		$type->('while jobs | grep -q -e Running -e Stopped; do :; done');
		ok($until->(qr/\[1\]\+\s+Done\s+cat /s), 'stop: and ends there');
	});
}

# Verdicts that the kernel keeps.
my $service = program(1, 'keep');
run($doors, 'open', 1, 1, $y);
kill STOP => $service->{pid};
is(run($doors, 'open', 2, 50, $y)->{exit}, 0, 'a verdict that is kept is given while the service cannot');
kill CONT => $service->{pid};
over($service);

# One's own tasks are exempt: a command that opens what it is asked about.
my $z = write_file("$dir/kxdoor-z", "z\n");
$service = served(qr/serving/, $kx, 'serve', '--json', 'doorhooks.guard', '--', 'sh', '-c', "cat $n >/dev/null && echo '{\"verdict\":\"EPERM\"}'");
like(run('cat', $z)->{err}, qr/Operation not permitted/, 'a command that opens the file itself');
kill INT => $service->{pid};
my $account = decode_json(ended($service)->{out});
is($account->{exempt}, 1, 'is exempt');
is($account->{asked}, $account->{answered}, 'and the question was answered');
is(kx('unload', 'doorhooks')->{err}, '', 'it is unloaded');
unlike(kx('check')->{out}, qr/doorhooks/, 'kx check has nothing to say of it');

# Read by somebody who is not asked.
sub slurp_exempt {
	my $path = shift;
	return run('sh', '-c', "ln -f $path $dir/plain && cat $dir/plain")->{out};
}
done_testing();
