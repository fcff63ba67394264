#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter beside nftables, which is nobody's copy of it: the same rules in both languages, the same
# packets to a device of each, and what becomes of every one; rules and packets are by chance.
# KX_NFT_SETS=220 KX_NFT_PACKETS=5000 compares 1.1 million, KX_NFT_SEED others.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;

need_root();
plan skip_all => 'what it shows does not depend on the kernel; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
plan skip_all => 'nft of 7.2 reads behind two tags; as the test has it, it does not' if ($ENV{KX_VM_KERNEL} // '') eq 'newest';
for (qw(nft nsenter)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my $guest = $ENV{KX_VM_KERNEL};
my $sets = $ENV{KX_NFT_SETS} // ($guest ? 4 : 20);
my $packets = $ENV{KX_NFT_PACKETS} // ($guest ? 400 : 1500);
my $seed = $ENV{KX_NFT_SEED} // 1;
my $ns = 'kxfd-nft';

sub in_it { my $r = in_ns($ns, @_); $r->{exit} and die "@_: $r->{err}"; return $r->{out}; }

END {
	my $status = $?;
	if ($ns && -e "/run/netns/$ns") { in_ns($ns, "$build/kxfilter", 'remove', 'kxfdk1'); netns_end(); }
	$? = $status;
}
netns_new($ns);
in_it('sh', '-c', 'for a in default all; do echo 1 >/proc/sys/net/ipv6/conf/$a/disable_ipv6; done');
# Of each, one pair through which packets come, and one to which those go that pass.
for ([ 'kxfdk0', 'kxfdk1' ], [ 'kxfdn0', 'kxfdn1' ], [ 'kxfdko', 'kxfdkp' ], [ 'kxfdno', 'kxfdnp' ]) {
	in_it(qw(ip link add), $_->[0], qw(mtu 4000 type veth peer name), $_->[1], qw(mtu 4000));
	in_it(qw(ip link set), $_, 'up') for @$_;
}
write_file("$dir/behind", <<'EOF');
table netdev kxfdk {
	chain behind {
		type filter hook ingress device "kxfdk1" priority 0; policy accept;
		fwd to "kxfdko"
	}
}
EOF
my $behind = in_ns($ns, 'nft', '-f', "$dir/behind");
plan skip_all => "this kernel's nftables cannot send packets on from a device: $behind->{err}" if $behind->{exit};

my $run = finish(start('nsenter', "--net=/run/netns/$ns", "$build/tests/live/kxfilter_nft", $sets,
		       $packets, $seed, "$build/kxfilter", $dir), 3600);
is($run->{exit}, 0, "each packet has the verdict and the rule that nft gives it, or a known reason why not, seed $seed")
    or diag($run->{out}, $run->{err});
my ($all, $passed, $by_rule, $malformed) =
    $run->{out} =~ /^$sets rule sets, (\d+) packets: (\d+) passed, (\d+) decided by a rule, (\d+) malformed/m;
is($all, $sets * $packets, 'all were compared');
cmp_ok($passed // 0, '>', $all / 10, 'many passed');
cmp_ok($passed // $all, '<', $all * 9 / 10, 'many did not');
cmp_ok($by_rule // 0, '>', $all / 10, 'rules decided many');
my @differences = $run->{out} =~ /^difference: (\d+) packets, (\d+) verdicts: (.*)$/mg;
my $allowed = 0;
while (my ($of, $other, $reason) = splice @differences, 0, 3) {
	$allowed += $other;
	note(sprintf '%8d of %8d packets: %s', $other, $of, $reason);
}
note("$all packets in $sets rule sets: ", $all - $allowed, ' the same, ', $allowed, ' for a reason above');
cmp_ok($allowed, '<', $all / 3, 'most packets gave no reason to differ');
done_testing();
