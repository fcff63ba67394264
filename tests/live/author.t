#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# What an author uses: kx new, kx build, and the verifier's refusals in plain words.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use KX;
use Test::More;

need_root();
plan(skip_all => 'clang takes minutes in a guest; KX_SLOW asks for it') if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
plan(skip_all => 'clang is not here') if system('command -v clang >/dev/null') != 0;

my $kx = abs_path("$build/kx");
my $bpftool = (grep { -x } map { "$_/bpftool" } split(/:/, $ENV{PATH}), '/usr/sbin')[0];
$ENV{XDG_CACHE_HOME} = "$dir/cache";
delete $ENV{CLANG};

# In the test's directory; variables of the environment may come first: A=B.
sub here { return run('env', '-C', $dir, @_); }

sub refused {
	my ($status, $sentence, $what, @command) = @_;
	my $r = here(@command);
	is($r->{signal} || $r->{exit}, $status, "$what: status $status");
	like($r->{err}, qr{^kx: $sentence\n\z}m, "$what: one sentence");
	is($r->{out}, '', "$what: no data");
	return $r;
}

my $head = <<'END';
#include <vmlinux.h>
#include <kx/kx.bpf.h>
KX_EXTENSION("NAME", "1.2", "a test");
KX_LICENSE("GPL");
END

sub source {
	my ($name, $text) = @_;
	(my $begin = $head) =~ s/NAME/$name/;
	write_file("$dir/$name.bpf.c", $begin . $text);
}

#
# new: every kind builds; the kernel takes what it can take
#
my %feature = (tracepoint => 'tp_btf', xdp => 'xdp', cgroup => 'cgroup_skb', uprobe => 'uprobe', lsm => 'lsm');
my $features = run($kx, 'features', '--json')->{out};
# What does not depend on the kernel is left to the machine itself: guests are emulated.
my $guest = $ENV{KX_VM_KERNEL};
delete @feature{qw(xdp cgroup uprobe)} if $guest;
for my $kind (sort keys %feature) {
	my $r = here($kx, 'new', '--kind', $kind, "my-$kind");
	is($r->{exit}, 0, "new --kind $kind");
	is($r->{out} . $r->{err}, '', "new --kind $kind: nothing to say to a pipe");
	unlike(slurp("$dir/my-$kind.bpf.c"), qr/NAME/, "$kind: the name is everywhere");
	$r = here($kx, 'build', "my-$kind.bpf.c", '--', '-Werror', '-Wextra', '-Wno-unused-parameter');
	is($r->{exit}, 0, "$kind: builds without a warning") or diag($r->{err});
	like($r->{out}, qr{^my-$kind\.bpf\.o: my-$kind 0\.1\.0, \d programs?, \d parameters\n\z}, "$kind: is described");
	my $tags = run($bpftool, 'btf', 'dump', 'file', "$dir/my-$kind.bpf.o")->{out};
	like($tags, qr/DECL_TAG '\Q$_\E/, "$kind: has $_") for "kx.name=my-$kind", 'kx.version=', 'kx.init', 'kx.param=';
	SKIP: {
		my ($state) = $features =~ /"name":"\Q$feature{$kind}\E","state":"(\w+)"/;
		skip "this kernel has no $feature{$kind}", 1 if $state ne 'available';
		$r = here($kx, 'build', '--check', "my-$kind.bpf.c");
		is($r->{exit}, 0, "$kind: the verifier accepts it") or diag($r->{err});
	}
	my @long = grep { length > 15 } map { s/:.*//r } grep { !/^\s/ } $tags =~ /FUNC '(\w+)'/g;
	is("@long", '', "$kind: names that the kernel shows whole");
}
my $default = here($kx, 'new', 'plain');
is(slurp("$dir/plain.bpf.c"), slurp("$dir/my-tracepoint.bpf.c") =~ s/my-tracepoint/plain/gr, 'the usual kind is tracepoint');

write_file("$dir/precious.bpf.c", "mine\n");
refused(1, qr{new: precious\.bpf\.c: is there already; --force replaces it}, 'a file that is there', $kx, 'new', 'precious');
is(slurp("$dir/precious.bpf.c"), "mine\n", 'and it is as it was');
is(here($kx, 'new', '--force', 'precious')->{exit}, 0, '--force');
like(slurp("$dir/precious.bpf.c"), qr/KX_EXTENSION\("precious"/, 'replaces it');
refused(2, qr{new: \Q$$_[1]\E: \Q$$_[2]\E}, "name $$_[1]", $kx, 'new', '--', $$_[0])
	for ['', '', 'a name begins with a letter'], ['9lives', '9lives', 'a name begins with a letter'],
	    ['-x', '-x', 'a name begins with a letter'], ['../up', '../up', 'a name begins with a letter'],
	    ['a/b', 'a/b', 'a name has letters, digits, _ and - only'],
	    ["a\nb", 'a?b', 'a name has letters, digits, _ and - only'],
	    ["a\e[1m", 'a?[1m', 'a name has letters, digits, _ and - only'],
	    ['x' x 49, 'x' x 49, 'a name has at most 48 characters'];
is(here($kx, 'new', 'y' x 48)->{exit}, 0, '48 characters are a name');
refused(2, qr{new: --kind xdq: no such kind; did you mean xdp\?}, 'a kind that is not there', $kx, 'new', '--kind', 'xdq', 'x');
is(join(' ', grep { !/\.bpf\.[co]$|^(?:stdout|stderr)\.|^cache$/ } map { s{.*/}{}r } glob("$dir/*")), '', 'nothing else was written');

SKIP: {
skip 'what a compiler makes does not depend on the kernel', 1 if $guest;
#
# build: what it makes
#
my @cached = glob("$dir/cache/kx/vmlinux-*/*");
is(scalar(@cached), -r '/sys/kernel/btf/vmlinux' ? 1 : 0, 'the types were made once: no rest of a temporary file');
my $times = join ' ', map { (stat)[1, 9] } @cached;
source('good', "SEC(\"tp_btf/sched_process_exec\")\nint BPF_PROG(p)\n{\n\treturn 0;\n}\n");
is(here($kx, 'build', '-o', 'first.o', 'good.bpf.c')->{out}, "first.o: good 1.2, 1 program, 0 parameters\n", 'build -o');
is(join(' ', map { (stat)[1, 9] } @cached), $times, 'and stay');
unlike(run('readelf', '-S', "$dir/first.o")->{out}, qr/debug_info/, 'no debug information is left');
mkdir "$dir/elsewhere";
write_file("$dir/elsewhere/good.bpf.c", slurp("$dir/good.bpf.c"));
run('env', '-C', "$dir/elsewhere", $kx, 'build', 'good.bpf.c');
ok(slurp("$dir/first.o") eq slurp("$dir/elsewhere/good.bpf.o"), 'the same bytes in another directory');
here($kx, 'build', 'elsewhere/good.bpf.c');
ok(slurp("$dir/first.o") eq slurp("$dir/good.bpf.o"), 'and by another path');
ok(-s "$dir/good.bpf.o" && (stat _)[2] & 0044, 'the object is in the current directory, and readable');
write_file("$dir/short.c", slurp("$dir/good.bpf.c"));
is(here($kx, 'build', 'short.c')->{out}, "short.bpf.o: good 1.2, 1 program, 0 parameters\n", 'a plain .c');

source('flags', "#include <own.h>\nint number = FOO + OWN;\n");
mkdir "$dir/inc";
write_file("$dir/inc/own.h", "#define OWN 1\n");
is(here($kx, 'build', 'flags.bpf.c', '--', '-DFOO=2', '-Iinc')->{exit}, 0, 'flags after --');
is(here('POSIXLY_CORRECT=1', $kx, 'build', 'flags.bpf.c', '--', '-DFOO=2', '-Iinc')->{exit}, 0, 'and in the POSIX way');
is(here('CLANG=clang -DFOO=2', $kx, 'build', 'flags.bpf.c', '--', '-Iinc')->{exit}, 0, 'CLANG with words of its own');
SKIP: {
	skip 'a file system cannot be hidden here', 2 if system('unshare --mount mount -t tmpfs kx /sys/kernel/btf') != 0;
	source('poor', "KX_PARAM(u32, n, \"a number\") = 1;\nSEC(\"raw_tp/sched_process_exec\")\nint p(void *ctx)\n{\n\treturn n;\n}\n");
	my $r = here('unshare', '--mount', 'sh', '-c', "mount -t tmpfs kx /sys/kernel/btf && exec $kx build poor.bpf.c");
	is($r->{exit}, 0, 'without BTF: the few types of minimal.h') or diag($r->{err});
	like($r->{err}, qr{\Akx: build: this kernel has no BTF: [^\n]*\n\z}, 'and that is said');
}

#
# build: what it refuses; an older object stays
#
my $before = slurp("$dir/good.bpf.o");
source('good', "int broken(void)\n{\n\treturn nowhere;\n}\nint more = gone;\n");
my $r = refused(1, qr{build: good\.bpf\.c: not compiled: 2 errors}, 'C that is wrong', $kx, 'build', 'good.bpf.c');
like($r->{err}, qr{^good\.bpf\.c:7:9: error: .*nowhere.*\n\s+return nowhere;\n\s+\^}m, "clang's own words, with the line");
ok($before eq slurp("$dir/good.bpf.o"), 'the older object stays');
source('warned', "static int unused;\n");
$r = here($kx, 'build', 'warned.bpf.c');
is($r->{exit}, 0, 'a warning is no error');
like($r->{err}, qr{^warned\.bpf\.c:5:12: warning: unused variable}m, 'but shown');

refused(1, qr{build: nosuch\.bpf\.c: cannot be read: No such file or directory}, 'no such file', $kx, 'build', 'nosuch.bpf.c');
refused(2, qr{build: good\.txt: not a C file; it takes NAME\.bpf\.c}, 'no C file', $kx, 'build', 'good.txt');
refused(2, qr{build: \.bpf\.c: not a C file.*}, 'no name', $kx, 'build', '.bpf.c');
refused(2, qr{build: b\.bpf\.c: one file at a time; flags for clang follow --}, 'two files', $kx, 'build', 'a.bpf.c', 'b.bpf.c');
refused(2, qr{build: short\.c: would replace its own source}, 'output onto source', $kx, 'build', '-o', 'short.c', 'short.c');
refused(1, qr{/dev/null: cannot be written: not a regular file}, 'output onto a device', $kx, 'build', '-o', '/dev/null', 'short.c');
ok(-c '/dev/null', 'which is still one');
refused(1, qr{nosuch/x\.o: cannot be written: No such file or directory}, 'output nowhere', $kx, 'build', '-o', 'nosuch/x.o', 'short.c');
refused(1, qr{build: clang: no such compiler; install the package clang, or set CLANG to one}, 'no clang', "PATH=$dir", $kx, 'build', 'short.c');
refused(1, qr{build: nosuchclang: no such compiler.*}, 'CLANG is nobody', 'CLANG=nosuchclang', $kx, 'build', 'short.c');
refused(1, qr{build: short\.c: not compiled}, 'a compiler that fails', 'CLANG=false', $kx, 'build', 'short.c');
refused(1, qr{build: short\.c: not an object that libbpf takes: .*}, 'a compiler that makes nothing', 'CLANG=true', $kx, 'build', 'short.c');
refused(1, qr{build: the kernel's types need a place: .*}, 'no place for the types', '-u', 'HOME', '-u', 'XDG_CACHE_HOME', $kx, 'build', 'short.c');
refused(1, qr{build: /proc/nosuch/kx: .*XDG_CACHE_HOME.*|build: /proc/nosuch/.*}, 'a place that is none', 'XDG_CACHE_HOME=/proc/nosuch', $kx, 'build', 'short.c');
refused(1, qr{range: parameter n: [^\n]*range[^\n]*}, "a range that is wrong", $kx, "build", "range.bpf.c")
	if source('range', "KX_PARAM(u32, n, \"a number\", KX_RANGE(9, 1)) = 3;\n");
is(join(' ', map { s{.*/}{}r } glob("$dir/*.??????")), '', 'no temporary file is left');
}

#
# --check: file, line and rule of what the verifier refuses
#
my $maps = <<'END';
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, u32); __type(value, u64); } counts SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");
char buf[64];
KX_PARAM(u32, n, "a number") = 3;
END
# The line that is wrong is marked.
my %bad = (
	null => [qr{map_value_or_null}, qr{compare its result with NULL}, <<'END'],
	u32 key = 0;
	u64 *count = bpf_map_lookup_elem(&counts, &key);

	*count += 1;	/* HERE */
	return 0;
END
	ringnull => [qr{mem_or_null}, qr{ring buffer may be full}, <<'END'],
	u64 *record = bpf_ringbuf_reserve(&ring, 8, 0);

	*record = 1;	/* HERE */
	bpf_ringbuf_submit(record, 0);
	return 0;
END
	leak => [qr{Unreleased|reference leak}, qr{before each return}, <<'END'],
	u64 *record = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!record)
		return 0;
	*record = 1;
	return 0;	/* HERE */
END
	scalar => [qr{invalid mem access}, qr{a number is no address}, <<'END'],
	char *where = (void *)bpf_get_current_pid_tgid();

	return *where;	/* HERE */
END
	unbounded => [qr{unbounded}, qr{no limit}, <<'END'],
	return buf[n];	/* HERE */
END
	toobig => [qr{outside of the allowed memory range}, qr{can get too big}, <<'END'],
	u32 i = n;

	if (i < 100)
		return buf[i];	/* HERE */
	return 0;
END
	helper => [qr{bpf_redirect}, qr{not for programs of this kind}, <<'END'],
	return bpf_redirect(1, 0);	/* HERE */
END
	sleeps => [qr{sleep|not allowed in probe|unknown func|cannot use helper}, qr{may sleep|of this kind}, <<'END'],
	bpf_copy_from_user(buf, 8, (void *)(long)n);	/* HERE */
	return 0;
END
	args => [qr{invalid bpf_context access}, qr{the hook has no such argument}, <<'END'],
	return ctx[20];	/* HERE */
END
	size => [qr{min value is negative|unbounded memory access}, qr{negative|no limit}, <<'END'],
	int len = (int)n;

	bpf_probe_read_kernel(buf, len, (void *)8);	/* HERE */
	return 0;
END
	write => [qr{only read is supported|cannot write into}, qr{read, not written|read-only}, <<'END'],
	struct task_struct *task = bpf_get_current_task_btf();

	task->flags = 0;	/* HERE */
	return 0;
END
	forever => [qr{infinite loop}, qr{does not end}, <<'END'],
	for (;;)	/* HERE */
		asm volatile("");
	return 0;
END
);
# A guest takes its third of them, for compiling there is slow.
my @bad = sort keys %bad;
my %third = ('6.1' => 0, '6.12' => 1);
@bad = @bad[grep { $_ % 3 == ($third{$guest} // 2) } 0 .. $#bad] if $guest;
for my $name (@bad) {
	my ($reason, $rule, $body) = @{ $bad{$name} };
	source($name, "${maps}SEC(\"raw_tp/sched_process_exec\")\nint bad(u64 *ctx)\n{\n$body}\n");
	my @lines = split /\n/, slurp("$dir/$name.bpf.c");
	my ($line) = grep { $lines[$_ - 1] =~ /HERE/ } 1 .. @lines;
	my $r = here($kx, 'build', '--check', "$name.bpf.c");
	is($r->{exit}, 1, "$name: refused");
	like($r->{err}, qr{\Akx: $name: program bad is refused by the kernel's verifier: [^\n]*$reason}, "$name: the reason");
	like($r->{err}, qr{; [^;]*$rule[^;]*\n\z}, "$name: the rule");
	SKIP: {
		skip 'this kernel does not tell lines', 1 if $r->{err} !~ /\.bpf\.c:\d/;
		my $also = $name eq 'leak' ? $line + 1 : $line;	# the brace that ends the function
		like($r->{err}, qr{ in $name\.bpf\.c:(?:$line|$also);}, "$name: file and line");
	}
	ok(!-e "$dir/$name.bpf.o", "$name: nothing is written");
	is(($r->{err} =~ tr/\n//), 1, "$name: one line");
}
SKIP: {
	skip 'an installed kx does not depend on the kernel', 1 if $guest;
	skip 'setpriv is not here', 1 if system('command -v setpriv >/dev/null') != 0;
	my $copy = "$dir/bin";
	system("make", '-s', 'install', "O=$build", "DESTDIR=$copy", 'prefix=/usr') == 0 or die 'make install failed';
	my $installed = "$copy/usr/sbin/kx";
	mkdir "$dir/user";
	chmod 0777, "$dir/user";
	chmod 0755, $dir;
	my @user = ('env', '-C', "$dir/user", "XDG_CACHE_HOME=$dir/user", 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups');
	is(run(@user, $installed, 'new', 'theirs')->{exit}, 0, 'installed, without rights: new');
	my $r = run(@user, $installed, 'build', 'theirs.bpf.c');
	is($r->{exit}, 0, 'installed, without rights: build') or diag($r->{err});
	$r = run(@user, $installed, 'build', '--check', 'theirs.bpf.c');
	is($r->{exit}, 1, 'without rights, --check fails');
	like($r->{err}, qr{\Akx: theirs: [^\n]*cap_bpf[^\n]*\n\z}, 'and names the capability');
	run('install', '-D', $installed, "$dir/far/away/off/kx");
	refused(1, qr{kx's headers are not where its executable is; .*}, 'a kx without its headers', "$dir/far/away/off/kx", 'build', 'short.c');
}
# The kernel frees a program some time after its last user has gone.
ok(wait_for(sub { run($bpftool, 'prog', 'list')->{out} !~ /name (?:bad|on_exec|on_packet) / }), 'no program stays loaded')
    or diag(grep { /name (?:bad|on_exec|on_packet) / } split /^/, run($bpftool, 'prog', 'list')->{out});
done_testing();
