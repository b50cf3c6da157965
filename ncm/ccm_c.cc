// The access library's face for C: nothing throws out of it, every text is malloc's.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "ncm/cache.hh"
#include "ncm/include/weft/ccm.h"

using namespace weft;

struct ccm_profile {
    ncm::Configuration config;
};

namespace {

thread_local std::string last_error;

/// Call f; what it throws becomes ccm_error() and the fallback.
template <class F, class R>
R guarded(R fallback, F f) {
    last_error.clear();
    try {
        return f();
    } catch (const std::exception& e) {
        last_error = e.what();
    } catch (...) {
        last_error = "an unknown error";
    }
    return fallback;
}

char* copy(std::string_view text) {
    char* p = static_cast<char*>(std::malloc(text.size() + 1));
    if (!p)
        throw std::bad_alloc();
    std::memcpy(p, text.data(), text.size());
    p[text.size()] = 0;
    return p;
}

char* copy(const std::optional<std::string>& text) {
    return text ? copy(std::string_view(*text)) : nullptr;
}

/// "/a/{b}/0" as the cache has it.
std::string key(const char* path) {
    if (!path)
        throw Error(exit_usage, "no path is given");
    return Path::parse(path).text();
}

}  // namespace

int ccm_abi(void) { return CCM_ABI; }
const char* ccm_error(void) { return last_error.c_str(); }

ccm_profile* ccm_open(const char* root, const char* cid) {
    return guarded(static_cast<ccm_profile*>(nullptr), [&] {
        ncm::CacheManager cache(root ? root : "/var/lib/ccm");
        auto p = std::make_unique<ccm_profile>(ccm_profile{cache.configuration(cid ? cid : "")});
        p->config.hold();
        return p.release();
    });
}

void ccm_close(ccm_profile* p) { delete p; }
int ccm_cid(const ccm_profile* p) { return p->config.cid(); }

enum ccm_type ccm_type_of(const ccm_profile* p, const char* path) {
    return guarded(CCM_ABSENT, [&] {
        auto type = p->config.type(key(path));
        if (!type)
            return CCM_ABSENT;
        for (auto [name, code] : {std::pair("string", CCM_STRING),
                                  {"long", CCM_LONG},
                                  {"double", CCM_DOUBLE},
                                  {"boolean", CCM_BOOLEAN},
                                  {"list", CCM_LIST},
                                  {"nlist", CCM_NLIST}})
            if (*type == name)
                return code;
        return CCM_STRING;  // a user type of a foreign cache
    });
}

char* ccm_value(const ccm_profile* p, const char* path) {
    return guarded(static_cast<char*>(nullptr), [&] { return copy(p->config.value(key(path))); });
}

char* ccm_checksum(const ccm_profile* p, const char* path) {
    return guarded(static_cast<char*>(nullptr),
                   [&] { return copy(p->config.checksum(key(path))); });
}

char* ccm_children(const ccm_profile* p, const char* path, size_t* count) {
    if (count)
        *count = 0;
    return guarded(static_cast<char*>(nullptr), [&]() -> char* {
        std::string all;
        auto names = p->config.children(key(path));
        for (const std::string& name : names)
            all += name + '\0';
        if (count)
            *count = names.size();
        return names.empty() ? nullptr : copy(std::string_view(all));
    });
}

char* ccm_json(const ccm_profile* p, const char* path) {
    return guarded(static_cast<char*>(nullptr), [&]() -> char* {
        auto tree = p->config.tree(key(path));
        if (!tree)
            return nullptr;
        std::string text;
        write_json(*tree, text, {.one_line = true, .plain = true});
        while (text.ends_with('\n'))
            text.pop_back();
        return copy(std::string_view(text));
    });
}

void ccm_free(char* text) { std::free(text); }
