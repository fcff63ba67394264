#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Commands: called by name and number, by whom their pins let, through upgrades, with any block.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use JSON::PP;
use KX;
use Test::More;

need_root();
my $kx = abs_path("$build/kx");
my $ext = "$build/tests/ext";
my $helper = "$build/tests/live/commands";
my $pins = '/sys/fs/bpf/kx/cmd';

sub kx { return run($kx, @_); }
sub clean { kx('unload', $_) for qw(cmd) }

# Status 0 and this on stdout, nothing else.
sub says {
	my ($expected, @command) = @_;
	my $r = kx(@command);
	is("$r->{exit} $r->{err}", '0 ', "kx @command");
	is($r->{out}, $expected, 'its answer');
}

# Status 1 and this one sentence on stderr.
sub refused {
	my ($expected, @command) = @_;
	my $r = kx(@command);
	is("$r->{exit} $r->{out}", '1 ', "kx @command is refused");
	like($r->{err}, qr/\Akx: [^\n]*$expected[^\n]*\n\z/, 'in one sentence');
}

clean();
my $mode = (stat '/sys/fs/bpf')[2] & 07777;
END { local $?; clean(); chmod $mode, '/sys/fs/bpf' if $mode; }
is(kx('load', "$ext/cmd.bpf.o")->{err}, '', 'load');
my $kmid = (grep { $_->{name} eq 'cmd' } map { decode_json($_) } split /\n/, kx('list', '--json')->{out})[0]{kmid};

#
# Called
#
says(qq({"text":"hello, world","generation":1}\n), 'call', 'cmd.greet', 'name=world');
says(qq({"text":"hello, world","generation":1}\n), 'call', 'cmd', 'greet', 'name=world');
says(qq({"text":"hello, world","generation":1}\n), 'call', 'cmd.1', 'name=world');
says(qq({"text":"hello, world","generation":1}\n), 'call', 'cmd', '1', 'name=world');
says(qq({"text":"hello, world","generation":1}\n), 'call', "$kmid.0x1", '{"name":"world"}');
says(qq({"instance":"cmd","kmid":$kmid,"name":"greet","result":3,"out":{"text":"hello, w","generation":1}}\n),
     'call', '--json', 'cmd.greet', 'name=w', 'times=3');
says("42\n", 'call', 'cmd.count', '21');
says("42\n", 'call', 'cmd.count', '0x15');
says("6\n", 'call', 'cmd.nothing');
my $said = decode_json(kx('call', 'cmd.nothing', '--json')->{out});
ok(exists $said->{out} && !defined $said->{out} && $said->{result} > 0, '--json: no output is null');
my $typed = '{"on":true,"mode":"MODE_FAST","limits":[{"lowest":65535,"highest":-128},{"lowest":0,"highest":3}],' .
	'"low":7,"high":1,"big":-9223372036854775808}';
says("$typed\n", 'call', 'cmd.typed', $typed);
says("$typed\n", 'call', 'cmd.16', 'on=yes', 'mode=FAST', 'limits[0].lowest=65535', 'limits[0].highest=-128',
     'limits[1]={.highest=3}', 'low=7', 'high=1', 'big=-9223372036854775808');
my @bytes = map { $_ * 7 % 256 } 1 .. 4000;
my $turned = decode_json(kx('call', 'cmd.turn', encode_json({ seed => 5, bytes => \@bytes }))->{out});
is_deeply($turned, { seed => 5, bytes => [ reverse @bytes ] }, 'a large one, 4004 bytes each way');

# Results below 0 are failures, and errnos have names.
refused(qr/cmd\.greet: returned -22 \(Invalid argument\)/, 'call', 'cmd.greet');
refused(qr/cmd\.refuse: returned -5 \(Input\/output error\)/, 'call', 'cmd.refuse', '--', '-5');
refused(qr/cmd\.refuse: returned -5000$/, 'call', 'cmd.refuse', '--', '-5000');
my $r = kx('call', 'cmd.refuse', '--json', '--', '-5');
is($r->{exit}, 1, '--json: so it is there');
is_deeply(decode_json($r->{out}), { instance => 'cmd', kmid => $kmid, name => 'refuse', result => -5, out => undef },
	  'with the result');

#
# Refused before anything is called
#
my $before = kx('get', 'cmd.calls')->{out};
refused(qr/cmd\.greet: name: 40 bytes are too long, at most 31 bytes are allowed/, 'call', 'cmd.greet', 'name=' . 'x' x 40);
refused(qr/cmd\.greet: name: 32 bytes are too long, at most 31/, 'call', 'cmd.greet', encode_json({ name => 'x' x 32 }));
refused(qr/times: -1 does not fit u32, 0\.\.4294967295 is allowed/, 'call', 'cmd.greet', 'times=-1');
refused(qr/limits\[1\]\.highest: 128 does not fit s8/, 'call', 'cmd.typed', '{"limits":[{},{"highest":128}]}');
refused(qr/mode: `QUICK` is unknown, OFF\|SLOW\|FAST is allowed/, 'call', 'cmd.typed', 'mode=QUICK');
refused(qr/no member `nam`; it takes \{\.name,\.times\}/, 'call', 'cmd.greet', 'nam=x');
refused(qr/no member `nam`; it takes \{\.name,\.times\}/, 'call', 'cmd.greet', '{"nam":"x"}');
refused(qr/cmd\.greet: x: write NAME=VALUE, or JSON/, 'call', 'cmd.greet', 'x');
refused(qr/cmd\.greet: the JSON ends too early/, 'call', 'cmd.greet', '{"name":"x"');
refused(qr/cmd\.nothing: x: it takes no input/, 'call', 'cmd.nothing', 'x');
refused(qr/cmd\.count: 2: it takes one value/, 'call', 'cmd.count', '1', '2');
refused(qr/cmd: no command gret; it has: greet, echo, /, 'call', 'cmd.gret');
refused(qr/cmd: no command status_write; it has/, 'call', 'cmd.status_write');
refused(qr/no command has the number 77; it has: 1 \(greet\), 2 \(echo\), 16 \(typed\)/, 'call', 'cmd.77');
refused(qr/cmd_none: is not loaded/, 'call', 'cmd_none.greet');
is(kx('call', 'cmd')->{exit}, 2, 'no command: wrong usage');
is(kx('call', 'cmd.')->{exit}, 2, 'an empty one, too');
is(kx('get', 'cmd.calls')->{out}, $before, 'and nothing was called');

my $lines = run($helper, 'sizes', 'cmd')->{out};
is($lines, <<'END', 'kx_call: the sizes are exact');
36 68
short: -22
cmd.greet: its input has 36 bytes, 35 were given
long: -22
NULL: -22
cmd.greet: its input has 36 bytes, 36 were given at NULL
output: -22
output NULL: -22
without output: 0
right: 0 hello, sizes
END

#
# Blocks that no library would make
#
$r = run($helper, 'raw', "$pins/1/progs/greet");
is("$r->{exit} $r->{signal}", '0 0', 'wrong blocks by bpf(2): the caller lives');
like($r->{out}, qr/^NULL: (EINVAL|EFAULT)\nNULL, empty: EINVAL\nan address of nobody: EFAULT\nan address of the kernel: EFAULT\nread-only: EFAULT$/m,
     'no memory is an error');
like($r->{out}, qr/^short: (\d+) refused, from \1 on not$/m, 'a block that is too short is refused');
like($r->{out}, qr/^65535 bytes: hello, long, 0 bytes behind it touched\n65536 bytes: EINVAL$/m, 'of a long one the rest stays');
my ($len) = $r->{out} =~ /^text without an end: ran, (\d+) bytes$/m;
cmp_ok($len // 64, '<', 64, 'text without an end is cut');
like($r->{out}, qr/^offset 7: hello, crooked: returned 7$/m, 'any alignment');
like($r->{out}, qr/^hello, raw: returned 0$/m, 'a right one, after all of them');

# 32 callers of blocks for 16.
my ($threads, $rounds) = $ENV{KX_VM_KERNEL} ? (24, 20) : (32, 300);
my $all = $threads * $rounds;
is(run($helper, 'many', 'cmd', $threads, $rounds)->{out}, "done+busy $all, done some, wrong 0\n",
   "$threads threads call at once: each gets its own answer");

#
# By the mode of the pin, without any capability
#
sub as_nobody { return run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all', @_); }
chmod $mode | 0111, '/sys/fs/bpf';	# else none of the modes below counts
SKIP: {
	skip 'no setpriv here', 14 if system('command -v setpriv >/dev/null') != 0;
	skip 'others are not let into the build here', 14 unless as_nobody('test', '-x', $kx)->{exit} == 0 && as_nobody('test', '-d', $pins)->{exit} == 0;
	$r = as_nobody($kx, 'call', 'cmd.greet', 'name=nobody');
	is($r->{exit}, 1, 'a stranger may not call');
	like($r->{err}, qr{^kx: cmd\.greet: is not for this user: the mode of $pins/1/progs/greet decides who may read, and so call it$}m, 'and is told why');
	chown 0, 65534, "$pins/1/progs/greet";
	is(as_nobody($kx, 'call', 'cmd.greet', 'name=nobody')->{exit}, 1, 'the group alone does not let it in');
	chmod 0640, "$pins/1/progs/greet";
	$r = as_nobody($kx, 'call', 'cmd.greet', 'name=nobody');
	is("$r->{exit} $r->{out}$r->{err}", qq(0 {"text":"hello, nobody","generation":1}\n), 'with read permission it does, without root');
	is(as_nobody($kx, 'call', 'cmd.echo')->{exit}, 1, 'but only what it was let in to');
	is(as_nobody('sh', '-c', "grep ^CapEff /proc/self/status")->{out}, "CapEff:\t0000000000000000\n", 'it has no capability');

	is(kx('upgrade', 'cmd', "$ext/cmd2.bpf.o")->{err}, '', 'an upgrade');
	$r = as_nobody($kx, 'call', 'cmd.greet', 'name=nobody');
	is("$r->{exit} $r->{out}$r->{err}", qq(0 {"text":"hello, nobody","generation":2}\n), 'keeps the mode');
	is(as_nobody($kx, 'call', 'cmd.echo')->{exit}, 1, 'the other one, too');
	chmod 0600, "$pins/2/progs/greet";
	is(as_nobody($kx, 'call', 'cmd.greet', 'name=nobody')->{exit}, 1, 'taken away again');
	is(kx('rollback', 'cmd')->{err}, '', 'a rollback');
	is(as_nobody($kx, 'call', 'cmd.greet', 'name=nobody')->{exit}, 0, 'returns to the mode before');

	# Where nobody but root is let in to the file system of pins, as systemd mounts it.
	$r = run('unshare', '--mount', 'sh', '-c', "mount -t bpf -o mode=0700 bpf /sys/fs/bpf && $kx load $ext/cmd.bpf.o --as cmdclosed >/dev/null && " .
		"{ setpriv --reuid=65534 --regid=65534 --clear-groups $kx call cmdclosed.greet name=x; chmod 711 /sys/fs/bpf; " .
		"chmod 644 /sys/fs/bpf/kx/cmdclosed/1/progs/greet; setpriv --reuid=65534 --regid=65534 --clear-groups $kx call cmdclosed.greet name=x; }; $kx unload cmdclosed >/dev/null");
	like($r->{err}, qr{\Akx: cmdclosed: cannot be looked for: the mode of /sys/fs/bpf lets this user not into it; chmod 711 /sys/fs/bpf does}, 'a closed /sys/fs/bpf is said');
	is($r->{out}, qq({"text":"hello, x","generation":1}\n), 'and what is said helps');
}

#
# A command that is open follows the instance
#
kx('unload', 'cmd');
is(kx('load', "$ext/cmd.bpf.o")->{err}, '', 'load');
my $caller = start($helper, 'follow', 'cmd');
ok(wait_for(sub { slurp($caller->{out}) =~ /^generation 1$/m }), 'it is called all the time');
is(kx('upgrade', 'cmd', "$ext/cmd2.bpf.o")->{err}, '', 'upgrade');
ok(wait_for(sub { slurp($caller->{out}) =~ /^generation 2$/m }), 'the new code answers');
is(run($helper, 'stale', "$pins/1/progs/greet")->{out}, "stale, unchanged\n", 'the old code does nothing any more');
is(kx('rollback', 'cmd')->{err}, '', 'rollback');
ok(wait_for(sub { slurp($caller->{out}) =~ /2\ngeneration 1$/m }), 'the old code answers again');
for (1 .. 10) {
	kx('rollback', 'cmd');
}
is(kx('upgrade', 'cmd', "$ext/cmd3.bpf.o", '--fresh')->{err}, '', 'an upgrade that changes a type');
$r = finish($caller);
unlike($r->{out}, qr/wrong/, 'no answer was wrong');
like($r->{out}, qr/^ESTALE: cmd\.greet: an upgrade has changed its types: times was u32, is s32; open it again$/m, 'is told to the caller');

$caller = start($helper, 'follow', 'cmd');
ok(wait_for(sub { slurp($caller->{out}) =~ /^generation 3$/m }), 'opened again, it is called');
is(kx('unload', 'cmd')->{exit}, 1, 'a caller that has it open is a user');
is(kx('unload', 'cmd', '--with-users')->{err}, '', 'unload, all the same');
like(finish($caller)->{out}, qr/^ENODEV: cmd\.greet: cmd is (not loaded any more|being unloaded)$/m, 'is told to the caller');

#
# Held
#
my ($reader, $writer);
pipe $reader, $writer;
my $held = fork() // die;
if (!$held) {
	open STDIN, '<&', $reader;
	open STDOUT, '>', "$dir/held";
	close $writer;
	exec $helper, 'hold', "$ext/cmd.bpf.o" or POSIX::_exit(127);
}
close $reader;
ok(wait_for(sub { slurp("$dir/held") =~ /^held$/m }), 'a held one, called by its own process');
is(slurp("$dir/held"), qq(own: 7 {"text":"hello, holder","generation":1}\nown file: 21 bytes, generation 1\n0 bytes\nheld\n), 'as any other');
says(qq({"text":"hello, other","generation":1}\n), 'call', 'cmdheld.greet', 'name=other');
says("generation 1\n0 bytes\n", 'cat', 'cmdheld.status');
print $writer "\n";
close $writer;
waitpid $held, 0;
like(slurp("$dir/held"), qr/^closed: ENODEV: cmdheld\.greet: cmdheld is not loaded any more$/m, 'its end is told');
refused(qr/cmdheld: is not loaded/, 'call', 'cmdheld.greet');
done_testing();
