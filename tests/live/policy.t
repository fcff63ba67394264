#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxtrace policy: what a file says, what the kernel then refuses, and that it stays so.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

need_root();
my $kxtrace = "$build/kxtrace";
sub policy { return run($kxtrace, 'policy', @_); }

my $file = write_file("$dir/a.policy", <<"END");
set mine = { $dir/secret, $dir/below/** }
allow open path $dir/below/free
error EACCES open path \$mine
error EPERM unlink,rename path $dir/kept
error ECONNREFUSED connect to 127.0.0.0/8 port 9
END
my $bad = write_file("$dir/b.policy", "allow read path /x\nerror EACCES opne path /x\n");
like(policy('check', $file)->{out}, qr/: 4 rules, 4 entries/, 'check');
my $result = policy('check', $bad);
is($result->{exit}, 1, 'check of a wrong file: exit status 1');
like($result->{err}, qr/b\.policy:2:14: not an operation: .*\n  error EACCES opne path \/x\n {15}\^\n/, 'line, column and a caret');
like(policy('check', write_file("$dir/c.policy", "allow open\nerror EPERM read path /x\n"))->{err},
     qr/c\.policy:2: warning: no call comes to this rule/, 'a rule that is never reached is warned of');

for (["op=read path=$dir/secret", qr/^error: line 3 decides/], ["op=read path=$dir/below/free", qr/^allow: line 2 decides/],
     ["op=read path=$dir/below/a/b", qr/^error: line 3/], ["op=read path=$dir/other", qr/^allow: no rule/],
     ['op=connect to=127.1.2.3 port=9', qr/^error: line 5/], ['op=connect to=127.1.2.3 port=10', qr/^allow: no rule/]) {
	my ($words, $like) = @$_;
	like(policy('test', $file, split / /, $words)->{out}, $like, "test $words");
}

write_file("$dir/$_", "text\n") for qw(secret kept open);
mkdir "$dir/below";
END { run($kxtrace, 'policy', 'remove') if $> == 0 && -e '/sys/fs/bpf/kx/kxpolicy'; }
$result = policy('apply', $file);
SKIP: {
	if ($result->{exit}) {
		like($result->{err}, qr/^kxtrace: policy: [^\n]+\n\z/, 'apply is refused in one sentence');
		skip 'nothing is enforced here: ' . ($result->{err} =~ s{\n}{}r), 1;
	}
	is(run('cat', "$dir/open")->{out}, "text\n", 'what no rule names is open');
	like(run('cat', "$dir/secret")->{err}, qr/Permission denied/, 'a file is refused');
	like(run('rm', "$dir/kept")->{err}, qr/not permitted/, 'unlink is refused');
	like(run('mv', "$dir/kept", "$dir/else")->{err}, qr/not permitted/, 'rename is refused');
	ok(-e "$dir/kept", 'the file is still there');
	is(run('rm', "$dir/open")->{exit}, 0, 'another one can be removed');
	like(policy('show')->{out}, qr/line 3 +error +matched [1-9]/, 'show counts');
	is(policy('remove')->{out}, "removed\n", 'remove');
	is(run('cat', "$dir/secret")->{out}, "text\n", 'it is open again');
}
done_testing();
