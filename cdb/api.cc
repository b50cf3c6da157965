// The rows of the API. Each group's handlers are in api_<group>.cc; cdb-protocol(5) describes them.
#include "cdb/api.hh"

namespace weft::cdb {

const std::vector<ApiRow>& api() {
    using enum Right;
    static const std::vector<ApiRow> rows = {
        // what goes on
        {"GET", "health", anyone, ApiRow::loop, get_health},
        {"GET", "metrics", anyone, ApiRow::loop, get_metrics},
        {"GET", "whoami", anyone, ApiRow::loop, get_whoami},
        {"GET", "events", anyone, ApiRow::loop, get_events},
        {"GET", "commits", reader, ApiRow::loop, get_commits},
        {"GET", "audit", admin, ApiRow::reader, get_audit},
        {"POST", "verify", admin, ApiRow::upkeep, post_verify},
        {"POST", "prune", admin, ApiRow::upkeep, post_prune},
        {"POST", "backup", admin, ApiRow::upkeep, post_backup},
        // files and history
        {"GET", "tree", reader, ApiRow::reader, get_tree},
        {"GET", "export", reader, ApiRow::query, get_export},
        {"GET", "templates/**", reader, ApiRow::reader, get_template},
        {"GET", "annotate/**", reader, ApiRow::query, get_annotate},
        {"GET", "revisions", reader, ApiRow::reader, get_revisions},
        {"GET", "revisions/*", reader, ApiRow::reader, get_revision},
        {"GET", "revisions/*/diff", reader, ApiRow::query, get_revision_diff},
        {"GET", "export/git", reader, ApiRow::query, get_export_git},
        {"GET", "revisions/*/effects", reader, ApiRow::query, get_revision_effects},
        {"GET", "diff", reader, ApiRow::query, get_diff},
        {"GET", "tags", reader, ApiRow::reader, get_tags},
        {"PUT", "tags/*", member, ApiRow::reader, put_tag},
        {"DELETE", "tags/*", member, ApiRow::reader, delete_tag},
        // changes
        {"POST", "check", member, ApiRow::check, post_check},
        {"POST", "commit", member, ApiRow::line, post_commit},
        {"POST", "contents/missing", member, ApiRow::reader, post_missing},
        {"POST", "contents", member, ApiRow::reader, post_contents},
        {"POST", "history", member, ApiRow::line, post_history},
        {"POST", "revert", member, ApiRow::line, post_revert},
        {"GET", "stages", reader, ApiRow::reader, get_stages},
        {"PUT", "stages/*", member, ApiRow::line, put_stage},
        {"DELETE", "stages/*", member, ApiRow::line, delete_stage},
        {"POST", "stages/*/promote", member, ApiRow::line, post_promote},
        {"GET", "locks", reader, ApiRow::reader, get_locks},
        {"POST", "locks", member, ApiRow::reader, post_locks},
        {"DELETE", "locks/**", member, ApiRow::reader, delete_lock},
        {"GET", "sessions", reader, ApiRow::reader, get_sessions},
        {"POST", "sessions", member, ApiRow::reader, post_sessions},
        {"GET", "sessions/*", reader, ApiRow::reader, get_session},
        {"DELETE", "sessions/*", member, ApiRow::reader, delete_session},
        {"GET", "sessions/*/diff", reader, ApiRow::query, get_session_diff},
        {"GET", "sessions/*/tree", reader, ApiRow::reader, get_session_tree},
        {"POST", "sessions/*/templates", member, ApiRow::reader, post_session_templates},
        {"GET", "sessions/*/templates/**", reader, ApiRow::reader, get_session_template},
        {"PUT", "sessions/*/templates/**", member, ApiRow::reader, put_session_template},
        {"DELETE", "sessions/*/templates/**", member, ApiRow::reader, delete_session_template},
        {"POST", "sessions/*/rollback", member, ApiRow::reader, post_session_rollback},
        {"POST", "sessions/*/check", member, ApiRow::check, post_session_check},
        {"POST", "sessions/*/commit", member, ApiRow::line, post_session_commit},
        // nodes
        {"GET", "hosts", reader, ApiRow::loop, get_hosts},
        {"GET", "nodes", reader, ApiRow::loop, get_nodes},
        {"GET", "nodes/*/status", anyone, ApiRow::loop, get_node_status},
        {"POST", "nodes/*/status", anyone, ApiRow::report, post_node_status},
        {"GET", "profiles/*", reader, ApiRow::reader, get_profile},
        {"GET", "profiles/*/diff", reader, ApiRow::query, get_profile_diff},
        {"GET", "query", reader, ApiRow::query, get_query},
    };
    return rows;
}

}  // namespace weft::cdb
