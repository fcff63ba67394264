#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Each example builds, has the tags it shows, and lives the life of its README.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use JSON::PP;
use KX;
use Test::More;

not_between('6.12');
need_root();
plan(skip_all => 'clang is not here') if system('command -v clang >/dev/null') != 0;

my $kx = abs_path("$build/kx");
my $root = abs_path('.');
my $bpftool = (grep { -x } map { "$_/bpftool" } split(/:/, $ENV{PATH}), '/usr/sbin')[0];
$ENV{XDG_CACHE_HOME} = "$dir/cache";

# In the test's directory, where the objects are.
sub kx { return run('env', '-C', $dir, $kx, @_); }

# Status 0 and this on stdout.
sub says {
	my ($expected, @command) = @_;
	my $r = kx(@command);
	is($r->{exit}, 0, "kx @command") or diag($r->{err});
	like($r->{out}, $expected, "kx @command: its answer");
}

# Status 1 and this one sentence on stderr.
sub refuses {
	my ($expected, @command) = @_;
	my $r = kx(@command);
	is($r->{exit}, 1, "kx @command is refused");
	like($r->{err}, qr{\Akx: [^\n]*$expected[^\n]*\n\z}, "kx @command: one sentence");
}

sub listed {
	my $name = shift;
	return grep { $_->{name} eq $name } map { decode_json($_) } split /\n/, kx('list', '--json')->{out};
}

sub life_begins {
	my $name = shift;
	kx('unload', $name) if listed($name);
	says(qr{.*}s, 'load', @_);
	is(scalar(listed($name)), 1, "$name is listed");
}

sub life_ends {
	my $name = shift;
	says(qr{.*}s, 'unload', $name);
	is(scalar(listed($name)), 0, "$name is gone");
	ok(!-e "/sys/fs/bpf/kx/$name", "and its pins");
}

# What each example is there to show.
my %tags = (
	hello => [qw(kx.name=hello kx.version=1.0.0 kx.init kx.fini), 'kx.param=whom to greet'],
	params => [qw(kx.name=params kx.target=device kx.at=dev kx.range=1..100), 'kx.param=what each packet counts for'],
);
my @examples = map { m{^examples/([^/]+)/} } glob('examples/*/*.bpf.c');
my $guest = $ENV{KX_VM_KERNEL};	# emulated, where compilers take their time
for my $name (@examples) {
	if ($guest) {
		# The object that was made on another kernel.
		is(run('cp', "$build/examples/$name/$name.bpf.o", $dir)->{exit}, 0, "$name was built");
		next;
	}
	my $r = kx('build', "$root/examples/$name/$name.bpf.c", '--', '-Werror', '-Wextra', '-Wno-unused-parameter');
	is($r->{exit}, 0, "$name builds without a warning") or diag($r->{err});
	like($r->{out}, qr{^$name\.bpf\.o: $name [\d.]+, \d+ programs?, \d+ parameters?\n\z}, "$name is described");
	is(kx('build', '--check', "$root/examples/$name/$name.bpf.c")->{exit}, 0, "$name: the verifier accepts it");
	my $found = run($bpftool, 'btf', 'dump', 'file', "$dir/$name.bpf.o")->{out};
	like($found, qr/DECL_TAG '\Q$_\E'/, "$name has $_") for @{ $tags{$name} // ["kx.name=$name"] };
	ok(-s "examples/$name/README.md", "$name has a README");

	# Its own Makefile, as an author has it; the second time there is nothing to do.
	mkdir "$dir/$name";
	run('cp', glob("$root/examples/$name/*"), "$dir/$name");
	is(run('make', '-C', "$dir/$name", "KX=$kx", "$name.bpf.o")->{exit}, 0, "$name: make");
	ok(-s "$dir/$name/$name.bpf.o", "$name: makes it");
	is(run('make', '-q', '-C', "$dir/$name", "KX=$kx", "$name.bpf.o")->{exit}, 0, "$name: once");
}

#
# hello: init, a parameter, fini
#
life_begins('hello', 'hello.bpf.o');
says(qr{Hello, world}, 'get', 'hello.greeting');
says(qr{\bwhom\b.*world}s, 'get', 'hello');
says(qr{.*}s, 'set', 'hello.whom=moon');
says(qr{moon}, 'get', 'hello.whom');
refuses(qr{whom.*31}, 'set', 'hello.whom=' . 'x' x 32);
refuses(qr{greeting}, 'set', 'hello.greeting=no');
refuses(qr{already|loaded}, 'load', 'hello.bpf.o');
life_ends('hello');
life_begins('hello', 'hello.bpf.o', 'whom=kernel');
says(qr{Hello, kernel}, 'get', 'hello.greeting');
life_ends('hello');

#
# params: each kind, what is set and what is refused
#
life_begins('params', 'params.bpf.o', 'dev=lo:generic');

# Datagrams of a known length to a port of ours that nobody listens on.
use Socket;
sub send_packets {
	my ($port, $nr) = @_;
	socket my $socket, AF_INET, SOCK_DGRAM, 0 or die "socket: $!";
	send $socket, 'x' x 100, 0, pack_sockaddr_in($port, INADDR_LOOPBACK) for 1 .. $nr;
}
sub value { return kx('get', "params.$_[0]")->{out} =~ /(\d+)\s*$/ ? $1 : undef; }

# How much is counted while these are sent; UDP only, so that no other traffic counts.
sub counted_by {
	my ($port, $nr) = @_;
	my ($before, $seen) = (value('counted'), value('seen'));
	send_packets($port, $nr);
	wait_for(sub { value('seen') >= $seen + $nr }, 10);
	return value('counted') - $before;
}
my $port = 40000 + $$ % 20000;
says(qr{.*}s, 'set', 'params.protocol=UDP');
says(qr{.*}s, 'set', "params.ports=$port");
is(counted_by($port, 5), 5, 'each packet counts 1');
says(qr{.*}s, 'set', 'params.step=10');
is(counted_by($port, 5), 50, 'then 10');
says(qr{.*}s, 'set', 'params.enabled=off');
is(counted_by($port, 5), 0, 'then nothing');
says(qr{.*}s, 'set', 'params.enabled=on');
says(qr{.*}s, 'set', 'params.label=frames');
is(counted_by($port, 1), 10, 'then 10 again');
says(qr{frames}, 'get', 'params.last_label');
is(counted_by($port + 1, 5), 0, 'another port does not count');
says(qr{.*}s, 'set', 'params.ports[1]=' . ($port + 1));
is(counted_by($port + 1, 5), 50, 'now it does');
says(qr{.*}s, 'set', 'params.sizes.longest=100');
is(counted_by($port, 5), 0, 'a packet that is too long does not');
says(qr{.*}s, 'set', 'params.sizes={.shortest=0,.longest=1000}');
is(counted_by($port, 5), 50, 'now it does');
says(qr{.*}s, 'set', 'params.protocol=TCP');
is(counted_by($port, 5), 0, 'another protocol does not count');

refuses(qr{step.*1\.\.100}, 'set', 'params.step=101');
refuses(qr{step.*1\.\.100}, 'set', 'params.step=0');
refuses(qr{step}, 'set', 'params.step=ten');
refuses(qr{enabled}, 'set', 'params.enabled=perhaps');
refuses(qr{protocol.*ANY}, 'set', 'params.protocol=SCTP');
refuses(qr{label.*15}, 'set', 'params.label=sixteen-letters!');
refuses(qr{ports}, 'set', 'params.ports=1,2,3,4,5');
refuses(qr{ports}, 'set', 'params.ports=65536');
refuses(qr{sizes}, 'set', 'params.sizes.middle=5');
refuses(qr{inspect}, 'set', 'params.inspect=off');
refuses(qr{dev}, 'set', 'params.dev=eth0');
refuses(qr{counted}, 'set', 'params.counted=0');
refuses(qr{nosuch}, 'set', 'params.nosuch=1');
says(qr{\b10\b}, 'get', 'params.step');
life_ends('params');

# What is said at load: a constant for the kernel code.
life_begins('params', 'params.bpf.o', 'inspect=off', 'protocol=TCP');
cmp_ok(counted_by($port, 5), '>=', 5, 'without a look inside, any packet counts');
life_ends('params');
refuses(qr{nosuch0}, 'load', 'params.bpf.o', 'dev=nosuch0');
refuses(qr{step.*1\.\.100}, 'load', 'params.bpf.o', 'step=1000');
is(scalar(listed('params')), 0, 'what is refused is not loaded');

#
# door, doorlog, cmos: services of kernel code
#
life_begins('door', 'door.bpf.o');
says(qr/"number":42/, 'call', 'door.downcall', 'number=21');
says(qr/"verdict":-11,/, 'call', 'door.upcall', 'number=41');
is(system('gcc', '-Iinclude', "-I$root/examples/door", '-o', "$dir/service", "$root/examples/door/main.c", "$build/pic/libkx.a",
	  qw(-lbpf -lelf -lz)), 0, 'door: the service is compiled') if !$guest;
sub ends { my ($r, $signal) = @_; kill $signal => $r->{pid}; return finish($r); }
my $waits = kx('features', '--json')->{out} =~ /"name":"door.block"[^\n]*"available"/;
if (!$guest) {
	my $service = start("$dir/service");
	wait_for(sub { kx('call', 'door.upcall', 'number=41')->{out} =~ /"number":42/ });
	says(qr/^\{"verdict":0,"unused":0,"reply":\{"text":"We provide service!!","number":42\}\}$/, 'call', 'door.upcall', 'number=41');
	like(ends($service, 'TERM')->{out}, qr/^We provide service!! opcode 1, number 41, for kx$/m, 'door: the service prints it');
	says(qr/"verdict":-11,/, 'call', 'door.upcall', 'number=41');
}
my $command = start($kx, 'serve', 'door.service', '--', 'echo', '{"reply":{"text":"We provide service!!"}}');
wait_for(sub { slurp($command->{err}) =~ /serving/ });
says($waits ? qr/We provide service!!/ : qr/"verdict":-11,/, 'call', 'door.upcall');
is(ends($command, 'INT')->{exit}, 0, 'door: kx serve ends');
life_ends('door');

life_begins('doorlog', 'doorlog.bpf.o');
$command = start($kx, 'serve', '--keep', 'doorlog.journal', '--', "$root/examples/doorlog/logger", "$dir/started.log");
wait_for(sub { slurp($command->{err}) =~ /serving/ });
run('cp', '/bin/true', "$dir/kxdoorlogged");
run("$dir/kxdoorlogged");
ok(wait_for(sub { slurp("$dir/started.log") =~ /^\d{4}-\S+ \{"id":"0","opcode":1,.*"comm":"kxdoorlogged"\}/m }), 'doorlog: a program is in the log');
like(ends($command, 'INT')->{err}, qr/asked 0: .*told \d+/, 'doorlog: messages are counted');
life_ends('doorlog');

life_begins('cmos', 'cmos.bpf.o');
like(kx('cat', 'cmos.memory')->{out}, qr/^no answer: -6$/, 'cmos: nobody serves');
life_ends('cmos');
done_testing();
