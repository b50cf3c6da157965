// /profiles/: what nodes fetch. Answered from memory; what is not there yet is made by a reader
// first.
#include <fmt/core.h>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "base/url.hh"
#include "base/wrap/gzip.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/server.hh"

namespace weft::cdb {

std::shared_ptr<const HttpDocument> Documents::find(const std::string& key) {
    auto it = places_.find(key);
    if (it == places_.end())
        return nullptr;
    order_.splice(order_.begin(), order_, it->second);
    return it->second->document;
}

void Documents::put(const std::string& key, std::shared_ptr<const HttpDocument> d) {
    if (places_.contains(key))
        return;
    bytes_ += d->gzip->size();
    order_.push_front({key, std::move(d)});
    places_[key] = order_.begin();
    while (bytes_ > limit_ && order_.size() > 1) {
        bytes_ -= order_.back().document->gzip->size();
        places_.erase(order_.back().key);
        order_.pop_back();
    }
}

namespace {

enum class Form { xml, json, origins };

struct Wanted {
    std::string node;
    Form form;
    bool gz;
    std::string
        signed_as;  ///< the signature of what has this name is asked for; empty: the profile itself
};

/// "lxb001.xml", "profile_lxb001.json.gz", "lxb001.xml.sig", ...
std::optional<Wanted> wanted(std::string_view name, std::string_view prefix) {
    Wanted w{};
    if (name.ends_with(".sig")) {
        name.remove_suffix(4);
        if (name.ends_with(".gz") || name.ends_with(".origins"))
            return std::nullopt;
        w.signed_as = name;
    } else if (name.ends_with(".gz")) {
        w.gz = true;
        name.remove_suffix(3);
    }
    size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0)
        return std::nullopt;
    std::string_view ending = name.substr(dot + 1);
    if (ending == "xml")
        w.form = Form::xml;
    else if (ending == "json")
        w.form = Form::json;
    else if (ending == "origins")
        w.form = Form::origins;
    else
        return std::nullopt;
    name = name.substr(0, dot);
    if (!prefix.empty() && name.size() > prefix.size() && name.starts_with(prefix))
        name.remove_prefix(prefix.size());
    w.node = name;
    return w;
}

/// The JSON text of a profile.
std::string json_of(const Store& store, const Profile& p) {
    std::string text;
    write_json(read_xml(store.contents.text(p.xml), p.object), text, {.ascii_only = true});
    return text;
}

/// A signature binds a profile to the name it is asked for by: that of another node is no good
/// under it.
std::shared_ptr<const HttpDocument> make_signature(const Store& store, const Profile& p,
                                                   const Wanted& w, const Signer& signer) {
    std::string der =
        signer.sign(w.signed_as + '\n' +
                    (w.form == Form::json ? json_of(store, p) : store.contents.text(p.xml)));
    return std::make_shared<HttpDocument>(
        HttpDocument{.type = "application/pkcs7-signature",
                     .plain = nullptr,
                     .gzip = std::make_shared<const std::string>(gzip(der)),
                     .etag = to_hex(hash_of(der)).substr(0, 32)});
}

/// On a reader's thread.
std::shared_ptr<const HttpDocument> make_document(const Store& store, const Profile& p, Form form) {
    auto d = std::make_shared<HttpDocument>();
    auto body = [](std::string s) {
        return std::make_shared<const std::string>(std::move(s));
    };
    switch (form) {
        case Form::xml:
            d->type = "text/xml";
            d->etag = p.etag();
            d->modified = p.modified;
            d->gzip = body(store.contents.gzip(p.xml));
            break;
        case Form::json: {
            std::string text = json_of(store, p);
            d->type = "application/json";
            d->etag = to_hex(hash_of(text)).substr(0, 32);
            d->modified = p.modified;
            d->gzip = body(gzip(text));
            break;
        }
        case Form::origins:
            d->type = "text/plain; charset=utf-8";
            d->etag = to_hex(p.origins).substr(0, 32);
            d->gzip = body(store.contents.gzip(p.origins));
            break;
    }
    return d;
}

}  // namespace

void Server::answer(HttpReply reply, const std::string& node, const Profile& p,
                    std::shared_ptr<const HttpDocument> d, bool gz) {
    const HttpRequest& request = reply.request();
    HttpResponse r;
    if (gz) {
        // A name ending in .gz is the inner document, gzip-encoded, whatever the client says it
        // takes.
        HttpRequest as_gzip = request;
        std::erase_if(as_gzip.headers, [](auto& h) { return h.first == "accept-encoding"; });
        as_gzip.headers.emplace_back("accept-encoding", "gzip");
        r = respond(as_gzip, *d);
    } else if (accepts_gzip(request.header("accept-encoding"))) {
        r = respond(request, *d);
    } else {
        HttpDocument plain = *d;
        plain.plain = std::make_shared<const std::string>(gunzip(*plain.gzip));
        plain.gzip = nullptr;
        r = respond(request, plain);
    }
    counters.profiles++;
    counters.not_modified += r.status == 304;
    r.with("X-Weft-Revision", std::to_string(p.revision)).with("Cache-Control", "no-cache");
    Principal who = principal(request);
    if (request.method == "GET" && (who.is_node(node) || (!who.identity && who.anonymous_reads))) {
        nodes.fetched(node, p.revision, request.remote.address, store.database.now());
        notifier.fetched(node, p.revision);
    }
    reply.send(std::move(r));
}

/// What is published, as the list of it needs it: made once a commit, read by threads.
struct Server::Listing {
    struct One {
        std::string node, object;
        int64_t modified;
    };
    std::vector<One> all;
};

/// The list of the profiles somebody may read: made by a thread, once for each who asks.
void Server::serve_index(const Principal& who, HttpReply reply) {
    std::string key = readable_all(who) ? "" : who.name + (who.anonymous_reads ? "\n" : "");
    if (auto it = indexes_.find(key); it != indexes_.end())
        return reply.send(respond(reply.request(), *it->second));
    if (!listing_) {
        auto fresh = std::make_shared<Listing>();
        for (auto& [node, p] : published)
            fresh->all.push_back({node, p.object, p.modified});
        listing_ = fresh;
    }
    work.readers.submit(
        [this, who, reply, key, listing = listing_] {
            auto text = std::make_shared<std::string>(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<profiles>\n");
            int64_t newest = 0;
            auto may = readable(who);
            for (auto& one : listing->all) {
                if (!may(one.object) && !who.may_fetch_profile(one.node))
                    continue;
                *text += fmt::format("  <profile mtime=\"{}\">{}{}.xml</profile>\n", one.modified,
                                     prefix_, one.node);
                newest = std::max(newest, one.modified);
            }
            *text += "</profiles>\n";
            auto d = std::make_shared<const HttpDocument>(
                HttpDocument{.type = "text/xml",
                             .plain = text,
                             .gzip = nullptr,
                             .etag = to_hex(hash_of(*text)).substr(0, 32),
                             .modified = newest});
            loop.post([this, reply, key, d, listing] {
                if (listing == listing_ && indexes_.size() < 100)
                    indexes_[key] = d;
                reply.send(respond(reply.request(), *d));
            });
        },
        Workers::usual, who.name);
}

void Server::serve_profile(HttpReply reply) {
    const HttpRequest& request = reply.request();
    Principal who = principal(request);
    auto steps = split_path(request.path);
    if (!steps || steps->size() != 2)
        return reply.send(problem(404, "there is no such profile"));
    const std::string& name = (*steps)[1];
    if (!who.identity && !who.anonymous_reads) {
        counters.refused++;
        return reply.send(problem(403, "a client certificate is needed"));
    }
    if (name == "profiles-info.xml")
        return serve_index(who, std::move(reply));
    auto w = wanted(name, prefix_);
    if (!w)
        return reply.send(problem(404, fmt::format("there is no '{}'", name),
                                  "NAME.xml, NAME.json or NAME.origins, each also with .gz; "
                                  "NAME.xml.sig, NAME.json.sig"));
    if (!w->signed_as.empty() && !signer_)
        return reply.send(problem(404, "profiles are not signed here"));
    auto it = published.find(w->node);
    if (!may_read_profile(who, it == published.end() ? w->node : it->second.object)) {
        counters.refused++;
        log.warning("{} at {} may not read the profile of '{}'", who.name, request.remote.text(),
                    w->node);
        return reply.send(
            problem(403, fmt::format("'{}' may not read the profile of '{}'", who.name, w->node)));
    }
    if (it == published.end())
        return reply.send(problem(404, fmt::format("there is no profile of '{}'", w->node)));

    const Profile& p = it->second;
    std::string key = (w->form == Form::origins ? p.origins : p.xml) +
                      std::to_string(int(w->form)) + ' ' + std::to_string(p.modified) + ' ' +
                      w->signed_as;
    if (auto d = documents_.find(key))
        return answer(reply, w->node, p, d, w->gz);
    work.profiles.submit([this, reply, w = *w, p, key, signer = signer_] {
        try {
            auto d = w.signed_as.empty() ? make_document(store, p, w.form)
                                         : make_signature(store, p, w, *signer);
            loop.post([this, reply, w, p, key, d, signer] {
                if (signer == signer_)
                    documents_.put(key, d);
                answer(reply, w.node, p, d, w.gz);
            });
        } catch (const std::exception& e) {
            log.error("profile of {}: {}", w.node, e.what());
            reply.send(problem(500, fmt::format("the profile of '{}' cannot be read", w.node)));
        }
    });
}

}  // namespace weft::cdb
