#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kx features: the form of its output, its usage, and its answers against other witnesses.
use strict;
use warnings;
use IPC::Open3;
use JSON::PP;
use Symbol 'gensym';
use Test::More;
use Time::HiRes 'time';

my $kx = './build/kx';

# Run a command: (status, standard output, standard error).
sub run
{
	my $err = gensym;
	open my $in, '<', '/dev/null';
	my $pid = open3('<&' . fileno($in), my $out, $err, @_);
	my @text = map { local $/; scalar(<$_>) // '' } $out, $err;
	waitpid $pid, 0;
	return ($? >> 8, @text);
}

sub slurp
{
	my ($path) = @_;
	open my $file, '<', $path or return;
	local $/;
	return scalar <$file>;
}

plan skip_all => 'needs root' if $>;
plan skip_all => "$kx is not built" unless -x $kx;

#
# Form
#
my $before = time;
my ($status, $out, $err) = run($kx, 'features', '--json');
my $took_s = time - $before;
is $status, 0, 'features --json succeeds';
is $err, '', 'and says nothing on standard error';
my @rows = map { decode_json $_ } split /\n/, $out;
cmp_ok scalar @rows, '>', 40, 'one object per line';
my %row = map { $_->{name} => $_ } @rows;
is keys %row, @rows, 'no name comes twice';
is_deeply [grep { join(' ', sort keys %$_) ne 'group name reason state summary' } @rows], [],
	'each has the documented members';
is_deeply [grep { $_->{state} !~ /^(available|missing|unknown)$/ } @rows], [], 'and a documented state';
is_deeply [grep { $_->{state} ne 'available' && !length $_->{reason} } @rows], [], 'what is not there has a reason';
is_deeply [grep { $_->{state} eq 'unknown' && $_->{reason} !~ /out of memory/ } @rows], [],
	'nothing is unknown to root, unless memory lacks';
diag sprintf 'took %.0f ms', $took_s * 1000;

($status, my $table) = run($kx, 'features');
is $status, 0, 'features succeeds';
my %word = (available => 'yes', missing => 'no', unknown => '?');
is_deeply [grep { $table !~ /^  \Q$_->{name}\E +\Q$word{$_->{state}}\E /m } @rows], [],
	'the table gives the same answers';

my $page = slurp('docs/man/kx-features.8') // '';
$page =~ s/\\-/-/g;
is_deeply [map { $_->{name} } grep { $page !~ /^\.B \Q$_->{name}\E\n\Q$_->{summary}\E$/m } @rows], [],
	'the man page lists all of them';

(undef, my $verbs) = run($kx, 'help');
my $manual = slurp('docs/man/kx.8') // '';
is_deeply [grep { $manual !~ /^\.B $_$/m } $verbs =~ /^  ([a-z]+) /mg], [], 'kx.8 has every command of kx help';

#
# Usage
#
for ([2, qr/^kx: featuers: no such command; did you mean features\?$/, 'featuers'],
     [2, qr/^kx: zzzzzz: no such command; kx help lists them$/, 'zzzzzz'],
     [2, qr/^kx: features: --jsom: no such option; did you mean --json\?$/, 'features', '--jsom'],
     [2, qr/^kx: features: -x: no such option; see kx features --help$/, 'features', '-x'],
     [2, qr/^kx: features: --json=1: takes no value$/, 'features', '--json=1'],
     [2, qr/^kx: features: more: one argument too many/, 'features', 'more'],
     [2, qr/^kx: --jsom: no such option; see kx --help$/, '--jsom'],
     [2, qr/^usage: kx /],
     [2, qr/^kx: nonsense: no such command/, 'help', 'nonsense']) {
	my ($expected, $message, @args) = @$_;
	($status, $out, $err) = run($kx, @args);
	is $status, $expected, "kx @args: status";
	like $err, $message, "kx @args: sentence";
	is $out, '', "kx @args: no data";
}
for (['--version'], ['--help'], ['help'], ['help', 'features'], ['features', '--help'], ['features', '-h']) {
	($status, $out, $err) = run($kx, @$_);
	is $status, 0, "kx @$_: status";
	cmp_ok length $out, '>', 5, "kx @$_: text";
	is $err, '', "kx @$_: no message";
}
if (-c '/dev/full') {
	is system("$kx features > /dev/full 2> /dev/null") >> 8, 1, 'a full disk is a failure';
}

#
# Without rights, nothing is guessed
#
($status, $out) = run('setpriv', '--reuid', 65534, '--clear-groups', $kx, 'features', '--json');
is $status, 0, 'works for a user without rights';
my %poor = map { $_->{name} => $_ } map { decode_json $_ } split /\n/, $out;
is $poor{$_}{state}, 'unknown', "$_ is unknown then" for qw(ringbuf tp_btf xdp);
like $poor{tp_btf}{reason}, qr/cap_bpf,cap_perfmon/, 'and the reason names the capabilities';
is $poor{btf}{state}, $row{btf}{state}, 'what needs no rights is known';

#
# Other witnesses
#
sub answer
{
	return $row{$_[0]} ? $row{$_[0]}{state} eq 'available' : undef;
}

my ($no_bpftool, $probe) = eval { run('bpftool', 'feature', 'probe', 'kernel') };
SKIP: {
	my %witness = (
		tracepoint => qr/program_type tracepoint is available/,
		raw_tp => qr/program_type raw_tracepoint is available/,
		perf_event => qr/program_type perf_event is available/,
		xdp => qr/program_type xdp is available/,
		sk_lookup => qr/program_type sk_lookup is available/,
		cgroup_skb => qr/program_type cgroup_skb is available/,
		cgroup_sysctl => qr/program_type cgroup_sysctl is available/,
		syscall => qr/program_type syscall is available/,
		ringbuf => qr/map_type ringbuf is available/,
		task_storage => qr/map_type task_storage is available/,
		jit => qr/JIT compiler is enabled/,
	);
	skip 'bpftool does not work here', scalar keys %witness if $no_bpftool // 1;
	for (sort keys %witness) {
		is !!answer($_), $probe =~ $witness{$_} ? !!1 : !!0, "$_: as bpftool says";
	}
}

# Linux 6.1 loads such programs for any tracepoint, and must not be believed.
SKIP: {
	my ($major, $minor) = slurp('/proc/sys/kernel/osrelease') =~ /^(\d+)\.(\d+)/;
	my $release = $major * 1000 + $minor;
	skip "when between 6.18 and 7.2 tp_btf.s came is not known", 1 if $release > 6018 && $release < 7002;
	is !!answer('tp_btf.s'), $release >= 7002 ? !!1 : !!0, 'tp_btf.s: not where it is unsafe';
}

# Programs that clang compiled and bpftool loads.
my $dir = "/tmp/kx-features-$$";
my %section = (
	fentry => ['fentry/security_file_open'], fexit => ['fexit/security_file_open'],
	fmod_ret => ['fmod_ret/security_file_open'], lsm => ['lsm/file_open'], 'lsm.s' => ['lsm.s/file_open'],
	tp_btf => ['tp_btf/sys_enter'], iter => ['iter/task'],
);
my $source = <<'END';
struct nothing;
#define SEC(name) __attribute__((section(name), used))
char licence[] SEC("license") = "GPL";
SEC(SECTION) int probe(struct nothing *ctx) { return 0; }
END
SKIP: {
	skip 'clang and bpftool are not both here', scalar keys %section
		if ($no_bpftool // 1) || system('command -v clang > /dev/null');
	mkdir $dir;
	mkdir "$dir/fs";
	system("mount -t bpf kx-features $dir/fs") == 0 or skip 'cannot mount bpffs', scalar keys %section;
	for (sort keys %section) {
		open my $file, '>', "$dir/probe.c";
		print $file $source;
		close $file;
		system("clang -target bpf -g -O2 -DSECTION='\"$section{$_}[0]\"' -c $dir/probe.c -o $dir/probe.o");
		my ($failed) = run('bpftool', 'prog', 'load', "$dir/probe.o", "$dir/fs/probe");
		is !!answer($_), !$failed, "$_: as bpftool prog load finds";
		unlink "$dir/fs/probe";
	}
	system("umount $dir/fs");
}
system('rm', '-rf', $dir);

is !!answer('btf'), -e '/sys/kernel/btf/vmlinux' ? !!1 : !!0, 'btf: as sysfs says';
for (['bpffs', 'bpf', '/sys/fs/bpf'], ['tracefs', 'tracefs', '/sys/kernel/tracing']) {
	my ($name, $type, $path) = @$_;
	my $mounts = slurp('/proc/self/mounts');
	is !!answer($name), $mounts =~ m{^\S+ \Q$path\E $type }m ? !!1 : !!0, "$name: as /proc/self/mounts says";
}
my $disabled = slurp('/proc/sys/kernel/unprivileged_bpf_disabled');
is !!answer('unprivileged_bpf'), defined $disabled && $disabled == 0 ? !!1 : !!0, 'unprivileged_bpf: as the sysctl says';
my $symbols = slurp('/proc/kallsyms') // '';
for (['kprobe', qr/ register_kprobe$/m], ['uprobe', qr/ uprobe_register$/m],
     ['copy_from_user_str', qr/ bpf_copy_from_user_str$/m], ['file_xattr', qr/ bpf_get_file_xattr$/m],
     ['task_work', qr/ bpf_task_work_schedule_signal(_impl)?$/m]) {
	my ($name, $symbol) = @$_;
	is !!answer($name), $symbols =~ $symbol ? !!1 : !!0, "$name: as kallsyms says";
}

#
# Nothing stays behind
#
my (undef, $progs) = run('bpftool', 'prog', 'list');
unlike $progs, qr/name kx_probe/, 'no program stays loaded';
my (undef, $maps) = run('bpftool', 'map', 'list');
unlike $maps, qr/name kx_probe/, 'no map stays';

done_testing;
