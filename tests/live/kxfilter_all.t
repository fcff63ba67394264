#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# All that rules can say, together and in parts: the verifier of each kernel takes it, at each hook.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;

need_root();
for (qw(nsenter python3)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($a, $b, $dev) = qw(kxfa-all-a kxfa-all-b kxfaall1);
my $filter = "$build/kxfilter";
END { my $status = $?; if ($b && -e "/run/netns/$b") { in_ns($b, $filter, 'remove', $dev); netns_end(); } $? = $status; }
netns_new($a, $b);
netns_pair(92, $a, 'kxfaall0', $b, $dev);
# So that it takes what native XDP redirects to it.
in_ns($a, 'python3', 'tests/live/kxfilter_reject.py', 'gro', 'kxfaall0');

# What rules can say, by what it asks of the kernel half; at XDP there are no marks, and no other
# device where a packet could come in.
my %tc_only = (marks => "in mark set 0x10/0xf0 mark 0x20/0xf0\nout mark 0x30/0xf0 drop\n", ingress => "in redirect to ingress lo udp to port 902\n");
my %feature = (
	%tc_only,
	addresses => "drop from \@many\ndrop to not 192.0.2.0/24 port 901\ndrop in from 2001:db8::/32, 2001:db9::1-2001:db9::9\n",
	frames => "drop from mac 02:00:00:00:00:00/24 vlan 5 inner vlan 6\ndrop ethertype lldp\ndrop family arp from 192.0.2.7\n",
	transport => "drop tcp flags syn/syn+ack to port 1-5, 9\ndrop icmp echo-request ttl 1\ndrop length 0-20 dscp ef\n",
	headers => "drop option source-route, router-alert\ndrop header hop-by-hop, ah\ndrop fragment later\nmalformed match\ndrop malformed\n",
	shares => "drop every 3 proto 90\ndrop every 4 per cpu proto 91\ndrop random 10% proto 92\ndrop flow 20% proto 93\n",
	limits => "pass limit 10/s burst 3 proto 94\ndrop limit over 100/s per source proto 95\n",
	goes_on => "count tcp\nin set ttl 9 set dscp 3 family ip, ip6 proto 96\n",
	logs => "log at 5/s udp to port 903\n",
	states => "pass in state established, related\ndrop state invalid\npass out state new, established\n",
	nat => "nat source to 192.0.2.1 port 1024-65535 from 10.0.0.0/8 proto { tcp, udp }\nnat destination to 10.0.0.5 port 8080 tcp to 192.0.2.1 port 80\n" .
		"nat source to 2001:db8::1-2001:db8::9 from fd00::/8\n",
	live => "set seen address live size 100 timeout 10m { 192.0.2.8 }\ndrop from \@seen\ndrop to not \@seen proto 98\ndrop add source to \@seen tcp to port 906\n",
	redirect => "redirect to $dev udp to port 904\n",
	reject => "in reject tcp to port 905\nout reject with admin-prohibited udp to port 905\nin reject with host-unreachable proto 97\n",
	default_reject => "default in reject\ndefault out reject\n",
	ports => join('', map { "pass udp from port @{[$_ * 7]} to port " . ($_ * 3) . "-" . ($_ * 3 + 1) . "\n" } 1 .. 200),
);
write_file("$dir/many.txt", join '', map { sprintf "%d.%d.0.0/16\n2001:%x::/32\n", 11 + $_ % 100, $_ % 251, $_ } 1 .. 1500);
my $sets = "set many address { file \"$dir/many.txt\" }\n";

sub taken {
	my ($what, $hook, $names, @more) = @_;
	my @names = grep { $hook eq 'tc' || !$tc_only{$_} } @$names;
	my $rules = write_file("$dir/rules", join '', $sets, map { $feature{$_} } @names);
	my $r;
	# The registry may be held by others on this machine.
	wait_for(sub { $r = in_ns($b, $filter, 'apply', $rules, '--dev', $dev, '--hook', $hook, @more); $r->{err} !~ /is locked by/ });
	is($r->{exit}, 0, "$what at $hook") or diag("@names: $r->{err}");
}

# Made from BTF, and from the minimal header where that was built too (by "make test").
for my $without (grep { -x } 'build/minimal/kxfilter') {
	in_ns($b, $filter, 'remove', $dev);
	my $with = $filter;
	$filter = $without;
	taken('all, built without BTF', $_, [ sort keys %feature ]) for qw(tc xdp);
	$filter = $with;
}

# One hook after the other: what is there first decides where it stays.
for my $hook (qw(tc xdp)) {
	in_ns($b, $filter, 'remove', $dev);
	taken('all', $hook, [ sort keys %feature ]);
	taken('all, in monitor mode', $hook, [ sort keys %feature ], '--monitor');
	taken('answers and states', $hook, [ qw(states default_reject) ]);
	# Guests are slow.
	next if $ENV{KX_VM_KERNEL};
	taken('answers and all that goes on', $hook, [ qw(goes_on limits logs reject marks) ]);
	srand 7;
	for (1 .. 6) {
		taken("some of all ($_)", $hook, [ grep { rand() < 0.5 } sort keys %feature ]);
	}
}
done_testing;
