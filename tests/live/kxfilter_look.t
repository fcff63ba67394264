#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter top, log, and what is counted for Prometheus: what they say is what was sent.
use strict;
use warnings;
use lib 'tests/lib';
use IO::Socket::INET;
use KX;
use Netns;
use Test::More;
use JSON::PP;

need_root();
plan skip_all => 'kxfilter_capture.t looks at the kernel half of it' if $ENV{KX_VM_KERNEL};
for (qw(nsenter)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($ns1, $ns2, $dev) = qw(kxfc-look-a kxfc-look-b kxfclook1);
my ($filter, $kx) = ("$build/kxfilter", "$build/kx");
my (@running, $r);
my $delay = 0.1;

# Others may be changing instances of theirs: then it is tried again.
sub retry {
	my ($run, $r) = @_;
	wait_for(sub { $r = $run->(); return $r->{err} !~ /is locked by/; }, 60);
	return $r;
}
sub kxfilter { my @words = @_; return retry(sub { in_ns($ns2, $filter, @words) }); }
sub rules { return write_file("$dir/$_[0].rules", $_[1]); }
sub apply { my $r = kxfilter('apply', rules(@_), '--dev', $dev); is($r->{exit}, 0, "rules: $_[0]") or diag($r->{err}); }
sub background { my $run = start('nsenter', "--net=/run/netns/$ns2", $filter, @_); push @running, $run; return $run; }
sub json { return map { decode_json($_) } grep { /\}$/ } split /\n/, $_[0]; }

my $send = <<'PL';
my ($from, $port, $nr) = @ARGV;
socket(my $s, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
bind($s, pack_sockaddr_in(0, inet_aton($from))) or die "bind: $!";
my $to = pack_sockaddr_in($port, inet_aton('10.94.0.2'));
for (1 .. $nr) {
	defined send($s, 'x' x 100, 0, $to) or die "send: $!";
}
PL
sub udp { my ($from, $port, $nr) = @_; is(in_ns($ns1, 'perl', '-MSocket', '-e', $send, $from, $port, $nr)->{err}, '', "$nr from $from to $port"); }

END {
	my $status = $?;
	kill KILL => $_->{pid} for @running;
	run($kx, 'unload', 'kxfc-exports') if $kx;
	if ($ns2 && -e "/run/netns/$ns2") { kxfilter('remove', $dev); netns_end(); }
	$? = $status;
}
netns_new($ns1, $ns2);
netns_pair(94, $ns1, 'kxfclook0', $ns2, $dev);
in_ns($ns1, 'ip', 'addr', 'add', '10.94.0.3/24', 'dev', 'kxfclook0');
in_ns($ns2, 'ip', 'neigh', 'replace', '10.94.0.3', 'lladdr', '02:00:00:00:5e:01', 'dev', $dev, 'nud', 'permanent');
like(kxfilter('top', $dev, '-n', 1)->{err}, qr/kxfilter does not filter it; kxfilter apply does/, 'a device without a filter');
is(kxfilter('top', $dev, @$_)->{exit}, 2, "@$_: wrong usage") for [ '-d', '0' ], [ '-o', 'all' ], [ '-n', 'x' ];
my $text = "default in drop\ndefault out pass\nweb: pass in proto udp to port 7001\nbad: drop in proto udp to port 7002 log at 1/s\n";
apply('one', $text);

# Every packet is in one sample, and in one only; also while rules are exchanged.
my $sum = sub {
	my ($run, $what, $name) = @_;
	my ($packets, $bytes, $refused) = (0, 0, 0);
	for (map { decode_json($_) } grep { /"$what":"\Q$name\E".*\}$/ } split /\n/, slurp($run->{out})) {
		$packets += $_->{packets};
		$bytes += $_->{bytes};
		$refused += $_->{refused} // 0;
	}
	return "$packets $bytes $refused";
};
my $top = background('top', $dev, '-d', $delay, '--json');
my $sources = background('top', $dev, '-d', $delay, '--json', '-o', 'sources');
wait_for(sub { slurp($_->{out}) =~ /\n/ }) for $top, $sources;
like(kxfilter('top', $dev, '-o', 'ports')->{err}, qr/kxfilter, process $sources->{pid}, counts its sources and ports already/, 'a second one is told of the first');
udp('10.94.0.1', 7001, 300);
udp('10.94.0.3', 7002, 200);
apply('two', "# more in front\ndrop in from 192.0.2.0/24\n$text");
udp('10.94.0.3', 7001, 100);
my $bytes = 142;
ok(wait_for(sub { $sum->($sources, 'source', '10.94.0.3') eq join ' ', 300, 300 * $bytes, 200 }, 20), 'all packets of a source') or
	diag($sum->($sources, 'source', '10.94.0.3'));
is($sum->($sources, 'source', '10.94.0.1'), join(' ', 300, 300 * $bytes, 0), '... and of another one');
ok(wait_for(sub { $sum->($top, 'rule', 'web') eq join ' ', 400, 400 * $bytes, 0 }, 20), 'all packets of a rule') or diag($sum->($top, 'rule', 'web'));
is($sum->($top, 'rule', 'bad'), join(' ', 200, 200 * $bytes, 0), '... and of another one');
kill INT => $_->{pid} for $top, $sources;
is(finish($_)->{exit}, 0, 'it ends when interrupted') for $top, $sources;
my $ports = background('top', $dev, '-d', $delay, '--json', '-o', 'ports');
wait_for(sub { slurp($ports->{out}) =~ /\n/ });
udp('10.94.0.1', 7001, 30);
udp('10.94.0.1', 7009, 20);
ok(wait_for(sub { $sum->($ports, 'port', 'udp 7009') eq join ' ', 20, 20 * $bytes, 20 }, 20), 'all packets to a port');
is($sum->($ports, 'port', 'udp 7001'), join(' ', 30, 30 * $bytes, 0), '... and to another one');
kill KILL => $ports->{pid};
finish($ports);
$r = kxfilter('top', $dev, '-n', 2, '-d', '0.1', '-l', 1, '-o', 'sources');
is($r->{exit}, 0, 'after one that was killed the next one counts');
like($r->{out}, qr/^\d\d:\d\d:\d\d  $dev: \d+ packets\/s.*sources by packets\n  packets\/s .*source\n/m, 'blocks of lines');


# On a terminal.
SKIP: {
	skip 'tmux is not installed', 8 if system('command -v tmux >/dev/null') != 0;
	skip 'built without ncurses', 8 if run('ldd', $filter)->{out} !~ /ncurses/;
	my $socket = "$dir/tmux";
	my $screen = sub { return scalar `tmux -S $socket capture-pane -p`; };
	my $key = sub { system('tmux', '-S', $socket, 'send-keys', @_); };
	my $see = sub { my ($like, $what) = @_; ok(wait_for(sub { $screen->() =~ $like }, 20), $what) or diag($screen->()); };
	system('tmux', '-S', $socket, '-f', '/dev/null', 'new-session', '-d', '-x', 100, '-y', 20,
	       "nsenter --net=/run/netns/$ns2 $filter top $dev -d 0.2 2>$dir/top.err; echo left \$?; sleep 60");
	$see->(qr/rules by packets\n.*% pkts.*rule\n(.*\n)*.*web: pass/, 'a screen of rules');
	$key->('f');
	$see->(qr/sources by packets/, 'sources by a key');
	$key->('p', 's');
	$see->(qr/ports by bytes/, 'ports, by bytes');
	$key->('h');
	$see->(qr/q +quit/, 'help');
	$key->('h', 'r');
	system('tmux', '-S', $socket, 'resize-window', '-x', '12', '-y', '2');
	$see->(qr/\A\d\d:\d\d:\d\d/, 'a tiny terminal');
	system('tmux', '-S', $socket, 'resize-window', '-x', '100', '-y', '20');
	$see->(qr/rules by bytes\n(.*\n)*.*bad: drop/, '... that grows again');
	$key->('q');
	$see->(qr/left 0/, 'it ends by a key');
	is(slurp("$dir/top.err"), '', '... and has nothing to say');
	system("tmux -S $socket kill-server 2>/dev/null");
}

# The log goes on over another rule set, and tells what limits kept back.
my $log = background('log', '-f', '--json', $dev);
wait_for(sub { slurp($log->{out}) =~ /\n/ });
udp('10.94.0.1', 7002, 50);
wait_for(sub { slurp($log->{err}) =~ /not logged/ });
apply('three', $text =~ s/^bad: drop in proto udp to port 7002/worse: drop in proto udp to port 7003/mr);
udp('10.94.0.1', 7003, 50);
wait_for(sub { slurp($log->{out}) =~ /"worse"/ });

# Counted for Prometheus: what kxfilter shows, under the names that belong to it.
SKIP: {
	$r = run("$build/kxlog", '--metrics', 'nowhere', '--once', '--to', "json:$dir/x", '--spool', "$dir/spool0");
	skip 'kxlog was built without libmicrohttpd-dev', 14 if $r->{err} =~ /built without/;
	$r = retry(sub { run($kx, 'load', "$build/tests/ext/exports.bpf.o", 'nr=5') });
	is($r->{exit}, 0, 'an extension with metrics') or diag($r->{err});
	my $port = do { my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1); $s->sockport };
	my $kxlog = start("$build/kxlog", '--metrics', $port, '--to', "json:$dir/log.json", '--spool', "$dir/spool", 'kxfc-exports', "kxfilter-$dev*");
	push @running, $kxlog;
	my $get = sub {
		my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 5) or return '';
		print $s "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
		local $/;
		return (split /\r\n\r\n/, <$s> // '', 2)[1] // '';
	};
	my $body = '';
	ok(wait_for(sub { ($body = $get->()) =~ /kxfc_things_total/ && $body =~ /kxfilter_/ }), 'kxlog serves it') or diag(slurp($kxlog->{err}));
	my (%family, $now, @wrong, %value, %type);
	for (split /\n/, $body) {
		if (/^# HELP (\w+) \S.*$/) {
			push @wrong, $_ if $family{$1}++;
			$now = $1;
		} elsif (/^# TYPE (\w+) (counter|gauge)$/) {
			$type{$1} = $2;
			push @wrong, $_ if $1 ne $now || ($2 eq 'counter') != ($now =~ /_total$/);
		} elsif (/^(\w+)((?:\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (\d+)$/) {
			push @wrong, $_ if $1 ne $now || exists $value{"$1$2"};
			$value{"$1$2"} = $3;
		} else {
			push @wrong, $_;
		}
	}
	is("@wrong", '', 'every line is of the format, families are together');
	is($value{'kxfc_things_total{kx="kxfc-exports"}'}, 5, 'a counter of an extension');
	is($value{'kxfc_now{kx="kxfc-exports"}'} . $type{kxfc_now}, '6gauge', 'a gauge');
	is($value{'kxfc_by_kind_total{kx="kxfc-exports",kind="a \"b\\\\"}'}, 7, 'one with a label');
	is(scalar(grep { /^kxfc/ } keys %value), 3, 'what is not of the format is left out');
	cmp_ok($value{kxlog_export_refused_total}, '>=', 8, '... and counted');
	is($value{kxlog_exporters}, 2, 'two instances have metrics');
	my ($instance) = $body =~ /kx="(kxfilter-$dev[^"]*)"/;
	my %shown = map { ($_->{rule} // $_->{direction}) => $_ } json(kxfilter('show', '--json', $dev)->{out});
	my $of = sub { return $value{"kxfilter_$_[0]\{kx=\"$instance\",device=\"$dev\",$_[1]}"} // 'none'; };
	is($of->('rule_packets_total', 'rule="web",direction="in",verdict="pass"'), $shown{web}{packets}, 'packets of a rule');
	is($of->('rule_bytes_total', 'rule="worse",direction="in",verdict="drop"'), $shown{worse}{bytes}, 'bytes');
	is($of->('rule_unlogged_packets_total', 'rule="worse",direction="in",verdict="drop"'), $shown{worse}{unlogged}, 'and what was not logged');
	is($of->('packets_total', 'direction="in",verdict="drop"'), $shown{in}{dropped}, 'by direction and verdict');
	my ($promtool) = grep { -x } map { "$_/promtool" } split /:/, $ENV{PATH};
	SKIP: {
		skip 'promtool is not installed', 1 unless $promtool;
		my $said = run('sh', '-c', "$promtool check metrics <" . write_file("$dir/metrics", $body));
		is($said->{exit} . $said->{out} . $said->{err}, '0', 'promtool has nothing to say');
	}
	kill TERM => $kxlog->{pid};
	finish($kxlog);
}
# Connections, where rules ask for states.
apply('states', "default in drop\ndefault out pass\npass in state established\nopen: pass in proto udp to port 7001 state new\n");
udp('10.94.0.1', 7001, 3) for 1 .. 4;
my ($instance) = run($kx, 'list', '--json')->{out} =~ /"(kxfilter-$dev[^"]*)"/;
like(run($kx, 'cat', "$instance.metrics")->{out}, qr/^kxfilter_connections\{device="$dev"\} 4$/m, 'connections are counted');

my $watch = background('top', $dev, '-d', '0.1', '-b');
wait_for(sub { slurp($watch->{out}) =~ /\n/ });
kxfilter('remove', $dev);
for ($log, $watch) {
	$r = finish($_);
	is($r->{exit}, 0, "$_->{command}[3] ends when the filter is removed");
	like($r->{err}, qr/^kxfilter: $dev: the filter was removed$/m, '... with a sentence');
}
my %logged;
$logged{ $_->{rule} }++ for json(slurp($log->{out}));
my (%kept, $told);
$told = slurp($log->{err});
$kept{$1} += $2 while $told =~ /rule (\w+): (\d+) packets not logged/g;
is(($logged{worse} // 0) + ($kept{worse} // 0), 50, 'log: each packet of the rule was logged, or told of');
done_testing();
