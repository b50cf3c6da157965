// GET query: what all nodes hold, or what is found among it.
#include <fmt/core.h>

#include "base/error.hh"
#include "cdb/api.hh"
#include "cdb/query.hh"
#include "cdb/revisions.hh"

namespace weft::cdb {

Answer get_query(Server& s, Call& c) {
    Query q;
    for (auto& path : c.request.parameters("path"))
        q.paths.emplace_back(path);
    for (auto& text : c.request.parameters("where"))
        q.where.push_back(Condition::parse(text));
    q.node = c.request.parameter("node").value_or("*");
    q.text = c.request.parameter("text");
    q.join = c.request.parameter("join").has_value();
    q.limit = c.number("limit", q.limit);
    q.visible = s.readable(c.who);
    q.go_on = [&] {
        c.go_on();
    };
    if (q.paths.empty() && q.text)
        q.paths.emplace_back("/**");
    if (q.paths.empty())
        throw Error(exit_data, "a query needs 'path'", {},
                    "/system/network/*/ip, /software/**/version");
    if (q.paths.size() + q.where.size() > 50)
        throw Error(exit_data, "more than 50 patterns and conditions");
    std::string format = c.request.parameter("format").value_or("json");
    if (format != "json" && format != "csv" && format != "sql")
        throw Error(exit_data, fmt::format("unknown format '{}'", format), {}, "json, csv or sql");
    uint64_t head = s.store.revisions.head();
    Answers a = ask(s.store.values, q);
    for (int tries = 0; head != s.store.revisions.head();
         tries++) {  // what was read before and after a commit is no state of the site
        if (tries == 5)
            throw Error(exit_try_later, "commits come faster than this can be answered");
        head = s.store.revisions.head();
        a = ask(s.store.values, q);
    }
    if (format == "csv")
        return HttpResponse::text(200, as_csv(a), "text/csv; charset=utf-8");
    if (format == "sql")
        return HttpResponse::text(200, as_sql(a), "application/sql");
    return HttpResponse::json(200, as_json(a, head));
}

}  // namespace weft::cdb
