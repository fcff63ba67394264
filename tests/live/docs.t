#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Options, --help, the manual and the completion say the same: kxtrace, then kx.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

plan skip_all => 'what programs say does not depend on the kernel' if $ENV{KX_VM_KERNEL};

my $help = run("$build/kxtrace", '--help=all')->{out};
my $short = run("$build/kxtrace", '--help')->{out};
my $manual = slurp('docs/man/kxtrace.1');
my $completion = slurp('docs/completion/kxtrace.bash');
$manual =~ s/\\-/-/g;
(my $policy) = $completion =~ s/^(_kxtrace_policy\(\).*?^\}\n)//ms ? $1 : '';

my (%letters, %names);
for (split /\n/, $help) {
	next unless /^  (-\w|    --)/;
	$letters{$1} = 1 if /^  -(\w)/;
	$names{$1} = 1 if /--([\w-]+)/;
}
cmp_ok(scalar(keys %letters), '>', 15, 'the help lists the options');
for my $letter (sort keys %letters) {
	like($manual, qr{-$letter\b}, "-$letter is in the manual");
	like($completion, qr{\s-$letter\b}, "-$letter is completed");
}
for my $name (sort keys %names) {
	like($completion, qr{--$name\b}, "--$name is completed");
	my $r = run("$build/kxtrace", "--$name", $name eq 'all' ? 'true' : ());	# refused together
	unlike($r->{err}, qr{no such option}, "--$name is understood");
}
# Backwards: what is completed is understood.
for my $option ($completion =~ /(?<=\s)(--?[\w-]+)(?=[\s"])/g) {
	next if $option =~ /^-[WF]$/;	# compgen's own
	my $r = run("$build/kxtrace", $option, $option eq '--all' ? 'true' : ());
	unlike($r->{err}, qr{no such option}, "$option of the completion is understood");
}
cmp_ok(scalar(split /\n/, $short), '<=', 45, 'the help fits a screen');
is(scalar(grep { length > 100 } split /\n/, $help), 0, 'and its width');
my %all = map { $_ => 1 } split /\n/, $help;
is(join("\n", grep { !$all{$_} } split /\n/, $short), '', 'the whole list has all that the short one has');
like($short, qr{--help\[=all\]}, 'which points to it');

# kxtrace policy: its verbs, options and words.
my $usage = run("$build/kxtrace", 'policy', '--help')->{out};
my $page = slurp('docs/man/kxtrace-policy.8') =~ s/\\-/-/gr;
my @acts = grep { $_ ne "kxtrace" } $usage =~ /^  (\w+)(?: |$)/mg;
is(join(' ', sort @acts), join(' ', sort split / /, ($policy =~ /-W "(check [^"]*)"/)[0]), 'policy: its verbs are completed');
like($page, qr/\b$_\b/, "policy $_ is in the manual") for @acts;
for my $word ($policy =~ /((?<=[\s"])--[a-z]\w+|\b[a-z]+=)(?=[\s"])/g) {
	like($usage, qr/\Q$word\E/, "policy: $word of the completion is in its help");
}

#
# kx: one page, one row of the completion for each command
#
# The options of a help text: --name => letter or "".
sub options_of {
	my $text = shift;
	return { map { /^  (?:-(\w), |    )--([\w-]+)/ ? ("--$2" => $1 ? "-$1" : '') : () } split /\n/, $text };
}

sub page_of {
	my $verb = shift;
	my $text = slurp("docs/man/kx-$verb.8");
	$text = slurp("docs/man/$1") if $text =~ m{^\.so man8/(\S+)$}m;
	$text =~ s/\\-/-/g;
	$text =~ s/\\f.//g;
	return $text;
}

my $kx = "$build/kx";
my $all = run($kx, 'help')->{out};
my $kx_page = slurp('docs/man/kx.8');
my $kx_completion = slurp('docs/completion/kx.bash');
my @verbs = grep { $_ ne 'help' } $all =~ s/^examples:.*//msr =~ /^  ([a-z]+) /mg;
cmp_ok(scalar(@verbs), '>', 10, 'kx help lists the commands');
cmp_ok(scalar(split /\n/, $all), '<=', 45, 'it fits a screen');
my %row = $kx_completion =~ /^\t\[(\w+)\]="([^"]*)"$/mg;
is("@{[sort keys %row]}", "@{[sort @verbs, 'help']}", 'the completion has the same commands');
my ($common) = $kx_completion =~ /^_kx_common="(.*)"$/m;

for my $verb (@verbs) {
	my $text = run($kx, 'help', $verb)->{out};
	my $options = options_of($text);
	my $page = page_of($verb);
	ok($kx_page =~ /^\.B $verb\n/m, "$verb: in kx.8");
	ok($kx_page =~ /^\.BR kx\\-$verb \(8\)/m, "$verb: kx.8 points to its page");
	is(run($kx, $verb, '--help')->{out}, $text, "$verb: --help says the same as kx help");
	is(scalar(grep { length > 100 } split /\n/, $text), 0, "$verb: the help is not too wide");
	my @words = map { grep { length } $_, $options->{$_} } keys %$options;
	is("@{[sort @words]}", "@{[sort split ' ', qq($row{$verb} $common)]}", "$verb: the completion has its options");
	my ($section) = $page =~ /^\.SH OPTIONS\n(.*?)^\.SH/ms;
	my @in_page = map { /(?<![\w-])(--?[a-zA-Z][\w-]*)/g }
		($section // '') =~ /^\.TP\n\.\w+ (.*)$/mg;
	# One page for get and set: what only get has.
	@in_page = grep { !/^(-j|--json)$/ } @in_page if $verb eq 'set';
	is("@{[sort @in_page]}", "@{[sort @words]}", "$verb: so has its page");
	my ($synopsis) = $page =~ /^\.SH SYNOPSIS\n(.*?)^\.SH/ms;
	like($synopsis // '', qr/kx $verb\b/, "$verb: and a synopsis");
	ok($page =~ /^\.SH EXIT STATUS/m, "$verb: and the exit status");
	my ($examples) = $text =~ /^examples:\n(.*)/ms;
	my @lost = grep { index($page, $_) < 0 } map { s/^  //r } split /\n/, $examples;
	is("@lost", '', "$verb: and the examples of --help");
	my ($usage) = $text =~ /^usage: (.*)/;
	my @unnamed = grep { $_ !~ /^--(?:verbose|help)$/ && index($usage, $_) < 0 &&
			     (!$options->{$_} || index($usage, $options->{$_}) < 0) } keys %$options;
	is("@unnamed", '', "$verb: the usage line has them all");
}

# What the completion offers, in a real shell, without anything loaded.
my $complete = 'source docs/completion/kx.bash; compopt() { :; }; COMP_LINE=$1; COMP_POINT=${#1}; ' .
	'read -ra COMP_WORDS <<< "$1"; [[ $1 == *" " ]] && COMP_WORDS+=(""); ' .
	'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _kx; echo "${COMPREPLY[*]}"';
sub completed { return run('bash', '-c', $complete, 'bash', shift)->{out} =~ s/\n//r; }
is(completed('kx upg'), 'upgrade', 'a command is completed');
is(completed('kx -v roll'), 'rollback', 'after -v, too');
is(completed('kx load --he'), '--held --help', 'an option is');
is(completed('kx info -F vers'), 'version', 'a field is');
is(completed('kx load docs/man/kx-feat'), 'docs/man/kx-features.8', 'a file is');
is(completed('kx help que'), 'query', 'the command of help is');
done_testing();
