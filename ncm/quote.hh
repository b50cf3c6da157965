// The one place that knows how a value is spelled so that the reader of a format gets it back. What
// a format cannot say is Error(65) that names the value and the rule; nothing is left out silently.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::ncm {

// ---- shells
/// A name of a variable: letters, digits, '_', no digit first.
const std::string& variable_name(const std::string&);
/// One word; quotes only where they are needed.
std::string sh_word(std::string_view);
/// Between double quotes. $NAME and ${NAME} stay references to variables, all else is itself: no
/// command is run, nothing ends the quotes.
std::string sh_text(std::string_view);
std::string csh_text(std::string_view);

/// A value of a file that shells read as the site wrote it, quotes of its own included; where that
/// is not one value for a shell, or has blanks outside of quotes, quotes are put around it.
std::string sh_value(std::string_view);
/// The words of a command line that no shell sees: '...' holds all but ', "..." and a backslash
/// work as in sh. Error(65) for a quote that is not closed.
std::vector<std::string> shell_words(std::string_view);

// ---- files of names and values
std::string json_text(std::string_view);
std::string toml_text(std::string_view);
std::string toml_key(std::string_view);
/// Java's, which reads Latin-1.
std::string properties_key(std::string_view);
std::string properties_value(std::string_view);

/// Would a reader that drops blanks at the ends lose something? What Python and Perl take for
/// blank.
bool blank_at_ends(std::string_view);

/// One argument of sshd_config(5) or ssh_config(5).
std::string ssh_word(std::string_view);

/// Would a reader that takes ';' between blanks for the beginning of a comment cut it?
bool comment_inside(std::string_view);

// ---- cron
/// The value of a variable in a crontab.
std::string cron_value(std::string_view);
/// Five fields with single blanks between them, or @daily and its kin; Error(65) for what cron does
/// not understand.
std::string cron_time(std::string_view);
/// A command that cron would cut at a '%'?
bool cron_cuts(std::string_view command);

// ---- numbers
/// As Perl prints it: a whole number, or "%.15g".
std::string number_as_perl(double);
/// The whole text as a number within these bounds; `what` names it in Error(65).
long parse_number(std::string_view text, std::string_view what, long least, long most);
/// Octal, as chmod takes it: at most 7777.
unsigned parse_mode(std::string_view text, std::string_view what = "mode");

}  // namespace weft::ncm
