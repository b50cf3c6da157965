// Who may do what: administrators and readers named in a file, nodes by the host name in their
// certificate.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hh"
#include "base/wrap/tls.hh"

namespace weft::cdb {

/// Each right includes those after it. A member is somebody the tree's own rules name
/// (namespaces.hh).
enum class Right { admin, member, reader, anyone };

/// Somebody at the other end of a connection.
struct Principal {
    std::string name = "anonymous";  ///< the certificate's subject
    Right right = Right::anyone;
    bool reads_all = false;  ///< a reader, whatever else
    std::shared_ptr<const tls::Identity> identity;
    std::vector<std::string> profiles;  ///< patterns of nodes whose profiles it may read
    bool anonymous_reads = false;       ///< the listener lets anybody read profiles

    bool is_node(std::string_view node) const { return identity && identity->is_host(node); }
    /// As the node itself, as its proxy, or as anybody on a listener that lets them.
    bool may_fetch_profile(std::string_view node) const;
};

/// Is it the one a rule names: a certificate's subject, dns:NAME, email:ADDRESS?
bool is_named(const tls::Identity&, const std::string& who);
/// Can it be such a name?
bool can_be_named(std::string_view who);
/// A line of a file of rules, read in words: blanks between, quotes around one that has blanks, #
/// before a comment.
struct RuleLine {
    std::string_view file, text;
    int number = 0, status = 0;
    std::vector<std::string> words;
    std::vector<int> columns;

    /// An Error that points at a word; at the end of the line when it has so few.
    Error wrong(size_t word, std::string message, std::string hint) const;
};
/// Every line that has words. Error with that status for a quote without its end.
void each_rule_line(std::string_view text, std::string_view file, int status,
                    const std::function<void(const RuleLine&)>&);

/// The access file: a right, who has it, and for proxies which nodes; a line each.
///     admin   "CN=Anna Example,O=Site"
///     admin   email:ops@example.org
///     reader  dns:monitor.example.org
///     proxy   dns:boot.example.org  lxb0* lxb1*
class Access {
public:
    /// Error(78) with file, line and column.
    static Access parse(std::string_view text, const std::string& file);

    Principal principal(const std::shared_ptr<const tls::Identity>&, bool anonymous_reads) const;
    bool empty() const { return rules_.empty(); }

private:
    struct Rule {
        std::string right, who;
        std::vector<std::string> patterns;
    };
    std::vector<Rule> rules_;
};

}  // namespace weft::cdb
