#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The life of instances: identity, needs, imports, state over an upgrade, two at once.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;
use JSON::PP;
use Cwd qw(abs_path);

not_between('6.12');
need_root();
my $kx = "$build/kx";
my $ext = "$build/tests/ext";
my $registry = '/sys/fs/bpf/kx';

sub kx { return run($kx, @_); }
sub status { my ($row) = map { decode_json($_) } split /\n/, kx('list', '--json', @_)->{out}; return $row; }
sub value { chomp(my $v = kx('get', shift)->{out}); return $v; }

# One sentence on stderr, status 1, and nothing has changed.
sub refused {
	my ($args, $like, $name) = @_;
	my $before = kx('list', '--json')->{out} =~ s/"(?:memory|runs|run_ns|missed)":[^,}]*//gr;
	my $result = kx(@$args);
	is($result->{exit}, 1, "$name: exit status 1");
	like($result->{err}, $like, "$name: says why");
	is(($result->{err} =~ tr/\n//), 1, "$name: in one line");
	is(kx('list', '--json')->{out} =~ s/"(?:memory|runs|run_ns|missed)":[^,}]*//gr, $before, "$name: nothing has changed");
}

sub clean { kx('unload', '--with-users', $_) for grep { -e "$registry/$_" } qw(imports wants provider stands second life files probes packets); }
END { clean() if $> == 0 && defined $kx; }
clean();

# D1: identity is the content and the name, never the spelling of a path.
my $object = "$ext/life.bpf.o";
is(kx('load', $object)->{err}, '', 'is loaded');
my $kmid = status('life')->{kmid};
mkdir "$dir/x";
system('cp', $object, "$dir/x/other-name.bpf.o");
symlink abs_path($object), "$dir/link.bpf.o";
for my $spelling ($object, abs_path($object), "$dir/link.bpf.o", "$dir/x/../x//other-name.bpf.o") {
	is(kx('query', $spelling)->{exit}, 0, 'query: the content is loaded, however its path is spelled');
	refused(['load', $spelling], qr/loaded already.*kmid $kmid\b/, 'load of the same content');
}
is(kx('query', $kmid)->{exit}, 0, 'query by kmid');
is(kx('query', 'life')->{exit}, 0, 'query by name');
is(kx('query', "$ext/life2.bpf.o")->{exit}, 1, 'query: other content is not loaded');
refused(['load', "$ext/life2.bpf.o"], qr/loaded already.*kmid $kmid.*kx upgrade/, 'load of other content under the name');

# D2: a second instance by asking for it, with its own maps and parameters.
is(kx('load', $object, 'step=5', '--as', 'second')->{err}, '', '--as: a second instance');
isnt(status('second')->{kmid}, $kmid, 'has a kmid of its own');
is(value('life.step') . value('second.step'), '15', 'and parameters of its own');
is(kx('set', 'second.step=9')->{err}, '', 'set in one');
is(value('life.step') . value('second.step'), '19', 'leaves the other alone');
refused(['load', $object, '--as', 'second'], qr/^kx: second: is loaded already/, '--as with a name that is taken');
for my $bad ('a/b', "a\nb", '1a', 'x' x 49, '-x', '..', 'ä') {
	my $result = kx('load', $object, '--as', $bad);
	isnt($result->{exit}, 0, '--as with a bad name');
	is(($result->{err} =~ tr/\n//), 1, 'is told in one line');
}
my $longest = 'x' x 48;
is(kx('load', $object, '--as', $longest)->{err}, '', 'the longest name');
is(kx('unload', $longest)->{err}, '', 'goes again');

# D6: by kmid.
is(kx('unload', status('second')->{kmid})->{err}, '', 'unload by kmid');
is(kx('query', 'second')->{exit}, 1, 'it is gone');

# A number is never used twice.
my %kmids;
my $lives = $ENV{KX_VM_KERNEL} ? 3 : 20;	# guests are emulated
for (1 .. $lives) {
	kx('load', $object, '--as', 'second');
	$kmids{status('second')->{kmid}}++;
	kx('unload', 'second');
}
is(scalar(keys %kmids), $lives, "$lives lives, $lives kmids");

# What ran: the hook, init and fini.
my $started = value('life.started');
kx('query', 'life') for 1 .. 3;
cmp_ok(value('life.started'), '>=', $started + 3, 'its hook acts');
is(value('life.lives[0]'), 1, 'init ran once, for the load');

# An upgrade: state goes on, settings too; then back, and again.
is(kx('set', 'life.step=3')->{err}, '', 'a setting');
$started = value('life.started');
is(kx('upgrade', 'life', "$ext/life2.bpf.o")->{out}, "life: upgraded, generation 2\n", 'upgrade');
is(status('life')->{kmid}, $kmid, 'the same instance');
is(value('life.step'), 3, 'its setting has gone on');
cmp_ok(value('life.started'), '>=', $started, 'its counter too');
is(value('life.lives[1]'), 1, 'init ran for the upgrade');
is(scalar(my @h = glob("$registry/life/hooks/*")), 2, 'the new hook is attached');
is(readlink("$registry/life/current"), '2', 'current leads there');
like(kx('info', 'life')->{out}, qr/^version +2\.0$/m, 'info tells of the new version');
refused(['upgrade', 'life', "$ext/life2.bpf.o"], qr/runs this very content already/, 'the same upgrade again');
refused(['upgrade', 'life', "$ext/stands.bpf.o"], qr/is an instance of life, the file is stands/, 'another extension');
is(kx('rollback', 'life')->{out}, "life: rolled back, generation 1\n", 'rollback');
like(kx('info', 'life')->{out}, qr/^version +1\.0$/m, 'the old version');
is(kx('rollback', 'life')->{out}, "life: rolled back, generation 2\n", 'and forward');
is(kx('rollback', 'life')->{out}, "life: rolled back, generation 1\n", 'and back');

# A failing upgrade leaves the old one running, and its way back too.
refused(['upgrade', 'life', "$ext/lifewide.bpf.o"], qr/layout of ran differs: value was u64, is struct wide.*--fresh/, 'another layout');
refused(['upgrade', 'life', "$ext/lifewide.bpf.o", '--fresh', 'refuse=5'], qr/its init returned 5/, 'its init refuses');
refused(['upgrade', 'life', "$ext/lifewide.bpf.o", '--fresh', 'step=101'], qr/1\.\.100/, 'a wrong setting');
is(kx('rollback', 'life')->{out}, "life: rolled back, generation 2\n", 'the way back is still there');
$started = value('life.started');
cmp_ok(value('life.started'), '>', $started, 'and it acts');

# --fresh: what differs starts anew, what is the same goes on; settings by name.
is(kx('set', 'life.step=42')->{err}, '', 'a setting');
is(kx('upgrade', 'life', "$ext/lifewide.bpf.o", '--fresh')->{out}, "life: upgraded, generation 3\n", '--fresh');
is(value('life.step'), 42, 'a parameter is carried over by its name');
is(value('life.extra'), 7, 'a new one has its default');
is(kx('check')->{out}, '', 'nothing is left behind');
is(kx('upgrade', 'life', "$ext/life.bpf.o", '--fresh', 'step=11')->{err}, '', 'an upgrade with a setting');
is(value('life.step'), 11, 'has it');
is(kx('unload', 'life')->{err}, '', 'unload');

# init refuses the load: nothing is left, and it is said.
refused(['load', $object, 'refuse=-1'], qr/^kx: life: its init returned -1$/m, 'init refuses the load');
ok(!-e "$registry/life", 'nothing is in the registry');

# C2: what is needed is loaded first, by name; who could provide it is said.
$ENV{KX_PATH} = "$dir/x:$ext";
is(kx('load', 'stands')->{err}, '', 'loaded by name, with what it needs');
ok(status('life')->{on_demand}, 'that is marked as loaded on demand');
is_deeply([map { $_->{instance} } @{ status('life')->{used_by} }], ['stands'], 'and is used by it');
refused(['unload', 'life'], qr/used by stands; --with-users/, 'unload of what is used');
kx('query', 'life');
like(kx('info', 'stands', '--json')->{out}, qr/"from":"life"/, 'info shows the imported map');
refused(['load', 'imports'], qr/imports map ran of life \(1\.0, kmid \d+\), whose layout differs there: max_entries was 16, is 32/, 'an import of another layout');
refused(['load', 'importsno'], qr/imports map walked of life, which has no such map \(1\.0, kmid \d+\)/, 'an import that is not there');
refused(['load', 'newer'], qr/needs life 9\.1, loaded is 1\.0; kx upgrade/, 'a version that is too old');
refused(['load', 'lost'], qr/needs nowhere, which is not loaded: .*\Q$ext\E/, 'what nobody has');
is(kx('load', 'wants')->{err}, '', 'a need that another name provides');
is_deeply([map { $_->{instance} } @{ status('provider')->{used_by} }], ['wants'], 'is loaded and used');
is(kx('unload', 'wants')->{err} . kx('unload', '--unused')->{err}, '', 'both go');
is(status('provider'), undef, 'both are gone');
refused(['load', 'circlea'], qr/circle: circlea needs circleb needs circlec needs circlea/, 'needs in a circle');
refused(['upgrade', 'life', "$ext/lifewide.bpf.o", '--fresh'], qr/map ran cannot start anew: stands imports it/, 'an upgrade would part them');
is(kx('upgrade', 'life', "$ext/life2.bpf.o")->{err}, '', 'an upgrade of the same layout does not');
is(kx('unload', 'stands')->{err}, '', 'unload of the user');
is(kx('unload', '--unused')->{err}, '', 'unload of the unused');
is(kx('query', 'life')->{exit}, 1, 'what was loaded on demand is gone');
is(kx('load', 'stands')->{err}, '', 'again');
is(kx('unload', 'life', '--with-users')->{err}, '', '--with-users');
is(kx('list', '--json', 'stands')->{exit} + (kx('query', 'stands')->{exit} == 0), 1, 'both are gone');

# A load that fails takes what it brought with it.
refused(['load', 'imports'], qr/layout differs/, 'an import of another layout, of what is loaded for it');
ok(!-e "$registry/life", 'what was loaded for it is gone again');

# C3: a process that has it open is a user; the one who only looks is not.
is(kx('load', "$ext/life.bpf.o")->{err}, '', 'is loaded');
my $bpftool = (grep { -x } '/usr/sbin/bpftool', '/usr/bin/bpftool')[0];
SKIP: {
	skip 'no bpftool', 2 unless $bpftool;
	# A reader that stays: bpftool waits for events of a map it holds open.
	my $reader = start('perl', '-e', 'my $a = pack("Q L L", unpack("J", pack("p", $ARGV[0])), 0, 0);
		my $fd = syscall(321, 7, $a, 16); $fd >= 0 or die "$!"; $| = 1; print "open\n"; sleep 100', "$registry/life/1/maps/ran");
	ok(wait_for(sub { slurp($reader->{out}) =~ /open/ }), 'a process has a map open') or diag(slurp($reader->{err}));
	refused(['unload', 'life'], qr/used by perl \(pid $reader->{pid}\)/, 'unload of what a process has open');
	kill KILL => $reader->{pid};
	finish($reader);
}
my $lister = start('sh', '-c', "while :; do $kx list >/dev/null; done");
my ($unloads, $times) = (0, $ENV{KX_VM_KERNEL} ? 6 : 20);
for (1 .. $times) {
	$unloads += !kx('unload', 'life')->{exit};
	kx('load', "$ext/life.bpf.o");
}
kill KILL => -$lister->{pid};
finish($lister);
is($unloads, $times, 'each unload beside one who lists all the time');
is(kx('unload', 'life')->{err}, '', 'and the last one');

# A file that kernel code writes, through an upgrade.
is(kx('load', "$ext/files.bpf.o")->{err}, '', 'an iterator');
is(slurp("$registry/files/current/files/tasks"), "version 1.0, first of the tasks\n", 'is a file');
is(kx('upgrade', 'files', "$ext/files2.bpf.o")->{err}, '', 'its upgrade');
is(slurp("$registry/files/current/files/tasks"), "version 2.0, first of the tasks\n", 'makes another text');
is(kx('rollback', 'files')->{err}, '', 'and back');
is(slurp("$registry/files/current/files/tasks"), "version 1.0, first of the tasks\n", 'the old text');
is(kx('unload', 'files')->{err}, '', 'gone');

# Where to attach: a program of one process; two devices at once.
my $events = "$build/tests/live/events";
my %has = map { my $row = decode_json($_); $row->{name} => $row->{state} eq 'available' }
    split /\n/, kx('features', '--json')->{out};
SKIP: {
	skip 'this kernel has no uprobes', 5 unless $has{uprobe};
	my @makers = map { start($events, 'call') } 1 .. 2;
	wait_for(sub { 2 == grep { slurp($_->{out}) =~ /ready/ } @makers });
	refused(['load', "$ext/probes.bpf.o"], qr/program by_uprobe is attached where the parameter program says, which is empty: give it a value, program=path/, 'no place to attach to');
	refused(['load', "$ext/probes.bpf.o", 'program=/nosuch/program'], qr{cannot attach program by_uprobe.*/nosuch/program}, 'a place that is not there');
	is(kx('load', "$ext/probes.bpf.o", "program=$events", "pid=$makers[0]{pid}")->{err}, '', 'a probe in one process');
	ok(wait_for(sub { value('probes.by[0]') > 10 }), 'it acts there');
	my $doubled = sub { my ($row) = map { decode_json($_) } kx('get', 'probes.seen', '--json')->{out}; my $sum = 0; $sum += $_->{doubled} for @{ $row->{value} }; return $sum; };
	is($doubled->(), 0, 'and only there: two would count the same numbers');
	is(kx('unload', 'probes')->{err}, '', 'unload');
	is(kx('load', "$ext/probes.bpf.o", "program=$events")->{err}, '', 'a probe in every process');
	ok(wait_for(sub { $doubled->() > 0 }), 'sees both');
	is(kx('unload', 'probes')->{err}, '', 'unload');
	kill TERM => $_->{pid} for @makers;
	finish($_) for @makers;
}
my ($cgroup) = grep { -e "$_/cgroup.procs" } '/sys/fs/cgroup/unified', '/sys/fs/cgroup';
my $devices = run('unshare', '--net', 'sh', '-c', "ip link add kx0 type veth peer name kx1 && " .
	"$kx load $ext/packets.bpf.o device=kx0,kx1 cgroup=$cgroup; " .
	"ls $registry/packets/hooks; $kx unload packets; $kx load $ext/packets.bpf.o device=kx0,kx9 cgroup=$cgroup; ls $registry");
SKIP: {
	skip 'no veth or no cgroup2 here', 3 if $devices->{err} =~ /Unknown device type|not supported/ || !$cgroup;
	like($devices->{out}, qr/^by_cgroup\nby_xdp\nby_xdp-2$/m, 'two devices: a hook at each');
	like($devices->{err}, qr/cannot attach program by_xdp to xdp kx9: no such device/, 'one that is not there');
	unlike($devices->{out}, qr/packets\Z/, 'nothing is left of it');
}

# What is not ours is left alone, unless one asks.
mkdir "$registry/alien";
is(kx('load', $object)->{err} . kx('unload', 'life')->{err}, '', 'load and unload beside what is not ours');
ok(-d "$registry/alien", 'leave it alone');
is(kx('check')->{out}, "alien: has no entry, or a damaged one\n", 'check tells of it');
is(kx('check', '--repair')->{exit}, 0, 'repair');
ok(!-d "$registry/alien", 'removes it');

# Two at the same instant: exactly one wins, each time.
my $guest = $ENV{KX_VM_KERNEL};	# emulated
my $parallel = $guest ? 6 : 100;
my @loads = map { start($kx, 'load', $_ % 2 ? $object : "$dir/link.bpf.o") } 1 .. $parallel;
my @results = map { finish($_, 120) } @loads;
is(scalar(grep { !$_->{exit} } @results), 1, "$parallel loads at once: one wins");
is(scalar(grep { $_->{exit} && $_->{err} !~ /loaded already, kmid \d+/ } @results), 0, 'the others are told which')
    or diag(map { $_->{err} } grep { $_->{exit} && $_->{err} !~ /loaded already/ } @results);
is(kx('check')->{out}, '', 'nothing is left behind');
@results = map { finish($_, 120) } map { start($kx, 'unload', 'life') } 1 .. 10;
is(scalar(grep { !$_->{exit} } @results), 1, 'ten unloads at once: one wins');
is(scalar(grep { $_->{exit} && $_->{err} !~ /not loaded/ } @results), 0, 'the others find nothing')
    or diag(map { $_->{err} } grep { $_->{exit} && $_->{err} !~ /not loaded/ } @results);

# Anything at once, for a while; then all is in order.
my @workers = map {
	my $seed = $_;
	my $rounds = $guest ? '1' : '1 2 3 4 5 6';
	start('sh', '-c', "for i in $rounds; do $kx load $object; $kx upgrade life $ext/life2.bpf.o; " .
	      "$kx set life.step=\$((i + $seed)); $kx rollback life; $kx get life; [ $seed = 2 ] && $kx unload life; done");
} 1 .. 4;
finish($_, 200) for @workers;
is(kx('check')->{out}, '', 'four who do everything at once: nothing is left behind');
clean();
is(kx('check')->{out}, '', 'and nothing at the end');
done_testing();
