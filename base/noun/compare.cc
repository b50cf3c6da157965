// What two trees have in common: checksums of one, differences of two.
#include <algorithm>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "base/wrap/digest.hh"

namespace weft {

namespace {
/// A container whose children are being summed up.
struct Sum {
    const Element* e;
    size_t at;  ///< its place in the result
    size_t next = 0;
    std::string text;  ///< name and checksum of each child so far
};
}  // namespace

std::vector<Checksum> checksums(const Element& root) {
    std::vector<Checksum> all;
    std::vector<Sum> stack;
    std::string text;
    const Element* e = &root;
    for (;;) {
        size_t at = all.size();
        all.emplace_back();
        if (e->is_resource()) {
            stack.push_back({e, at, 0, {}});
        } else {
            text.clear();
            append_text(text, *e);
            if (e->is_defined()) {
                text += '\x1e';
                text += kind_name(e->kind());
            } else
                text = "_<undef>_";
            md5_hex(text, all[at].data());
        }
        // The finished element's checksum goes into its container; a full container is finished
        // too.
        bool finished = !e->is_resource();
        for (;;) {
            if (finished) {
                if (stack.empty())
                    return all;
                Sum& s = stack.back();
                if (s.e->is(Kind::dict))
                    s.text += s.e->dict()[s.next - 1].key.view();
                else
                    append_long(s.text, int64_t(s.next - 1));
                s.text.append(all[at].data(), all[at].size());
            }
            Sum& s = stack.back();
            if (s.next < s.e->size()) {
                e = &s.e->child(s.next);
                s.next++;
                break;
            }
            at = s.at;
            md5_hex(s.text, all[at].data());
            stack.pop_back();
            finished = true;
        }
    }
}

std::string checksum(const Element& root) {
    Checksum top = checksums(root)[0];
    return {top.data(), top.size()};
}

namespace {
/// A pair of elements to compare, the one or the other absent.
struct Pair {
    const Element *before, *after;
    size_t depth;  ///< how many terms of the path lead to it
    Term term;     ///< the last of them
};

bool is_leaf(const Element& e) { return !e.is_resource() || e.size() == 0; }
bool equal_leaves(const Element& a, const Element& b) { return a.kind() == b.kind() && a == b; }
}  // namespace

std::vector<TreeChange> diff_trees(const Element& before, const Element& after) {
    std::vector<TreeChange> changes;
    std::vector<Term> path;
    std::vector<Pair> work{{&before, &after, 0, Term()}}, children;
    while (!work.empty()) {
        Pair p = work.back();
        work.pop_back();
        path.resize(p.depth ? p.depth - 1 : 0);
        if (p.depth)
            path.push_back(p.term);
        const Element *a = p.before, *b = p.after;
        if (a && b && (a->same_node(*b)))
            continue;
        if ((!a || is_leaf(*a)) && (!b || is_leaf(*b))) {
            if (!a || !b || !equal_leaves(*a, *b))
                changes.push_back({Path(path), a, b});
            continue;
        }
        if (a && b && a->kind() != b->kind()) {
            work.push_back({nullptr, b, p.depth, p.term});
            work.push_back({a, nullptr, p.depth, p.term});
            continue;
        }
        children.clear();
        size_t d = p.depth + 1;
        if ((a ? a : b)->is(Kind::list)) {
            size_t n = a ? a->size() : 0, m = b ? b->size() : 0;
            for (size_t i = 0; i < std::max(n, m); i++)
                children.push_back({i < n ? &a->list()[i] : nullptr,
                                    i < m ? &b->list()[i] : nullptr, d, Term(int32_t(i))});
        } else {
            size_t i = 0, j = 0, n = a ? a->size() : 0, m = b ? b->size() : 0;
            while (i < n || j < m) {
                const Dict::Entry* x = i < n ? &a->dict()[i] : nullptr;
                const Dict::Entry* y = j < m ? &b->dict()[j] : nullptr;
                if (x && y && x->key < y->key)
                    y = nullptr;
                else if (x && y && y->key < x->key)
                    x = nullptr;
                children.push_back({x ? &x->value : nullptr, y ? &y->value : nullptr, d,
                                    Term(x ? x->key : y->key)});
                if (x)
                    i++;
                if (y)
                    j++;
            }
        }
        work.insert(work.end(), children.rbegin(), children.rend());
    }
    return changes;
}

}  // namespace weft
