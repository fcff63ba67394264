#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter.service under a real systemd: what was saved acts when the machine comes up, and what
# acts is saved when it goes down.
use strict;
use warnings;
use lib 'tests/lib';
# A machine that comes up clears /tmp.
BEGIN { $ENV{TMPDIR} = '/var/lib' if $ENV{KX_VM_KERNEL}; }
use KX;
use Test::More;

need_root();
plan skip_all => 'a machine of its own comes up and goes down: the guests are some' unless $ENV{KX_VM_KERNEL};
not_between('6.12');
my $systemd = '/lib/systemd/systemd';
plan skip_all => 'systemd is not installed' unless -x $systemd;
my ($unit, $saved) = ('/lib/systemd/system/kxfilter.service', '/var/lib/kxfilter/saved.rules');
sub kxfilter { return run('/usr/sbin/kxfilter', @_); }

# What make install does; the files of a guest are its own, and end with it.
system('cp', "$build/kxfilter", '/usr/sbin/kxfilter');
write_file($unit, slurp('tools/kxfilter/saved/kxfilter.service') =~ s/\@prefix\@/\/usr/gr);
is(run('systemd-analyze', 'verify', '--man=no', $unit)->{err}, '', 'the unit is one');
is(run('systemctl', '--root=/', 'enable', 'kxfilter.service')->{exit}, 0, 'enabled');
run('ip', 'link', 'add', 'kxfboot0', 'type', 'veth', 'peer', 'name', 'kxfboot1');

my $rules = write_file("$dir/rules", "set ban address live { 192.0.2.1 }\ndrop in from \@ban\nssh: pass in tcp to port 22\n");
is(kxfilter('apply', $rules, '--dev', 'kxfboot0')->{err}, '', 'rules act');
kxfilter('add', 'kxfboot0', 'ban', '192.0.2.7');
like(kxfilter('save')->{err}, qr/^kxfilter: kxfboot0: saved, 1 elements of live sets$/m, 'saved');
kxfilter('remove', 'kxfboot0');
is(kxfilter('show')->{out}, '', 'as after a boot, nothing acts');

# The first process of its own processes, with the devices of this machine.
my $machine;
END {
	my $status = $?;
	kill KILL => $machine->{first} if $machine && $machine->{first};
	$? = $status;
}
sub up {
	$machine = start('unshare', '--pid', '--fork', '--mount-proc', '--mount', 'env', '-i', 'container=kx', "PATH=$ENV{PATH}",
			    $systemd, '--system', '--unit=sysinit.target');
	ok(wait_for(sub { ($machine->{first}) = slurp("/proc/$machine->{pid}/task/$machine->{pid}/children") =~ /(\d+)/ }, 60), 'a machine comes up');
}
sub inside { return run('nsenter', '-t', $machine->{first}, '-m', '-p', @_); }

up();
ok(wait_for(sub { kxfilter('show')->{out} =~ /^kxfboot0: 5 rules$/m }, 120), '... and its rules act') or diag(slurp($machine->{err}));
ok(wait_for(sub { kxfilter('set', 'kxfboot0', 'ban')->{out} =~ /^192\.0\.2\.1\b.*\n192\.0\.2\.7$/m }, 30), '... with what was added to sets')
    or diag(map { "$_->{out}$_->{err}" } kxfilter('set', 'kxfboot0', 'ban'), inside('systemctl', 'status', 'kxfilter.service'));
ok(wait_for(sub { inside('systemctl', 'is-active', 'kxfilter.service')->{out} eq "active\n" }, 20), 'the unit is active') or diag(map { "$_->{out}$_->{err}" } inside('systemctl', 'status', 'kxfilter.service'));
kxfilter('add', 'kxfboot0', 'ban', '192.0.2.8');
is(inside('systemctl', 'reload', 'kxfilter.service')->{err}, '', 'reload');
like(slurp($saved), qr/^#: 192\.0\.2\.8$/m, '... saves');
kxfilter('add', 'kxfboot0', 'ban', '192.0.2.9');
is(inside('systemctl', 'stop', 'kxfilter.service')->{err}, '', 'stop');
like(slurp($saved), qr/^#: 192\.0\.2\.9$/m, '... saves');
like(kxfilter('show')->{out}, qr/^kxfboot0: 5 rules$/m, '... and ends no filter');
is(inside('systemctl', 'start', 'kxfilter.service')->{err}, '', 'start: what acts is left alone');
like(kxfilter('set', 'kxfboot0', 'ban')->{out}, qr/^192\.0\.2\.9$/m, '... with its sets');
kxfilter('add', 'kxfboot0', 'ban', '192.0.2.10');
# SIGRTMIN+4: systemd(1) on how it is told without a bus.
kill 38 => $machine->{first};
ok(wait_for(sub { slurp($saved) =~ /^#: 192\.0\.2\.10$/m }, 120), 'it goes down: all is saved');
finish($machine, 60);
kxfilter('remove', 'kxfboot0');
done_testing();
