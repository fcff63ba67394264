# SPDX-License-Identifier: GPL-2.0-only
# A cluster of NATS servers on loopback, in a directory of the test; ended by their pids.
package NATS;
use strict;
use warnings;
use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use POSIX ();
use KX qw($build $dir run wait_for write_file);

our @EXPORT = qw(need_nats free_port);
my ($server) = grep { -x } map { "$_/nats-server" } split(/:/, $ENV{PATH} // ''), '/usr/sbin';

sub need_nats {
	my $why = !$server ? 'nats-server is not installed' :
	    !-x "$build/tests/live/nats_read" ? 'kxlog was built without libnats-dev' : return;
	print "1..0 # SKIP $why\n";
	exit 0;
}

my %given;
sub free_port {
	for (1 .. 100) {
		my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or next;
		return $socket->sockport unless $given{$socket->sockport}++;
	}
	die "no free port: $!";
}

# NAME, number of nodes: configured, none runs yet.
sub new {
	my ($class, $name, $nr) = @_;
	my $self = bless { name => $name, nodes => [], owner => $$ }, $class;
	my @routes = map { free_port() } 1 .. $nr;
	for my $i (0 .. $nr - 1) {
		my $node = { client => free_port(), config => "$dir/$name.$i.conf",
			     log => "$dir/$name.$i.log" };
		my $routes = join ', ', map { "\"nats://127.0.0.1:$_\"" } @routes;
		my $cluster = $nr < 2 ? '' :
		    "cluster { name: $name, host: 127.0.0.1, port: $routes[$i], routes: [ $routes ] }\n";
		write_file($node->{config}, "server_name: n$i\nhost: 127.0.0.1\nport: $node->{client}\n" .
			   "jetstream { store_dir: \"$dir/$name.$i\", max_mem: 64M, max_file: 16G }\n$cluster");
		push @{ $self->{nodes} }, $node;
	}
	return $self;
}

sub start {
	my ($self, @which) = @_;
	my $nodes = $self->{nodes};
	for my $node (@$nodes[@which ? @which : 0 .. $#$nodes]) {
		my $pid = fork() // die "fork: $!";
		if (!$pid) {
			open STDOUT, '>>', $node->{log};
			open STDERR, '>&', \*STDOUT;
			exec $server, '-c', $node->{config} or POSIX::_exit(127);
		}
		$node->{pid} = $pid;
	}
	return $self;
}

sub signal {
	my ($self, $signal, @which) = @_;
	my $nodes = $self->{nodes};
	kill $signal => $_->{pid} for grep { $_->{pid} } @$nodes[@which ? @which : 0 .. $#$nodes];
}

# The end of some or all, at once.
sub killed {
	my ($self, @which) = @_;
	my $nodes = $self->{nodes};
	for my $node (grep { $_->{pid} } @$nodes[@which ? @which : 0 .. $#$nodes]) {
		kill KILL => $node->{pid};
		waitpid $node->{pid}, 0;
		$node->{pid} = 0;
	}
}

sub DESTROY {
	my $self = shift;
	local $?;
	$self->killed if $$ == $self->{owner};
}

# For --to: all nodes.
sub servers { return join ',', map { "127.0.0.1:$_->{client}" } @{ $_[0]{nodes} }; }
sub url {
	my ($self, $who) = @_;
	return join ',', map { 'nats://' . ($who // '') . "127.0.0.1:$_->{client}" } grep { $_->{pid} } @{ $self->{nodes} };
}

# A request to JetStream in NATS's own protocol: what it answers, or undef.
sub request {
	my ($self, $subject, $body) = @_;
	my $text = $body ? encode_json($body) : '';
	for my $node (grep { $_->{pid} } @{ $self->{nodes} }) {
		my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$node->{client}", Timeout => 2) or next;
		print $s "CONNECT {\"verbose\":false}\r\nSUB answer.$$ 1\r\n",
		    "PUB \$JS.API.$subject answer.$$ ", length $text, "\r\n$text\r\nPING\r\n";
		my ($all, $select) = ('', IO::Select->new($s));
		while ($select->can_read(5) && sysread $s, $all, 65536, length $all) {
			return decode_json($1) if $all =~ /^MSG \S+ 1 \d+\r\n(\{.*\})\r\n/m;
		}
	}
	return undef;
}

# Every node is one of the cluster, and JetStream answers.
sub ready {
	my $self = shift;
	return wait_for(sub {
		my $answer = $self->request('INFO');
		return $answer && !$answer->{error};
	}, 60);
}

# Which node leads the stream's group; undef: none that is known.
sub leader {
	my ($self, $stream) = @_;
	my $info = $self->request("STREAM.INFO.$stream") or return undef;
	my ($nr) = ($info->{cluster}{leader} // '') =~ /^n(\d+)$/;
	return $nr;
}

# All records of the stream: "stored=...", as nats_read has it. A server that has just
# become leader may know less for a moment.
sub count {
	my ($self, $stream, $boot, $records, $who) = @_;
	my $result = {};
	wait_for(sub {
		$result = run("$build/tests/live/nats_read", $self->url($who), $stream, $boot, $records);
		return $result->{exit} == 0 && $result->{out} =~ / missing=0 /;
	}, 60);
	return $result->{out} . ($result->{exit} ? $result->{err} : '');
}

1;
