#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Live sets of kxfilter, changed while the rules act: by its user, by rules, by time; with real packets.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;
use JSON::PP;

need_root();
plan skip_all => 'kxfilter_verdicts.t looks at live sets there; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
not_between('6.12');
for (qw(ping nsenter)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($a, $b, $dev) = qw(kxfb-live-a kxfb-live-b kxfblive1);
# What is answered is so at once: the other side is this machine.
my $wait = $ENV{KX_VM_KERNEL} ? 2 : 0.4;
my $filter = "$build/kxfilter";
sub kxfilter { return in_ns($b, $filter, @_); }
sub rules { return write_file("$dir/$_[0].rules", $_[1]); }
sub json { return map { decode_json($_) } split /\n/, kxfilter(@_, '--json')->{out}; }
sub sets { return { map { $_->{set} => $_ } json('set', $dev) }; }
sub elements { return join ' ', map { s/ timeout .*//r } split /\n/, kxfilter('set', $dev, $_[0])->{out}; }

# Others may be changing the registry.
sub change {
	my @command = @_;
	my $r;
	wait_for(sub { $r = kxfilter(@command); $r->{err} !~ /is locked by/ });
	return $r;
}

sub apply {
	my $r = change('apply', rules(@_), '--dev', $dev);
	is($r->{exit}, 0, "apply: $_[0]") or diag($r->{err});
}

# All at once: who gets no answer waits for it.
sub answers {
	my @runs = map { start('nsenter', "--net=/run/netns/$a", 'ping', '-q', '-c', '1', '-W', $wait, '-I', @$_) } @_;
	return join ' ', map { finish($_)->{exit} ? 'no' : 'yes' } @runs;
}

# From each of the addresses of the other side.
my @from = (['10.87.0.1', '10.87.0.2'], ['10.87.0.7', '10.87.0.2'], ['fd87::1', 'fd87::2'], ['fd87::7', 'fd87::2']);
sub all_answers { return answers(@from); }

# Nothing changes, one sentence says why.
sub refused {
	my ($why, @command) = @_;
	# This does not depend on the kernel.
	return if $ENV{KX_VM_KERNEL};
	my $before = kxfilter('set', $dev, $command[2])->{out} =~ s/ timeout .*//gr;
	my $r = kxfilter(@command);
	isnt($r->{exit}, 0, "refused: @command[0..($#command < 3 ? $#command : 3)]");
	like($r->{err}, $why, 'and it is said why');
	is(kxfilter('set', $dev, $command[2])->{out} =~ s/ timeout .*//gr, $before, 'nothing has changed');
}

END { if ($b && -e "/run/netns/$b") { kxfilter('remove', $dev); netns_end(); } }
netns_new($a, $b);
netns_pair(87, $a, 'kxfblive0', $b, $dev);
in_ns($a, 'ip', 'addr', 'add', '10.87.0.7/24', 'dev', 'kxfblive0');
in_ns($a, 'ip', 'addr', 'add', 'fd87::7/64', 'nodad', 'dev', 'kxfblive0');
in_ns($b, 'ip', 'neigh', 'replace', $_, 'lladdr', '02:00:00:00:57:01', 'dev', $dev, 'nud', 'permanent') for '10.87.0.7', 'fd87::7';

# One set, of both families, for who comes in and for where it goes to.
my $text = "set bad address live size 1000 { 192.0.2.0/24 }\nset fixed port { 7, 9 }\n" .
	   "gone: drop in from \@bad\nout: drop out to \@bad\nports: drop in udp to port \@fixed\n";
apply('one', $text);
is(all_answers(), 'yes yes yes yes', 'it begins with what the rules say');
my $r = kxfilter('add', $dev, 'bad', '10.87.0.7', 'fd87::/125');
is($r->{exit}, 0, 'add') or diag($r->{err});
like($r->{out}, qr/^$dev: bad: 2 added$/m, 'says how many');
is(all_answers(), 'yes no no no', 'an address of IPv4, a prefix of IPv6');
is(elements('bad'), '192.0.2.0/24 # in the rules 10.87.0.7 fd87::/125', 'they are listed');
is(kxfilter('delete', $dev, 'bad', 'fd87::/125')->{exit}, 0, 'delete');
is(all_answers(), 'yes no yes yes', 'it acts at once');
kxfilter('add', $dev, 'bad', '10.87.0.0-10.87.0.6');
is(elements('bad'), '192.0.2.0/24 # in the rules 10.87.0.0/30 10.87.0.4/31 10.87.0.6 10.87.0.7', 'a range becomes prefixes');
is(all_answers(), 'no no yes yes', 'which match');
is(kxfilter('flush', $dev, 'bad')->{exit}, 0, 'flush');
is(all_answers(), 'yes yes yes yes', 'empties it');
is(elements('bad'), '192.0.2.0/24 # in the rules', '... but for what the rules say');
my $sets = sets();
is(join(' ', map { "$_->{set}:$_->{kind}:$_->{live}:$_->{elements}:$_->{in_rules}" } @$sets{qw(bad fixed)}),
   'bad:address:1:0:1 fixed:port:0:0:2', 'all sets are listed, with their kinds');
is($sets->{bad}{size}, 1000, 'and the room of live ones');
is(elements('fixed'), '7 # in the rules 9 # in the rules', 'those of the rules too');

# All or nothing.
kxfilter('add', $dev, 'bad', '10.87.0.1');
refused(qr/10\.0\.0\.1\/8 has bits behind the prefix/, 'add', $dev, 'bad', '10.87.0.7', '10.0.0.1/8');
refused(qr/element:2:1: error: .*nonsense/, 'add', $dev, 'bad', '10.87.0.7', 'nonsense');
refused(qr/no room for \d+ more elements, it has room for 1000/, 'add', $dev, 'bad', map { '10.' . ($_ >> 8) . '.' . ($_ & 255) . '.1' } 0..999);
refused(qr/192\.0\.2\.0\/24 is there because the rules say so/, 'delete', $dev, 'bad', '10.87.0.1', '192.0.2.0/24');
refused(qr/10\.87\.0\.9 is not there.*--exist/, 'delete', $dev, 'bad', '10.87.0.1', '10.87.0.9');
refused(qr/an element is missing/, 'add', $dev, 'bad');
refused(qr/--timeout: soon: it takes a time/, 'add', $dev, 'bad', '10.0.0.1', '--timeout', 'soon');
like(kxfilter('add', $dev, 'other', '10.0.0.1')->{err}, qr/no live set other; kxfilter set $dev lists/, 'a set that there is not');
like(kxfilter('add', $dev, 'fixed', '10.0.0.1')->{err}, qr/no live set fixed/, 'or that is not live');
like(kxfilter('set', 'lo')->{err}, qr/lo: kxfilter does not filter it/, 'a device without rules');
like(kxfilter('delete', $dev, 'bad', '10.87.0.9', '10.87.0.1', '--exist')->{out}, qr/1 deleted, 1 not there/, '--exist lets that pass');
my $list = write_file("$dir/list", join "\n", '# many', (map { '10.' . ($_ >> 8) . '.' . ($_ & 255) . '.1' } 0..997), '10.87.0.7 timeout 1h ; why');
like(kxfilter('add', $dev, 'bad', '--file', $list)->{out}, qr/: 999 added$/m, 'from a file');
is(all_answers(), 'yes no yes yes', 'they act');
like(kxfilter('add', $dev, 'bad', '--file', $list)->{out}, qr/: 0 added, 999 there already/, 'again: they get a new time');
like(kxfilter('delete', $dev, 'bad', '--file', $list)->{out}, qr/: 999 deleted$/m, 'and away');
write_file($list, "10.0.0.1\n10.0.0.1 for ever\n");
refused(qr/list:2:10: error: one element a line/, 'add', $dev, 'bad', '--file', $list);

# Time.
kxfilter('add', $dev, 'bad', '10.87.0.1', '--timeout', '2s');
is(answers($from[0]), 'no', 'with a time');
ok(wait_for(sub { answers($from[0]) eq 'yes' }), 'which is over at some time');
is(elements('bad'), '192.0.2.0/24 # in the rules', 'then it is not listed');
is(sets()->{bad}{elements}, 0, 'nor counted');

# A rule set that has the set goes on with it; what the text says of it changes with the text.
kxfilter('add', $dev, 'bad', 'fd87::7');
apply('two', "set seen address live timeout 1h\nset bad address live size 2000 { 10.87.0.7 }\nset ok address live\n" .
      "set one address live size 1 timeout 1s\nsee: add source to \@seen in icmp ping\nfull: add source to \@one in icmp ping\ngone: drop in from \@bad\nnot: drop in udp from not \@ok\n");
is(all_answers(), 'yes no yes no', 'elements stay, the text\'s are others now');
is(elements('bad'), '10.87.0.7 # in the rules fd87::7', 'which can be seen');
is(sets()->{bad}{size}, 2000, 'there is more room');
is(elements('seen'), '10.87.0.1 10.87.0.7 fd87::1 fd87::7', 'rules have added the sources of packets');
is(sets()->{seen}{added_by_rules}, 4, 'which is counted, once for each');
like(kxfilter('set', $dev, 'seen')->{out}, qr/^10\.87\.0\.1 timeout (1h|\d+[ms])$/m, 'they have the time of the set');

# No room: counted; what has expired makes room.
$sets = sets();
is("$sets->{one}{added_by_rules} $sets->{one}{full}", '1 3', 'a full set lets rules go on, what had no room is counted') or diag(explain($sets));
ok(wait_for(sub { answers($from[2]); elements('one') eq 'fd87::1' }), 'what has expired makes room for what rules add');
if ($ENV{KX_VM_KERNEL}) {
	done_testing();
	exit;
}

# Knocking: each packet opens the way for the next one.
apply('knock', "set first address live\nset second address live\nknock1: drop add source to \@first timeout 1m in udp to port 1000\n" .
      "knock2: drop add source to \@second timeout 1m in udp to port 2000 from \@first\nopen: pass in icmp ping from \@second\n" .
      "shut: drop in icmp ping\n");
sub knock { in_ns($a, 'perl', '-MIO::Socket::INET', '-e', 'IO::Socket::INET->new(Proto => "udp", PeerHost => "10.87.0.2", PeerPort => $ARGV[0])->send("x")', $_[0]); }
is(answers($from[0]), 'no', 'shut');
knock(2000);
is(answers($from[0]), 'no', 'the wrong knock first');
knock($_) for 1000, 2000;
is(answers($from[0]), 'yes', 'the right ones');
is(answers($from[1]), 'no', 'for who has knocked only');

is(sets()->{bad}, undef, 'sets that the rules have not are not there');

# What is undone takes what its text says with it; what was added stays.
change('add', $dev, 'second', '10.87.0.8');
my $undone = rules('undone', "set second address live { 10.87.0.7 }\nset third address live\nx: drop in from \@second\ny: drop in from \@third\n");
is(change('apply', $undone, '--dev', $dev, '--confirm', '2')->{exit}, 0, 'apply --confirm');
is(elements('second'), '10.87.0.7 # in the rules 10.87.0.1 10.87.0.8', 'with what the rules before have added');
ok(wait_for(sub { !sets()->{third} }), 'it is undone');
is(elements('second'), '10.87.0.1 10.87.0.8', 'and the set is as it was');

# Many.
$r = kxfilter('check', rules('many', join '', map { "set s$_ address live\ndrop in from \@s$_\n" } 1..13));
is($r->{exit}, 1, 'too many live sets');
like($r->{err}, qr/there are 13 live sets, and no more than 12 are possible/, 'are refused');
apply('big', "set big address live size 200000\ngone: drop in from \@big\n");
write_file($list, join '', map { sprintf "%d.%d.%d.%d\n", 11 + ($_ >> 16), ($_ >> 8) & 255, $_ & 255, 1 } 0..49999);
like(kxfilter('add', $dev, 'big', '10.87.0.7', '--file', $list)->{out}, qr/: 50001 added/, 'many at once');
is(all_answers(), 'yes no yes yes', 'and they act');
is(scalar(split /\n/, kxfilter('set', $dev, 'big')->{out}), 50001, 'all are listed');
done_testing();
