// The handlers of the API, declared. Private to cdbd.
#pragma once
#include "cdb/server.hh"

namespace weft::cdb {

using Answer = std::optional<HttpResponse>;

Answer get_health(Server&, Call&), get_metrics(Server&, Call&), get_whoami(Server&, Call&),
    get_events(Server&, Call&), get_commits(Server&, Call&), get_audit(Server&, Call&),
    post_verify(Server&, Call&), post_prune(Server&, Call&), post_backup(Server&, Call&);

Answer get_tree(Server&, Call&), get_export(Server&, Call&), get_template(Server&, Call&),
    get_annotate(Server&, Call&), get_revisions(Server&, Call&), get_revision(Server&, Call&),
    get_revision_diff(Server&, Call&), get_revision_effects(Server&, Call&);

Answer post_check(Server&, Call&), post_commit(Server&, Call&), post_revert(Server&, Call&),
    get_sessions(Server&, Call&), post_sessions(Server&, Call&), get_session(Server&, Call&),
    delete_session(Server&, Call&), get_session_diff(Server&, Call&),
    get_session_tree(Server&, Call&), post_session_templates(Server&, Call&),
    get_session_template(Server&, Call&), put_session_template(Server&, Call&),
    delete_session_template(Server&, Call&), post_session_rollback(Server&, Call&),
    post_session_check(Server&, Call&), post_session_commit(Server&, Call&);

Answer get_hosts(Server&, Call&), get_nodes(Server&, Call&), get_node_status(Server&, Call&),
    post_node_status(Server&, Call&), get_profile(Server&, Call&), get_query(Server&, Call&);

Answer get_tags(Server&, Call&), put_tag(Server&, Call&), delete_tag(Server&, Call&),
    get_locks(Server&, Call&), post_locks(Server&, Call&), delete_lock(Server&, Call&);

Answer post_missing(Server&, Call&), post_contents(Server&, Call&), post_history(Server&, Call&),
    get_export_git(Server&, Call&);

/// Commit, publish, answer: from the line of commits. The author is the asker unless `by` says who
/// that is.
Answer commit(Server&, Call&, Proposal);
Answer check(Server&, Call&, Proposal);

Answer get_stages(Server&, Call&), put_stage(Server&, Call&), delete_stage(Server&, Call&),
    post_promote(Server&, Call&);

Answer get_diff(Server&, Call&), get_profile_diff(Server&, Call&);

/// The revision a key of a body names, by number or name; the head without it.
uint64_t revision_of(const Server&, const Element& body, std::string_view key);
/// The revision a request asks for ("at"), or the head; Error(65) for one that is not there yet.
uint64_t revision_asked(const Server&, const Call&);

/// {"KEY": [...]}, each as its put() writes it; with "head" before it when that is given.
template <class All>
HttpResponse list_answer(const char* key, const All& all, std::optional<uint64_t> head = {}) {
    Json j;
    j.open();
    if (head)
        j.field("head", *head);
    j.key(key).open('[');
    for (auto& one : all)
        put(j, one);
    j.close(']').close();
    return json(200, j);
}

}  // namespace weft::cdb
