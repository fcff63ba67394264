#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Intakes: records in bulk, each counted, whole and once, whoever is killed meanwhile.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use IPC::Open3;
use JSON::PP;
use KX;
use Test::More;

not_between('6.12');
need_root();
my $kx = abs_path("$build/kx");
my $helper = abs_path("$build/tests/live/intakes");
my $ext = "$build/tests/ext";
my $pins = '/sys/fs/bpf/kx/shr';
my $root_mode;
my $kills = $ENV{INTAKE_KILLS} // ($ENV{KX_VM_KERNEL} ? 10 : 50);

sub kx { return run($kx, @_); }
sub value { chomp(my $v = kx('get', "shr.$_[0]")->{out}); return $v; }
sub values_of { return join ' ', map { value($_) } @_; }
sub clean { kx('unload', '--with-users', $_) for grep { -e "/sys/fs/bpf/kx/$_" } 'shr', 'shr_second'; }
my %running;
END {
	local $?;
	chmod $root_mode, '/sys/fs/bpf' if defined $root_mode;
	kill KILL => keys %running if %running;
	clean() if defined $kx;
}

# What kx feed makes of these lines.
sub feed {
	my ($intake, $text, @options) = @_;
	return kx('feed', @options, $intake, write_file("$dir/lines", $text));
}

sub refused {
	my ($r, $status, $like, $name) = @_;
	is($r->{exit}, $status, "$name: status $status");
	like($r->{err}, $like, "$name: says why");
	is($r->{err} =~ tr/\n//, 1, "$name: in one line");
}

# A page in a file that a writer counts in: begun and put.
sub counts_file { return write_file("$dir/counts", "\0" x 4096); }
sub counts { return unpack 'QQ', substr slurp("$dir/counts"), 0, 16; }

clean();
is(kx('load', "$ext/shr.bpf.o")->{err}, '', 'an extension with intakes is loaded');

#
# Lines
#
my $r = feed('shr.entries', <<'END');
# a comment
{"id":2,"name":"first","kind":"ODD","limits":[{"low":1},{"high":255}]}
{ "id" : 4, "weight": -7 }
.id=6,.name="a b"
{.id=8,.kind=KIND_EVEN}

END
is($r->{err}, "fed 4: taken 4, refused 0\n", 'JSON and C, a line each');
is("$r->{exit}$r->{out}", 0, 'status 0, nothing on standard output');
is(value('latest'), '{.id=8,.weight=0,.kind=KIND_EVEN,.name="",.limits={{.low=0,.high=0},{.low=0,.high=0}}}',
   'what a line does not say is zero');
feed('shr.entries', qq({"id":2,"name":"first","kind":"ODD","weight":-32768,"limits":[{"low":1},{"high":255}]}));
is(value('latest'), '{.id=2,.weight=-32768,.kind=KIND_ODD,.name="first",.limits={{.low=1,.high=0},{.low=0,.high=255}}}',
   'a last line without an end');

$r = feed('shr.entries', join '', map { "{\"id\":$_}\n" } 1 .. 1000);
is($r->{err}, "fed 1000: taken 500, refused 500\n", 'what the extension refuses is counted');
is($r->{exit}, 1, 'and is status 1');
is_deeply(decode_json(feed('shr.entries', "{\"id\":2}\n{\"id\":3}\n{\n", '--json')->{out}),
	  { instance => 'shr', kmid => kmid(), name => 'entries', fed => 2, taken => 1, refused => 1, wrong => 1,
	    waiting => 0, earlier_taken => 0, earlier_refused => 0 }, '--json');
sub kmid { return decode_json(kx('query', '--json', 'shr')->{out})->{kmid}; }

$r = feed('shr.entries', "{\"id\":2}\n{\"idd\":2}\n{\"id\":4294967296}\nnonsense\n{\"id\":4}\0\n{\"id\":6}\n" . '[' x 70000 . "\n{\"id\":8}\n");
is($r->{exit}, 1, 'wrong lines: status 1');
my @said = split /\n/, $r->{err};
like($said[0], qr/^kx: \S+: line 2: shr\.entries: .*idd/, 'each is told: a member that there is not');
like($said[1], qr/^kx: \S+: line 3: shr\.entries: .*4294967296/, 'a number that does not fit');
like($said[2], qr/^kx: \S+: line 4: shr\.entries: .*nonsense/, 'what is no record');
like($said[3], qr/^kx: \S+: line 5: has a zero byte$/, 'a zero byte');
like($said[4], qr/^kx: \S+: line 7: is too long$/, 'a line without an end');
is($said[5], 'fed 3: taken 3, refused 0, wrong 5', 'the others went on');
is(value('latest.id'), 8, 'up to the last');
$r = feed('shr.entries', "{\"id\":2}\nnonsense\n{\"id\":4}\n", '--strict');
like($r->{err}, qr/line 2: .*\nfed 1: taken 1, refused 0, wrong 1\n\z/, '--strict stops there');
is(value('latest.id'), 2, 'and what came before was taken');

# Text is taken as it is.
$r = feed('shr.lines', qq(plain\n\n# no comment\n"quoted" \\n {.a=1}\n));
is($r->{err}, "fed 4: taken 4, refused 0\n", 'lines of text, an empty one too');
is(decode_json(kx('get', '--json', 'shr.line')->{out})->{value}, '"quoted" \\n {.a=1}', 'as they are');
like(feed('shr.lines', 'x' x 32 . "\n")->{err}, qr/line 1: shr\.lines: 32 bytes, at most 31 are allowed\n/, 'one that is too long');
is(feed('shr.lines', 'x' x 31)->{err}, "fed 1: taken 1, refused 0\n", 'the longest');

for ([['shr.none'], 1, qr/^kx: shr: no intake none; it has: numbers, entries, lines$/],
     [['shr.entries', "$dir/nosuch"], 1, qr/nosuch: cannot be opened: No such file or directory$/],
     [['shr_none.a'], 1, qr/^kx: shr_none: is not loaded/],
     [['shr'], 2, qr/write INSTANCE\.INTAKE$/],
     [['shr.'], 2, qr/write INSTANCE\.INTAKE$/]) {
	refused(kx('feed', @{ $_->[0] }), $_->[1], $_->[2], "kx feed @{ $_->[0] }");
}
like(kx('feed', 'shr.entries', $dir)->{err}, qr/cannot be read: Is a directory\nfed 0: /, 'a directory');

#
# Records as they are, more than the ring holds and more than one run takes
#
system("$helper raw 1 300000 >$dir/raw") == 0 or die;
$r = kx('feed', '--raw', 'shr.numbers', "$dir/raw");
is($r->{err}, "fed 300000: taken 300000, refused 0\n", '--raw: 300000 records through a ring of 1820');
is(values_of(qw(seen doubled missed halves last)), '300000 0 0 0 300000', 'each once, whole, in their order');
system("(cat $dir/raw; printf half) | head -c 1284 >$dir/cut");
like(kx('feed', '--raw', 'shr.numbers', "$dir/cut")->{err}, qr/record 11: is cut off at the end of the file\nfed 10: taken 10, refused 0, wrong 1\n\z/,
     'a file that is cut off');

# Who sends line by line sees them taken at once.
my $pid = open3(my $in, my $out, undef, $kx, 'feed', 'shr.lines');
$running{$pid} = 1;
for my $word (qw(one two three)) {
	print $in "$word\n";
	$in->flush;
	ok(wait_for(sub { value('line') eq $word }), "$word: taken while more may come");
}

# One writer at a time, for each intake.
refused(feed('shr.lines', "x\n"), 1, qr/^kx: shr\.lines: process $pid is writing to it; try again/, 'a second writer');
is(feed('shr.entries', "{\"id\":2}\n")->{exit}, 0, 'another intake is free');
close $in;
waitpid $pid, 0;
delete $running{$pid};
is(feed('shr.lines', "x\n")->{exit}, 0, 'and so is this one when the first has ended');

# Ctrl-C: what was fed is taken, and said.
my $fifo = "$dir/fifo";
system('mkfifo', $fifo);
my $slow = start($kx, 'feed', 'shr.lines', $fifo);
open my $pipe, '>', $fifo;
print $pipe "four\n";
$pipe->flush;
ok(wait_for(sub { value('line') eq 'four' }), 'a writer waits for more');
kill INT => $slow->{pid};
$r = finish($slow);
is($r->{exit}, 1, 'Ctrl-C ends it with status 1');
like($r->{err}, qr/interrupted after 1 records?\nfed 1: taken 1, refused 0\n\z/, 'and with the account');
close $pipe;

#
# Killed at any moment: nothing twice, nothing half, nothing lost that was put
#
clean();
kx('load', "$ext/shr.bpf.o");
my $file = counts_file();
my ($rounds, $lock_failures) = (0, 0);
for my $round (1 .. $kills) {
	my ($begun) = counts();
	my $writer = start($helper, 'put', 'shr', 1, 0, $file);
	my $more = $begun + 1 + int rand 20000;
	my $ok = wait_for(sub { (counts())[0] >= $more || waitpid($writer->{pid}, POSIX::WNOHANG()) }, 60);
	kill KILL => $writer->{pid};
	$r = finish($writer);
	$lock_failures++ if $r->{err};
	$rounds++ if $r->{signal} == 9;
}
is($rounds, $kills, "$kills writers were killed");
is($lock_failures, 0, 'and the next one could begin each time');
$r = feed('shr.numbers', '');
like($r->{err}, qr/\A(?:left by an earlier writer: taken \d+, refused 0\n)?fed 0: taken 0, refused 0\n\z/, 'what the last one left is taken');
my ($begun, $put) = counts();
my ($seen, $doubled, $missed, $halves, $last) = map { value($_) } qw(seen doubled missed halves last);
is($doubled, 0, 'no record came twice');
is($halves, 0, 'none was half of one');
cmp_ok($seen, '>=', $put, "all $put that were put have come");
cmp_ok($seen, '<=', $begun, "and no other than the $begun that were begun");
is($seen + $missed, $last, 'the numbers that are missing are those that were begun and not put');
cmp_ok($missed, '<=', $kills, 'at most one for each who was killed');

# The account of each writer is exact: with those that were left.
$file = counts_file();
my $first = $last + 1;
my $killed = start($helper, 'put', 'shr', $first, 0, $file);
wait_for(sub { (counts())[0] > 700 });
kill KILL => $killed->{pid};
finish($killed);
my $before = value('seen');
($begun, $put) = counts();
$r = run($helper, 'put', 'shr', $first, 5000, $file);
my ($taken) = $r->{out} =~ /^taken (\d+) refused 0$/;
is(value('seen') - $before, $taken, 'what a writer is told is what the extension has seen');
cmp_ok($taken, '>=', 5000, "$taken: its own, and those that were left");

#
# Upgrades under a writer
#
$file = counts_file();
$first = value('last') + 1;
$before = value('seen');
my $under = start($helper, 'put', 'shr', $first, 0, $file);
wait_for(sub { (counts())[1] > 100 });
my @objects = ("$ext/shr2.bpf.o", "$ext/shr.bpf.o");
my %generations;
my $upgrades = 0;
for (1 .. 10) {
	$upgrades++ if kx('upgrade', 'shr', $objects[($_ - 1) % 2])->{exit} == 0;
	my $at = (counts())[1];
	wait_for(sub { (counts())[1] > $at + 5000 });
	$generations{value('generation')}++;
}
kill TERM => $under->{pid};
$r = finish($under, 300);
($begun, $put) = counts();
is($r->{err}, '', "a writer goes on through $upgrades upgrades");
is($r->{out}, "taken $put refused 0\n", "its account of $put is exact");
cmp_ok(scalar(keys %generations), '>', 1, 'several generations have taken some: ' . join(' ', sort { $a <=> $b } keys %generations));

# Records wait, and the type of records changes.
clean();
kx('load', "$ext/shr.bpf.o");
refused(kx('upgrade', 'shr', "$ext/shrother.bpf.o"), 1, qr/numbers_ring differs.*--fresh|word differs.*--fresh/, 'another type of records');
$pid = open3($in, $out, undef, $kx, 'feed', '--raw', 'shr.numbers');
$running{$pid} = 1;
print $in substr slurp("$dir/raw"), 0, 128;
$in->flush;
ok(wait_for(sub { value('seen') == 1 }), 'a writer has begun');
is(kx('upgrade', '--fresh', 'shr', "$ext/shrother.bpf.o")->{err}, '', 'the intake begins anew');
print $in substr slurp("$dir/raw"), 128, 128;
close $in;
my $said = join '', <$out>;
waitpid $pid, 0;
delete $running{$pid};
like($said, qr/^kx: shr\.numbers: an upgrade has begun it anew; what waits is not taken\nfed 2: taken 1, refused 0, still waiting 1\n\z/m,
     'its writer is told, with what is not taken');
is(feed('shr.numbers', "{\"number\":1,\"another\":1}\n")->{err}, "fed 1: taken 0, refused 1\n", 'a new writer has the new type');

# Unloaded under a writer.
clean();
kx('load', "$ext/shr.bpf.o");
$pid = open3($in, $out, undef, $kx, 'feed', 'shr.lines');
$running{$pid} = 1;
print $in "one\n";
$in->flush;
ok(wait_for(sub { value('line') eq 'one' }), 'a writer has begun');
refused(kx('unload', 'shr'), 1, qr/^kx: shr: cannot be unloaded: it is used by kx \(pid $pid\)/, 'unload with a writer at work');
clean();
print $in "two\n";
close $in;
$said = join '', <$out>;
waitpid $pid, 0;
delete $running{$pid};
like($said, qr/^kx: shr: is not loaded any more\nfed 2: taken 1, refused 0, still waiting 1\n\z/m, 'it is told that the instance is gone');

#
# Other writers than ours
#
kx('load', "$ext/shr.bpf.o");
my $ring = "$pins/1/maps/numbers_ring";
is(run($helper, 'begun', $ring, 5)->{exit}, 0, 'libbpf\'s writer ends in the middle of a record');
$r = kx('feed', '--raw', 'shr.numbers', "$dir/cut");
like($r->{err}, qr/^left by an earlier writer: taken 1, refused 0\nfed 10: /m, 'the record behind it is taken, and ours');
is(values_of(qw(seen halves)), '11 0', 'and nothing else');
for my $kind (qw(records odd far back)) {
	is(run($helper, 'garbage', $ring, $kind)->{exit}, 0, "somebody spoils the ring: $kind");
	$r = kx('feed', '--raw', 'shr.numbers', "$dir/cut");
	like($r->{err}, qr/fed 10: taken 10, refused 0, wrong 1\n\z/, 'the next writer goes on') or diag($r->{err});
}
clean();

#
# Who may not
#
SKIP: {
	skip 'setpriv is not here', 6 if system('command -v setpriv >/dev/null') != 0;
	my @user = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups');
	chmod 0755, $dir;
	$root_mode = (stat '/sys/fs/bpf')[2] & 07777;
	chmod $root_mode | 0111, '/sys/fs/bpf';
	system('cp', $kx, $dir);
	write_file("$dir/lines", "{\"id\":2}\n");
	chmod 0644, "$dir/lines";
	kx('load', "$ext/shr.bpf.o");
	my @feed = (@user, "$dir/kx", 'feed', 'shr.entries', "$dir/lines");
	refused(run(@feed), 1, qr/^kx: shr\.entries: its lock \S+ cannot be opened: permission denied/i, 'without the right');
	chmod 0755, "$pins/intakes/entries";
	refused(run(@feed), 1, qr/^kx: shr: cannot open intake entries: permission denied; the modes of its pins/i, 'or some of it');
	chmod 0666, "$pins/1/maps/entries_ring";
	chmod 0644, "$pins/1/progs/entries";
	is(run(@feed)->{err}, "fed 1: taken 1, refused 0\n", 'who has it needs no capability');
	clean();
}

#
# Of a held instance
#
my $held = start($kx, 'load', '--held', '--as', 'shr_second', "$ext/shr.bpf.o");
ok(wait_for(sub { slurp($held->{out}) =~ /held/ }), 'a held instance');
is(feed('shr_second.lines', "held\n")->{err}, "fed 1: taken 1, refused 0\n", 'is fed');
$pid = open3($in, $out, undef, $kx, 'feed', 'shr_second.lines');
$running{$pid} = 1;
print $in "more\n";
$in->flush;
ok(wait_for(sub { kx('get', 'shr_second.line')->{out} eq "more\n" }), 'by one');
refused(feed('shr_second.lines', "x\n"), 1, qr/^kx: shr_second\.lines: process $pid is writing to it/, 'at a time');
close $in;
waitpid $pid, 0;
delete $running{$pid};
kill TERM => $held->{pid};
finish($held);
done_testing();
