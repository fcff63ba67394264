# SPDX-License-Identifier: GPL-2.0-only
# Policies in tests: the tool by its whole path, and none that acts is left behind.
package Policy;
use strict;
use warnings;
use Cwd 'abs_path';
use Exporter 'import';
use KX;
use Test::More;

our @EXPORT = qw($kxtrace $denied policy need_policies policies_loaded);
our $kxtrace = abs_path("$build/kxtrace");
our $denied = abs_path("$build/tests/live/denied");

sub policy { return run($kxtrace, 'policy', @_); }
sub policies_loaded { return join ' ', sort map { s{.*/}{}r } glob('/sys/fs/bpf/kx/kxpolicy*'); }

# Skips all where no rule can be enforced, with the tool's own reason.
sub need_policies {
	my ($why) = policy('features')->{out} =~ /^read +no: (.*)$/m;
	plan skip_all => "no rule can be enforced here: $why" if defined $why;
}

END { local $?; policy('remove') if policies_loaded(); }

1;
