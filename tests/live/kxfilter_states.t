#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter's states of connections beside those of nf_conntrack, which is nobody's copy of them: the
# same packets by chance through two routers, each of which writes the state of every packet into it.
# KX_STATES_PACKETS=500000 compares as many twice, KX_STATES_SEED others.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;

need_root();
plan skip_all => 'what it shows does not depend on the kernel; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
for (qw(nft nsenter)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my $guest = $ENV{KX_VM_KERNEL};
my $packets = $ENV{KX_STATES_PACKETS} // ($guest ? 2000 : 60000);
my $seed = $ENV{KX_STATES_SEED} // 1;
my ($between, $kx, $nf) = map { "kxfs-st-$_" } qw(b k n);

sub sh { my ($ns, $command) = @_; my $r = in_ns($ns, 'sh', '-ec', $command); $r->{exit} and die "$command: $r->{err}"; return $r; }

END {
	my $status = $?;
	if ($between && -e "/run/netns/$kx") { in_ns($kx, "$build/kxfilter", 'remove', 'right'); netns_end(); }
	$? = $status;
}

# A router that hands hosts on its left and its right on to nobody: we see it at the other end.
sub router {
	my ($ns, $name) = @_;
	sh($between, 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6');
	for ([ 'left', 1 ], [ 'right', 2 ]) {
		my ($dev, $nr) = @$_;
		sh($ns, "ip link add $dev address 02:00:00:00:00:0$nr type veth peer name $name-$dev netns $between; " .
		   "ip addr add 10.9.$nr.1/24 dev $dev; ip addr add fd09:$nr\::1/64 dev $dev nodad; ip link set $dev up; " .
		   "ip neigh replace 10.9.$nr.2 lladdr 02:00:00:00:01:0$nr dev $dev nud permanent; " .
		   "ip neigh replace fd09:$nr\::2 lladdr 02:00:00:00:01:0$nr dev $dev nud permanent; " .
		   "ip route add 10." . 16 * $nr . ".0.0/12 via 10.9.$nr.2; ip route add 2001:db8:0:0:0:$nr\::/96 via fd09:$nr\::2");
		sh($between, "ip link set $name-$dev up");
	}
	sh($ns, 'cd /proc/sys/net; echo 1 >ipv4/ip_forward; echo 1 >ipv6/conf/all/forwarding; for a in ipv4/conf/*/rp_filter; do echo 0 >$a; done');
}
netns_new($between, $kx, $nf);
router($kx, 'k');
router($nf, 'n');

my @states = qw(untracked new established related invalid);
write_file("$dir/kx", join "\n", 'default in drop', 'default out drop', 'protect off', 'malformed match',
	   (map { "pass family ip, ip6 state $states[$_] set dscp " . ($_ + 1) } 0 .. $#states), '');
my $apply = in_ns($kx, "$build/kxfilter", 'apply', "$dir/kx", '--dev', 'right', '--hook', 'tc');
is($apply->{exit}, 0, 'kxfilter acts') or BAIL_OUT($apply->{err});
write_file("$dir/nft", "table inet states {\n\tchain forward {\n\t\ttype filter hook forward priority 0; policy accept;\n" .
	   join('', map { my $n = $_ + 1; "\t\tct state $states[$_] ip dscp set $n\n\t\tct state $states[$_] ip6 dscp set $n\n" } 0 .. $#states) .
	   "\t}\n}\n");
my $nft = in_ns($nf, 'nft', '-f', "$dir/nft");
plan skip_all => "this kernel's nftables has no states: $nft->{err}" if $nft->{exit};
# What is never complete stays, without an error when its time is over.
sh($nf, 'cd /proc/sys/net/netfilter; echo 1 >nf_conntrack_tcp_be_liberal; echo 100000 >nf_conntrack_frag6_timeout; ' .
   'echo 1000000000 >nf_conntrack_frag6_high_thresh; cd ../ipv4; echo 100000 >ipfrag_time; echo 1000000000 >ipfrag_high_thresh');


# Connections that nobody saw begin are invalid to both, or new to both; kxfilter's object of
# connections alone can have them so, its rules have no word for it.
for my $loose (0, 1) {
	my $how = $loose ? 'picked up' : 'strict';
	sh($nf, "echo $loose >/proc/sys/net/netfilter/nf_conntrack_tcp_loose");
	my $run = finish(start('nsenter', "--net=/run/netns/$between", "$build/tests/live/kxfilter_states", $packets, $seed,
			       $loose ? "$build/tests/ext/trk.bpf.o" : ()), 3600);
	is($run->{exit}, 0, "$how: each packet has the state that conntrack gives it, or a known reason why not, seed $seed")
	    or diag($run->{out}, $run->{err});
	my ($all, $compared, $same, $slow, $unforeseen) =
	    $run->{out} =~ /^(\d+) packets in \d+ groups: (\d+) compared, (\d+) the same, \d+ after a difference, (\d+) in groups that took too long, (\d+) of another kernel/;
	cmp_ok(($all // 0) + ($slow // 0), '>=', $packets, "$how: all were sent");
	cmp_ok($compared // 0, '>', ($all // 1) * 2 / 3, "$how: most came before any difference");
	cmp_ok($same // 0, '>', ($compared // 1) * 9 / 10, "$how: nearly all of these had the same state");
	cmp_ok($unforeseen // 1, '<=', ($all // 0) / 1000, "$how: conntrack did what it is known to do");
	note($run->{err}) if $unforeseen;
	for my $state (@states) {
		my ($of_kx, $of_nf) = $run->{out} =~ /^$state: kxfilter (\d+), conntrack (\d+)$/m;
		my $least = $all / ($state eq 'untracked' ? 1000 : 100);
		ok($of_kx > $least && $of_nf > $least, "$how: many were $state: $of_kx, $of_nf");
	}
	while ($run->{out} =~ /^difference: (\d+) packets, (\d+) silent: (.*)$/mg) {
		note(sprintf '%7d differ, %7d only in what they do: %s', $1, $2, $3);
	}
	note($1) if $run->{out} =~ /^(\d+ packets in .*)/;
}
done_testing();
