#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The commands of kx: wrong usage, what they print, what their status says.
use strict;
use warnings;
use lib 'tests/lib';
use File::Basename 'basename';
use JSON::PP;
use KX;
use Test::More;

my $kx = "$build/kx";
plan skip_all => 'what programs say does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();

sub kx { return run($kx, @_); }
sub json { return map { decode_json $_ } split /\n/, shift; }

# One sentence on standard error, nothing on standard output.
sub refused {
	my ($r, $status, $sentence, $name) = @_;
	is($r->{exit}, $status, "$name: status $status");
	like($r->{err}, $sentence, "$name: sentence");
	is($r->{err} =~ tr/\n//, 1, "$name: in one line");
	is($r->{out}, '', "$name: no data");
}

sub printed {
	my ($r, $text, $name) = @_;
	is($r->{exit}, 0, "$name: status 0");
	is($r->{err}, '', "$name: no message");
	ref $text ? like($r->{out}, $text, $name) : is($r->{out}, $text, $name);
}

#
# Wrong usage
#
for (['load', qr/^kx: load: an argument is missing: kx load FILE\|NAME/],
     ['load x.o --as', qr/^kx: load: --as: INSTANCE is missing after it$/],
     ['load x.o --as=a/b', qr/^kx: load: a\/b: not a name for an instance$/],
     ['load x.o step', qr/^kx: load: step: not a setting; write NAME=VALUE$/],
     ['load x.o =1', qr/^kx: load: =1: not a setting/],
     ['load x.o --hold', qr/^kx: load: --hold: no such option; did you mean --held\?$/],
     ['load x.o --held=1', qr/^kx: load: --held=1: takes no value$/],
     ['load a,b', qr/^kx: load: a,b: neither a file nor a name/],
     ['unload', qr/^kx: unload: an argument is missing/],
     ['unload a/b', qr/^kx: unload: a\/b: not the name or kmid of an instance/],
     ['unload --unusd', qr/did you mean --unused\?$/],
     ['list -m', qr/^kx: list: --measure: SECONDS is missing after it$/],
     ['list --measure 0', qr/^kx: list: --measure: 0: not a number of seconds/],
     ['list --measure nan', qr/not a number of seconds/],
     ['list --measure 5s', qr/^kx: list: --measure: 5s: not a number of seconds/],
     ['list a.b', qr/not the name or kmid/],
     ['info', qr/^kx: info: an argument is missing/],
     ['info a b', qr/^kx: info: b: one argument too many/],
     ['info -F', qr/^kx: info: --field: FIELD is missing after it$/],
     ['info -F hoks x', qr/^kx: info: -F: hoks: no such field; did you mean hooks\?$/],
     ['info -F zzzzzz x', qr/^kx: info: -F: zzzzzz: no such field; man kx-info lists them$/],
     ['info -F name --json x', qr/exclude each other$/],
     ['query', qr/^kx: query: an argument is missing/],
     ['query a b', qr/one argument too many/],
     ['query -x a', qr/^kx: query: -x: no such option/],
     ['get', qr/^kx: get: an argument is missing/],
     ['get a b', qr/one argument too many/],
     ['get a.', qr/^kx: get: a\.: a parameter is missing after the dot$/],
     ['get .a', qr/not the name or kmid/],
     ['set', qr/^kx: set: an argument is missing/],
     ['set a=1', qr/^kx: set: a=1: write INSTANCE\.PARAM=VALUE$/],
     ['set a.b', qr/^kx: set: a\.b: write INSTANCE\.PARAM=VALUE$/],
     ['set a.=1', qr/write INSTANCE\.PARAM=VALUE$/],
     ['set a/b.c=1', qr/^kx: set: a\/b: not the name or kmid/],
     ['set a=b.c=1', qr/write INSTANCE\.PARAM=VALUE$/],
     ['confirm', qr/^kx: confirm: an argument is missing: kx confirm INSTANCE/],
     ['confirm a b', qr/one argument too many/],
     ['upgrade a x.o --confirm 0', qr/^kx: upgrade: --confirm: 0: not a number of seconds from 1 to 86400$/],
     ['upgrade a', qr/^kx: upgrade: an argument is missing/],
     ['upgrade a x.o b', qr/^kx: upgrade: b: not a setting/],
     ['upgrade a/b x.o', qr/not the name or kmid/],
     ['rollback', qr/an argument is missing/],
     ['rollback a b', qr/one argument too many/],
     ['check all', qr/^kx: check: all: one argument too many/],
     ['check --repare', qr/did you mean --repair\?$/]) {
	my ($line, $sentence) = @$_;
	refused(kx(split / /, $line), 2, $sentence, "kx $line");
}
refused(kx('query', "a\nb"), 2, qr/^kx: query: a\?b: not the name/, 'a line break in a name');
refused(kx('query', ''), 2, qr/^kx: query: : not the name/, 'an empty name');
refused(kx('query', 'a' x 49), 2, qr/not the name/, 'a name that is too long');
refused(kx('query', "\e[31m"), 2, qr/^kx: query: \?\[31m: not the name/, 'a name that paints the terminal');

#
# What is not there
#
my $none = 'verbs_none';
refused(kx(@$_), 1, qr/^kx: .*\b$none\b/, "kx @$_")
    for ['unload', $none], ['list', $none], ['info', $none], ['get', $none], ['get', "$none.a"],
	['set', "$none.a=1"], ['rollback', $none], ['load', $none],
	['load', "./$none.bpf.o"], ['info', "$dir/$none.o"], ['query', "$dir/$none"];
my $r = kx('query', $none);
is($r->{exit}, 1, 'query: not loaded is status 1');
is($r->{out}, "$none: not loaded\n", 'and a line');
is($r->{err}, '', 'and no message');
is_deeply([json(kx('query', '--json', $none)->{out})],
	  [{ name => $none, kmid => undef, generation => undef, result => 'not loaded' }], 'query --json');
$r = kx('query', '-q', $none);
is("$r->{exit}$r->{out}$r->{err}", '1', 'query -q says it by the status only');

my $broken = write_file("$dir/broken.bpf.o", 'not an object');
refused(kx('load', $broken), 1, qr/^kx: .*broken/, 'a file that is no object');
for (['-v', 'load', $broken], ['load', '-v', $broken], ['--verbose', 'load', $broken], ['load', $broken, '--verbose']) {
	$r = kx(@$_);
	is($r->{exit}, 1, "kx @$_[0, 1]: fails");
	like($r->{err}, qr/\Akx: .*broken.*\n/, "kx @$_[0, 1]: the sentence comes first");
}

#
# An extension, as an author writes it
#
sub extension {
	my ($file, $version, $more) = @_;
	write_file("$dir/$file.bpf.c", <<"END");
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("verbs", "$version", "counts programs for a test");
KX_LICENSE("GPL");
KX_PROVIDES("verbs-provided");

KX_VALUE(u64, execs, "programs started since the load");
KX_PARAM(u32, step, "what each counts for", KX_RANGE(1, 100)) = 1;
KX_PARAM(u16[4], ports, "some numbers") = { 22, 80 };
KX_PARAM_LOAD(char[16], greeting, "what to say") = "hello";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u64);
} seen SEC(".maps");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(started)
{
	u32 key = greeting[0] + ports[0];
	u64 one = 1;

	bpf_map_update_elem(&seen, &key, &one, BPF_ANY);
	__sync_fetch_and_add(&execs, step);
	$more
	return 0;
}
END
	my $arch = { x86_64 => 'x86', aarch64 => 'arm64' }->{(POSIX::uname())[4]};
	my $multiarch = qx(gcc -print-multiarch);
	chomp $multiarch;
	system("clang -target bpf -mcpu=v3 -O2 -g -D__TARGET_ARCH_$arch -Ivmlinux -I$build/vmlinux -Ibpf -Iinclude " .
	       "-idirafter /usr/include/$multiarch -c $dir/$file.bpf.c -o $dir/$file.bpf.o") == 0 or
	    die "$file: cannot be compiled";
	return "$dir/$file.bpf.o";
}

if (system('command -v clang >/dev/null') || !-e "$build/vmlinux/vmlinux_btf.h") {
	note 'no clang or no BTF here: nothing is loaded';
	done_testing();
	exit;
}
my $file = extension('verbs', '1.2.0', '');
my $newer = extension('newer', '1.3.0', '__sync_fetch_and_add(&execs, 1000);');
my @ours = qw(verbs verbs_two);
kx('unload', $_) for @ours;
END {
	local $?;
	kx('unload', $_) for @ours;
}

#
# The file
#
my %field = (name => "verbs\n", version => "1.2.0\n", description => "counts programs for a test\n",
	     license => "GPL\n", needs => '', provides => "verbs-provided\n",
	     hooks => "tp_btf/sched_process_exec\n", maps => "seen\n");
printed(kx('info', '-F', $_, $file), $field{$_}, "info -F $_") for sort keys %field;
printed(kx('info', '--field=hash', $file), (qx(sha256sum $file) =~ /^(\w+)/)[0] . "\n", 'info -F hash: as sha256sum');
is_deeply([sort split /\n/, kx('info', '-F', 'params', $file)->{out}], [qw(execs greeting ports step)],
	  'info -F params');

printed(kx('info', $file), qr/^step +u32 +live +1\.\.100 +1 +what each counts for$/m, 'info FILE');
unlike(kx('info', $file)->{out}, qr/^kmid/m, 'nothing is loaded');
my ($about) = json(kx('info', '--json', $file)->{out});
is(join(' ', sort keys %$about),
   'channels description fini hash hooks init instance license maps name needs params provides version',
   'info --json: its members');
is($about->{instance}, undef, 'and no instance');
my ($step) = grep { $_->{name} eq 'step' } @{ $about->{params} };
is_deeply($step, { name => 'step', type => 'u32', kind => 'live', range => '1..100', target => '', default => '1',
		   value => undef, text => 'what each counts for' }, 'a parameter in JSON');
is_deeply($about->{hooks}, [{ program => 'started', section => 'tp_btf/sched_process_exec', at => '' }], 'a hook');
is_deeply($about->{maps}, [{ name => 'seen', type => 'hash', key_size => 4, value_size => 8, max_entries => 16,
			     from => '', exported => JSON::PP::false }], 'a map');

# Every member is in the page.
sub documented {
	my ($page, @members) = @_;
	my $text = slurp("docs/man/kx-$page.8");
	return is(join(' ', grep { $text !~ /\b$_\b/ } @members), '', "kx-$page.8 has every member");
}
documented('info', map { keys %$_ } $about, @{ $about->{params} }, @{ $about->{hooks} }, @{ $about->{maps} });

#
# Load
#
refused(kx('load', $file, 'stp=1'), 1, qr/\bstp\b.*\bstep\b/, 'an unknown parameter');
refused(kx('load', $file, 'step=101'), 1, qr/\bstep\b.*1\.\.100/, 'a value out of range');
is(kx('query', '-q', 'verbs')->{exit}, 1, 'nothing is loaded by that');

$r = kx('load', $file, 'step=2');
printed($r, qr/\Averbs: loaded, kmid \d+\n\z/, 'load');
my ($kmid) = $r->{out} =~ /(\d+)/;
refused(kx('load', $file), 1, qr/\bverbs\b.*\b$kmid\b/, 'a second load names the first');

# Identity is the content, never the path's spelling.
system('cp', $file, "$dir/other-name.o");
symlink $file, "$dir/link.o";
printed(kx('query', $_), "verbs: loaded, kmid $kmid\n", "query $_")
    for $file, "$dir/./verbs.bpf.o", "$dir/../" . basename($dir) . '/verbs.bpf.o', "$dir/other-name.o",
	"$dir/link.o", 'verbs', $kmid;
is(kx('query', $newer)->{out}, "verbs: not loaded\n", 'another content is not loaded');
is(kx('query', '-q', $file)->{exit}, 0, 'query -q');
is_deeply([json(kx('query', '--json', 'verbs')->{out})],
	  [{ name => 'verbs', kmid => $kmid, generation => 1, result => 'loaded' }], 'query --json of a loaded one');

{
	mkdir "$dir/path";
	system('cp', $newer, "$dir/path/verbs.bpf.o");
	local $ENV{KX_PATH} = "/nonexistent::$dir";
	printed(kx('load', 'verbs', '--as', 'verbs_two', '--json'),
		qr/\A\{"name":"verbs_two","kmid":\d+,"generation":1,"result":"loaded"\}\n\z/, 'load by name, --as');
	$ENV{KX_PATH} = "$dir/path:$dir";
	printed(kx('upgrade', 'verbs_two', 'verbs', '--json'),
		qr/\A\{"name":"verbs_two","kmid":\d+,"generation":2,"result":"upgraded"\}\n\z/, 'upgrade by name');
	printed(kx('info', '-F', 'version', 'verbs'), "1.2.0\n", 'info of a name: what is loaded comes first');
}
refused(kx('load', 'verbs_none'), 1, qr/\bverbs_none\b/, 'without KX_PATH it is not found');

#
# List
#
my $list = kx('list');
like($list->{out}, qr/\ANAME +KMID +STATE +GEN +PROGS +MAPS +MEMORY +RUNS +NS\/RUN +DROPS +USED BY\n/, 'list: header');
like($list->{out}, qr/^verbs +$kmid +live +1 +\d+ +\d+ +\S+ /m, 'list: a row');
is(scalar(grep { / $/ } split /\n/, $list->{out}), 0, 'list: no line ends in blanks');
unlike(kx('list', 'verbs_two')->{out}, qr/^verbs /m, 'list: only what is named');
$r = kx('list', 'verbs', $none);
is($r->{exit}, 1, 'list: one that is not there fails');
like($r->{out}, qr/^verbs /m, 'and the others are shown');
my ($row) = json(kx('list', '--json', 'verbs')->{out});
is(join(' ', sort keys %$row),
   'command confirm_ms dropped extension generation held kmid links loaded maps memory missed name not_confirmed on_demand pid previous ' .
   'programs run_ns runs state uid used_by version', 'list --json: its members');
documented('list', keys %$row, qw(measured_s runs_per_s cpu_percent));
is("$row->{name} $row->{kmid} $row->{state} $row->{extension} $row->{version} $row->{uid}",
   "verbs $kmid live verbs 1.2.0 0", 'list --json: what is in them');
like($row->{loaded}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/, 'the time is RFC 3339');
like($row->{command}, qr/\bload\b/, 'who loaded it');

# A process that has a pin open is a user.
sub pin_open {
	my $path = shift . "\0";
	return syscall((POSIX::uname())[4] eq 'x86_64' ? 321 : 280, 7,
		       pack('Q L L', unpack('Q', pack('p', $path)), 0, 0), 16);
}
my ($pin) = map { $_->{path} } grep { $_->{kind} eq 'map' && $_->{name} eq 'seen' }
	@{ (json(kx('info', '--json', 'verbs')->{out}))[0]{instance}{reachable} };
my $fd = pin_open($pin);
cmp_ok($fd, '>=', 0, 'a pin is opened');
like(kx('list', 'verbs')->{out}, qr/ \S+\[$$\]$/m, 'list: who has it open');
my ($user) = @{ (json(kx('list', '--json', 'verbs')->{out}))[0]{used_by} };
is($user->{pid}, $$, 'list --json: by pid');
documented('list', keys %$user);
refused(kx('unload', 'verbs'), 1, qr/\b$$\b/, 'unload: refused, with the user');
POSIX::close($fd);
is_deeply((json(kx('list', '--json', 'verbs')->{out}))[0]{used_by}, [], 'and nobody uses it any more');

refused(kx('list', '--measure', '60', $none), 1, qr/\b$none\b/, 'a name that is not there is not waited for');
my $measure = start($kx, 'list', '--measure', '1', '--json', 'verbs');
wait_for(sub { readlink("/proc/$measure->{pid}/exe") =~ /kx$/ && slurp("/proc/$measure->{pid}/wchan") =~ /nanosleep/ }, 20);
is_deeply((json(kx('list', '--json', 'verbs')->{out}))[0]{used_by}, [], '--measure uses nothing');
wait_for(sub { system('true'); kill(0, $measure->{pid}) && slurp($measure->{out}) ne '' }, 20);
($row) = json(finish($measure)->{out});
cmp_ok($row->{runs}, '>', 0, '--measure: runs are counted');
cmp_ok(abs($row->{runs_per_s} * $row->{measured_s} - $row->{runs}), '<', 1, 'their rate fits');
cmp_ok($row->{measured_s}, '>=', 1, 'over that time');
like(kx('list', '--measure', '0.1')->{out}, qr/ RUNS\/S +CPU % /, '--measure: columns');

#
# Get, set
#
printed(kx('get', 'verbs.step'), "2\n", 'get');
printed(kx('get', "$kmid.step"), "2\n", 'get by kmid');
printed(kx('get', 'verbs'), qr/^step=2$/m, 'get of all');
printed(kx('set', 'verbs.step=3', 'verbs.ports[2]=8080'), '', 'set');
printed(kx('get', 'verbs.step'), "3\n", 'it is set');
printed(kx('get', 'verbs.ports[2]'), "8080\n", 'and so is the part');
is(kx('get', 'verbs_two.step')->{out}, "1\n", 'the other instance is as it was');
is_deeply([json(kx('get', '--json', 'verbs.step')->{out})],
	  [{ instance => 'verbs', kmid => $kmid, name => 'step', value => 3 }], 'get --json');
documented('get', qw(instance kmid name value));
for (split /\n/, kx('get', 'verbs')->{out}) {
	next if /^(execs|greeting)=/;
	printed(kx('set', "verbs.$_"), '', "set takes back $_");
}
refused(kx('get', 'verbs.stp'), 1, qr/\bstp\b/, 'get of an unknown parameter');
refused(kx('set', 'verbs.step=101'), 1, qr/1\.\.100/, 'set out of range');
refused(kx('set', 'verbs.greeting=x'), 1, qr/\bgreeting\b/, 'set of one for loading');
refused(kx('set', 'verbs.execs=1'), 1, qr/\bexecs\b/, 'set of a value');
$r = kx('set', 'verbs.step=4', 'verbs.step=0', 'verbs.step=5');
is($r->{exit}, 1, 'set stops at a failure');
like($r->{err}, qr/^kx: set: verbs\.step=4: done before that$/m, 'it says what was done');
like($r->{err}, qr/^kx: set: verbs\.step=5: not done$/m, 'and what was not');
is(kx('get', 'verbs.step')->{out}, "4\n", 'and so it is');
refused(kx('set', 'verbs.step=6', 'a/b.c=1'), 2, qr/^kx: set: a\/b: /, 'all names are read first');
refused(kx('set', 'verbs.step=6', 'verbs'), 2, qr/write INSTANCE/, 'wrong usage is found before the first change');
is(kx('get', 'verbs.step')->{out}, "4\n", 'which has not happened');

#
# Info of an instance
#
$r = kx('info', 'verbs');
printed($r, qr/^kmid +$kmid$/m, 'info INSTANCE');
like($r->{out}, qr/^step +u32 +live +1\.\.100 +4 /m, 'with the value it has now');
like($r->{out}, qr/^loaded +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d, by root, pid \d+, .*load/m, 'when and by whom');
like($r->{out}, qr{^seen +map +\d+ +-[rwx-]{9} +root:\w+ +/sys/fs/bpf/kx/verbs/}m, 'and who can reach what');
($about) = json(kx('info', '--json', $kmid)->{out});
is($about->{instance}{kmid}, $kmid, 'info KMID --json');
documented('info', keys %{ $about->{instance} }, keys %{ $about->{instance}{reachable}[0] });
for my $thing (grep { length $_->{path} } @{ $about->{instance}{reachable} }) {
	ok(-e $thing->{path}, "$thing->{path} is there");
}

#
# Upgrade, roll back
#
refused(kx('rollback', 'verbs'), 1, qr/\bverbs\b/, 'nothing to roll back to');
refused(kx('upgrade', 'verbs', $file), 1, qr/\bverbs\b/, 'an upgrade to the same content');
printed(kx('upgrade', 'verbs', $newer), "verbs: upgraded, generation 2\n", 'upgrade');
printed(kx('info', '-F', 'version', 'verbs'), "1.3.0\n", 'the new code runs');
printed(kx('get', 'verbs.step'), "4\n", 'parameters stay');
printed(kx('rollback', 'verbs'), "verbs: rolled back, generation 1\n", 'rollback');
printed(kx('rollback', 'verbs', '--json'),
	qq({"name":"verbs","kmid":$kmid,"generation":2,"result":"rolled back"}\n), 'and forward again');
printed(kx('rollback', 'verbs_two'), "verbs_two: rolled back, generation 1\n", 'the other one, too');

#
# Unload
#
$r = kx('unload', 'verbs_two', $none, $kmid);
is($r->{exit}, 1, 'unload: a failure is status 1');
like($r->{err}, qr/\Akx: .*\b$none\b.*\n\z/, 'which is said');
is($r->{out}, "verbs_two: unloaded\nverbs: unloaded\n", 'the others are unloaded');
is(kx('query', 'verbs')->{out}, "verbs: not loaded\n", 'query says so');
printed(kx('unload', '--unused'), qr/\Aunused instances unloaded: \d+\n\z/, 'unload --unused');
printed(kx('unload', '--unused', '--json'), qr/\A\{"unused":0,"result":"unloaded"\}\n\z/, 'there is none left');

#
# Held
#
for my $signal (qw(INT TERM HUP)) {
	my $held = start($kx, 'load', '--held', $file);
	ok(wait_for(sub { slurp($held->{out}) =~ /\n/ }, 30), 'held: it says when it is loaded');
	like(slurp($held->{out}), qr/\Averbs: held, kmid \d+, until this command ends\n\z/, 'in a line');
	like(kx('list', 'verbs')->{out}, qr/^verbs +\d+ +held /m, 'list shows it as held');
	kill $signal => $held->{pid};
	my $end = finish($held);
	is("$end->{exit} $end->{err}", '0 ', "SIG$signal ends it with status 0");
	ok(wait_for(sub { kx('query', '-q', 'verbs')->{exit} == 1 }, 30), 'and the instance with it');
}

# Nobody but its process ends it.
my $first = start($kx, 'load', '--held', '--json', $file);
ok(wait_for(sub { slurp($first->{out}) =~ /\n/ }, 30), 'held --json says so, too');
is((json(slurp($first->{out})))[0]{result}, 'held', 'and how');
refused(kx('unload', 'verbs'), 1, qr/\bverbs\b.*\b$first->{pid}\b/, 'unload names who holds it');
kill KILL => $first->{pid};
finish($first);
ok(wait_for(sub { kx('query', '-q', 'verbs')->{exit} == 1 }, 30), 'SIGKILL ends it as well');

printed(kx('check'), '', 'check: nothing is left');
done_testing();
