#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxtrace policy: what a file says, what the kernel then refuses, and that it stays so.
use strict;
use warnings;
use lib 'tests/lib';
use JSON::PP;
use KX;
use Policy;
use Test::More;

need_root();

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

# The same for programs: wherever the word stands, and the sentences stay on standard error.
sub json { my $r = policy(@_); return $r->{exit} ? "status $r->{exit}: $r->{out}" : [ map { decode_json($_) } split /\n/, $r->{out} ]; }
my ($checked) = @{ json('check', $file, '--json') };
is(sprintf("%s: %u rules, %u entries, %u classes, %u states\n", @$checked{qw(file rules entries classes states)}),
   policy('check', $file)->{out}, 'check --json: what the text says');
is(json('--json', 'check', $bad), 'status 1: ', '... nothing of a wrong one');
is(json('remove', '--json'), 'status 2: ', 'what writes nothing has no such option');
is_deeply(json('test', $file, '--json', 'op=read', "path=$dir/secret"),
	  [ { action => 'error', line => 3, rule => 'error EACCES open path $mine', candidates => 1 } ], 'test --json');
is_deeply(json('test', $file, 'op=read', "path=$dir/other", '--json'),
	  [ { action => 'allow', line => undef, rule => undef, candidates => 0 } ], '... of what no rule is about');
my @features = @{ json('features', '--json') };
is(join("\n", map { sprintf "%-8s %s", $_->{op}, $_->{enforced} ? "yes, $_->{how}" : "no: $_->{why}" } @features) . "\n",
   policy('features')->{out}, 'features --json: the same');
open my $full, '>', '/dev/full' or die $!;
my $pid = fork // die;
if (!$pid) { open STDOUT, '>&', $full; open STDERR, '>', "$dir/full"; exec $kxtrace, 'policy', 'features', '--json'; }
waitpid $pid, 0;
is($? >> 8, 1, 'what cannot be written is an error');
like(slurp("$dir/full"), qr/^kxtrace: policy: cannot write: No space left on device\n\z/, '... and told');

# Where rules can be enforced, policydeny.t looks at what they do.
my ($why) = policy('features')->{out} =~ /^read +no: (.*)$/m;
$result = policy('apply', $file) if defined $why;
SKIP: {
	skip 'rules can be enforced here', 3 unless defined $why;
	is($result->{exit}, 1, 'apply is refused where nothing can be enforced');
	like($result->{err}, qr/^kxtrace: policy: no rule can be enforced on this kernel: \Q$why\E; [^\n]+\n\z/, 'in one sentence that says why');
	is(policy('show')->{err}, "kxtrace: policy: none acts: kxtrace policy apply FILE\n", 'and none acts');
}
done_testing();
