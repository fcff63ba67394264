# SPDX-License-Identifier: GPL-2.0-only
# Network namespaces and pairs of devices for a test: quiet ones, in which only the test sends.
package Netns;
use strict;
use warnings;
use Exporter 'import';
use KX;

our @EXPORT = qw(netns_new netns_pair netns_end in_ns ns_text tcx);
my @spaces;

sub sh { my $r = run('sh', '-c', $_[0]); die "$_[0]: $r->{err}" if $r->{exit}; return $r->{out}; }

# Not "ip netns exec", which hides bpffs.
sub in_ns { my ($ns, @command) = @_; return run('nsenter', "--net=/run/netns/$ns", @command); }
sub ns_text { my $r = in_ns(@_); return $r->{out} . $r->{err}; }

# What tcx has at a device, or "none": BPF_PROG_QUERY for 46, which bpftool may not know yet.
my $query = 'my $attr = pack("L4QLx4x32", $ARGV[0], 46, 0, 0, 0, 0); syscall(321, 16, $attr, length $attr) < 0 ? ' .
	    'print "none\n" : print "tcx: ", unpack("x24L", $attr), "\n"';

sub tcx {
	my ($ns, $dev) = @_;
	my ($ifindex) = ns_text($ns, 'ip', '-o', 'link', 'show', 'dev', $dev) =~ /^(\d+)/;
	return ns_text($ns, 'perl', '-e', $query, $ifindex);
}

sub netns_new {
	for my $ns (@_) {
		run('ip', 'netns', 'del', $ns);
		sh("ip netns add $ns");
		push @spaces, $ns;
		# No packets but those of the test: no router or neighbour is asked for.
		sh("nsenter --net=/run/netns/$ns sh -c 'ip link set lo up; cd /proc/sys/net/ipv6/conf/default; " .
		   "echo 0 >accept_dad; echo 0 >router_solicitations; echo 0 >accept_ra; echo 1 >addr_gen_mode; " .
		   "echo 1000000000 >mldv2_unsolicited_report_interval'");
	}
}

# Two devices, one in each namespace, that know each other: N.1 and N.2 of 10.N.0.0/24, fdN::/64.
sub netns_pair {
	my ($n, $ns1, $dev1, $ns2, $dev2) = @_;
	my @mac = map { sprintf '02:00:00:00:%02x:%02x', $n, $_ } 1, 2;
	sh("ip link add $dev1 netns $ns1 address $mac[0] type veth peer name $dev2 netns $ns2 address $mac[1]");
	my @side = ([$ns1, $dev1, 1, 2], [$ns2, $dev2, 2, 1]);
	for (@side) {
		my ($ns, $dev, $own, $other) = @$_;
		sh("nsenter --net=/run/netns/$ns sh -c '" .
		   "ip addr add 10.$n.0.$own/24 dev $dev; ip addr add fd$n\::$own/64 dev $dev nodad; ip link set $dev up; " .
		   "ip neigh replace 10.$n.0.$other lladdr $mac[$other - 1] dev $dev nud permanent; " .
		   "ip neigh replace fd$n\::$other lladdr $mac[$other - 1] dev $dev nud permanent'");
	}
	wait_for(sub { ns_text($ns2, 'ip', 'link', 'show', $dev2) =~ /state UP/ }) or die "$dev2 does not come up";
}

sub netns_end {
	run('ip', 'netns', 'del', $_) for @spaces;
	@spaces = ();
}

1;
