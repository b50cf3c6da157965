// D. J. Bernstein's constant database, after the description of its format.
#include "ncm/cdbfile.hh"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/error.hh"
#include "base/file.hh"

namespace weft::ncm {

static constexpr size_t header = 2048;

static uint32_t hash_of(std::string_view key) {
    uint32_t h = 5381;
    for (unsigned char c : key)
        h = ((h << 5) + h) ^ c;
    return h;
}

CdbWriter::CdbWriter() : out_(header, '\0') {}

static void append32(std::string& to, uint32_t n) {
    char four[] = {char(n), char(n >> 8), char(n >> 16), char(n >> 24)};
    to.append(four, 4);
}

void CdbWriter::put32(uint32_t n) { append32(out_, n); }

void CdbWriter::add(std::string_view key, std::string_view value) {
    if (out_.size() + key.size() + value.size() + 8 > UINT32_MAX - 1)
        throw Error(exit_data, "a constant database cannot hold more than 4 GB");
    slots_.push_back({hash_of(key), uint32_t(out_.size())});
    put32(uint32_t(key.size()));
    put32(uint32_t(value.size()));
    out_ += key;
    out_ += value;
}

std::string CdbWriter::finish() {
    if (out_.size() + slots_.size() * 16 > UINT32_MAX)
        throw Error(exit_data, "a constant database cannot hold more than 4 GB");
    std::vector<std::vector<Slot>> tables(256);
    for (auto& t : tables)
        t.reserve(slots_.size() / 200);
    for (const Slot& s : slots_)
        tables[s.hash & 255].push_back(s);
    std::string head;
    head.swap(out_);
    out_.reserve(slots_.size() * 16);
    std::string index;
    for (auto& table : tables) {
        append32(index, uint32_t(head.size() + out_.size()));
        append32(index, uint32_t(table.size() * 2));
        std::vector<Slot> open(table.size() * 2);  // at == 0: free; records start at 2048
        for (const Slot& s : table) {
            size_t i = (s.hash >> 8) % open.size();
            while (open[i].at)
                i = (i + 1) % open.size();
            open[i] = s;
        }
        for (const Slot& s : open) {
            put32(s.at ? s.hash : 0);
            put32(s.at);
        }
    }
    head.replace(0, header, index);
    head += out_;
    out_.clear();
    return head;
}

Mapped::Mapped(const std::string& path) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat st {};
    if (!fd || fstat(fd.get(), &st))
        throw system_error("cannot open '" + path + "'");
    size_ = size_t(st.st_size);
    if (!size_)
        return;
    void* p = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (p == MAP_FAILED)
        throw system_error("cannot map '" + path + "'");
    data_ = static_cast<const char*>(p);
}

Mapped::~Mapped() {
    if (data_)
        munmap(const_cast<char*>(data_), size_);
}

CdbReader::CdbReader(const std::string& path) : path_(path), file_(path) {
    if (file_.view().size() < header)
        throw Error(exit_data, "'" + path + "' is no constant database: too short");
}

std::string_view CdbReader::bytes(size_t at, size_t n) const {
    std::string_view all = file_.view();
    if (at > all.size() || n > all.size() - at)
        throw Error(exit_data, "'" + path_ + "' is damaged: an offset leads outside");
    return all.substr(at, n);
}

uint32_t CdbReader::get32(size_t at) const {
    std::string_view b = bytes(at, 4);
    uint32_t n = 0;
    for (int i = 3; i >= 0; i--)
        n = n << 8 | static_cast<unsigned char>(b[size_t(i)]);
    return n;
}

std::optional<std::string_view> CdbReader::get(std::string_view key) const {
    uint32_t h = hash_of(key);
    size_t table = get32((h & 255) * 8), slots = get32((h & 255) * 8 + 4);
    for (size_t k = 0; k < slots; k++) {
        size_t slot = table + ((h >> 8) + k) % slots * 8, at = get32(slot + 4);
        if (!at)
            return std::nullopt;
        if (get32(slot) != h || get32(at) != key.size() || bytes(at + 8, key.size()) != key)
            continue;
        return bytes(at + 8 + key.size(), get32(at + 4));
    }
    return std::nullopt;
}

void CdbReader::each(const std::function<void(std::string_view, std::string_view)>& f) const {
    size_t end = file_.view().size();
    for (size_t t = 0; t < 256; t++)
        end = std::min<size_t>(end, get32(t * 8));
    for (size_t at = header; at < end;) {
        size_t klen = get32(at), vlen = get32(at + 4);
        f(bytes(at + 8, klen), bytes(at + 8 + klen, vlen));
        at += 8 + klen + vlen;
    }
}

}  // namespace weft::ncm
