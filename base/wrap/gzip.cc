// One gzip member out; any number of members in, never more than was allowed.
#include "base/wrap/gzip.hh"

#include <libdeflate.h>

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
    std::string out;
    while (!bytes.empty()) {
        // How much comes out is not known: try with room for a usual text, then double.
        size_t had = out.size(), room = std::max<size_t>(bytes.size() * 6, 4096);
        for (;;) {
            bool last = room >= limit - had;
            if (last)
                room = limit - had;
            out.resize(had + room);
            size_t in = 0, n = 0;
            auto r = libdeflate_gzip_decompress_ex(d.get(), bytes.data(), bytes.size(),
                                                   out.data() + had, room, &in, &n);
            if (r == LIBDEFLATE_SUCCESS) {
                out.resize(had + n);
                bytes.remove_prefix(in);
                break;
            }
            if (r != LIBDEFLATE_INSUFFICIENT_SPACE)
                throw Error(exit_data, "not gzip, or damaged");
            if (last)
                throw Error(exit_data,
                            "the unpacked data has more than " + std::to_string(limit) + " bytes");
            room *= 2;
        }
    }
    return out;
}

}  // namespace weft
