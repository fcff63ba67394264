#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter save and restore: what acted acts again, with its live sets; what is wrong changes nothing.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;
use JSON::PP;

need_root();
plan skip_all => 'what it shows does not depend on the kernel; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
for (qw(ping nsenter)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($a, $b, $dev, $other) = qw(kxfb-save-a kxfb-save-b kxfbsave1 kxfbsave3);
my $wait = $ENV{KX_VM_KERNEL} ? 2 : 0.4;
my $filter = "$build/kxfilter";
sub kxfilter { return in_ns($b, $filter, @_); }
sub plain { return $_[0] =~ s/ timeout \d+[smh]$//mgr; }

# Others may be changing the registry.
sub change {
	my @command = @_;
	my $r;
	wait_for(sub { $r = kxfilter(@command); "$r->{err}" !~ /is locked by/ });
	return $r;
}

sub answers {
	my @runs = map { start('nsenter', "--net=/run/netns/$a", 'ping', '-q', '-c', '1', '-W', $wait, '-I', @$_) } @_;
	return join ' ', map { finish($_)->{exit} ? 'no' : 'yes' } @runs;
}

my @from = (['10.88.0.1', '10.88.0.2'], ['10.88.0.7', '10.88.0.2'], ['10.88.0.8', '10.88.0.2'], ['fd88::7', 'fd88::2']);
END { if ($b && -e "/run/netns/$b") { change('remove', $_) for $dev, $other; netns_end(); } }
netns_new($a, $b);
netns_pair(88, $a, 'kxfbsave0', $b, $dev);
netns_pair(89, $a, 'kxfbsave2', $b, $other);
in_ns($a, 'ip', 'addr', 'add', $_, 'dev', 'kxfbsave0') for '10.88.0.7/24', '10.88.0.8/24';
in_ns($a, 'ip', 'addr', 'add', 'fd88::7/64', 'nodad', 'dev', 'kxfbsave0');
in_ns($b, 'ip', 'neigh', 'replace', $_, 'lladdr', '02:00:00:00:58:01', 'dev', $dev, 'nud', 'permanent') for '10.88.0.7', '10.88.0.8', 'fd88::7';

# What another machine has saved, as after a boot: one device is there, the other is not.
is(answers(@from), 'yes yes yes yes', 'nothing is filtered');
my $r = change('restore', 'tests/live/kxfilter_saved.rules');
is($r->{exit}, 1, 'restore: not all could be');
like($r->{err}, qr/kxfbsave9: not restored: there is no such device/, 'it is said which');
like($r->{out}, qr/^$dev: restored: \d+ rules act, at tc, 2 elements of live sets$/m, 'the other one acts');
is(answers(@from), 'yes no no no', 'by its rules, what they say is in a set, and what was added to that') or diag($r->{err});
like(kxfilter('set', $dev, 'bad')->{out}, qr/^10\.88\.0\.7 timeout never\nfd88::4\/126 timeout (\d+)s$/m, 'with the time that was left');
change('remove', $dev);
if ($ENV{KX_VM_KERNEL}) {
	done_testing();
	exit;
}

# Two devices; what is included is in the file.
write_file("$dir/list.txt", "192.0.2.0/24\n2001:db8::/32\n");
write_file("$dir/common.rules", "define WEB = { 80, 443 }\nset listed address { file \"list.txt\" }\n");
write_file("$dir/one.rules", "include \"common.rules\"\nset bad address live timeout 10m\nset none address live size 7\n" .
	   "default in drop\nlisted: drop in from \@listed log at 5/s\nweb: pass in tcp to port \$WEB state new, established\n" .
	   "gone: drop in from \@bad\nsee: add source to \@none timeout 1m in icmp ping\nping: pass in icmp ping\n");
write_file("$dir/two.rules", "protect off\nudp: drop in udp every 2\n");
is(change('apply', "$dir/one.rules", '--dev', $dev)->{exit}, 0, 'a device');
is(change('apply', "$dir/two.rules", '--dev', $other, '--hook', 'xdp-generic', '--monitor')->{exit}, 0, 'another one');
kxfilter('add', $dev, 'bad', '10.88.0.7', 'fd88::/120', '--timeout', '1h');
kxfilter('add', $dev, 'bad', '10.88.0.8', '--timeout', 'never');
is(answers(@from), 'yes no no no', 'they act');
my $file = "$dir/all.rules";
$r = kxfilter('save', $file);
is($r->{exit}, 0, 'save') or diag($r->{err});
is(sprintf('%o', (stat $file)[2] & 07777), '600', 'for nobody else');
my $saved = slurp($file);
like($saved, qr/^#: kxfilter saved rules 1\n.*\n#: end 2 devices\n\z/s, 'with a beginning and an end');
like($saved, qr/^#: device $dev hook usual filter$/m, 'how it is filtered');
like($saved, qr/^#: device $other hook xdp-generic monitor$/m, 'that it only reports, and where');
unlike($saved, qr/include|list\.txt|\$WEB/, 'without other files');
like($saved, qr/2001:db8::\/32/, 'their content is there');
like($saved, qr/^#: 10\.88\.0\.8\n#: fd88::\/120 timeout \d+/m, 'what was added to live sets too');
is_deeply([ grep { /^all\.rules\../ } map { s/.*\///r } glob "$dir/*" ], [], 'no temporary file is left');
is(kxfilter('check', $file)->{exit}, 1, 'rules of two devices are no rule set');
kxfilter('save', "$dir/$_", '--dev', $_) for $dev;
is(kxfilter('check', "$dir/$dev")->{exit}, 0, 'those of one are: the language reads what is saved');

# Away, and back.
change('remove', $_) for $dev, $other;
unlink "$dir/list.txt", "$dir/common.rules";
is(answers(@from), 'yes yes yes yes', 'gone');
$r = change('restore', $file);
is($r->{exit}, 0, 'restore') or diag($r->{err});
is(answers(@from), 'yes no no no', 'they act again');
is(plain(kxfilter('save', '-')->{out}), plain($saved), 'exactly as before');
my %told = map { $_->{device} => $_ } map { decode_json($_) } split /\n/, change('restore', $file, '--missing', '--json')->{out};
is("$told{$dev}{result}, $told{$other}{result}", 'filtered already, filtered already', '--missing leaves alone what is filtered');
change('remove', $_) for $dev, $other;
is(change('restore', $file, '--dev', $other)->{exit}, 0, '--dev');
isnt(kxfilter('show', $dev)->{exit}, 0, 'restores no other one');
like(change('restore', $file, '--dev', 'lo')->{err}, qr/lo is not in it/, 'nor one that is not in the file');

# What is not whole, not ours or wrong changes nothing.
change('remove', $other);
my $lines = () = $saved =~ /\n/g;
my %wrong = (
	'cut in a line' => [ substr($saved, 0, -4), qr/line $lines: the file is cut off here/ ],
	'without its end' => [ $saved =~ s/#: end.*//sr, qr/the line "#: end" is missing/ ],
	'with a device less' => [ $saved =~ s/end 2/end 3/r, qr/2 devices are in the file, but the end says "3 devices"/ ],
	'another file' => [ "root:x:0:0\n", qr/line 1: this is no file that "kxfilter save" has written/ ],
	'empty' => [ '', qr/cut off/ ],
	'with a wrong element' => [ $saved =~ s/10\.88\.0\.7 /10.88.0.7\/8 /r, qr/:\d+:4: error: 10\.88\.0\.7\/8 has bits behind/ ],
	'with a wrong rule' => [ $saved =~ s/^web: pass/web: allow/mr, qr/:\d+:6: error: allow is no word of a rule/ ],
	'with a set that the rules have not' => [ $saved =~ s/#: set bad/#: set worse/r, qr/have no live set worse/ ],
	'with a device twice' => [ $saved =~ s/device $other/device $dev/r, qr/$dev is there twice/ ],
	'with an odd hook' => [ $saved =~ s/hook xdp-generic/hook line/r, qr/how $other is filtered is not understood/ ],
	'with something behind it' => [ "${saved}more\n", qr/nothing is expected behind the end/ ],
	'with a byte 0' => [ $saved =~ s/web/w\0b/r, qr/there is a byte 0/ ],
);
for (sort keys %wrong) {
	write_file("$dir/wrong", $wrong{$_}[0]);
	$r = kxfilter('restore', "$dir/wrong");
	is($r->{exit}, 1, "refused: $_");
	like($r->{err}, $wrong{$_}[1], 'it is said why');
	like($r->{err}, qr/nothing has changed$/m, 'and that nothing has changed');
}
like(kxfilter('show')->{err}, qr/no device is filtered/, 'which is so');
like(kxfilter('restore', "$dir/nowhere")->{err}, qr/nowhere: No such file/, 'a file that there is not');

# Devices that are not there stay in a file; what is no saved file is not written over.
change('restore', $file);
in_ns($b, 'ip', 'link', 'del', $other);
kxfilter('save', $file);
like(slurp($file), qr/^#: device $other hook xdp-generic monitor\nprotect off\n(?s:.*)#: end 2 devices$/m, 'of a device that went away what was saved stays');
change('remove', $dev);
kxfilter('save', $file);
unlike(slurp($file), qr/device $dev/, 'not of one that is there and not filtered');
write_file("$dir/mine", "mine\n");
is(kxfilter('save', "$dir/mine")->{exit}, 1, 'a file that is something else');
is(slurp("$dir/mine"), "mine\n", 'is left alone');

# The unit, as it is installed.
SKIP: {
	skip 'systemd-analyze is not installed', 1 if system('command -v systemd-analyze >/dev/null') != 0;
	my $unit = slurp('tools/kxfilter/saved/kxfilter.service') =~ s{\@prefix\@/sbin/kxfilter}{/bin/true}gr =~ s/^Documentation=.*\n//mr;
	$r = run('systemd-analyze', 'verify', write_file("$dir/kxfilter.service", $unit));
	is("$r->{exit} $r->{err}", '0 ', 'systemd understands the unit') or diag($r->{out});
}
done_testing();
