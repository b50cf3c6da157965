// The table of interned names: 64 open-addressed shards, each with a lock of its own, texts in
// blocks.
#include "base/noun/key.hh"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace weft {

static uint32_t hash_of(
    std::string_view s) {  // FNV-1a, then mixed so that shards and slots both spread
    uint64_t h = 1469598103934665603u;
    for (unsigned char c : s)
        h = (h ^ c) * 1099511628211u;
    h ^= h >> 32;
    h *= 0x9E3779B97F4A7C15u;
    return uint32_t(h >> 32);
}

Key::Key(std::string_view s) {
    struct Shard {
        std::mutex lock;
        std::vector<const Text*> slots = std::vector<const Text*>(64);
        size_t used = 0;
    };
    static Shard* const shards = new Shard[64];  // never destroyed: keys outlive everything

    uint32_t h = hash_of(s);
    Shard& shard = shards[h >> 26];
    std::lock_guard guard(shard.lock);
    size_t mask = shard.slots.size() - 1, i = h & mask;
    for (; shard.slots[i]; i = (i + 1) & mask)
        if (const Text* t = shard.slots[i];
            t->hash == h && t->size == s.size() && !std::memcmp(t->text, s.data(), s.size())) {
            p_ = t;
            return;
        }
    // Room first: what fails for want of memory leaves the table as it was.
    if ((shard.used + 1) * 2 > shard.slots.size()) {
        std::vector<const Text*> larger(shard.slots.size() * 2);
        mask = larger.size() - 1;
        auto free_slot = [&](uint32_t hash) {
            size_t j = hash & mask;
            while (larger[j])
                j = (j + 1) & mask;
            return j;
        };
        for (const Text* t : shard.slots)
            if (t)
                larger[free_slot(t->hash)] = t;
        i = free_slot(h);
        shard.slots.swap(larger);
    }
    void* raw = std::malloc(offsetof(Text, text) + s.size() + 1);
    if (!raw)
        throw std::bad_alloc();
    Text* made = static_cast<Text*>(raw);
    made->size = uint32_t(s.size());
    made->hash = h;
    std::memcpy(made->text, s.data(), s.size());
    made->text[s.size()] = 0;
    shard.slots[i] = p_ = made;
    shard.used++;
}

}  // namespace weft
