#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# A stranger's program with the libkx that make install installs: examples/library, every way it can be built.
use strict;
use warnings;
use lib 'tests/lib';
use IPC::Open2;
use JSON::PP;
use KX;
use Test::More;

plan skip_all => 'what a compiler makes does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();
plan(skip_all => 'what compilers and linkers make does not depend on the kernel') if $ENV{KX_VM_KERNEL};
for my $tool (qw(clang pkg-config)) {
	plan(skip_all => "$tool is not here") if system("command -v $tool >/dev/null") != 0;
}

# What make was told is not for the make below.
delete @ENV{grep { /^(?:MAKE\w*|CFLAGS|LDFLAGS)$/ } keys %ENV};
$ENV{XDG_CACHE_HOME} = "$dir/cache";
my $root = "$dir/root";
my $r = run('make', 'install', "O=$build", "DESTDIR=$root", 'prefix=/usr');
is($r->{exit}, 0, 'make install') or diag($r->{out}, $r->{err});
my $kx = "$root/usr/sbin/kx";
my ($version) = slurp('Makefile') =~ /^VERSION\s*:= (\S+)$/m;
my ($major) = $version =~ /^(\d+)/;

ok(-f "$root/usr/include/kx/$_", "$_ is installed") for qw(kx.h kx.bpf.h abi.h);
ok(-f "$root/usr/lib/$_" && !-l "$root/usr/lib/$_", "$_ is installed") for 'libkx.a', "libkx.so.$version";
is(readlink("$root/usr/lib/libkx.so.$major"), "libkx.so.$version", 'the soname is a link');
is(readlink("$root/usr/lib/libkx.so"), "libkx.so.$major", 'so is what the linker looks for');
is(join(' ', glob("$root/*")), "$root/usr", 'nothing is installed outside of the prefix');
unlike(slurp("$root/usr/lib/pkgconfig/libkx.pc"), qr/\@|\Q$dir\E/, 'libkx.pc is filled in, without DESTDIR');

@ENV{qw(PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR)} = ("$root/usr/lib/pkgconfig", $root);
is(run('pkg-config', '--modversion', 'libkx')->{out}, "$version\n", 'pkg-config knows the version');
my $private = qr/-l(?:bpf|elf|z)\b/;
unlike(run('pkg-config', '--libs', 'libkx')->{out}, $private, 'shared: libkx alone is named');
is(scalar(() = run('pkg-config', '--static', '--libs', 'libkx')->{out} =~ /(-lbpf|-lelf|-lz)\b(?!.*\1)/g), 3,
   'static: so is what it needs');

# An extension of this run only: nobody else loads a name and content like these.
my $name = "library-$$";
for (['new', $name], ['build', "$name.bpf.c"]) {
	$r = run('env', '-C', $dir, $kx, @$_);
	is($r->{exit}, 0, "the installed kx $_->[0]") or diag($r->{err});
}
my $object = "$dir/$name.bpf.o";
END {
	local $?;
	gone_at_last() if $name;
}

sub listed {
	return grep { $_->{name} eq $name } map { decode_json($_) } split /\n/, run($kx, 'list', '--json')->{out};
}

# A failure leaves nothing behind that later checks would stumble over.
sub gone_at_last { run($kx, 'unload', '--with-users', $name) if listed(); }

sub lives {
	my ($how, @life) = @_;
	my $r = run(@life, $object, 'step', '10');
	is($r->{exit}, 0, "$how: a life") or diag($r->{err});
	is($r->{err}, '', "$how: without a complaint");
	like($r->{out}, qr{\A\Q$name\E 0\.1\.0: [^\n]+\n}, "$how: what it is");
	like($r->{out}, qr{^  step = 1 \(.+\)$}m, "$how: its parameter");
	like($r->{out}, qr{^  log_level = KX_LEVEL_INFO \(}m, "$how: a parameter of its log");
	like($r->{out}, qr{^step is 10 now$}m, "$how: set and read again");
	like($r->{out}, qr{^listed: \Q$name\E, live, resident$}m, "$how: listed");
	is(scalar(listed()), 0, "$how: unloaded");

	$r = run(@life, $object, 'step', '101');
	is($r->{exit}, 1, "$how: a wrong value fails");
	like($r->{err}, qr{\Alife: \Q$name\E: [^\n]*step[^\n]*\b1\.\.100\b[^\n]*\n\z}, "$how: the sentence says what is allowed");
	is(scalar(listed()), 0, "$how: unloaded all the same");
	$r = run(@life, "$dir/nosuch.bpf.o", 'step', '1');
	is($r->{exit}, 1, "$how: no such file");
	like($r->{err}, qr{\Alife: [^\n]*nosuch\.bpf\.o: [^\n]+\n\z}, "$how: the sentence names it");
	gone_at_last();
}

# Held: there while the program is; gone with it, also when it is killed.
sub holds {
	my ($how, $killed, @life) = @_;
	my $pid = open2(my $from, my $to, @life, $object, 'step', '10', 'held');
	local $SIG{ALRM} = sub { kill KILL => $pid };
	local $SIG{PIPE} = 'IGNORE';
	alarm 60;
	my $said = '';
	while (my $line = readline $from) {
		$said .= $line;
		last if $line eq "held until Enter\n";
	}
	like($said, qr{^listed: \Q$name\E, live, held$}m, "$how: it is listed as held");
	my @found = listed();
	is(scalar(@found), 1, "$how: kx lists it");
	ok($found[0]{held}, "$how: as held");
	is(run($kx, 'get', "$name.step")->{out}, "10\n", "$how: kx reads what the program set");
	$killed ? kill('KILL', $pid) : print {$to} "\n";
	close $to;
	waitpid $pid, 0;
	alarm 0;
	is($?, $killed ? 9 : 0, "$how: the program has ended");
	ok(wait_for(sub { !listed() }, 10), "$how: so has the instance");
	gone_at_last();
}

my %compiler = (c11 => 'gcc -std=c11', 'c++17' => 'g++ -x c++ -std=c++17');
my $cxx = system('command -v g++ >/dev/null') == 0;
for my $dialect (sort keys %compiler) {
	SKIP: {
		skip "$dialect: g++ is not here", 1 if $dialect =~ /\+/ && !$cxx;
		my $here = "$dir/$dialect";
		run('cp', '-r', 'examples/library', $here);
		my @make = ('make', '-C', $here, "CC=$compiler{$dialect}", 'CFLAGS=-O1 -Wall -Wextra -pedantic -Werror');
		for my $static (0, 1) {
			my $how = "$dialect, " . ($static ? 'static' : 'shared');
			run(@make, 'clean');
			my $r = run(@make, "STATIC=$static");
			is($r->{exit}, 0, "$how: it compiles") or diag($r->{out}, $r->{err});
			my $needed = run('readelf', '-dW', "$here/life")->{out};
			$static ? unlike($needed, qr/NEEDED/, "$how: needs no library") :
				  like($needed, qr/\(NEEDED\).*\[libkx\.so\.$major\]$/m, "$how: needs the soname");
			my @life = ('env', $static ? '-uLD_LIBRARY_PATH' : "LD_LIBRARY_PATH=$root/usr/lib", "$here/life");
			lives($how, @life);
			holds($how, 0, @life);
			holds("$how, killed", 1, @life);
		}
	}
}
is(run("$dir/c11/life")->{exit}, 2, 'wrong usage is another status');

# What is not in kx.h is not there: a program may have names like the library's own.
my $clash = <<'END';
#include <kx/kx.h>
int sha256(void) { return 1; }
int registry_lock(void) { return 2; }
int kx_fail(void) { return 3; }
int main(void) { struct kx *kx; return kx_new(&kx) || sha256() + registry_lock() + kx_fail() != 6; }
END
chomp(my @flags = run('pkg-config', '--static', '--cflags', '--libs', 'libkx')->{out});
write_file("$dir/clash.c", $clash);
$r = run('sh', '-c', "gcc -static -o $dir/clash $dir/clash.c @flags");
is($r->{exit}, 0, "names of the program's own, static") or diag($r->{err});
is(run("$dir/clash")->{exit}, 0, 'are its own');
done_testing();
