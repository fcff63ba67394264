#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Doors: each question gets its own answer, or the default, and all of them are counted.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use IO::Select;
use IPC::Open2;
use JSON::PP;
use KX;
use Test::More;

not_between();
need_root();
my $kx = abs_path("$build/kx");
my $doors = abs_path("$build/tests/live/doors");
my $guest = $ENV{KX_VM_KERNEL};
my $each = $ENV{DOOR_QUESTIONS} // ($guest ? 100 : 1250);

sub kx { return run($kx, @_); }
my %running;
END {
	local $?;
	kill KILL => keys %running if %running;
	for (qw(door doorhooks)) { kx('unload', '--with-users', $_) if defined $kx && -e "/sys/fs/bpf/kx/$_"; }
}
sub ended { my ($r, @how) = @_; my $f = finish($r, @how); delete $running{$r->{pid}}; return $f; }

# Starts a service and waits until it serves.
sub served {
	my ($said, @command) = @_;
	my $r = start(@command);
	$running{$r->{pid}} = 1;
	wait_for(sub { slurp($r->{out}) . slurp($r->{err}) =~ $said }, 30) or diag(slurp($r->{err}));
	return $r;
}
sub program { return served(qr/^(block|stop)$/m, $doors, 'serve', @_); }
sub command { return served(qr/: serving \(/, $kx, 'serve', '--json', @_); }
sub stopped { my $r = shift; kill INT => $r->{pid}; return ended($r); }

# The account, which has to balance.
my @sum = qw(answered cached nobody deadline full died garbage cannot gone);
sub account {
	my ($r, $expected, $name) = @_;
	my ($line) = $r->{out} =~ /^(\{.*"asked".*\})$/m;
	my $got = eval { decode_json($line) } // {};
	my $sum = 0;
	$sum += $got->{$_} // 0 for @sum;
	is($sum, $got->{asked}, "$name: asked = answered + cached + defaults");
	is($got->{$_}, $expected->{$_}, "$name: $_") for sort keys %$expected;
}

my $answer = write_file("$dir/answer", <<'END');
#!/usr/bin/perl
use JSON::PP; $| = 1;
while (<STDIN>) {
	my $q = decode_json($_);
	next if $q->{id} eq '0';
	my $n = $q->{request}{number};
	print "{\"id\":\"$q->{id}\",\"verdict\":" . ($n == 13 ? '"EPERM"' : 0) . ",\"keep_ms\":" . ($n == 5 ? 60000 : 0) .
	    ",\"reply\":{\"twice\":" . 2 * $n . ",\"text\":\"$q->{comm}\"}}\n";
}
END
chmod 0755, $answer;

is(kx('load', "$build/tests/ext/door.bpf.o")->{err}, '', 'an extension with a door is loaded');
like(kx('info', 'door')->{out}, qr/^ask +door +- +struct door_request +struct door_reply +what is twice/m, 'kx info shows it');
sub twice { return decode_json(kx('call', 'door.twice', @_)->{out}); }
is_deeply(twice('number=3'), { verdict => 0, unused => 0, reply => { twice => 0, text => '' } }, 'nobody serves: the default, zeros');
kx('set', 'door.ask_default=-5', 'door.ask_deadline_ms=30000');
is(twice('number=3')->{verdict}, -5, 'another default');

my $service = program('door', 'ask', 3);
my $way = slurp($service->{out});
SKIP: {
	skip 'a command cannot wait on this kernel', 1 if $way !~ /block/;

	my $r = finish(start($doors, 'ask', 8, $each), 400);
	is($r->{exit}, 0, '8 processes x ' . $each . ' questions: each got its own answer') or diag($r->{err});
	like(kx('serve', 'door.ask', '--', 'cat')->{err}, qr/door\.ask: process \d+ is serving it/, 'one service at a time');
	like(run($doors, 'foreign', 'door', 'ask', '1234')->{out}, qr/^-1 .*does not serve it/, 'an answer from somebody else is refused');
	is(stopped_program($service)->{exit}, 0, 'a service ends');
	sub stopped_program { my $s = shift; kill TERM => $s->{pid}; return ended($s); }

	# By commands: one for each question, or one for all.
	my $s = command('door.ask', '--', $answer);
	is_deeply(twice('number=21'), { verdict => 0, unused => 0, reply => { twice => 42, text => 'kx' } }, 'a command answers');
	is(twice('number=13')->{verdict}, -1, 'an errno by its name');
	account(stopped($s), { asked => 2, answered => 2, taken => 2 }, 'a command for each');
	$s = command('--keep', 'door.ask', '--', $answer);
	is(twice("number=$_")->{reply}{twice}, 2 * $_, "one for all: $_") for 1 .. 5;
	is(twice('number=5')->{reply}{twice}, 10, 'the kernel has kept an answer');
	is(twice('number=5', 'text=other')->{reply}{twice}, 10, 'not for another request');
	is(kx('call', 'door.tell', 'number=5')->{exit}, 0, 'what is told waits for nothing');
	wait_for(sub { kx('call', 'door.tell')->{exit} == 0 }, 1);
	account(stopped($s), { asked => 7, answered => 6, cached => 1, told => 2, lost => 0 }, 'one for all');

	# Upgraded while somebody waits: in place, and with a reply of another type.
	SKIP: {
		skip 'clang is slow in a guest, and the kernel makes no difference', 20 if $guest;
		write_file("$dir/door.h", slurp('tests/ext/door.h'));
		write_file("$dir/next.bpf.c", slurp('tests/ext/door.bpf.c') =~ s/1\.0\.0/1.1.0/r);
		mkdir "$dir/other";
		write_file("$dir/other/door.h", slurp('tests/ext/door.h') =~ s/char text\[16\]/char text[24]/r);
		write_file("$dir/other/other.bpf.c", slurp('tests/ext/door.bpf.c') =~ s/1\.0\.0/1.2.0/r);
		is(kx('build', $_->[0], '-o', $_->[1])->{exit}, 0, 'another version') for ["$dir/next.bpf.c", "$dir/next.bpf.o"], ["$dir/other/other.bpf.c", "$dir/other.bpf.o"];
		my $slow = write_file("$dir/slow", "#!/bin/sh\nread -r q\necho x >>$dir/marks\nuntil [ -e $dir/go ]; do sleep 0.05; done\necho '{\"reply\":{\"twice\":42}}'\n");
		chmod 0755, $slow;
		for (["$dir/next.bpf.o"], ["$dir/other.bpf.o", '--fresh']) {
			my ($object, @fresh) = @$_;
			my $name = @fresh ? 'upgraded to other types' : 'upgraded in place';
			unlink "$dir/marks", "$dir/go";
			my $s = command('door.ask', '--', $slow);
			my $caller = start($kx, 'call', 'door.twice', 'number=21');
			ok(wait_for(sub { -e "$dir/marks" }, 30), "$name: somebody waits");
			is(kx('upgrade', 'door', $object, @fresh)->{err}, '', "$name: no wait holds it up");
			# The service has seen it, for it looks once a second; who asked before still waits.
			ok(wait_for(sub { slurp($s->{err}) =~ /begun it anew/ }, 30), "$name: the service knows") if @fresh;
			write_file("$dir/go", '');
			is(decode_json(finish($caller, 60)->{out})->{reply}{twice}, 42, "$name: who waited gets its answer");
			if (@fresh) {
				my $ended = ended($s, 60);
				is($ended->{exit}, 1, "$name: the service ends");
				like($ended->{err}, qr/^kx: door\.ask: an upgrade has begun it anew, with other types; serve it again$/m, "$name: and says why");
				is(twice('number=1')->{verdict}, -5, "$name: nobody serves now");
				$s = command('door.ask', '--', $answer);
				is(twice('number=1')->{reply}{twice}, 2, "$name: until it is served again");
				account(stopped($s), { answered => 1 }, $name);
			} else {
				is(twice('number=1')->{reply}{twice}, 42, "$name: the service goes on, with the new code");
				account(stopped($s), { answered => 2 }, $name);
			}
		}
		is(kx('unload', 'door')->{err}, '', 'it is unloaded');
		unlike(kx('check')->{out} . kx('check')->{err}, qr/\bdoor\b/, 'kx check has nothing to say of it');
		kx('load', "$build/tests/ext/door.bpf.o");
		kx('set', 'door.ask_default=-5', 'door.ask_deadline_ms=30000');
	}

	# What can be no answer.
	for (['{"verdict":1}', 'a verdict that is none'], ['{"verdict":"ENOSUCH"}', 'no errno'], ['nonsense', 'no JSON'],
	     ['{"reply":{"twice":-1}}', 'not of the type'], ['', 'nothing']) {
		$s = command('--count', 1, 'door.ask', '--', 'printf', '%s', $_->[0]);
		is(twice('number=21')->{verdict}, -5, "$_->[1]: the default");
		account(ended($s), { asked => 1, garbage => 1 }, $_->[1]);
	}
	$s = program('door', 'ask', 1, 'wrong');
	is(twice('number=1')->{verdict}, -5, 'a program with a wrong verdict');
	stopped_program($s);
	$s = program('door', 'ask', 1, 'twice');
	is(twice('number=1')->{reply}{twice}, 2, 'an answer that is given three times counts once');
	is(stopped_program($s)->{err}, '', 'the others are refused');

	# Slow, hanging, full, dying.
	kx('set', 'door.ask_deadline_ms=300');
	$s = command('--count', 1, 'door.ask', '--', 'sleep', '1000');
	is(twice('number=1')->{verdict}, -5, 'a command that hangs');
	my $ended = ended($s, 20);
	is($ended->{exit}, 0, 'and is ended with the service');
	account($ended, { asked => 1, deadline => 1 }, 'hangs');
	$s = program('door', 'ask', 1, 'hang');
	is(twice('number=1')->{verdict}, -5, 'a program that hangs');
	kill STOP => $s->{pid};
	is(twice('number=2')->{verdict}, -5, 'one that is stopped as a whole: its keeper sees to it');
	kill KILL => $s->{pid};
	ended($s);
	kx('set', 'door.ask_deadline_ms=60000', 'door.ask_quota=1');
	$s = program('door', 'ask', 2, 'hang');
	my $first = start($kx, 'call', 'door.twice', 'number=1');
	wait_for(sub { run('pgrep', '-x', 'kx-keeper')->{out} && slurp("/proc/$first->{pid}/wchan") =~ /\w/ }, 5);
	wait_for(sub { twice('number=2')->{verdict} == -5 }, 5);
	ok(!-z $s->{out}, 'a second question while one waits, of one: the default at once');
	kill KILL => $s->{pid};
	ended($s);
	is(decode_json(finish($first)->{out})->{verdict}, -5, 'and the one that waited, when the service is killed');
	kx('set', 'door.ask_deadline_ms=30000', 'door.ask_quota=64', 'door.ask_default=0');
	$s = command('door.ask', '--', $answer);
	is(twice('number=4')->{reply}{twice}, 8, 'the next service serves');
	my $unloaded = kx('unload', '--with-users', 'door');
	like(ended($s)->{err}, qr/door is not loaded any more/, 'a service ends with its instance');
}
stopped_program($service) if delete $running{$service->{pid}};

# Calls of processes that were started for it: on every kernel.
my $guard = write_file("$dir/guard", <<'END');
#!/bin/sh
read question
case $question in
*KX_OPERATION_UNLINK*kept*) echo '{"verdict":"EPERM"}' ;;
*'"number":39,'*) echo '{"verdict":0,"reply":{"value":4242,"replaces":1}}' ;;
*slow*) sleep 1000 ;;
*) echo '{"verdict":0}' ;;
esac
END
chmod 0755, $guard;
write_file("$dir/$_", 'x') for 'kept', 'gone', 'slow';
my $r = run($kx, 'serve', '--json', '--deadline', $guest ? 5000 : 300, '--default', 'EACCES', '--calls', 'unlink,unlinkat,getpid', '--run',
	    "rm -f $dir/kept $dir/gone $dir/slow; perl -e 'print getppid != 1 ? 1 : 0, qq(\\n); require qq(syscall.ph) if 0; print syscall(39), qq(\\n)'", '--', $guard);
ok(-e "$dir/kept", 'seccomp: what is refused has no effect');
ok(!-e "$dir/gone", 'seccomp: what is allowed is done');
ok(-e "$dir/slow", 'seccomp: a command that hangs: the default');
like($r->{out}, qr/^4242$/m, 'seccomp: a call is answered instead of being made');
account($r, { deadline => 1, garbage => 0, nobody => 0 }, 'seccomp');
like($r->{err}, qr/^seccomp: serving \(seccomp: /m, 'the way is named');
is(run($kx, 'serve', '--run', 'exit 3', '--calls', 'unlink', '--', 'true')->{exit}, 3, 'the status is that of what was run');
for ([['--calls', 'unlink', 'door.ask', '--', 'cat'], qr/belong to --run/], [['door.ask', 'cat'], qr/write INSTANCE\.DOOR -- COMMAND/],
     [['--run', 'true', '--', 'cat'], qr/write --run SCRIPT --calls/], [['--run', 'true', '--calls', 'nosuch', '--', 'cat'], qr/nosuch: no such call/],
     [['--count', 'x', 'door.ask', '--', 'cat'], qr/--count: x: not a number/]) {
	$r = kx('serve', @{ $_->[0] });
	is($r->{exit}, 2, "kx serve @{ $_->[0] }: wrong usage");
	like($r->{err}, $_->[1], 'and says why');
}

# A person at a terminal is asked, while the command waits.
SKIP: {
	skip 'script is not installed', 4 if system('command -v script >/dev/null');
	write_file("$dir/secret", "treasure\n");
	my $serve = "$kx serve --run 'cd $dir; cat secret; cat secret' --calls openat --deadline 60000 --default EACCES -- " . abs_path('examples/door/ask-me');
	my $person = open2(my $screen, my $keys, 'script', '-qec', $serve, '/dev/null');
	$running{$person} = 1;
	my $seen = '';
	# Up to a pattern, or the end.
	my $until = sub {
		my $pattern = shift;
		my $end = time + ($guest ? 240 : 60);
		while (time < $end && $seen !~ $pattern) {
			IO::Select->new($screen)->can_read(1) or next;
			sysread($screen, $seen, 4096, length $seen) or last;
		}
		return $seen =~ $pattern;
	};
	ok($until->(qr/cat \(\d+\) wants to open secret\. Allow\? \[y\/n\] /), 'a person is asked') or diag($seen);
	unlike($seen, qr/treasure/, 'nothing is read before there is an answer');
	syswrite $keys, "n\n";
	ok($until->(qr/Permission denied.*Allow\? \[y\/n\] /s), 'no: the call is refused, and the next one waits') or diag($seen);
	syswrite $keys, "y\n";
	ok($until->(qr/treasure/), 'yes: it goes on') or diag($seen);
	$until->(qr/default \d/);
	close $keys;
	waitpid $person, 0;
	delete $running{$person};
}
done_testing();
