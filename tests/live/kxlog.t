#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxlog: every record once and in order, whatever happens to it, to the disk, to sinks.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;
use JSON::PP;
use POSIX qw(mkfifo);
use Fcntl;

plan skip_all => 'what it does does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();
my $kx = "$build/kx";
my $kxlog = "$build/kxlog";
my $object = "$build/tests/ext/spl.bpf.o";
my $nr = 0;

sub kx { return run($kx, @_); }
sub clean { kx('unload', $_) for grep { -e "/sys/fs/bpf/kx/$_" } qw(spl spla splb splc); }
my $main = $$;
END { clean() if $$ == $main && $> == 0 && defined $kx; }
clean();

# A spool of its own for each part.
sub spool { return "$dir/spool." . ++$nr; }
sub make { my ($who, $from, $n, $by) = @_; return kx('call', "$who.messages", "from=$from", "n=$n", 'by=' . ($by // 0)); }
sub objects { return map { decode_json($_) } split /\n/, slurp(shift); }
sub stop {
	my $run = shift;
	kill TERM => $run->{pid};
	my $result = finish($run);
	is("$result->{exit} $result->{signal}", '0 0', 'it ends with status 0') or diag($result->{err});
	return $result;
}
sub lines { my $n = () = slurp(shift) =~ /\n/g; return $n; }

# How many of each fate the account tells of a sink, and of the sources.
sub fates {
	my ($err, $sink) = @_;
	my ($d, $l, $w) = $err =~ /^kxlog: \Q$sink\E: (\d+) delivered, (\d+) dropped, (\d+) waiting/m;
	return { delivered => $d, dropped => $l, waiting => $w };
}
sub account {
	my $err = shift;
	my ($seen, $spooled, $lost) = $err =~ /^kxlog: seen (\d+), spooled (\d+), lost (\d+)/m;
	my ($refused) = $err =~ /, refused (\d+)/;
	return { seen => $seen, spooled => $spooled, lost => $lost, refused => $refused // 0 };
}

# Each id once, and numbers of a CPU rise.
sub in_order {
	my ($name, @objects) = @_;
	my (%last, @wrong, %ids);
	for (@objects) {
		my $lane = "$_->{kmid}.$_->{stream}.$_->{cpu}";
		push @wrong, $_->{id} if defined $last{$lane} && $_->{nr} <= $last{$lane};
		push @wrong, "twice $_->{id}" if $ids{ $_->{id} }++;
		$last{$lane} = $_->{nr};
	}
	is("@wrong", '', "$name: in order, each once");
}

#
# What there is, to two sinks; what is loaded later
#
is(kx('load', $object, '--as', 'spla')->{err}, '', 'an instance');
kx('call', 'spla.levels');
my $spool = spool();
my $log = start($kxlog, '--spool', $spool, '--to', "json:$dir/a.json", '--to', "file:$dir/a.log,level=warning", 'spl*');
ok(wait_for(sub { lines("$dir/a.json") == 2 }), 'what was said before it was started');
kx('load', $object, '--as', 'splb');
make('splb', 0, 500, 2);
make('spla', 0, 500, 1);
kx('call', 'splb.events', 'from=0', 'n=300', 'by=2');
ok(wait_for(sub { lines("$dir/a.json") == 1302 }), 'and what is said later, by an instance loaded later too');
my $result = stop($log);
my @all = objects("$dir/a.json");
in_order('two instances', @all);
for my $who ([spla => 1], [splb => 2]) {
	is(join(' ', sort { $a <=> $b } map { $_->{text} =~ /^message (\d+) of $who->[1]$/ ? $1 : () } grep { $_->{instance} eq $who->[0] } @all),
	   join(' ', 0 .. 499), "all messages of $who->[0]");
}
my @events = grep { $_->{stream} eq 'made' } @all;
is(join(' ', sort { $a <=> $b } map { $_->{record}{nr} } @events), join(' ', 0 .. 299), 'all events, as objects');
is_deeply([sort keys %{ $all[0] }], [sort qw(time id host instance extension stream level text record lost kmid generation cpu nr boot_ns time_ns position)],
	  'the members of an object');
my ($manual) = slurp('docs/man/kxlog.8') =~ /members are:\n(.*?)^\.RE/ms;
is_deeply([sort map { split /[ ",]+/ } $manual =~ /^\.TP\n\.BR? (.*)$/mg], [sort keys %{ $all[0] }], 'the manual has the same');
my ($boot) = slurp('/proc/sys/kernel/random/boot_id') =~ /^(.{8})/;
is(scalar(grep { $_->{id} ne "$boot.$_->{kmid}.$_->{stream}.$_->{generation}.$_->{cpu}.$_->{nr}" } @all), 0, 'ids say what they are made of');
is(scalar(grep { abs($_->{time_ns} / 1e9 - time) > 600 } @all), 0, 'times are those of the clock');
is_deeply(fates($result->{err}, "json:$dir/a.json"), { delivered => 1302, dropped => 0, waiting => 0 }, 'the account of a sink');
is_deeply(account($result->{err}), { seen => 1302, spooled => 1302, lost => 0, refused => 0 }, 'the account of the sources');
like($result->{err}, qr/^kxlog: file:\S+: 301 delivered, 0 dropped, 0 waiting, 1001 below its level$/m, 'level= of a sink');
like(slurp("$dir/a.log"), qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z warning spla: a warning$/m, 'a line of a file');
like(slurp("$dir/a.log"), qr/Z event   splb\.made: \.nr=299,\.by=2$/m, 'a line of an event');

# Again, from the same spool: nothing twice; --once, patterns, levels, the terminal.
sub once { return run($kxlog, '--once', '--spool', @_); }
$result = once($spool, '--to', "json:$dir/a.json", 'spl*');
is($result->{exit}, 0, '--once ends by itself');
is(lines("$dir/a.json"), 1302, 'nothing comes twice');
$result = once(spool(), '--to', 'term:', '-l', 'warning', 'spl?.log');
like($result->{out}, qr/^\d\d:\d\d:\d\d\.\d{3} warning spla: a warning\n\z/, 'term: -l and a pattern with a stream');
like($result->{err}, qr/below the level 1001$/m, 'what is passed over is counted');
$result = once(spool(), '--to', 'json:-', '--no-events', 'splb');
is(scalar(my @b = split /\n/, $result->{out}), 500, '--no-events');
$result = once(spool(), '--to', 'json:-', 'splb.made');
is(scalar(@b = split /\n/, $result->{out}), 300, 'one stream');
is(once(spool(), '--to', 'json:-', 'nosuch*')->{out}, '', 'a pattern that nothing matches yet');

#
# Killed again and again
#
kx('load', $object, '--as', 'splc');
$spool = spool();
my $made = 0;
for my $round (1 .. 20) {
	$log = start($kxlog, '--spool', $spool, '--to', "json:$dir/k.json", '--to', "file:$dir/k.log", 'splc');
	make('splc', $made, 100, 3);
	my $before = -s "$dir/k.json" // 0;
	make('splc', $made + 100, 100, 3);
	$made += 200;
	# At any moment: while it starts, reads, writes, or idles.
	wait_for(sub { (-s "$dir/k.json" // 0) > $before + 977 * $round }, 0.01 * $round);
	kill KILL => $log->{pid};
	finish($log);
}
$result = once($spool, '--to', "json:$dir/k.json", '--to', "file:$dir/k.log", 'splc');
is($result->{exit}, 0, 'after 20 times SIGKILL');
my (%times, @torn);
for (split /\n/, slurp("$dir/k.json")) {
	my $object = eval { decode_json($_) };
	$object ? push @{ $times{ $object->{id} } }, $object : push @torn, $_;
}
is("@torn", '', 'no line is torn');
my @each = sort { $a->{position} <=> $b->{position} } map { $_->[0] } values %times;
in_order('after SIGKILL', @each);
is(join(' ', sort { $a <=> $b } map { $_->{text} =~ /^message (\d+) / } @each), join(' ', 0 .. $made - 1), 'no message is missing');
is(scalar(grep { my $all = $_; grep { $_->{position} != $all->[0]{position} } @$all } values %times), 0, 'none was spooled twice: what came twice is one record');
is(scalar(grep { $_->{lost} } @each), 0, 'and none is told to be lost');
diag(sprintf '%d records, %d lines', scalar(@each), lines("$dir/k.json"));

# What is overwritten while nobody reads is counted, and told in its place.
make('splc', 0, 40000, 4);
$result = once($spool, '--to', "json:$dir/k.json", '--to', "file:$dir/k.log", 'splc');
my $account = account($result->{err});
cmp_ok($account->{lost}, '>', 0, 'what was overwritten is counted');
is($account->{lost} + $account->{seen}, 40000, 'exactly');
like(slurp("$dir/k.log"), qr/^-- $account->{lost} records of splc\.log lost --\n\S+Z info    splc: message /m, 'and told before the next record');

# Over an upgrade and back, and a restart: once.
$spool = spool();
once($spool, '--to', "json:$dir/u.json", 'splc');
kx('upgrade', 'splc', "$build/tests/ext/spl2.bpf.o");
make('splc', 100, 5, 41);
once($spool, '--to', "json:$dir/u.json", 'splc');
kx('rollback', 'splc');
make('splc', 200, 5, 42);
once($spool, '--to', "json:$dir/u.json", 'splc') for 1 .. 2;
my @upgraded = objects("$dir/u.json");
in_order('upgrade and rollback', @upgraded);
is(join(' ', map { /(\d+ of 4[12])$/ ? $1 : () } map { $_->{text} } sort { $a->{boot_ns} <=> $b->{boot_ns} } @upgraded),
   join(' ', (map { "$_ of 41" } 100 .. 104), (map { "$_ of 42" } 200 .. 204)), 'each generation is heard');
is(join(' ', map { $_->{generation} } grep { $_->{text} =~ /of 4[12]$/ } @upgraded), '2 2 2 2 2 1 1 1 1 1', 'and told by its number');

#
# Files: rotation, compression, SIGHUP
#
$log = start($kxlog, '--spool', spool(), '--to', "file:$dir/r.log,size=20K,keep=1000,compress", '--to', "json:$dir/r.json", 'splc');
ok(wait_for(sub { -s "$dir/r.json" }), 'it follows');
make('splc', 0, 1, 55);
ok(wait_for(sub { slurp("$dir/r.json") =~ /message 0 of 55/ }), 'and has come to what is new');
my $base = lines("$dir/r.json");
for (1 .. 10) {
	make('splc', 0, 200, 5);
	ok(wait_for(sub { lines("$dir/r.json") == $base + 200 * $_ }), "round $_") or last;
}
stop($log);
my @old = sort glob "$dir/r.log.*";
cmp_ok(scalar(@old), '>', 5, 'it was rotated');
is(scalar(grep { !/\.\d{6}\.gz$/ } @old), 0, 'and compressed');
my $text = join '', map { scalar `gzip -dc $_` } @old;
$text .= slurp("$dir/r.log");
is(scalar(my @m = $text =~ /^\S+Z info    splc: message \d+ of \d+$/mg), lines("$dir/r.json"), 'no line is missing, none twice');
is(join("\n", $text =~ /(message \d+ of \d+)$/mg), join("\n", map { $_->{text} } objects("$dir/r.json")), 'they are in order');
once(spool(), '--to', "file:$dir/r.log,size=20K,keep=3,compress", 'splc');
is(scalar(@old = glob "$dir/r.log.*"), 3, 'keep=3 removes the others');

$log = start($kxlog, '--spool', spool(), '--to', "file:$dir/h.log", 'splc');
ok(wait_for(sub { -s "$dir/h.log" }), 'a file');
rename "$dir/h.log", "$dir/h.old";
kill HUP => $log->{pid};
ok(wait_for(sub { -e "$dir/h.log" }), 'SIGHUP: is opened anew');
make('splc', 7000, 1, 6);
ok(wait_for(sub { slurp("$dir/h.log") =~ /message 7000 of 6/ }), 'and written to');
stop($log);

#
# The spool is full; a sink hangs
#
mkfifo("$dir/pipe", 0600);
for my $policy (qw(drop-oldest drop-newest block)) {
	$spool = spool();
	# Somebody has the pipe open and reads nothing.
	sysopen my $reader, "$dir/pipe", O_RDWR;
	my @sinks = ('--to', "json:$dir/pipe", '--to', "json:$dir/$policy.json");
	$log = start($kxlog, '--spool', $spool, '--spool-size', '64K', '--when-full', $policy, @sinks, 'splc');
	ok(wait_for(sub { -s "$dir/$policy.json" }), "$policy: another sink gets what there is");
	for (1 .. 5) {
		make('splc', 0, 300, 7);
		wait_for(sub { 0 }, 0.05);
	}
	my $bytes = 0;
	ok(wait_for(sub { slurp($log->{err}) =~ /it is full/ }), "$policy: it is told");
	$bytes += -s $_ // 0 for glob "$spool/*.spool";
	cmp_ok($bytes, '<=', 64 << 10, "$policy: no more than --spool-size");
	$result = stop($log);
	$account = account($result->{err});
	for my $sink ("json:$dir/pipe", "json:$dir/$policy.json") {
		my $f = fates($result->{err}, $sink);
		is($f->{delivered} + $f->{dropped} + $f->{waiting}, $account->{spooled}, "$policy: the account of a sink is exact");
	}
	my $f = fates($result->{err}, "json:$dir/pipe");
	is($f->{dropped} > 0, $policy eq 'drop-oldest', "$policy: records are dropped, or not");
	is($account->{refused} > 0, $policy eq 'drop-newest', "$policy: refused, or not");
	is($account->{seen}, $account->{spooled} + $account->{refused}, "$policy: what was seen was spooled or refused") if $policy ne 'block';
	in_order($policy, objects("$dir/$policy.json"));
	is(lines("$dir/$policy.json"), fates($result->{err}, "json:$dir/$policy.json")->{delivered}, "$policy: what was delivered is there");
	close $reader;
	# Then somebody reads: what waits, comes.
	my $cat = start('cat', "$dir/pipe");
	run($kxlog, '--once', '--spool', $spool, '--when-full', $policy, @sinks, 'splc') for 1;
	my $got = finish($cat)->{out};
	$got =~ s/^[^{][^\n]*\n//;
	my @late = map { eval { decode_json($_) } // () } split /\n/, $got;
	cmp_ok(scalar(@late), '>=', $f->{waiting}, "$policy: what waited is delivered later");
}
my $started = start($kxlog, '--once', '--spool', spool(), '--to', "file:$dir/pipe", 'splc');
$result = finish($started);
is($result->{exit}, 1, '--once with a sink that hangs: status 1') or diag($result->{err});
like($result->{err}, qr/^kxlog: file:\S+: cannot be opened: nobody reads it$/m, 'and it is said why');

#
# The disk is full: a small one of its own
#
my $disk = "$dir/disk";
mkdir $disk;
my $small = <<'SH';
mount -t tmpfs -o size=2m none "$1" && mkdir "$1/spool" && shift &&
head -c 2000k /dev/zero > "$DISK/filler"; "$@" & pid=$!
trap 'kill -TERM $pid' TERM; trap 'rm -f "$DISK/filler"' USR1
while kill -0 $pid 2>/dev/null; do wait $pid; status=$?; done; cp "$DISK"/*.json "$OUT/" 2>/dev/null; exit $status
SH
$ENV{DISK} = $disk;
$ENV{OUT} = $dir;
$log = start('unshare', '-m', 'sh', '-c', $small, 'sh', $disk, $kxlog, '--spool', "$dir/spool.disk", '--to', "json:$disk/full.json", 'splc');
ok(wait_for(sub { slurp($log->{err}) =~ /cannot be written: No space left/ }), 'a sink on a disk that is full says so');
make('splc', 9000, 50, 8);
kill USR1 => $log->{pid};
ok(wait_for(sub { my @c = glob "$dir/spool.disk/cursor.*"; @c && slurp($c[0]) =~ /^done (\d+)$/m && $1 > 50 && slurp($c[0]) =~ /^done (\d+)\nsynced \1$/m }), 'and goes on when there is room');
$result = stop($log);
in_order('disk full', objects("$dir/full.json"));
is(lines("$dir/full.json"), account($result->{err})->{spooled}, 'nothing is lost');
$log = start('unshare', '-m', 'sh', '-c', $small, 'sh', $disk, $kxlog, '--spool', "$disk/spool", '--to', "json:$dir/nodisk.json", 'splc');
for (1 .. 20) {
	make('splc', 0, 300, 9);
	last if slurp($log->{err}) =~ /cannot be written/;
}
ok(wait_for(sub { slurp($log->{err}) =~ /^kxlog: spool \S+: cannot be written: No space left on device$/m }), 'a spool on a disk that is full says so');
$result = stop($log);
$account = account($result->{err});
is($account->{seen}, $account->{spooled} + $account->{refused}, 'what it could not spool is counted');
is(lines("$dir/nodisk.json") + fates($result->{err}, "json:$dir/nodisk.json")->{dropped}, $account->{spooled}, 'what it could is delivered, or counted');

#
# A damaged spool; two at a time; unloaded while it is followed
#
$spool = spool();
once($spool, '--to', "file:$dir/pipe", 'splc');
my ($segment) = glob "$spool/*.spool";
open my $f, '+<', $segment;
seek $f, 5000, 0;
print $f 'damaged';
close $f;
truncate $segment, (-s $segment) - 10;
$result = once($spool, '--to', "json:$dir/d.json", 'nosuch');
like($result->{err}, qr/^kxlog: spool \S+: 1 record is damaged, passed over$/m, 'a damaged record is told');
like($result->{err}, qr/^kxlog: spool \S+: \d+ bytes of a record that was not finished are cut off$/m, 'a torn one, too');
my $fate = fates($result->{err}, "json:$dir/d.json");
is($fate->{dropped}, 1, 'and counted');
is(lines("$dir/d.json"), $fate->{delivered}, 'the others are delivered');

$log = start($kxlog, '--spool', $spool, '--to', "json:$dir/d.json", 'splc');
ok(wait_for(sub { slurp("$spool/lock") =~ /^$log->{pid}$/m }), 'a kxlog');
$result = once($spool, '--to', "json:$dir/e.json");
is($result->{exit}, 1, 'a second one with the same spool is refused');
like($result->{err}, qr/^kxlog: spool \S+: another kxlog writes it \(pid $log->{pid}\); --spool DIR takes another one\n\z/, 'by the pid of the first');
make('splc', 8000, 20, 11);
is(kx('unload', 'splc')->{err}, '', 'an instance that is followed can be unloaded');
ok(wait_for(sub { slurp("$dir/d.json") =~ /message 8019 of 11/ }), 'what it said until then is delivered');
kx('load', $object, '--as', 'splc');
make('splc', 8100, 20, 12);
ok(wait_for(sub { slurp("$dir/d.json") =~ /message 8119 of 12/ }), 'and what its successor says');
stop($log);

#
# The clock is set a day back, and forth again: for kxlog alone
#
my $clock = compile('clock.so', <<'C', '-shared', '-fPIC');
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *now)
{
	int err = syscall(SYS_clock_gettime, clock, now);

	if (!err && clock == CLOCK_REALTIME && !access(getenv("JUMP"), F_OK))
		now->tv_sec -= 86400;
	return err;
}
C
$log = start('env', "LD_PRELOAD=$clock", "JUMP=$dir/jump", $kxlog, '--spool', spool(), '--to', "json:$dir/j.json", 'splc.log');
for my $turn (0 .. 2) {
	$turn == 1 ? write_file("$dir/jump", '') : unlink "$dir/jump";
	make('splc', 9000 + 20 * $turn, 20, 13);
	my $last = 9019 + 20 * $turn;
	ok(wait_for(sub { slurp("$dir/j.json") =~ /message $last of 13"/ }), "a clock that jumps: turn $turn");
}
stop($log);
my @jumped = grep { $_->{text} =~ / of 13$/ } objects("$dir/j.json");
is(join(' ', map { $_->{text} =~ /(\d+)/ } @jumped), join(' ', 9000 .. 9059), 'all, in order');
is(join(' ', map { time - $_->{time_ns} / 1e9 > 80000 ? 1 : 0 } @jumped), join(' ', (0) x 20, (1) x 20, (0) x 20), 'with the times of the clock');
in_order('a clock that jumps', @jumped);

#
# Bad words: one sentence, status 2, nothing is made
#
$spool = spool();
for my $bad ([['--to', 'nowhere'], qr/no sink: SCHEME:WHERE/], [['--to', 'nosuch:x'], qr/no such kind of sink; there are term:, file:, json:/],
	     [['--to', 'file:'], qr/a path is missing/], [['--to', "file:$dir/x,size=ten"], qr/size=ten: not understood/],
	     [['--to', "file:$dir/x,color=red"], qr/color: no such option; size=/], [['--to', "file:$dir/x,keep=3"], qr/need size= or time=/],
	     [['--to', "file:$dir/x,level=loud"], qr/no such level/], [['--to', 'term:x'], qr/takes nothing but level=/],
	     [['--to', "file:$dir/x", '--to', "file:$dir/x,size=1M"], qr/twice/], [['-l', 'loud'], qr/no such level/],
	     [['--spool-size', 'much'], qr/not a size/], [['--spool-size', '1K'], qr/too small; 64K/],
	     [['--when-full', 'panic'], qr/not one of drop-oldest, drop-newest, block/], [['--sync', 'x'], qr/not one of segment, batch, never/],
	     [['--nosuch'], qr/no such option/], [['-x'], qr/no such option/], [['--to'], qr/an argument is missing/],
	     [['--once=1'], qr/takes no value/], [['--to', 'term:', ''], qr/without a name/], [[], qr/no sink: standard output is no terminal/]) {
	my ($words, $like) = @$bad;
	$result = run($kxlog, '--spool', $spool, @$words);
	is($result->{exit}, 2, "@$words: status 2");
	like($result->{err}, qr/^kxlog: [^\n]*$like[^\n]*\n\z/, "@$words: one sentence");
}
ok(!-e $spool && !-e "$dir/x", 'nothing was made');
is(run($kxlog, '--spool', '/dev/null/x', '--to', 'term:')->{exit}, 1, 'a spool that cannot be made');

#
# --help, the manual and the completion say the same
#
my $help = run($kxlog, '--help')->{out};
my $page = slurp('docs/man/kxlog.8') =~ s/\\-/-/gr =~ s/\\f.//gr;
my $completion = slurp('docs/completion/kxlog.bash');
my %options = map { /^  (?:(-\w), |    )(--[\w-]+)/ ? map { $_ => 1 } grep { defined } $1, $2 : () } split /\n/, $help;
my ($offered) = $completion =~ /\$current == -\*.*?-W "(.*?)"/ms;
is("@{[sort grep { length } split /\s+/, $offered]}", "@{[sort keys %options]}", 'the completion has the options of --help');
my ($section) = $page =~ /^\.SH OPTIONS\n(.*?)^\.SH/ms;
my @in_page = map { /(?<![\w-])(--?[a-zA-Z][\w-]*)/g } $section =~ /^\.TP\n\.\w+ (.*)$/mg;
is("@{[sort @in_page]}", "@{[sort keys %options]}", 'so has the manual');
my ($examples) = $help =~ /^examples:\n(.*)/ms;
is(join('|', grep { index($page, s/  .*//r) < 0 } map { s/^  //r } split /\n/, $examples), '', 'and the examples');
cmp_ok(scalar(split /\n/, $help), '<=', 45, 'the help fits a screen');
is(scalar(grep { length > 100 } split /\n/, $help), 0, 'and its width');
done_testing();
