// Answers written down: JSON, CSV, SQL.
#include <fmt/core.h>

#include <iterator>

#include "cdb/json.hh"
#include "cdb/query.hh"

namespace weft::cdb {

static void put(Json& j, std::string_view value) {
    std::string_view text = leaf_text(value);
    bool bare = value[0] != 's' &&
                text.find_first_of("NI") == std::string_view::npos;  // NaN and Infinity are no JSON
    if (bare)
        j.raw(text);
    else
        j.value(text);
}

std::string as_json(const Answers& a, uint64_t head) {
    Json j;
    j.open().field("revision", head);
    if (a.join)
        j.field("columns", a.columns);
    j.key("rows").open('[');
    for (auto& r : a.rows) {
        const ObjectSlot& s = (*a.slots)[r.slot];
        j.open()
            .field("node", s.node)
            .field("path", r.path)
            .field("type", leaf_kind(r.value))
            .key("value");
        put(j, r.value);
        j.field("revision", s.revision).close();
    }
    for (auto& r : a.joined) {
        const ObjectSlot& s = (*a.slots)[r.slot];
        j.open().field("node", s.node).field("revision", s.revision).key("values").open('[');
        for (auto& cell : r.columns) {
            j.open('[');
            for (auto& v : cell)
                put(j, v);
            j.close(']');
        }
        j.close(']').close();
    }
    j.close(']').field("complete", a.complete).close();
    return j.take();
}

/// Several values of a node in one cell.
static std::string joined(const std::vector<LeafValue>& cell) {
    std::string s;
    for (size_t i = 0; i < cell.size(); i++)
        (s += i ? ", " : "") += leaf_text(cell[i]);
    return s;
}

static std::string doubled(std::string_view s, char quote) {
    std::string out(1, quote);
    for (char c : s) {
        out += c;
        if (c == quote)
            out += c;
    }
    return out += quote;
}

static std::string csv(std::string_view s) {
    return s.find_first_of(",\"\r\n") == std::string_view::npos ? std::string(s) : doubled(s, '"');
}

std::string as_csv(const Answers& a) {
    std::string out = a.join ? "node,revision" : "node,path,type,value,revision";
    if (a.join)
        for (auto& c : a.columns)
            out += ',' + csv(c);
    out += '\n';
    for (auto& r : a.rows) {
        const ObjectSlot& s = (*a.slots)[r.slot];
        fmt::format_to(std::back_inserter(out), "{},{},{},{},{}\n", s.node, csv(r.path),
                       leaf_kind(r.value), csv(leaf_text(r.value)), s.revision);
    }
    for (auto& r : a.joined) {
        const ObjectSlot& s = (*a.slots)[r.slot];
        fmt::format_to(std::back_inserter(out), "{},{}", s.node, s.revision);
        for (auto& cell : r.columns)
            out += ',' + csv(joined(cell));
        out += '\n';
    }
    return out;
}

/// A text for SQL; bytes that are none as a blob.
static std::string sql(std::string_view s) {
    if (is_utf8(s) && s.find('\0') == std::string_view::npos)
        return doubled(s, '\'');
    return "X'" + to_hex(s) + "'";
}

std::string as_sql(const Answers& a) {
    std::string out;
    if (a.join) {
        out = "CREATE TABLE weft_node (node VARCHAR(255), revision BIGINT";
        for (auto& c : a.columns)
            out += ", " + doubled(c, '"') + " TEXT";
        out += ");\nBEGIN;\n";
    } else {
        out =
            "CREATE TABLE weft_value (node VARCHAR(255), path VARCHAR(1000), type VARCHAR(8), "
            "value TEXT, number DOUBLE PRECISION, revision BIGINT);\nBEGIN;\n";
    }
    for (auto& r : a.rows) {
        const ObjectSlot& s = (*a.slots)[r.slot];
        std::string_view text = leaf_text(r.value);
        bool is_number = (r.value[0] == 'l' || r.value[0] == 'd') &&
                         text.find_first_of("NI") == std::string_view::npos;
        fmt::format_to(std::back_inserter(out),
                       "INSERT INTO weft_value VALUES ({}, {}, '{}', {}, {}, {});\n", sql(s.node),
                       sql(r.path), leaf_kind(r.value), sql(text), is_number ? text : "NULL",
                       s.revision);
    }
    for (auto& r : a.joined) {
        const ObjectSlot& s = (*a.slots)[r.slot];
        fmt::format_to(std::back_inserter(out), "INSERT INTO weft_node VALUES ({}, {}", sql(s.node),
                       s.revision);
        for (auto& cell : r.columns)
            out += ", " + (cell.empty() ? "NULL" : sql(joined(cell)));
        out += ");\n";
    }
    return out += "COMMIT;\n";
}

}  // namespace weft::cdb
