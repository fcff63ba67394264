#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxtrace policy acts: each operation is refused, has had no effect, and is possible again.
use strict;
use warnings;
use lib 'tests/lib';
use Cwd 'abs_path';
use JSON::PP;
use KX;
use Policy;
use Test::More;

not_between();
need_root();
need_policies();

my $here = abs_path($dir);
my $work = "$here/work";
# Names that no stack has room for at once, in each of three parts.
my $deep = "$work/" . join('/', 1 .. 20);
sub fresh {
	for (grep { is_mounted($_) } "$work/mounted", "$work/at") { system('umount', $_); }
	system('rm', '-rf', $work);
	mkdir $work;
	mkdir "$work/$_" for qw(dir at mounted);
	write_file("$work/$_", "text\n") for qw(kept other);
	system('mkdir', '-p', $deep) == 0 or die;
	write_file("$deep/kept", "text\n");
	system('cp', '/bin/true', "$work/program");
	system('mount', '-t', 'tmpfs', 'none', "$work/mounted") == 0 or die;
}
sub is_mounted { my $at = shift; return slurp('/proc/self/mountinfo') =~ / \Q$at\E / ? 1 : 0; }
sub mode { return (stat shift)[2] & 0777; }
my $sleeper = start('sleep', 300);
END { kill KILL => $sleeper->{pid} if $sleeper; }
my $slow = abs_path(`sh -c 'command -v sleep'` =~ s/\n//r);

# The rule, the call, and what is as before when it was refused.
my @table = (
	[ 'read', "read path $work/kept", ['read', "$work/kept"], sub { 1 } ],
	[ 'read by a ring', "read path $work/kept", ['ring-open', "$work/kept"], sub { 1 } ],
	[ 'write', "write path $work/kept", ['write', "$work/kept"], sub { -s "$work/kept" == 5 } ],
	[ 'truncate', "write path $work/kept", ['truncate', "$work/kept"], sub { -s "$work/kept" == 5 } ],
	[ 'deep', "read path $deep/kept", ['read', "$deep/kept"], sub { 1 } ],
	[ 'deep below any', "write path $work/" . join('/', 1 .. 8, '*', 10 .. 18) . '/**', ['write', "$deep/kept"], sub { -s "$deep/kept" == 5 } ],
	[ 'deep unlink', "unlink path $deep/*", ['unlink', "$deep/kept"], sub { -e "$deep/kept" } ],
	[ 'create', "create path $work/new", ['create', "$work/new"], sub { !-e "$work/new" } ],
	[ 'mkdir', "create path $work/new", ['mkdir', "$work/new"], sub { !-e "$work/new" } ],
	[ 'mknod', "create path $work/new", ['mkfifo', "$work/new"], sub { !-e "$work/new" } ],
	[ 'symlink', "create path $work/new", ['symlink', "$work/new"], sub { !-l "$work/new" } ],
	[ 'exec', "exec path $work/program", ['exec', "$work/program"], sub { 1 } ],
	[ 'unlink', "unlink path $work/kept", ['unlink', "$work/kept"], sub { -e "$work/kept" } ],
	[ 'unlink by a ring', "unlink path $work/kept", ['ring-unlink', "$work/kept"], sub { -e "$work/kept" } ],
	[ 'rmdir', "unlink path $work/dir", ['rmdir', "$work/dir"], sub { -d "$work/dir" } ],
	[ 'rename from', "rename path $work/kept", ['rename', "$work/kept", "$work/new"], sub { -e "$work/kept" && !-e "$work/new" } ],
	[ 'rename to', "rename path $work/kept", ['rename', "$work/other", "$work/kept"], sub { -e "$work/other" } ],
	[ 'link', "link path $work/kept", ['link', "$work/kept", "$work/new"], sub { !-e "$work/new" } ],
	[ 'chmod', "chmod path $work/kept", ['chmod', "$work/kept"], sub { mode("$work/kept") != 0777 } ],
	[ 'chown', "chown path $work/kept", ['chown', "$work/kept"], sub { (stat "$work/kept")[4] == 0 } ],
	[ 'mount', "mount path $work/at", ['mount', "$work/at"], sub { !is_mounted("$work/at") } ],
	[ 'umount', "umount path $work/mounted", ['umount', "$work/mounted"], sub { is_mounted("$work/mounted") } ],
	[ 'ptrace', "ptrace path $slow", ['ptrace', $sleeper->{pid}], sub { slurp("/proc/$sleeper->{pid}/status") =~ /TracerPid:\t0/ } ],
	[ 'kill', "kill path $slow", ['kill', $sleeper->{pid}], sub { slurp("/proc/$sleeper->{pid}/stat") =~ /\) S/ } ],
	[ 'connect', 'connect to 127.0.0.0/8 port 1009', ['connect', 1009], sub { 1 } ],
	[ 'send', 'connect to 127.0.0.1 port 1008', ['send', 1008], sub { 1 } ],
	[ 'bind', 'bind to 127.0.0.1 port 1010-1019', ['bind', 1013], sub { 1 } ],
	[ 'bpf', 'bpf', ['bpf'], sub { 1 } ],
);
# These would take calls that are meant for rules above.
my @wide = (
	[ 'open below', "open path $work/1/**", ['read', "$deep/kept"], sub { 1 } ],
	[ 'open of any name', "open path $here/*/kept", ['read', "$work/kept"], sub { 1 } ],
	[ 'mkdir of any name', "create path $work/*", ['mkdir', "$work/new"], sub { !-e "$work/new" } ],
);
# One for each rule, so that it is known which of them refused.
my @errors = qw(EDOM ERANGE ENOTBLK ESPIPE EMLINK ENOTTY EDEADLK ENOLCK EIDRM ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG
	ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EBADMSG EOVERFLOW EBADFD ELIBACC EUCLEAN ENOTNAM);
my $free = write_file("$dir/free.policy", "error EDOM read path /nosuch/file\n");
sub counted_line { my $line = shift; my ($rule) = map { decode_json($_) } grep { /"line":$line,/ } split /\n/, policy('show', '--json')->{out}; return $rule; }
sub counted { return counted_line(1); }

# All in one policy, as each that is applied takes a while in a guest.
for my $table (\@table, \@wide) {
	my (%line, %error, $text);
	for (@$table) {
		my $rule = $_->[1];
		next if $line{$rule};
		$line{$rule} = 1 + keys %line;
		$error{$rule} = $errors[keys %error] // die 'too few errors';
		$text .= "error $error{$rule} $rule comm denied\n";
	}
	is(policy('apply', write_file("$dir/table.policy", $text))->{err}, '', 'the policy is applied');
	my %asked;
	for (@$table) {
		my ($what, $rule, $call, $as_before) = @$_;
		fresh();
		is(run($denied, @$call)->{out}, "$error{$rule}\n", "$what: is refused, with the error of the rule");
		ok($as_before->(), "$what: and had no effect");
		$asked{$rule}++;
	}
	my %shown = map { $_->{line} => $_ } grep { $_->{line} } map { decode_json($_) } split /\n/, policy('show', '--json')->{out};
	is($shown{$line{$_}}{refused}, $asked{$_}, "$_: show counts it") for sort keys %asked;
	is(policy('apply', $free)->{exit}, 0, 'another takes its place');
	for (@$table) {
		my ($what, $rule, $call) = @$_;
		next if $what eq 'kill';
		fresh();
		my $expected = $what eq 'connect' ? "ECONNREFUSED\n" : $what eq 'exec' ? '' : "done\n";
		is(run($denied, @$call)->{out}, $expected, "$what: and is possible again");
	}
}

# Only the one path: what comes to the file by others is told in the manual.
fresh();
write_file("$dir/race.policy", "error EACCES read path $work/kept, $work/moved\nerror EACCES connect to 127.0.0.1 port 1007\n");
rename "$work/other", "$work/free";
policy('apply', "$dir/race.policy");
my $race = run($denied, 'race', "$work/free", "$work/kept", $ENV{KX_VM_KERNEL} ? 3000 : 200000);
like($race->{out}, qr/^[1-9]\d* opened, 0 of them forbidden$/m, 'memory that is changed under a call opens nothing');

for my $call ('race-connect', 'race-send') {
	my $out = run($denied, $call, 1006, 1007, $ENV{KX_VM_KERNEL} ? 2000 : 50000)->{out};
	like($out, qr/^[1-9]\d* came, [1-9]\d* refused, 0 came to the forbidden port$/m, "$call: an address that is changed under the call leads nowhere else");
}

# Another name of a directory, and of a mount: the path is what the kernel has.
mkdir "$work/moved";
rename "$work/kept", "$work/moved/kept";
is(run($denied, 'read', "$work/moved/kept")->{out}, "done\n", 'under another name it may be read');
rename "$work/moved/kept", "$work/kept";
is(run($denied, 'read', "$work/kept")->{out}, "EACCES\n", 'and no longer when it is back');
is(run('sh', '-c', "cd $work && exec $denied read ./dir/../kept")->{out}, "EACCES\n", 'however it is written');
is(run('sh', '-c', "ln -s kept $work/soft; exec $denied read $work/soft")->{out}, "EACCES\n", 'or led to');
is(run('unshare', '-m', $denied, 'read', "$work/kept")->{out}, "EACCES\n", 'in another mount namespace');

# One before, one after: the first that matches decides; who asks is looked at.
write_file("$dir/who.policy", <<"END");
set users = { 1-99, 65534 }
allow read path $work/kept uid 0 comm cat
error EPERM read path $work/kept uid \$users
error EACCES read path $work/kept exe $denied
END
policy('apply', "$dir/who.policy");
is(run('cat', "$work/kept")->{out}, "text\n", 'uid and comm: allowed by the first rule');
is(run($denied, 'read', "$work/kept")->{out}, "EACCES\n", 'exe: the last');
chmod 0755, $dir, $work;
is(run('setpriv', '--reuid=65534', '--clear-groups', $denied, 'read', "$work/kept")->{out}, "EPERM\n", 'uid: the one between');
is(run('head', '-c4', "$work/kept")->{out}, 'text', 'others are let through');

# Reports only.
policy('apply', '--monitor', "$dir/race.policy");
my $counted = counted();
is(run($denied, 'read', "$work/kept")->{out}, "done\n", 'a monitor refuses nothing');
like(policy('show')->{out}, qr/reporting only/, 'and is called so');
is(counted()->{matched} - $counted->{matched}, 1, 'but counts');
is(counted()->{refused}, $counted->{refused}, 'and says that it did not');

# Records: of a path, of an address, of a report only; read as anybody would.
sub records_of {
	my $acts = shift;
	my $reader = start("$build/kx", 'events', '-f', '-n', '--json', 'kxpolicy.decisions');
	my $begins = 0;
	my $begun = sub { slurp($reader->{out}) =~ /"path":"\Q$work\E\/begin"/ };
	wait_for(sub { $begins++; run($denied, 'read', "$work/begin"); $begun->() }) or diag('the reader does not begin');
	$acts->();
	run($denied, 'read', "$work/end");
	wait_for(sub { slurp($reader->{out}) =~ /"path":"\Q$work\E\/end"/ }) or diag('the end is missing');
	kill INT => $reader->{pid};
	my $done = finish($reader);
	my @all = map { decode_json($_)->{record} } split /\n/, $done->{out};
	return { records => [ grep { $_->{path} !~ m{/(?:begin|end)$} } @all ], nr => scalar @all, said => $done->{err},
		 unseen => $begins - grep { $_->{path} =~ m{/begin$} } @all };
}
write_file("$work/$_", "text\n") for qw(begin end);
write_file("$dir/log.policy", <<"END");
log read path $work/begin, $work/end
log read path $work/free
error EPERM write path $deep/kept
log connect to 127.0.0.1 port 1009
error EDOM bind to ::1 port 1010
END
policy('apply', "$dir/log.policy");
my $logged = records_of(sub {
	run($denied, 'read', "$work/free");
	run($denied, 'write', "$deep/kept");
	run($denied, 'connect', 1009);
	is(run('setpriv', '--reuid=65534', '--clear-groups', $denied, 'bind6', 1010)->{out}, "EDOM\n", 'log: of an error too');
});
my @records = @{ $logged->{records} };
is(@records, 4, 'log: one record for each') or diag(explain(\@records));
my @want = ([ 2, 1, 1, 0, 0, 'path', "$work/free" ], [ 3, 2, 2, 1, 0, 'path', "$deep/kept" ],
	    [ 4, 1 << 13, 1, 0, 1009, 'address', [ (0) x 10, 255, 255, 127, 0, 0, 1 ] ], [ 5, 1 << 14, 2, 33, 1010, 'address', [ (0) x 15, 1 ] ]);
for my $i (0 .. $#want) {
	my ($line, $op, $action, $error, $port, $what, $value) = @{ $want[$i] };
	my $r = $records[$i] // {};
	is_deeply([ @$r{qw(line op action error port monitor comm uid)}, $r->{$what} ],
		  [ $line, $op, $action, $error, $port, 0, 'denied', $i == 3 ? 65534 : 0, $value ], "log: the record of line $line");
}
like($logged->{said}, qr/\bseen $logged->{nr}, shown $logged->{nr}, dropped 0\b/, 'log: as many as were produced, none dropped') or diag($logged->{said});
my $matched = 0;
$matched += counted_line($_)->{matched} for 1 .. 5;
is($matched, $logged->{nr} + $logged->{unseen}, 'log: as many as the rules have matched') or diag(policy('show', '--json')->{out});
my ($state) = grep { $_->{policy} } map { decode_json($_) } split /\n/, policy('show', '--json')->{out};
is($state->{undecided}, 0, 'nothing was refused without a rule');
policy('apply', '--monitor', "$dir/log.policy");
$logged = records_of(sub { is(run($denied, 'write', "$deep/kept")->{out}, "done\n", 'log: a monitor lets through') });
# Before Linux 6.2 an open that truncates asks a second time, about that.
my %kinds = map { join(' ', @$_{qw(line error monitor)}) => 1 } @{ $logged->{records} };
is_deeply([ keys %kinds ], [ '3 1 1' ], 'log: and says what would have been');

# Is not confirmed, and goes back by itself, to one that refuses nothing here.
policy('apply', $free);
my $confirm = policy('apply', '--confirm', 2, "$dir/race.policy");
like($confirm->{out}, qr/rolled back in 2 s if not confirmed/, 'apply --confirm says what will be');
is(run($denied, 'read', "$work/kept")->{out}, "EACCES\n", 'it acts');
ok(wait_for(sub { run($denied, 'read', "$work/kept")->{out} eq "done\n" }), 'and then no longer');
like(policy('show')->{out}, qr/rolled back 1 times/, 'which show tells');
like(policy('confirm')->{err}, qr/nothing to confirm/, 'too late to confirm it');
policy('apply', '--confirm', 600, "$dir/race.policy");
is(policy('confirm')->{out}, "confirmed\n", 'confirmed in time');
is(run($denied, 'read', "$work/kept")->{out}, "EACCES\n", 'it stays');

# Others than refusals.
write_file("$dir/kill.policy", "kill read path $work/kept\nlimit 1/s EAGAIN read path $work/program\n");
policy('apply', "$dir/kill.policy");
is(run($denied, 'read', "$work/kept")->{signal}, 9, 'kill: the caller is killed');
my %seen;
$seen{ run($denied, 'read', "$work/program")->{out} }++ for 1 .. 40;
ok($seen{"done\n"} && $seen{"EAGAIN\n"}, 'limit: some are let through, others are not');

# A service is asked, and nobody else.
my $service = write_file("$dir/service", <<'END');
#!/bin/sh
read question
case $question in
*'"door":"person","op":1,'*kept*) echo '{"verdict":0}' ;;
*'"op":16,'*) echo '{"verdict":"EDOM"}' ;;
*'"port":1009,'*) echo '{"verdict":"ENETDOWN"}' ;;
*) echo '{"verdict":"EPERM"}' ;;
esac
END
chmod 0755, $service;
write_file("$dir/ask.policy", "ask person open,unlink path $work/kept\nask router connect to 127.0.0.1 port 1009\n");
is(policy('apply', "$dir/ask.policy")->{err}, '', 'ask: the policy is applied');
is(run($denied, 'read', "$work/kept")->{out}, "EACCES\n", 'ask: nobody serves: refused');
my $serve = start("$build/kx", 'serve', 'kxpolicy.ask', '--', $service);
ok(wait_for(sub { slurp($serve->{err}) =~ /serving \((?:block|stop):/ }), 'ask: a service') or diag(slurp($serve->{err}));
is(run($denied, 'read', "$work/kept")->{out}, "done\n", 'ask: it allows');
is(run($denied, 'write', "$work/kept")->{out}, "EPERM\n", 'ask: it refuses');
is(-s "$work/kept", 5, 'ask: and nothing was written');
is(run($denied, 'unlink', "$work/kept")->{out}, "EDOM\n", 'ask: with an error of its own');
ok(-e "$work/kept", 'ask: the file is still there');
is(run($denied, 'connect', 1009)->{out}, "ENETDOWN\n", 'ask: about an address');
is(run($denied, 'connect', 1010)->{out}, "ECONNREFUSED\n", 'ask: others are not asked about');
kill INT => $serve->{pid};
like(finish($serve)->{err}, qr/^kxpolicy\.ask: asked 4: answered 4, cached 0, default 0/m, 'ask: the account');

# The other ways to reach the hooks, on one kernel that does not need them.
for my $way (($ENV{KX_VM_KERNEL} // '6.12') eq '6.12' ? ('stop', 'fmod') : ()) {
	policy('remove');
	my $loaded = run("$build/kx", 'load', "$build/bpf/kxpolicy_$way.bpf.o", '--as', 'kxpolicy');
	is($loaded->{err}, '', "$way: is loaded");
	write_file("$dir/way.policy", "error EDOM read path $work/kept\nerror EDOM write path $work/free\nask person exec path $work/program\nerror EDOM connect to 127.0.0.1 port 1009\n");
	is(policy('apply', "$dir/way.policy")->{err}, '', "$way: the policy is applied");
	for my $call (['read', "$work/kept"], ['write', "$work/free"], ['connect', 1009]) {
		# By the last one a call may pass while another is decided: apply says so.
		my $got = '';
		for (1 .. ($way eq 'fmod' ? 3 : 1)) {
			$got = run($denied, @$call)->{out};
			last if $got eq "EDOM\n";
		}
		is($got, "EDOM\n", "$way: $call->[0] is refused");
	}
	is(run($denied, 'exec', "$work/program")->{out}, "EACCES\n", "$way: nobody answers");
	is(run($denied, 'bind', 1013)->{out}, "done\n", "$way: others are let through");
}

# Nobody can be locked out of the tool that applied it.
write_file("$dir/all.policy", "error EPERM open,exec,bpf,kill,unlink,create\n");
is(policy('apply', "$dir/all.policy")->{exit}, 0, 'everything is refused to everybody');
is(system("$kxtrace", 'policy', 'remove'), 0, 'but the tool removes it');
is(run('cat', "$work/kept")->{out}, "text\n", 'and all is as before');
fresh();
system('umount', "$work/mounted");
done_testing();
