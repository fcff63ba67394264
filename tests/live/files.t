#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Files of an instance: read by kx and by cat, written in pieces, by whom their modes let.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use JSON::PP;
use KX;
use Test::More;

not_between('newest');
need_root();
my $kx = abs_path("$build/kx");
my $ext = "$build/tests/ext";
my $name = 'cmdfiles';
my $pins = "/sys/fs/bpf/kx/$name";

sub kx { return run($kx, @_); }
sub clean { kx('unload', $name) }
sub value { return kx('get', "$name.$_[0]")->{out} + 0; }

sub says {
	my ($expected, @command) = @_;
	my $r = kx(@command);
	is("$r->{exit} $r->{err}", '0 ', "kx @command");
	is($r->{out}, $expected, 'its answer');
}

sub refused {
	my ($expected, @command) = @_;
	my $r = kx(@command);
	is("$r->{exit} $r->{out}", '1 ', "kx @command is refused");
	like($r->{err}, qr/\Akx: [^\n]*$expected[^\n]*\n\z/, 'in one sentence');
}

clean();
my $mode = (stat '/sys/fs/bpf')[2] & 07777;
END { local $?; clean(); chmod $mode, '/sys/fs/bpf' if $mode; }
is(kx('load', "$ext/cmd.bpf.o", '--as', $name)->{err}, '', 'load');

#
# Read
#
says("generation 1\n0 bytes\n", 'cat', "$name.status");
is(run('cat', "$pins/current/files/status")->{out}, "generation 1\n0 bytes\n", 'cat of the pin reads the same');
says("first\n", 'cat', "$name.tasks");
my $said = decode_json(kx('cat', "$name.status", '--json')->{out});
is("$said->{instance} $said->{name} $said->{text}", "$name status generation 1\n0 bytes\n", '--json');
refused(qr/$name: no file stats; it has these: status, fixed, tasks/, 'cat', "$name.stats");
refused(qr/cmd_none: is not loaded/, 'cat', 'cmd_none.status');
is(kx('cat', $name)->{exit}, 2, 'no file: wrong usage');

# Many readers, each of whom opens it twenty times; a guest is slow.
my $readers = $ENV{KX_VM_KERNEL} ? 5 : 20;
my @readers = map { start('sh', '-c', "for i in \$(seq 20); do cat $pins/current/files/status; done | sort | uniq -c") } 1 .. $readers;
is(scalar(grep { finish($_, 300)->{out} !~ /\A\s*20 0 bytes\n\s*20 generation 1\n\z/ } @readers), 0, "$readers readers at once");

#
# Written
#
says('', 'write', "$name.status", 'hello');
is(value('bytes') . ' ' . value('pieces') . ' ' . value('ends'), '5 1 1', 'TEXT: one piece, the last');
is(value('sum'), unpack('%32C*', 'hello'), 'and these bytes');
says('', 'write', "$name.status", '');
is(value('bytes') . ' ' . value('ends'), '0 2', 'nothing at all is one piece, too');

# Every length around the pieces' own, of any bytes.
srand(17);
for my $len (1, 4031, 4032, 4033, 8064, 8065, 100_000) {
	my $data = join '', map { chr int rand 256 } 1 .. $len;
	substr($data, 0, 1) = 'x';
	my ($pieces, $ends) = (value('pieces'), value('ends'));
	write_file("$dir/data", $data);
	is(system("$kx write $name.status <$dir/data"), 0, "$len bytes from standard input");
	is(join(' ', value('bytes'), value('sum'), value('pieces') - $pieces, value('ends') - $ends, value('gaps')),
	   join(' ', $len, unpack('%32C*', $data), int(($len + 4031) / 4032), 1, 0), 'all of them, in order, with one end');
}
is(system("{ echo a; sleep 0.1; echo b; } | $kx write $name.status"), 0, 'a pipe that takes its time');
is(value('bytes'), 4, 'is read to its end');

refused(qr/$name\.status: refused what was written from byte 0 on: it returned -22 \(invalid argument\)/, 'write', "$name.status", '!no');
refused(qr/$name\.fixed: cannot be written to/, 'write', "$name.fixed", 'x');
refused(qr/$name: no file greet/, 'write', "$name.greet", 'x');
my $r = finish(start('sh', '-c', "$kx write $name.status </"));
is($r->{exit}, 1, 'what cannot be read');
like($r->{err}, qr/^kx: what is to be written cannot be read: is a directory$/m, 'is said');

# Twenty-four writers at once, for sixteen blocks: none sees another's.
my $before = value('ends');
my @writers = map { start($kx, 'write', "$name.status", 'x' x 3000) } 1 .. 24;
my $done = grep { $_->{exit} == 0 } my @results = map { finish($_) } @writers;
is(scalar(grep { $_->{exit} && $_->{err} !~ /\(device or resource busy\)/ } @results), 0, 'writers at once: done, or told that it is busy');
is(value('ends') - $before, $done, 'and each that was done was seen');
# Two may begin at the same moment, and the extension has one sum for both.
is(value('bytes') % 3000 . ' ' . value('sum'), '0 ' . value('bytes') * ord('x'), 'whole');
is(finish(start($kx, 'write', "$name.status", 'x' x 3000))->{exit}, 0, 'and one alone');
is(value('bytes') . ' ' . value('sum'), '3000 ' . 3000 * ord('x'), 'is what is there');

#
# By the modes of the pins, without any capability
#
sub as_nobody { return run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all', @_); }
chmod $mode | 0111, '/sys/fs/bpf';	# else none of the modes below counts
SKIP: {
	skip 'no setpriv here', 13 if system('command -v setpriv >/dev/null') != 0;
	skip 'others are not let into the build here', 13 unless as_nobody('test', '-x', $kx)->{exit} == 0 && as_nobody('test', '-d', $pins)->{exit} == 0;
	like(as_nobody('cat', "$pins/current/files/status")->{out}, qr/^3000 bytes$/m, 'plain cat, by anybody: as files of /proc');
	like(as_nobody($kx, 'cat', "$name.status")->{out}, qr/^3000 bytes$/m, 'kx cat, too');
	chmod 0400, "$pins/1/files/status";
	isnt(as_nobody('cat', "$pins/current/files/status")->{exit}, 0, 'a mode that lets nobody in: cat');
	$r = as_nobody($kx, 'cat', "$name.status");
	like($r->{err}, qr{^kx: $name\.status: is not for this user: the mode of $pins/1/files/status decides who may read it$}m, 'and kx cat, which says why');
	chown 0, 65534, "$pins/1/files/status";
	chmod 0440, "$pins/1/files/status";
	like(as_nobody('cat', "$pins/current/files/status")->{out}, qr/^3000 bytes$/m, 'a group that is let in: cat');
	$r = as_nobody($kx, 'write', "$name.status", 'hi');
	like($r->{err}, qr{^kx: $name\.status: is not for this user: the mode of $pins/1/progs/status_write decides}m, 'who reads may not write');
	chown 0, 65534, "$pins/1/progs/status_write";
	chmod 0440, "$pins/1/progs/status_write";
	$r = as_nobody($kx, 'write', "$name.status", 'hi');
	is("$r->{exit}$r->{err}", '0', 'unless let in');
	is(value('bytes'), 2, 'and it is written');

	is(kx('upgrade', $name, "$ext/cmd2.bpf.o")->{err}, '', 'an upgrade');
	is(as_nobody('cat', "$pins/current/files/status")->{out}, "generation 2\n2 bytes\n", 'keeps who may read');
	is(as_nobody($kx, 'write', "$name.status", 'hello')->{exit}, 0, 'and who may write');
	chmod 0400, "$pins/2/files/status";
	is(kx('rollback', $name)->{err}, '', 'a rollback');
	is(as_nobody('cat', "$pins/current/files/status")->{out}, "generation 1\n5 bytes\n", 'has the modes of before');
}

is(kx('unload', $name)->{err}, '', 'unload');
ok(!-e $pins, 'the files are gone');
done_testing();
