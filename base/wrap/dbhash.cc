// libdb's hash access method behind HashFile.
#include "base/wrap/dbhash.hh"

#include <db.h>
#include <unistd.h>

#include <cstring>

#include "base/error.hh"

namespace weft {

struct HashFile::Impl {
    std::string path;
    DB* db = nullptr;
    ~Impl() {
        if (db)
            db->close(db, 0);
    }
    Error error(const char* what, int code) const {
        return Error(code == EINVAL || code == DB_PAGE_NOTFOUND ? exit_data : exit_io,
                     std::string("cannot ") + what + " '" + path + "': " + db_strerror(code));
    }
};

static DBT dbt(std::string_view s) {
    DBT d;
    memset(&d, 0, sizeof d);
    d.data = const_cast<char*>(s.data());
    d.size = u_int32_t(s.size());
    return d;
}

HashFile::HashFile(std::unique_ptr<Impl> i) : impl_(std::move(i)) {}
HashFile::HashFile(HashFile&&) noexcept = default;
HashFile::~HashFile() = default;

HashFile HashFile::open(const std::string& path) {
    auto i = std::make_unique<Impl>();
    i->path = path;
    if (int e = db_create(&i->db, nullptr, 0))
        throw i->error("open", e);
    i->db->set_errcall(i->db,
                       [](const DB_ENV*, const char*, const char*) {});  // we say it ourselves
    if (int e = i->db->open(i->db, nullptr, path.c_str(), nullptr, DB_HASH, DB_RDONLY, 0))
        throw i->error("open", e);
    return HashFile(std::move(i));
}

HashFile HashFile::create(const std::string& path) {
    auto i = std::make_unique<Impl>();
    i->path = path;
    ::unlink(path.c_str());
    if (int e = db_create(&i->db, nullptr, 0))
        throw i->error("create", e);
    i->db->set_errcall(i->db, [](const DB_ENV*, const char*, const char*) {});
    i->db->set_cachesize(i->db, 0, 8 << 20, 1);
    if (int e =
            i->db->open(i->db, nullptr, path.c_str(), nullptr, DB_HASH, DB_CREATE | DB_EXCL, 0644))
        throw i->error("create", e);
    return HashFile(std::move(i));
}

std::optional<std::string> HashFile::get(std::string_view key) const {
    DBT k = dbt(key), v = dbt({});
    int e = impl_->db->get(impl_->db, nullptr, &k, &v, 0);
    if (e == DB_NOTFOUND)
        return std::nullopt;
    if (e)
        throw impl_->error("read", e);
    return std::string(static_cast<const char*>(v.data), v.size);
}

void HashFile::put(std::string_view key, std::string_view value) {
    DBT k = dbt(key), v = dbt(value);
    if (int e = impl_->db->put(impl_->db, nullptr, &k, &v, 0))
        throw impl_->error("write", e);
}

void HashFile::each(const std::function<void(std::string_view, std::string_view)>& f) const {
    DBC* raw = nullptr;
    if (int e = impl_->db->cursor(impl_->db, nullptr, &raw, 0))
        throw impl_->error("read", e);
    struct Close {
        void operator()(DBC* c) const { c->close(c); }
    };
    std::unique_ptr<DBC, Close> c(raw);
    DBT k = dbt({}), v = dbt({});
    int e;
    while (!(e = c->get(c.get(), &k, &v, DB_NEXT)))
        f({static_cast<const char*>(k.data), k.size}, {static_cast<const char*>(v.data), v.size});
    if (e != DB_NOTFOUND)
        throw impl_->error("read", e);
}

void HashFile::sync() {
    if (int e = impl_->db->sync(impl_->db, 0))
        throw impl_->error("write", e);
}

}  // namespace weft
