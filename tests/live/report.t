#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# --export and --report: the same calls as in the text, read back by somebody else.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Cwd qw(abs_path);
use JSON::PP;
use Test::More;

plan skip_all => 'what is written does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();
my $json = JSON::PP->new->utf8->allow_bignum;

my $script = write_file("$dir/script", join "\n", 'ls -la /usr >/dev/null', 'cat /nosuch', "cat '/</script><img src=x onerror=alert(1)>'",
	'for i in 1 2 3 4 5; do /bin/true; done', 'echo hello | cat', 'sleep 0.05', '');
my $r = run("$build/kxtrace", '-f', '-o', "$dir/text", "--export=chrome:$dir/chrome.json", "--export=perfetto:$dir/perfetto",
	    "--export=folded:$dir/folded", "--export=folded-count:$dir/counts", "--report=$dir/report.html", 'sh', $script);
is($r->{exit}, 0, 'all forms at once');
unlike($r->{err}, qr{kxtrace:}, 'without a word');
my $text = slurp("$dir/text");
my @calls = $text =~ /^\d+ +(\w+\(.*)$/mg;
my @errors = grep { / = -1 E/ } @calls;
my @signals = $text =~ /^\d+ +--- SIG/mg;
my %tids = map { $_ => 1 } $text =~ /^(\d+) /mg;
cmp_ok(scalar(@calls), '>', 500, 'the text has the calls');
# Lines without what their columns are filled with.
sub plain { return map { s/\) +=/) =/r } @_; }

#
# Chrome
#
my $chrome = $json->decode(slurp("$dir/chrome.json"));
my @events = @{ $chrome->{traceEvents} };
my @lines = map { $_->{args}{line} } grep { $_->{ph} =~ /[Xi]/ && ($_->{args}{line} // '') =~ /^\w+\(/ } @events;
is(join("\n", @lines), join("\n", plain(@calls)), 'chrome: the calls of the text, in order');
is(scalar(grep { $_->{ph} eq 'X' && !($_->{dur} > 0 && $_->{ts} > 0) } @events), 0, 'each with its time');
is(scalar(grep { !$_->{pid} || !$_->{tid} } @events), 0, 'and its task');
my ($sleep) = grep { $_->{name} eq 'clock_nanosleep' } @events;
ok($sleep->{dur} >= 50000, 'in microseconds');
my %named = map { $_->{args}{name} => 1 } grep { $_->{ph} eq 'M' } @events;
ok($named{sh} && $named{ls} && $named{sleep}, 'tasks have names');
is($chrome->{otherData}{dropped}, 0, 'what was lost is said');

#
# Perfetto
#
my $perfetto = $json->decode(run('python3', 'tests/lib/perfetto.py', "$dir/perfetto")->{out} || '{}');
is_deeply($perfetto->{wrong}, [], 'perfetto: tracks, clocks, pairs of beginning and end');
is($perfetto->{clocks}, 3, 'the clocks are related');
my $moments = grep { $_->{name} ne 'exit' && $_->{name} !~ /^SIG/ } @{ $perfetto->{moments} };
is(@{ $perfetto->{slices} } + $moments, scalar(@calls), 'as many calls as in the text');
my %theirs = map { $_->{line} => 1 } @{ $perfetto->{slices} };
is(join("\n", grep { !$theirs{$_} && !/ = \?$/ } plain(@calls)), '', 'the same');
is(scalar(grep { $_->{name} eq 'exit' } @{ $perfetto->{moments} }), scalar(() = $text =~ /\+\+\+ exited/g), 'exits are moments');
my ($long) = grep { $_->{name} eq 'clock_nanosleep' } @{ $perfetto->{slices} };
cmp_ok($long->{ns}, '>=', 50_000_000, 'in nanoseconds');
ok((grep { $_ eq 'ls' } values %{ $perfetto->{names} }), 'tasks have names');

#
# Folded
#
my %folded = map { /^(.*) (\d+)$/ ? ($1 => $2) : () } split /\n/, slurp("$dir/counts");
my $all = 0;
$all += $_ for values %folded;
is($all, scalar(@calls), 'folded-count: as many calls');
is(scalar(grep { !/^[^;]+-(\d+);(\d+);\w+$/ || !$tids{$2} } keys %folded), 0, 'process, thread, call');
my ($nap) = grep { /;clock_nanosleep (\d+)$/m } split /\n/, slurp("$dir/folded");
like($nap, qr{^sleep-\d+;\d+;clock_nanosleep \d{8}$}, 'folded: nanoseconds');

#
# Report
#
my $page = slurp("$dir/report.html");
my ($data) = $page =~ m{<script type="application/json" id="data">(.*?)</script>}s;
$data = $json->decode($data);
my %sum = (calls => 0, errors => 0);
$sum{calls} += $_->[1], $sum{errors} += $_->[2] for @{ $data->{calls} };
is($sum{calls}, scalar(@calls), 'report: as many calls');
is($sum{errors}, scalar(@errors), 'as many errors');
is($data->{signals}, scalar(@signals), 'as many signals');
my ($span_calls) = (0);
for my $lane (@{ $data->{lanes} }) {
	my @spans = @{ $lane->{spans} };
	$span_calls += $spans[4 * $_ + 3] for 0 .. @spans / 4 - 1;
}
is($span_calls, scalar(@calls), 'all of them are on the time line');
my $histogram = 0;
for my $row (@{ $data->{calls} }) { $histogram += $_ for @{ $row->[5] }; }
is($histogram, scalar(@calls), 'and in histograms');
is($data->{slow}[0][5] =~ /^(wait4|clock_nanosleep)/ ? 1 : 0, 1, 'the slowest has its line');
ok((grep { $_->[0] eq '/</script><img src=x onerror=alert(1)>' } @{ $data->{files} }), 'a hostile name among the files');
ok((grep { $_->[0] eq "ENOENT\topenat" } @{ $data->{errors} }), 'errors by call');
is(scalar(() = $page =~ m{</script}gi), 2, 'its end of script is none');
unlike($page, qr{(?:src|href)\s*=\s*["']?(?:https?:)?//|\@import|url\((?!data:)}i, 'nothing comes from elsewhere');

my ($mine) = grep { $_->{name} eq 'ls' } @{ $data->{lanes} };
my ($shell) = grep { $_->{name} eq 'sh' } @{ $data->{lanes} };
is("$mine->{uid} $mine->{ppid}", "$< $shell->{pid}", 'whose a process is');
is_deeply($data->{command}, [ 'sh', $script ], 'the command');

#
# The same from a record, later.
#
# Live, /proc is asked for the name of a task that is not traced.
my @both = map { my $as = $_; [ '-Y', '-e', 'trace=!getppid', "--export=chrome:$dir/$as.json", "--export=perfetto:$dir/$as.perfetto",
	   "--export=folded-count:$dir/$as.folded", "--report=$dir/$as.html" ] } 'live', 'later';
run("$build/kxtrace", '-f', @{ $both[0] }, '--record', "$dir/record", 'sh', '-c', 'cat /nosuch; kill -0 $$; (exit 3)');
$r = run("$build/kxtrace", 'replay', @{ $both[1] }, "$dir/record");
is("$r->{exit} $r->{out}$r->{err}", '0 ', 'a replay, and no text');
for my $form ('json', 'perfetto', 'folded') {
	is(slurp("$dir/later.$form"), slurp("$dir/live.$form"), "$form: the same, byte for byte");
}
my ($now, $then) = map { (slurp("$dir/$_.html") =~ m{<script type="application/json" id="data">(.*?)</script>}s)[0] } 'live', 'later';
($now, $then) = map { $json->decode($_) } $now, $then;
is_deeply(delete $then->{command}, [ 'replay', "$dir/record" ], 'the report says what it is of');
delete $now->{command};
is_deeply($then, $now, 'and says the same');
like(slurp("$dir/live.json"), qr{"line":"kill\(\d+<sh>, 0\) = 0"}, '-Y: lines with names of tasks');

SKIP: {
	my ($chromium) = grep { -x } map { "$_/chromium" } split /:/, $ENV{PATH};
	skip 'chromium is not installed', 17 unless $chromium;

	# The page after its script has run; what its console said.
	my $nr = 0;
	sub browse {
		my ($html, @script) = @_;
		my $file = abs_path($dir) . '/page' . $nr++ . '.html';
		# What a visitor does comes behind the page's own script.
		$html =~ s{</body>}{<script>@script</script></body>} if @script;
		write_file($file, $html);
		my $r = run($chromium, '--headless', '--no-sandbox', '--disable-gpu', "--user-data-dir=$dir/chromium",
			    '--enable-logging=stderr', '--virtual-time-budget=2000', '--window-size=1200,900', '--dump-dom', "file://$file");
		return ($r->{out}, join "\n", grep { /CONSOLE/ } split /\n/, $r->{err});
	}
	sub cells {
		my ($dom, $id, $column) = @_;
		my ($section) = $dom =~ m{<section id="$id">(.*?)</section>}s;
		my ($body) = $section =~ m{<tbody>(.*?)</tbody>}s;
		return map { (m{<td[^>]*>(.*?)</td>}gs)[$column] } $body =~ m{<tr[^>]*>(.*?)</tr>}gs;
	}
	my $comma = sub { 1 while $_[0] =~ s/^(\d+)(\d{3})/$1,$2/; $_[0] };

	my ($dom, $console) = browse($page);
	like($dom, qr{<body data-ready="yes">}, 'in a browser: the script ran to its end');
	is($console, '', 'without an error');
	is(($dom =~ /id="card-calls" data-value="(\d+)"/)[0], scalar(@calls), 'the calls of the text');
	is(($dom =~ /id="card-errors" data-value="(\d+)"/)[0], scalar(@errors), 'the errors');
	is(($dom =~ /id="card-lost" data-value="(\d+)"/)[0], 0, 'nothing lost');
	like($dom, qr{<div id="loss" role="status" class="good">✓ Nothing was lost}, 'and says so');
	unlike($dom, qr{<img}, 'a hostile name makes no element');
	is(scalar(grep { $_ eq '/&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;' } cells($dom, 'files', 0)), 1, 'it is text');
	is(scalar(cells($dom, 'calls', 0)), scalar(@{ $data->{calls} }), 'a row for each call');
	is(($dom =~ /<canvas id="canvas"[^>]*data-drawn="(\d+)"/)[0], scalar(@{ $data->{lanes} }), 'the time line is drawn');
	cmp_ok(scalar(() = $dom =~ /<rect class="bar"/g), '>=', 12, 'so is the histogram');

	($dom, $console) = browse($page, q{document.querySelectorAll('#calls th button')[1].click();});
	my @sorted = map { tr/,//dr } cells($dom, 'calls', 1);
	is("@sorted", join(' ', sort { $b <=> $a } @sorted), 'a click sorts: most calls first');
	($dom) = browse($page, q{document.querySelectorAll('#calls th button')[0].click();});
	my @names = cells($dom, 'calls', 0);
	is("@names", join(' ', sort @names), 'by name, from a to z');
	($dom) = browse($page, q{const f = document.querySelector('#calls input'); f.value = 'openat'; f.dispatchEvent(new Event('input'));});
	is(join(' ', cells($dom, 'calls', 0)), 'openat', 'a filter leaves what matches');
	($dom, $console) = browse($page, q{document.getElementById('zoom-in').click(); const s = document.querySelector('#histogram select'); s.value = 'openat'; s.onchange();});
	my ($opens) = map { $_->[1] } grep { $_->[0] eq 'openat' } @{ $data->{calls} };
	my $bars = 0;
	$bars += $_ for $dom =~ /<rect class="bar"[^>]*data-calls="(\d+)"/g;
	is("$bars $console", "$opens ", 'the histogram of one call, zoom: no error');
	# A page that misses something says it first.
	($dom) = browse($page =~ s/"dropped":0,/"dropped":1234,/r);
	like($dom, qr{class="bad">This report is not complete: of [\d,]+ records, 1,234 were lost}, 'what was lost is told at the top');
	# A trace without a call.
	run("$build/kxtrace", "--report=$dir/empty.html", '-e', 'trace=reboot', 'true');
	($dom, $console) = browse(slurp("$dir/empty.html"));
	like("$console$dom", qr{\A<!DOCTYPE html>.*<body data-ready="yes">.*No call was seen}s, 'a report of nothing');
}

#
# Many calls: the page stays small.
#
my $many = compile('many', <<'C');
#include <sys/syscall.h>
#include <unistd.h>
int main(void) { for (int i = 0; i < 300000; i++) { syscall(SYS_getppid); if (i % 100 == 0) access(i % 200 ? "/nosuch" : "/", 0); } return 0; }
C
run("$build/kxtrace", "--report=$dir/many.html", $many);
$page = slurp("$dir/many.html");
cmp_ok(length($page), '<', 3_000_000, '300,000 calls: less than 3 MB');
($data) = $page =~ m{id="data">(.*?)</script>}s;
$data = $json->decode($data);
my ($shown, $timeline) = (0, 0);
$shown += $_->[1] for @{ $data->{calls} };
my @spans = @{ $data->{lanes}[0]{spans} };
$timeline += $spans[4 * $_ + 3] for 0 .. @spans / 4 - 1;
is($timeline, $shown, 'none of them is forgotten');
is($shown + $data->{dropped}, $data->{seen} - 1 - $data->{signals} - $data->{tasks}, 'all are there, or counted as dropped (one record is the exit)');
cmp_ok($data->{resolution}, '>', 0, 'calls that lie together are put together');

#
# What is refused, and what a file keeps.
#
for ([ '--export=svg:x', qr{--export=svg:x: no such format; there are chrome:FILE, perfetto:FILE} ],
     [ '--export=chrome', qr{--export=chrome: the file is missing: --export=chrome:FILE} ],
     [ '--export=chrome:', qr{--export=chrome:: the file is missing} ],
     [ '--report=', qr{--report=: the file is missing} ]) {
	my ($option, $said) = @$_;
	$r = run("$build/kxtrace", $option, 'true');
	is($r->{exit}, 2, "$option: status 2");
	like($r->{err}, qr{^kxtrace: $said.*\n\z}, 'and a sentence');
}
$r = run("$build/kxtrace", "--export=chrome:$dir/x", "--report=$dir/x", 'true');
is($r->{exit}, 2, 'one file twice: status 2');
like($r->{err}, qr{^kxtrace: $dir/x: is to be written twice}, 'and a sentence');
$r = run("$build/kxtrace", '--last=5', "--report=$dir/x", 'true');
like($r->{err}, qr{^kxtrace: --last: may show calls many times, and --report is one file; take --record=FILE}, '--last has many');
$r = run("$build/kxtrace", '-c', "--report=$dir/x", 'true');
like($r->{err}, qr{^kxtrace: -c: counts in the kernel, --report needs the calls}, '-c has no calls to report');
$r = run("$build/kxtrace", "--report=$dir/nosuch/x", 'true');
is($r->{exit}, 1, 'a directory that is not there: status 1');
like($r->{err}, qr{^kxtrace: $dir/nosuch/x: cannot be written: No such file or directory\n\z}, 'and a sentence');
write_file("$dir/kept", "kept\n");
$r = run("$build/kxtrace", "--report=$dir/kept", '/nosuch');
is(slurp("$dir/kept"), "kept\n", 'a trace that cannot begin leaves the file as it was');
run("$build/kxtrace", "--report=$dir/made", '/nosuch');
ok(!-e "$dir/made", 'and makes none');
$r = run("$build/kxtrace", '--report=/dev/full', 'true');
is($r->{exit}, 1, 'a full disk: status 1');
like($r->{err}, qr{^kxtrace: /dev/full: cannot be written: No space left on device\n\z}, 'and a sentence');
done_testing();
