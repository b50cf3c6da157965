// One gzip member out; any number of members in, never more than was allowed.
#include "base/wrap/gzip.hh"

#include <libdeflate.h>

#include <algorithm>
#include <new>

#include "base/error.hh"
#include "base/wrap/free.hh"

namespace weft {

std::string gzip(std::string_view text, int level) {
    std::unique_ptr<libdeflate_compressor, Free<libdeflate_free_compressor>> c(
        libdeflate_alloc_compressor(level));
    if (!c)
        throw std::bad_alloc();
    std::string out(libdeflate_gzip_compress_bound(c.get(), text.size()), '\0');
    out.resize(libdeflate_gzip_compress(c.get(), text.data(), text.size(), out.data(), out.size()));
    return out;
}

std::string gunzip(std::string_view bytes, size_t limit) {
    std::unique_ptr<libdeflate_decompressor, Free<libdeflate_free_decompressor>> d(
        libdeflate_alloc_decompressor());
    if (!d)
        throw std::bad_alloc();
    if (bytes.empty())
        throw Error(exit_data, "not gzip: the data is empty");
    // How much comes out is not known: begin with room for a usual text, then double. The room is
    // kept from member to member: 40,000 empty ones cost no more than their bytes.
    std::string out(std::min(limit, std::max<size_t>(bytes.size() * 6, 4096)), '\0');
    size_t had = 0;
    while (!bytes.empty()) {
        size_t in = 0, n = 0;
        auto r = libdeflate_gzip_decompress_ex(d.get(), bytes.data(), bytes.size(),
                                               out.data() + had, out.size() - had, &in, &n);
        if (r == LIBDEFLATE_SUCCESS) {
            had += n;
            bytes.remove_prefix(in);
            continue;
        }
        if (r != LIBDEFLATE_INSUFFICIENT_SPACE)
            throw Error(exit_data, "not gzip, or damaged");
        if (out.size() == limit)
            throw Error(exit_data,
                        "the unpacked data has more than " + std::to_string(limit) + " bytes");
        out.resize(out.size() < limit / 2 ? out.size() * 2 : limit);
    }
    out.resize(had);
    return out;
}

}  // namespace weft
