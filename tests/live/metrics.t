#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxlog --metrics: what is served, to whom, and that it agrees with the account.
use strict;
use warnings;
use lib 'tests/lib';
use IO::Socket::INET;
use KX;
use Test::More;

plan skip_all => 'what it does does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();
my $kxlog = "$build/kxlog";
my $refused = run($kxlog, '--metrics', 'nowhere', '--once', '--to', "json:$dir/x", '--spool', "$dir/spool0");
plan skip_all => 'kxlog was built without libmicrohttpd-dev' if $refused->{err} =~ /built without/;
isnt($refused->{exit}, 0, 'no address');
like($refused->{err}, qr/ADDR:PORT is expected/, '... is refused');

my $port = do { my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1); $s->sockport };
my $odd = "$dir/a\"b\\c.json";
my $run = start($kxlog, '--metrics', $port, '--to', "json:$odd", '--to', 'syslog:127.0.0.1:1,tcp', '--spool',
		"$dir/spool", 'snk-nothing-has-this-name');

# Status line and headers, body.
sub http {
	my ($text, $to) = @_;
	my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 5) or return '', '';
	print $s $text;
	local $/;
	my ($head, $body) = split /\r\n\r\n/, <$s> // '', 2;
	return $head // '', $body // '';
}

sub get { return http("GET $_[0] HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); }

ok(wait_for(sub { (get('/'))[0] =~ m{^HTTP/1\.1 200} }), 'it listens') or diag(slurp($run->{err}));
like((get('/'))[1], qr{/metrics}, 'a page says where the account is');
my ($head, $body) = get('/metrics');
like($head, qr{^HTTP/1\.1 200}, '/metrics');
like($head, qr{Content-Type: text/plain; version=0\.0\.4}i, 'its type');
like((get('/other'))[0], qr{^HTTP/1\.1 404}, 'nothing else');
like((http("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"))[0],
     qr{^HTTP/1\.1 405}, 'nothing is taken');
http("\0\xff nonsense\r\n\r\n");
like((get('/metrics'))[0], qr{^HTTP/1\.1 200}, 'nonsense does not end it');

# The format, strictly: a family has HELP, TYPE and its samples, together, once.
my (%family, $now, @wrong, %value);
for (split /\n/, $body) {
	if (/^# HELP (\w+) \S.*\.$/) {
		push @wrong, $_ if $family{$1}++;
		$now = $1;
	} elsif (/^# TYPE (\w+) (counter|gauge)$/) {
		push @wrong, $_ if $1 ne $now || ($2 eq 'counter') != ($1 =~ /_total$/);
	} elsif (/^(\w+)(\{sink="(?:[^"\\\n]|\\["\\n])*"\})? (\d+)$/) {
		push @wrong, $_ if $1 ne $now || exists $value{ $1 . ($2 // '') };
		$value{ $1 . ($2 // '') } = $3;
	} else {
		push @wrong, $_;
	}
}
is("@wrong", '', 'every line is of the format');
like($body, qr/\n\z/, '... also the last');
ok(exists $value{$_}, $_) for qw(kxlog_records_total kxlog_lost_total kxlog_spool_bytes kxlog_spool_limit_bytes);
my $name = 'json:' . $odd =~ s/(["\\])/\\$1/gr;
ok(exists $value{"kxlog_sink_lag_records{sink=\"$name\"}"}, 'names are escaped');
is($value{"kxlog_sink_up{sink=\"$name\"}"}, 1, 'a sink that is well');
ok(wait_for(sub { (get('/metrics'))[1] =~ /^kxlog_sink_up\{sink="syslog:127\.0\.0\.1:1"\} 0$/m }), 'one that is not');
SKIP: {
	my ($promtool) = grep { -x } map { "$_/promtool" } split /:/, $ENV{PATH};
	skip 'promtool is not installed', 1 unless $promtool;
	my $said = run('sh', '-c', "$promtool check metrics <" . write_file("$dir/metrics", $body));
	is($said->{exit} . $said->{out} . $said->{err}, '0', 'promtool has nothing to say');
}

# Who holds connections and says nothing keeps nobody else out for long.
my @idle = map { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 5) } 1 .. 40;
ok(wait_for(sub { (get('/metrics'))[0] =~ m{^HTTP/1\.1 200} }, 60), 'idle connections end');
my $fds = () = glob "/proc/$run->{pid}/fd/*";
cmp_ok($fds, '<', 60, '... and are few');
undef @idle;

my $second = run($kxlog, '--metrics', "127.0.0.1:$port", '--once', '--to', "json:$dir/y", '--spool', "$dir/spool2");
like($second->{err}, qr/cannot listen: Address already in use/, 'an address that is taken is told of');
open my $listening, '<', '/proc/net/tcp';
my ($local) = map { /^\s*\d+: (\w{8}):(\w{4}) 00000000:0000 0A/ && hex $2 == $port ? $1 : () } <$listening>;
is($local, '0100007F', 'without an address it is loopback');
kill TERM => $run->{pid};
is(finish($run)->{exit}, 0, 'it ends');
done_testing();
