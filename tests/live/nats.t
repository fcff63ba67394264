#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Records in NATS JetStream: servers that are down, killed, stopped, full; exact counts.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use NATS;
use Test::More;

plan skip_all => 'what it does does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_nats();
my $drive = "$build/tests/live/sink_drive";
my $cluster = NATS->new('snk', 3);
my $stream = 'S0';

sub target {
	my ($more, $servers) = @_;
	return 'nats:' . ($servers // $cluster->servers) . ",stream=$stream,subject=" . lc($stream) .
	    ",replicas=3$more";
}

# sink_drive under way, with a stream of its own.
sub driven {
	my ($records, $rate, %with) = @_;
	$stream++ unless $with{again};
	unlink "$dir/done" unless $with{again};
	return start($drive, '-n', $records, '-r', $rate, '-b', 'b', '-d', "$dir/done",
		     target($with{more} // '', $with{servers}));
}

sub done { return 0 + (slurp("$dir/done") =~ /^(\d+)$/m ? $1 : 0); }
sub reaches { my $nr = shift; return wait_for(sub { done() >= $nr }, 120); }

sub exact {
	my ($run, $records, $what, $where) = @_;
	my $result = finish($run, 240);
	my $count = ($where // $cluster)->count($stream, 'b', $records);
	is($result->{exit}, 0, "$what: ends well") or diag($result->{out}, $result->{err});
	like($count, qr/^stored=$records missing=0 doubled=0 strange=0 /, "$what: each once")
	    or diag($count, $result->{err});
	return $result;
}

# Nobody listens at first.
my $run = driven(2000, 2000);
ok(wait_for(sub { slurp($run->{err}) =~ /no connection/ }), 'it is told that there is no server')
    or diag(slurp($run->{err}));
is(done(), 0, 'nothing is done meanwhile');
$cluster->start;
like(exact($run, 2000, 'servers that come later')->{out}, qr/ failures=[1-9]/, 'failures are counted');
$cluster->ready or BAIL_OUT('the cluster does not get ready');

exact(driven(300_000, 0), 300_000, 'as fast as it goes');
exact(driven(20_000, 0, more => ',batch=1'), 20_000, 'a message for each record');
my $subjects = $cluster->request("STREAM.INFO.$stream", { subjects_filter => '>' });
is_deeply([ keys %{ $subjects->{state}{subjects} } ], [ lc($stream) . '.drive.test.log.info' ],
	  'its subject says host, instance, stream, level');
is($subjects->{config}{num_replicas}, 3, 'the stream has three replicas');
is($subjects->{config}{storage}, 'file', '... on disk');
is($subjects->{config}{duplicate_window}, 600e9, '... and knows messages again for ten minutes');

# A server killed under way, started again; then the one that leads.
for my $case (0, 1, 2, 'leader') {
	my $run = driven(400_000, 60_000);
	reaches(50_000);
	my $node = $case eq 'leader' ? $cluster->leader($stream) // 0 : $case;
	$cluster->killed($node);
	reaches(150_000) if $case ne 'leader';
	$cluster->start($node);
	exact($run, 400_000, "server $case killed and started");
	$cluster->ready;
}

# All stop answering, long enough that it is noticed.
$run = driven(100_000, 20_000);
reaches(10_000);
$cluster->signal('STOP');
ok(wait_for(sub { slurp($run->{err}) =~ /no answer|closed|timeout/i }, 60), 'servers that hang are told of')
    or diag(slurp($run->{err}));
$cluster->signal('CONT');
exact($run, 100_000, 'servers that hang');

# kxlog itself is killed; what it knows to be done is older than what is stored, and no
# place where a message began.
for my $more ('', ',batch=1') {
	my $run = driven(60_000, 30_000, more => $more);
	my $reached = 0;
	for (1 .. 3) {
		reaches($reached + 5_000);
		kill KILL => $run->{pid};
		finish($run);
		$reached = done() - 1234;
		write_file("$dir/done", sprintf("%020d\n", $reached));
		$run = driven(60_000, 30_000, more => $more, again => 1);
	}
	exact($run, 60_000, "kxlog killed$more");
}

# Somebody else listens where NATS should be.
my $port = free_port();
my $stranger = IO::Socket::INET->new(LocalAddr => "127.0.0.1:$port", Listen => 5, ReuseAddr => 1);
my $pid = fork() // die "fork: $!";
if (!$pid) {
	while (my $client = $stranger->accept) {
		print $client "220 \xff\xfe nonsense\r\nMSG INFO {\r\n" x 3;
		close $client;
	}
	POSIX::_exit(0);
}
close $stranger;
$run = driven(1000, 0, servers => "127.0.0.1:$port", more => ',replicas=1');
ok(wait_for(sub { slurp($run->{err}) =~ /no connection/ }), 'a stranger is no NATS')
    or diag(slurp($run->{err}));
kill KILL => $pid;
waitpid $pid, 0;
my $single = NATS->new('one', 1);
$single->{nodes}[0]{client} = $port;
(my $config = slurp($single->{nodes}[0]{config})) =~ s/^port: \d+/port: $port/m;
write_file($single->{nodes}[0]{config}, $config);
$single->start;
exact($run, 1000, 'NATS where a stranger was', $single);
$single->killed;

# With the permissions of the example, and a password.
my $guarded = NATS->new('guarded', 1);
my ($users) = slurp('examples/fleet/node.conf') =~ /^(authorization \{.*)/ms;
$users =~ s/\$KXLOG_PASSWORD/"right"/;
write_file($guarded->{nodes}[0]{config}, slurp($guarded->{nodes}[0]{config}) . $users);
write_file("$dir/password", "wrong\n");
$guarded->start;
my $guard = ",replicas=1,subject=kx,user=kxlog,password-file=$dir/password";
$run = driven(1000, 500, servers => $guarded->servers, more => $guard);
ok(wait_for(sub { slurp($run->{err}) =~ /no connection: .*(auth|password|permitted)/i }), 'a wrong password is told of')
    or diag(slurp($run->{err}));
write_file("$dir/password", "right\n");
ok(wait_for(sub { done() > 100 }), 'the right one is found when it is there') or diag(slurp($run->{err}));
kill KILL => $run->{pid};
finish($run);
write_file("$dir/done", sprintf("%020d\n", 50));
$run = driven(1000, 0, servers => $guarded->servers, more => $guard, again => 1);
is(finish($run)->{exit}, 0, 'the end of the stream may be read');
like($guarded->count($stream, 'b', 1000, 'kxlog:right@'), qr/^stored=1000 missing=0 doubled=0 /, 'with a password: each once');
$guarded->killed;

# A stream that is full refuses: all is kept, and comes when there is room.
$stream++;
unlink "$dir/done";
my %full = (name => $stream, subjects => [ lc($stream) . '.>' ], retention => 'limits', storage => 'file',
	    num_replicas => 3, discard => 'new', max_msgs => 20, max_bytes => -1, max_age => 0,
	    max_consumers => -1, max_msgs_per_subject => -1, max_msg_size => -1,
	    duplicate_window => 120e9);
ok(!$cluster->request("STREAM.CREATE.$stream", \%full)->{error}, 'a stream of 20 messages, full then');
$run = driven(10_000, 0, again => 1);
ok(wait_for(sub { slurp($run->{err}) =~ /not stored: maximum messages exceeded/ }), 'a full stream is told of')
    or diag(slurp($run->{err}));
$full{max_msgs} = -1;
ok(!$cluster->request("STREAM.UPDATE.$stream", \%full)->{error}, 'it gets room');
exact($run, 10_000, 'a stream that was full');

# A stream of that name for other subjects is left alone.
$stream++;
unlink "$dir/done";
my %other = (%full, name => $stream, subjects => [ "other.$stream" ]);
ok(!$cluster->request("STREAM.CREATE.$stream", \%other)->{error}, 'a stream for other subjects');
$run = driven(1000, 0, again => 1);
ok(wait_for(sub { slurp($run->{err}) =~ /does not take \w+\.>; give it that subject/ }), 'it is told of')
    or diag(slurp($run->{err}));
is($cluster->request("STREAM.INFO.$stream")->{config}{subjects}[0], "other.$stream", '... and left as it is');
$other{subjects} = [ lc($stream) . '.>', "other.$stream" ];
ok(!$cluster->request("STREAM.UPDATE.$stream", \%other)->{error}, 'it gets the subjects');
exact($run, 1000, 'a stream that got the subjects');

# A record that is longer than servers take is cut, and stops nothing.
$stream++;
unlink "$dir/done";
$run = start($drive, '-n', 50, '-s', 300_000, '-b', 'b', '-d', "$dir/done", target(''));
exact($run, 50, 'records that are too long');

# What makes no sense is refused in words.
for ([ '', 'no server' ], [ ':4222,replicas=9', 'from 1 to 5' ], [ 'h,subject=a.>', 'beginning of a subject' ],
     [ 'h,stream=a.b', 'not the name of a stream' ], [ 'h,bathc=1', 'no such option' ],
     [ 'h,user=me', 'go together' ], [ 'h,batch=1x', 'a number from' ]) {
	my ($where, $why) = @$_;
	my $result = run($drive, '-n', 1, "nats:$where");
	is($result->{exit}, 2, "nats:$where is refused");
	like($result->{err}, qr/\Q$why\E/, '... with the reason');
}

$cluster->killed;
done_testing();
