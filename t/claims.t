#!/usr/bin/perl
# A claim of a shell test fails when any of its commands does. The shell lets some go: in `a && b; c` a failing a or b
# is no reason to stop, nor is one in `! a; c`. So an && list or a ! ends its claim; steps stand on lines of their own.
use strict;
use warnings;
use File::Find;

my @tokens;  # of the claim that is read: words, operators, newlines

# From here on a word with its quotes, whatever is inside: returns the place after it.
sub after_word {
    my ($text, $at) = @_;
    my $end = length $text;
    while ($at < $end) {
        my $c = substr $text, $at, 1;
        if ($c eq "'") { $at = index($text, "'", $at + 1) + 1 or return $end }
        elsif ($c eq '"') { $at = after_quoted($text, $at + 1) }
        elsif ($c eq '\\') { $at += 2 }
        elsif ($c eq '`') { $at = index($text, '`', $at + 1) + 1 or return $end }
        elsif (substr($text, $at, 2) eq '$(') { $at = after_parens($text, $at + 2) }
        elsif (substr($text, $at, 2) eq '${') { $at = index($text, '}', $at) + 1 or return $end }
        elsif ($c =~ /[\s;|&()]/) { last }
        else { $at++ }
        $at++ if $at < $end && substr($text, $at - 1, 1) =~ /[<>]/ && substr($text, $at, 1) eq '&';  # 2>&1
    }
    return $at;
}
sub after_quoted {
    my ($text, $at) = @_;
    while ($at < length $text) {
        my $c = substr $text, $at, 1;
        return $at + 1 if $c eq '"';
        if ($c eq '\\') { $at += 2 }
        elsif (substr($text, $at, 2) eq '$(') { $at = after_parens($text, $at + 2) }
        else { $at++ }
    }
    return $at;
}
sub after_parens {
    my ($text, $at) = @_;
    for (my $depth = 1; $depth && $at < length $text;) {
        my $c = substr $text, $at, 1;
        if ($c eq '(') { $depth++, $at++ }
        elsif ($c eq ')') { $depth--, $at++ }
        elsif ($c =~ /[\s;|&]/) { $at++ }
        else { $at = after_word($text, $at) }
    }
    return $at;
}

sub tokens_of {
    my ($text) = @_;
    my ($at, @found, @here) = (0);
    while ($at < length $text) {
        pos($text) = $at;
        if ($text =~ /\G\\\n/gc || $text =~ /\G[ \t]+/gc) { $at = pos $text }
        elsif ($text =~ /\G#[^\n]*/gc) { $at = pos $text }
        elsif ($text =~ /\G\n/gc) {
            $at = pos $text;
            push @found, "\n";
            while (my $end = shift @here) {
                pos($text) = $at;
                $at = $text =~ /\G.*?^\t*\Q$end\E$/gcms ? pos $text : length $text;
            }
        }
        elsif ($text =~ /\G(&&|\|\||;;|[;&|()])/gc) { $at = pos $text; push @found, $1 }
        else {
            my $end = after_word($text, $at);
            my $word = substr $text, $at, $end - $at;
            push @here, $1 if $word =~ /<<-?["']?(\w+)/;
            push @found, $word;
            $at = $end;
        }
    }
    return @found;
}

# ---- the grammar, as far as it matters

# Lists up to one of the closing words: [{parts, ops, text, background}]
sub lists {
    my %closes = map { $_ => 1 } @_;
    my @lists;
    while (@tokens) {
        shift @tokens while @tokens && $tokens[0] =~ /^(\n|;|;;)$/;
        last if !@tokens || $closes{$tokens[0]};
        my %list = (parts => [], ops => [], background => 0);
        for (;;) {
            push @{$list{parts}}, pipeline();
            last unless @tokens && $tokens[0] =~ /^(&&|\|\|)$/;
            push @{$list{ops}}, shift @tokens;
            shift @tokens while @tokens && $tokens[0] eq "\n";
        }
        $list{background} = 1 if @tokens && $tokens[0] eq '&' && shift @tokens;
        push @lists, \%list;
    }
    shift @tokens;
    return \@lists;
}
sub pipeline {
    my %part = (not => 0, text => '', shells => [], bodies => [], loops => []);
    $part{not} = 1, shift @tokens if @tokens && $tokens[0] eq '!';
    for (;;) {
        command(\%part);
        last unless @tokens && $tokens[0] eq '|';
        $part{$_} = [] for qw(shells bodies loops);  # only the last of a pipe is asked how it went
        shift @tokens;
        shift @tokens while @tokens && $tokens[0] eq "\n";
    }
    return \%part;
}
sub command {
    my ($part) = @_;
    my $first = @tokens ? $tokens[0] : '';
    $part->{text} ||= $first;
    if ($first eq '{' || $first eq '(') {
        shift @tokens;
        push @{$part->{$first eq '{' ? 'bodies' : 'shells'}}, lists($first eq '{' ? '}' : ')');
    } elsif ($first eq 'if') {
        while (@tokens && $tokens[0] =~ /^(if|elif|else)$/) {
            lists('then') if shift @tokens ne 'else';
            my @before = @tokens;
            push @{$part->{bodies}}, lists('elif', 'else', 'fi');
            my $closing = $before[@before - @tokens - 1] // 'fi';
            last if $closing eq 'fi';
            unshift @tokens, $closing;
        }
    } elsif ($first =~ /^(while|until|for)$/) {
        shift @tokens;
        if ($first eq 'for') { shift @tokens while @tokens && $tokens[0] ne 'do'; shift @tokens }
        else { lists('do') }
        push @{$part->{loops}}, lists('done');
    } elsif ($first eq 'case') {
        shift @tokens while @tokens && $tokens[0] ne 'esac';
        shift @tokens;
    }
    # The words, or what is redirected.
    while (@tokens && $tokens[0] !~ /^(\n|&&|\|\||;;|[;&|)])$/) {
        $part->{text} .= ' ' . $tokens[0] if length $part->{text} < 60 && $part->{text} ne $tokens[0];
        if (shift(@tokens) ne '(') { next }
        lists(')');  # f() { ... }: what is in it is judged where it is called
        shift @tokens while @tokens && $tokens[0] eq "\n";
        lists('}') if @tokens && shift(@tokens) eq '{';
    }
}

# What comes after || on purpose.
sub leaves {
    my ($part) = @_;
    return 1 if $part->{text} =~ /^(return|exit|false|true|:|continue|break)\b/;
    return scalar grep { @$_ && leaves($_->[-1]{parts}[-1]) } @{$part->{bodies}};
}
# Its failure would say nothing.
sub harmless {
    my ($list) = @_;
    return @{$list->{parts}} == 1 && $list->{parts}[0]{text} =~ /^(echo|printf|cat|sleep|case|for|while|until|:|true|\w+=)/;
}

# What of these lists may fail without a consequence?
#   tail    the last one's status is the claim's
#   deaf    the shell does not stop for a failure here at all
sub lost {
    my ($lists, $tail, $deaf) = @_;
    my @lost;
    for my $i (0 .. $#$lists) {
        my $list = $lists->[$i];
        my ($heard, @parts, @ops) = ($tail && $i == $#$lists);
        @parts = @{$list->{parts}};
        @ops = @{$list->{ops}};
        next if $list->{background};
        $heard ||= $i < $#$lists && $lists->[$i + 1]{parts}[0]{text} =~ /^\w+=\$\?/;  # asked for
        $heard ||= @ops && $ops[-1] eq '||' && leaves($parts[-1]);
        $heard ||= $parts[-1]{text} =~ /^(continue|break)\b/;
        my $ignored = (@ops && $ops[-1] eq '&&') || $parts[-1]{not} || $deaf;
        push @lost, $parts[0]{text} if $ignored && !$heard && !harmless($list);
        for my $p (0 .. $#parts) {
            my $part = $parts[$p];
            my $here = $deaf || $p < $#parts || $part->{not};
            push @lost, lost($_, 1, $here) for @{$part->{shells}};
            push @lost, lost($_, $here || $heard, $here) for @{$part->{bodies}};
            push @lost, lost($_, 0, $here) for @{$part->{loops}};
        }
    }
    return @lost;
}

# ---- the claims

my $dir = ($ENV{WEFT_SRC} || '.') . '/t';
my ($n, $bad, $claims) = (0, 0, 0);
my @files;
find({wanted => sub { push @files, $_ if /\.t$/ && -f }, no_chdir => 1}, $dir);
for my $file (sort @files) {
    open(my $in, '<', $file) or die "$file: $!\n";
    my $text = do { local $/; <$in> };
    next unless $text =~ /^#!.*\bsh\b/ || $text =~ /^#!.*bash/;
    my @found;
    while ($text =~ /^[ \t]*(?:[\w ]+ && )?ok (?=['"])/mg) {
        my $line = 1 + (substr($text, 0, $-[0]) =~ tr/\n//);
        my $at = after_word($text, pos $text);
        $at++ while substr($text, $at, 1) =~ /[ \t\\\n]/;
        my $end = after_word($text, $at);
        my $claim = substr $text, $at, $end - $at;
        pos($text) = $end;
        # What the shell makes of the quotes; good enough to find commands.
        if ($claim =~ /^'/) { $claim =~ s/'"'"'/'/g; $claim =~ s/^'//; $claim =~ s/'$// }
        else { $claim =~ s/^"//; $claim =~ s/"$//; $claim =~ s/\\(["\$\\`])/$1/g }
        $claims++;
        @tokens = tokens_of($claim);
        push @found, "$file:$line: $_" for lost(lists(), 1, 0);
    }
    $n++;
    my $name = substr $file, length($dir) + 1;
    print @found ? 'not ' : '', "ok $n - in $name every command of a claim counts\n";
    print "# may fail without a consequence: $_\n" for @found;
    $bad ||= @found;
}
$n++;
print $claims > 1000 ? '' : 'not ', "ok $n - $claims claims were read\n";
print "1..$n\n";
exit($bad || $claims <= 1000);
