#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# --json: every argument is taken apart and comes back as it was; every line fits the schema.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use JSON::PP;
use Test::More;

plan skip_all => 'how calls are written does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();
my $json = JSON::PP->new->utf8->allow_bignum;

# What stands between the brackets of calls, and what came with signals.
sub argument_lists {
	return map { /^(?:\d+(?:<\S+>)? +)?\w+\((.*)\)\s+= / || /^(?:\d+(?:<\S+>)? +)?\w+\((.*) <unfinished/ ||
		     /^(?:\d+(?:<\S+>)? +)?--- \w+ (\{.*\}) ---$/ ? ($1) : () } split /\n/, shift;
}

# Through the parser and back: (lists, not understood, changed).
sub round_trip {
	my ($text, $name) = @_;
	write_file("$dir/lists", join '', map { "$_\n" } argument_lists($text));
	my $r = run('sh', '-c', "$build/tests/live/roundtrip < $dir/lists");
	diag("$name: $_") for grep { /^raw: / } split /\n/, $r->{out};
	return $r->{out} =~ /^lines (\d+), raw (\d+), changed (\d+)$/m;
}

# The objects of a trace, and what the schema says of them.
sub objects { return map { $json->decode($_) } split /\n/, slurp(shift); }
sub validated {
	my ($file, $name) = @_;
	my $r = run('sh', '-c', "python3 tests/lib/schema.py docs/schema/kxtrace.schema.json < $file");
	my @said = split /\n/, $r->{out};
	my $sum = eval { $json->decode(pop @said) } // {};
	is(join("\n", splice @said, 0, 6), '', "$name: every line fits the schema");
	return $sum;
}

my $work = "$dir/work";
mkdir $work;
system("mkdir -p $work/tree/a && cp /etc/hosts $work/tree/a && ln -s a $work/tree/link");
system("cd $work && git -c init.defaultBranch=main init -q repo && cd repo && cp /etc/hosts . && git add hosts && git -c user.name=t -c user.email=t\@t commit -q -m first");
write_file("$work/hello.c", "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n");
my @commands = (
	'true', 'cat /etc/hostname', "ls -la $work/tree", "find $work/tree -type f", "grep -r localhost $work/tree",
	"tar cf $work/x.tar -C $work tree", "cp -a $work/tree $work/tree2; rm -rf $work/tree2",
	'stat /etc/passwd; df /; id; uname -a', "git -C $work/repo status", "git -C $work/repo log --oneline",
	"gcc -O0 -o $work/hello $work/hello.c", '/usr/bin/python3 -S -E -c "import os; print(os.listdir(\'/etc\')[:0])"',
	'bash --norc -c "for i in 1 2 3; do echo \$i | cat; done"', 'sh -c "sleep 0.01; kill -TERM \$\$"',
	'curl -s -o /dev/null http://127.0.0.1:1/', 'sort /etc/passwd',
	"cd $work && mkdir -p d/a && touch d/a/b && chmod 600 d/a/b && mv d/a/b d/c && rm -r d",
	'gzip -c /etc/passwd | gzip -dc', 'dd if=/dev/zero of=/dev/null bs=512 count=20 status=none',
	'ip address', 'perl -MSocket -e "socketpair my \$a, my \$b, AF_UNIX, SOCK_STREAM, 0; syswrite \$a, join q(), map { chr } 0 .. 255; sysread \$b, my \$c, 300"',
	'perl -e "alarm 60; exec q(true)"',
);
@commands = @commands[0, 1, 2, 12] if $ENV{KX_VM_KERNEL};

my $all = 0;
for my $command (@commands) {
	my $script = write_file("$dir/script", "$command\n");
	my ($lists, $raw, $changed);
	for (['-f'], ['-f', '-v', '-s', '300']) {
		run("$build/kxtrace", @$_, '-o', "$dir/text", '/bin/sh', $script);
		my @found = round_trip(slurp("$dir/text"), $command);
		$lists += $found[0], $raw += $found[1], $changed += $found[2];
	}
	$all += $lists;
	ok($lists && !$raw && !$changed, "$command: $lists lists of arguments, all understood, all come back") or
	    diag("$raw not understood, $changed changed");
}
diag("$all lists of arguments");

# Somebody else's texts: with descriptors, names and numbers in comments.
SKIP: {
	skip 'strace is not installed', 2 if system('command -v strace >/dev/null') != 0;
	for my $options ('-yy -v -s 200', '-Y -y -X verbose') {
		run('strace', '-f', split(/ /, $options), '-o', "$dir/text", 'sh', '-c', "ls -la / >/dev/null; sleep 0.01; true | cat; git -C $work/repo status");
		my ($lists, $raw, $changed) = round_trip(slurp("$dir/text"), 'strace');
		ok($lists > 100 && !$raw && !$changed, "strace $options: $lists lists, all understood");
	}
}

# JSON of real commands.
write_file("$dir/script", join "\n", 'exec 2>/dev/null', @commands[0 .. ($ENV{KX_VM_KERNEL} ? 3 : 4)], 'ip address >/dev/null', '(exit 3)', '(sh -c \'kill -TERM $$\') 2>/dev/null', '');
my $r = run("$build/kxtrace", '--json', '-f', '-o', "$dir/json", '/bin/sh', "$dir/script");
my $sum = validated("$dir/json", '-f');
is($sum->{last}, 'totals', 'the last line has the totals');
my @objects = objects("$dir/json");
my $totals = $objects[-1];
is($totals->{raw_arguments}, 0, 'all arguments were understood');
is($totals->{seen}, $totals->{shown} + $totals->{dropped}, 'seen = shown + dropped');
my $lost = 0;
$lost += $_->{calls} for grep { $_->{kind} eq 'lost' } @objects;
my $lines = grep { $_->{kind} =~ /^(call|signal|fork|exec|exit|task|io_uring)$/ } @objects;
is($lines, $totals->{shown}, 'shown = lines');
cmp_ok($lost, '<=', $totals->{dropped}, 'no more calls are missing than were dropped');
is($r->{err}, '', 'nothing is said besides');
my @exits = grep { $_->{kind} eq 'exit' } @objects;
is(scalar(grep { ($_->{status} // -1) == 3 } @exits), 1, 'an exit with its status');
is(scalar(grep { ($_->{signal} // '') eq 'SIGTERM' } @exits), 1, 'an exit with its signal');
my ($chld) = grep { $_->{kind} eq 'signal' && $_->{signal} eq 'SIGCHLD' } @objects;
is_deeply($chld->{info}{si_signo}, { kind => 'symbol', name => 'SIGCHLD' }, 'a signal with what it brought');
my @times = map { $_->{time} } grep { $_->{kind} eq 'call' && $_->{tid} == $objects[0]{tid} } @objects;
is(scalar(grep { $times[$_] < $times[$_ - 1] } 1 .. $#times), 0, 'times of a task rise');
cmp_ok(abs($times[0] - time), '<', 3600, 'since 1970');

# A program whose calls are known.
my $known = compile('known', <<'C');
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void)
{
	int buf = 1, pair[2];
	open("/nosuch/caf\303\251 \"quoted\"\n", O_RDWR | O_CREAT | 0x10000000, 0644);
	open("/nosuch/\377\376", O_RDONLY);
	write(-1, "0123456789012345678901234567890123456789", 40);
	mkdir("/nosuch/d", 0750);
	mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	lseek(-5, -7, SEEK_SET);
	_exit(5);
}
C
run("$build/kxtrace", '--json', '-o', "$dir/json", $known);
validated("$dir/json", 'a known program');
my %calls;
push @{ $calls{ $_->{call} } }, $_ for grep { $_->{kind} eq 'call' } objects("$dir/json");
my @opens = @{ $calls{openat} }[-2, -1];
is($opens[0]{args}[1]{value}, "/nosuch/caf\x{e9} \"quoted\"\n", 'a string with everything');
is_deeply([ map { $_->{name} } @{ $opens[0]{args} } ], [qw(dfd filename flags mode)], 'arguments have names');
is_deeply($opens[0]{args}[0], { name => 'dfd', value => { kind => 'symbol', name => 'AT_FDCWD' }, raw => 0xffffff9c }, 'a symbol, and the register');
is_deeply($opens[0]{args}[2]{value}, [ 'O_RDWR', 'O_CREAT', { kind => 'number', value => 0x10000000, text => '0x10000000' } ], 'flags, and what is none');
is_deeply($opens[0]{args}[3]{value}, { kind => 'number', value => 420, text => '0644' }, 'a mode');
is_deeply($opens[0]{result}, { value => -1, errno => 'ENOENT', text => 'No such file or directory' }, 'an error');
is_deeply($opens[1]{args}[1]{value}, { kind => 'bytes', hex => unpack 'H*', "/nosuch/\377\376" }, 'what is not UTF-8');
is_deeply($opens[1]{args}[2]{value}, ['O_RDONLY'], 'one flag is a list, too');
is_deeply($calls{write}[-1]{args}[1]{value}, { kind => 'string', text => '01234567890123456789012345678901', cut => JSON::PP::true }, 'a string that was cut');
is_deeply($calls{socketpair}[0]{args}[3]{value}, [ 3, 4 ], 'a list');
is($calls{lseek}[-1]{args}[1]{value}, -7, 'a negative number');
like($calls{mmap}[-1]{result}{text}, qr/^0x[0-9a-f]+$/, 'an address as a result');
is(sprintf('0x%s', substr(Math::BigInt->new($calls{mmap}[-1]{result}{value})->as_hex, 2)), $calls{mmap}[-1]{result}{text}, 'and as a number');
is($calls{exit_group}[0]{result}, undef, 'no result without a return');
ok(!exists $calls{exit_group}[0]{unfinished}, 'but nothing that is missing');
cmp_ok($calls{lseek}[-1]{duration}, '>=', 0, 'a duration');

# The same from a record, later.
run("$build/kxtrace", '-f', '--json', '-o', "$dir/json", '--record', "$dir/record", 'sh', '-c', 'cat /nosuch; (exit 3)');
$r = run("$build/kxtrace", 'replay', '--json', "$dir/record");
is($r->{exit}, 0, 'a replay');
sub without_totals { return map { /"kind":"totals"/ ? () : "$_\n" } split /\n/, shift; }
is(join('', without_totals($r->{out})), join('', without_totals(slurp("$dir/json"))), 'is the same, byte for byte');
my ($live, $later) = map { (objects($_))[-1] } "$dir/json", write_file("$dir/replayed", $r->{out});
is("$later->{seen} $later->{shown} $later->{dropped}", "$live->{seen} $live->{shown} $live->{dropped}", 'with its totals');
my @tasks = grep { $_->{kind} eq 'task' } objects("$dir/json");
my ($forked) = grep { $_->{kind} eq 'fork' } objects("$dir/json");
my ($cat) = grep { $_->{comm} eq 'cat' } @tasks;
is("$cat->{uid} $cat->{gid} $cat->{ppid}", "$< " . ($( + 0) . " $tasks[0]{pid}", 'what a task is');
cmp_ok($cat->{cgroup_id}, '>', 0, 'where it is');
is(scalar(grep { $_->{kind} eq 'call' && !$_->{comm} } objects("$dir/json")), 0, 'calls have the name of their task');

# Calls of other personalities.
SKIP: {
	my $narrow = "$build/tests/live/compat";
	skip 'no compiler for 32 bits made tests/live/compat', 6 unless -x $narrow;
	skip 'this kernel runs no 32-bit programs', 6 if run($narrow)->{exit};
	# It writes to the file that it is given.
	my $file = write_file("$dir/narrow", '');
	run("$build/kxtrace", '-f', '-v', '-o', "$dir/text", $narrow, $file);
	my ($lists, $raw, $changed) = round_trip(slurp("$dir/text"), 'compat');
	ok($lists > 50 && !$raw && !$changed, "32-bit calls: $lists lists, all understood");
	run("$build/kxtrace", '-f', '--json', '-o', "$dir/json", $narrow, $file);
	validated("$dir/json", 'a 32-bit program');
	my @narrow = grep { $_->{kind} eq 'call' && ($_->{abi} // '') eq 'i386' } objects("$dir/json");
	cmp_ok(scalar(@narrow), '>', 50, 'its calls are of the abi i386');
	is(join(' ', map { $_->{call} eq 'getpid' && $_->{nr} != 20 ? $_->{nr} : () } @narrow), '', 'their numbers are its numbers');
	my ($execve) = grep { $_->{kind} eq 'call' && $_->{call} eq 'execve' } objects("$dir/json");
	ok(!exists $execve->{abi}, 'the execve was none of them');
	is(scalar(grep { ($_->{nr} // 0) > 1000 } @narrow), 0, 'a call within another has its own number, or none');
}

# A call that its task did not survive.
my $blocked = compile('blocked', <<'C');
#include <unistd.h>
int main(void) { int p[2]; char c; pipe(p); alarm(1); read(p[0], &c, 1); return 0; }
C
run("$build/kxtrace", '--json', '-o', "$dir/json", $blocked);
validated("$dir/json", 'a killed program');
my ($read) = reverse grep { $_->{kind} eq 'call' && $_->{call} eq 'read' } objects("$dir/json");
ok($read->{unfinished} || ($read->{result}{errno} // '') =~ /^ERESTART/, 'a call that was ended by a signal');

SKIP: {
	skip 'what programs say does not depend on the kernel', 18 if $ENV{KX_VM_KERNEL};
	# Where it goes, what is left out.
	$r = run("$build/kxtrace", '--json', '-e', 'trace=openat', 'cat', '/nosuch');
	my @out = split /\n/, $r->{out};
	is(scalar(grep { !eval { $json->decode($_) } } @out), 0, 'without -o: on stdout');
	is($r->{err}, "cat: /nosuch: No such file or directory\n", 'and stderr is the command\'s');
	is($r->{exit}, 1, 'the command\'s own status');
	run("$build/kxtrace", '--json', '-Z', '-o', "$dir/json", 'cat', '/nosuch');
	is(scalar(grep { $_->{kind} eq 'call' && !$_->{result}{errno} } objects("$dir/json")), 0, '-Z: only failed calls');
	run("$build/kxtrace", '--json', '-c', '-o', "$dir/json", 'cat', '/nosuch');
	validated("$dir/json", '-c');
	my %count = map { ($_->{call} => $_) } grep { $_->{kind} eq 'count' } objects("$dir/json");
	run("$build/kxtrace", '-o', "$dir/text", 'cat', '/nosuch');
	my $text = slurp("$dir/text");
	is($count{openat}{calls}, scalar(() = $text =~ /^openat\(/mg), '-c: as many calls as lines');
	is($count{openat}{errors}, scalar(() = $text =~ /^openat\(.* = -1 /mg), 'as many errors');
	# What text looks like is no matter here.
	my $plain = sub {
		run("$build/kxtrace", '--json', @_, '-e', 'trace=openat,execve,kill', '-o', "$dir/json", 'sh', '-c', 'cat "/no/caf\303\251"; kill -0 $$');
		return join "\n", map { my $o = $_; delete @$o{qw(time duration pid tid)}; $json->canonical->encode($o) =~ s/"raw":\d+|"value":\d{3,}|"text":"0x\w+"//gr }
		    grep { $_->{kind} eq 'call' } objects("$dir/json");
	};
	is($plain->('-xx', '-X', 'verbose', '-Y', '-N', '-n', '-tt', '-r', '-T', '-e', 'read=all'), $plain->(), '-x, -X, -Y, -N, -n change nothing');
	run("$build/kxtrace", '--json', '-e', 'raw=openat', '-e', 'status=failed', '-o', "$dir/json", 'cat', '/nosuch');
	validated("$dir/json", '-e raw=');
	my @failed = grep { $_->{kind} eq 'call' } objects("$dir/json");
	is(join(' ', map { $_->{result}{errno} ? () : $_->{call} } @failed), '', '-e status=failed: only these');
	my ($raw) = grep { $_->{call} eq 'openat' } @failed;
	is(join(' ', map { ref $_->{value} ? $_->{value}{kind} : $_->{value} } @{ $raw->{args} }), 'number number number 0', '-e raw=: registers');
	$r = run("$build/kxtrace", '--json', '-ff', '-o', "$dir/json", 'true');
	is($r->{exit}, 2, '-ff: status 2');
	like($r->{err}, qr{^kxtrace: -ff: .*\n\z}, 'and one sentence');
	# What the flight recorder dumps.
	run("$build/kxtrace", '--json', '--last=3', '--trigger=openat:ENOENT', '-o', "$dir/json", 'cat', '/nosuch/1', '/nosuch/2');
	validated("$dir/json", '--last');
	my @dumped = objects("$dir/json");
	is(scalar(grep { $_->{kind} eq 'dump' } @dumped), scalar(grep { $_->{kind} eq 'call' && $_->{call} eq 'openat' && ($_->{result}{errno} // '') eq 'ENOENT' } @dumped), '--last: an object before each dump');
	is(scalar(grep { $_->{kind} eq 'totals' } @dumped), 0, 'and no totals, there are none');
	# Half a trace is one that says so.
	my $full = "$dir/full";
	$r = run("$build/kxtrace", '--json', '-o', '/dev/full', 'true');
	is($r->{exit}, 1, 'a full disk: status 1');
	like($r->{err}, qr{^kxtrace: /dev/full: cannot be written: No space left on device$}m, 'and a sentence');
}
done_testing();
