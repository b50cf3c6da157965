// Patterns are compiled to machine code once they have been used a few times.
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/wrap/pcre.hh"

#include <pcre2.h>

#include <new>
#include <string>

#include "base/error.hh"
#include "base/wrap/free.hh"

namespace weft {

using Code = std::unique_ptr<pcre2_code, Free<pcre2_code_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Free<pcre2_match_data_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Free<pcre2_match_context_free>>;
using JitStack = std::unique_ptr<pcre2_jit_stack, Free<pcre2_jit_stack_free>>;

struct Pcre::State {
    Code code;
    MatchData match;
    unsigned searches = 0;
};

/// About a tenth of a second of backtracking, 256 MiB of memory, 4 MiB of stack for compiled code.
struct Limits {
    static constexpr uint32_t backtracks = 5'000'000, kibibytes = 256 << 10;
    JitStack stack{pcre2_jit_stack_create(32 << 10, 4 << 20, nullptr)};
    MatchContext context{pcre2_match_context_create(nullptr)};
    Limits() {
        if (!stack || !context)
            throw std::bad_alloc();
        pcre2_set_match_limit(context.get(), backtracks);
        pcre2_set_heap_limit(context.get(), kibibytes);
        pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    }
};

Pcre::Pcre(std::string_view pattern) : state_(std::make_unique<State>()) {
    int code = 0;
    size_t at = 0;
    auto bytes = reinterpret_cast<PCRE2_SPTR>(pattern.data());
    state_->code.reset(pcre2_compile(bytes, pattern.size(), PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C,
                                     &code, &at, nullptr));
    if (!state_->code) {
        PCRE2_UCHAR text[200];
        pcre2_get_error_message(code, text, sizeof text);
        throw Error(exit_data, reinterpret_cast<char*>(text), {{}, 1, int(at) + 1});
    }
    state_->match.reset(pcre2_match_data_create_from_pattern(state_->code.get(), nullptr));
    if (!state_->match)
        throw std::bad_alloc();
}

Pcre::Pcre(Pcre&&) noexcept = default;
Pcre::~Pcre() = default;

Pcre::Outcome Pcre::search(std::string_view text, size_t from, std::vector<size_t>& offsets) const {
    thread_local Limits limits;
    // A pattern that is used once or twice is not worth a translation; if none can be made, it is
    // interpreted.
    constexpr unsigned worth = 4;
    if (++state_->searches == worth)
        pcre2_jit_compile(state_->code.get(), PCRE2_JIT_COMPLETE);
    auto run = [&](uint32_t options) {
        return pcre2_match(state_->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                           text.size(), from, PCRE2_NO_UTF_CHECK | options, state_->match.get(),
                           limits.context.get());
    };
    int n = run(0);
    if (n == PCRE2_ERROR_JIT_STACKLIMIT)
        n = run(PCRE2_NO_JIT);
    switch (n) {
        case PCRE2_ERROR_NOMATCH: return Outcome::no;
        case PCRE2_ERROR_MATCHLIMIT:
        case PCRE2_ERROR_DEPTHLIMIT:
        case PCRE2_ERROR_HEAPLIMIT: return Outcome::too_hard;
        case PCRE2_ERROR_NOMEMORY: throw std::bad_alloc();
    }
    if (n < 0)
        throw Error(exit_software, "PCRE2 cannot search: error " + std::to_string(n));
    const size_t* pairs = pcre2_get_ovector_pointer(state_->match.get());
    offsets.assign(pairs, pairs + 2 * size_t(n));
    offsets.resize(2 * size_t(pcre2_get_ovector_count(state_->match.get())), unset);
    return Outcome::yes;
}

}  // namespace weft
