#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Every BPF object loads here, built from BTF and from the minimal header.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

need_root();
system('mount -t bpf bpf /sys/fs/bpf 2>/dev/null') if !grep { / \/sys\/fs\/bpf bpf / } split /\n/, slurp('/proc/mounts');
my $bpftool = (grep { -x } map { "$_/bpftool" } split(/:/, $ENV{PATH}), '/usr/sbin')[0];
my %needs = (kxpolicy => [ 'lsm', 'door.block' ], kxpolicy_stop => [ 'lsm' ], kxpolicy_fmod => [ 'fmod_ret' ]);
my $features = run("$build/kx", 'features', '--json')->{out};
for my $object (glob("$build/bpf/*.bpf.o"), glob('build/minimal/bpf/*.bpf.o')) {
	# bpftool does not know their sections; kxfilter_all.t and halfdrop.t load them.
	next if $object =~ /kxfilter/;
	# Guests take long for each of these, and policydeny.t loads what is best there, on one of them all.
	next if $ENV{KX_VM_KERNEL} && $object =~ /kxpolicy/ && $object !~ m{minimal/bpf/kxpolicy_stop|^build/bpf/kxpolicy_fmod};
	my ($missing) = grep { $features !~ /"name":"\Q$_\E"[^\n]*"available"/ } map { @{ $needs{$_} // [] } } $object =~ m{(\w+)\.bpf\.o$};
	SKIP: {
	skip "$object: this kernel has no $missing", 1 if $missing;
	my $pins = "/sys/fs/bpf/kx-objects-$$";
	my $r = run($bpftool, 'prog', 'loadall', $object, $pins);
	# A program for a hook that only some kernels have is left out, and cannot be pinned.
	my $loaded = $r->{exit} == 0 || ($r->{err} =~ /can't pin program that wasn't loaded/ && $r->{err} !~ /failed to load/);
	ok($loaded, "$object loads") or diag($r->{err});
	system('rm', '-rf', $pins);
	}
}
done_testing();
