#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Calls that seccomp holds, when the service is killed, stopped, or has had enough.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use JSON::PP;
use KX;
use Test::More;

not_between('6.1');
my $kx = abs_path("$build/kx");
my $guest = $ENV{KX_VM_KERNEL};
my %running;
END { local $?; kill KILL => keys %running if %running; }

# A command that never answers, and leaves a mark for each question: its pid.
my $hang = write_file("$dir/hang", "#!/bin/sh\necho \$\$ >>$dir/marks\nexec sleep 1000\n");
chmod 0755, $hang;
sub marks { return split /\n/, -e "$dir/marks" ? slurp("$dir/marks") : ''; }
sub fresh {
	kill KILL => marks();
	unlink "$dir/marks", "$dir/out";
	write_file("$dir/$_", 'x') for qw(a b c d);
}
END { local $?; kill KILL => marks() if defined $dir; }
sub serve {
	my $r = start($kx, 'serve', '--json', '--calls', 'unlink,unlinkat', '--default', 'EACCES', @_);
	$running{$r->{pid}} = 1;
	return $r;
}
sub over { my ($r, @how) = @_; my $f = finish($r, @how); delete $running{$r->{pid}}; return $f; }
# Of our own service: its child that is a keeper, by its name and its parent.
sub keeper_of {
	my $pid = shift;
	for (glob '/proc/[0-9]*/stat') {
		my $stat = slurp_if($_) // next;
		return $1 if $stat =~ /^(\d+) \(kx-keeper\) [^Z] $pid /;
	}
	return 0;
}
sub slurp_if { open my $f, '<', shift or return undef; local $/; return scalar <$f>; }
sub is_gone { my $stat = slurp_if("/proc/$_[0]/stat"); return !defined $stat || $stat =~ /\) [ZX] /; }
my @sum = qw(answered cached nobody deadline full died garbage cannot gone);
sub balance {
	my ($r, $expected, $name) = @_;
	my $got = eval { decode_json($r->{out} =~ /^(\{.*"asked".*\})$/m ? $1 : '{}') } // {};
	my $sum = 0;
	$sum += $got->{$_} // 0 for @sum;
	is($sum, $got->{asked}, "$name: all that was asked is accounted for") or diag($r->{out} . $r->{err});
	is($got->{$_}, $expected->{$_}, "$name: $_") for sort keys %$expected;
}

# Killed, with two that wait and more to come. The shell and its child are not ours: what it leaves is read.
my $script = "(rm $dir/a; echo a \$? >>$dir/out) & (rm $dir/b; echo b \$? >>$dir/out) & wait; rm $dir/c; echo c \$? >>$dir/out; " .
	     "sh -c 'rm $dir/d'; echo end \$? >>$dir/out; exit 7";
fresh();
my $s = serve('--deadline', 600000, '--run', $script, '--', $hang);
ok(wait_for(sub { marks() == 2 }, 60), 'two calls wait');
my $keeper = keeper_of($s->{pid});
ok($keeper, 'the service has a keeper');
kill KILL => $s->{pid};
over($s);
ok(wait_for(sub { slurp("$dir/out") =~ /^end/m }, 60), 'killed: all go on, ten minutes before their deadline');
is(join(' ', sort split /\n/, slurp("$dir/out")), 'a 1 b 1 c 1 end 1', 'with the default, later ones too, up to the end');
is((grep { -e "$dir/$_" } qw(a b c d)) + 0, 4, 'nothing was done');
like(slurp($s->{err}), qr/Permission denied/, 'by the errno that was stated');
unlike(slurp($s->{err}), qr/not implemented/, 'and never ENOSYS');
ok(wait_for(sub { is_gone($keeper) }, 60), 'the keeper has ended with the last process');

# Killed at any moment: nobody is left behind.
for my $i (1 .. ($guest ? 1 : 15)) {
	fresh();
	$s = serve('--deadline', 600000, '--run', "i=0; while [ \$i -lt 50 ]; do rm $dir/a 2>$dir/why; i=\$((i+1)); done; cat $dir/why >$dir/out",
		   '--', 'echo', '{"verdict":"EACCES"}');
	wait_for(sub { -s "$dir/why" }, 60);
	run('true') for 1 .. rand 6;
	$keeper = keeper_of($s->{pid});
	kill KILL => $s->{pid};
	over($s);
	my $ended = wait_for(sub { -s "$dir/out" && is_gone($keeper) }, 120);
	ok($ended && slurp("$dir/out") =~ /Permission denied/, "killed while others ask: $i");
	unlink "$dir/why";
}

# Stopped: the deadline is kept by the keeper.
fresh();
$s = serve('--deadline', 2000, '--run', $script, '--', $hang);
wait_for(sub { marks() == 2 }, 60);
kill STOP => $s->{pid};
ok(wait_for(sub { slurp("$dir/out") =~ /^end/m }, 60), 'stopped: who waits, and who comes, gets the default at the deadline');
is(join(' ', sort split /\n/, slurp("$dir/out")), 'a 1 b 1 c 1 end 1', 'all of them');
kill CONT => $s->{pid};
my $r = over($s, 60);
is($r->{exit}, 7, 'continued, it ends with the status of what was run');
balance($r, { deadline => 4, died => 0 }, 'stopped');

# Its keeper is killed: another one is there, which knows what waits.
fresh();
$s = serve('--deadline', 3000, '--run', $script, '--', $hang);
wait_for(sub { marks() == 2 }, 60);
my $first = keeper_of($s->{pid});
kill KILL => $first;
ok(wait_for(sub { my $k = keeper_of($s->{pid}); $k && $k != $first }, 60), 'a keeper that is killed is replaced');
$r = over($s, 120);
is($r->{exit}, 7, 'and keeps the deadlines');
balance($r, { deadline => 4 }, 'another keeper');

# Enough questions, or an interrupt.
fresh();
$r = over(serve('--deadline', 60000, '--count', 1, '--run', "rm $dir/a; rm $dir/b; echo end; exit 7", '--', 'echo', '{}'), 60);
is($r->{exit}, 7, 'enough questions: what was run goes on to its end');
like($r->{out}, qr/^end$/m, 'by itself');
ok(!-e "$dir/a" && -e "$dir/b", 'answered as long as asked, then the default');
fresh();
$s = serve('--deadline', 600000, '--run', "rm $dir/a; while :; do rm $dir/b; done", '--', $hang);
wait_for(sub { marks() == 1 }, 60);
kill INT => $s->{pid};
$r = over($s, 60);
is($r->{exit}, 1, 'interrupted: what was run is ended');
ok(-e "$dir/a", 'and what waited got the default');
balance($r, { died => 1 }, 'interrupted');

# Answers that come with the deadline: each call has one of the two, and is counted once.
SKIP: {
	skip 'guests are too slow for so short a deadline', 3 if $guest;
	my $r = over(start($kx, 'serve', '--json', '--deadline', 2, '--calls', 'mkdir', '--default', 'EACCES', '--run',
			   'perl -e \'for (1 .. 300) { mkdir "' . $dir . '/never" and die; $!{EACCES} || $!{EPERM} or die "$!\n" }\'', '--', 'echo', '{"verdict":"EPERM"}'), 60);
	is($r->{exit}, 0, 'at the deadline: the answer or the default') or diag($r->{err});
	balance($r, { asked => 300 }, 'at the deadline');
}

# More than there are places for, while nobody takes them. No matter of the kernel's.
SKIP: {
	skip 'guests are slow', 4 if $guest;
	fresh();
	$s = serve('--deadline', 600000, '--run', 'perl -e \'for (1 .. 260) { fork or do { unlink "' . "$dir/a" . '"; open my $o, ">>", "' .
		   "$dir/out" . '"; syswrite $o, "$!\n"; exit } } 1 while wait > 0\'', '--', $hang);
	ok(wait_for(sub { -e "$dir/out" && slurp("$dir/out") =~ tr/\n// == 4 }, 120), '260 calls: 4 find no place');
	kill INT => $s->{pid};
	$r = over($s, 60);
	balance($r, { asked => 260, full => 4, died => 256 }, 'too many');
}
done_testing();
