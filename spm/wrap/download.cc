// Parallel downloads by curl_multi.
#include "spm/wrap/download.hh"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/error.hh"
#include "base/file.hh"
#include "base/wrap/digest.hh"
#include "base/wrap/free.hh"

namespace weft::spm {

namespace {

using Easy = std::unique_ptr<CURL, Free<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Free<curl_multi_cleanup>>;

struct Job {
    const Download* what;
    int tries = 0;
    size_t source = 0;    ///< which URL: those of `before`, then the file's own, then `after`
    std::string trouble;  ///< of the URLs that failed
    Easy easy;
    Fd fd;
    uint64_t from = 0, got = 0, limit = 0;
    bool start_over = false;  ///< the server does not resume: what we have is worthless
    int error = 0;            ///< errno of a failed write
    bool too_large = false;
    char detail[CURL_ERROR_SIZE] = "";
};

/// The place that is tried now; for a URL of `before`, nothing but the URL.
FilePlace place(const Job& j) {
    const Download& d = *j.what;
    if (j.source < d.before.size())
        return {d.before[j.source], {}, {}, {}};
    if (j.source == d.before.size())
        return {d.url, d.ca_file, d.cert, d.key};
    return d.after[j.source - d.before.size() - 1];
}
bool is_last(const Job& j) { return j.source == j.what->before.size() + j.what->after.size(); }
std::string part(const Download& d) { return d.file + ".part"; }

uint64_t size_of(const std::string& path) {
    struct stat st {};
    return stat(path.c_str(), &st) == 0 ? uint64_t(st.st_size) : 0;
}

size_t on_data(char* data, size_t, size_t n, void* to) {
    auto& j = *static_cast<Job*>(to);
    if (j.from && j.got == 0) {
        long status = 0;
        curl_easy_getinfo(j.easy.get(), CURLINFO_RESPONSE_CODE, &status);
        if (status == 200) {  // it sends everything again
            if (ftruncate(j.fd.get(), 0) || lseek(j.fd.get(), 0, SEEK_SET) < 0) {
                j.error = errno;
                return 0;
            }
            j.from = 0;
        }
    }
    if (j.from + j.got + n > j.limit) {
        j.too_large = true;
        return 0;
    }
    for (size_t done = 0; done < n;) {
        ssize_t w = write(j.fd.get(), data + done, n - done);
        if (w < 0) {
            j.error = errno;
            return 0;
        }
        done += size_t(w);
    }
    j.got += n;
    return n;
}

/// "http://head:8080"
std::string host_of(const std::string& url) {
    size_t at = url.find("://");
    return url.substr(0, at == url.npos ? at : url.find('/', at + 3));
}

/// Empty when the file is what it should be.
std::string wrong(const Download& d, const std::string& path) {
    if (d.size && size_of(path) != d.size)
        return fmt::format("it has {} bytes instead of {}", size_of(path), d.size);
    if (d.algorithm.empty())
        return {};
    std::string sum = file_digest_hex(d.algorithm, path);
    return sum == d.checksum ? ""
                             : fmt::format("its {} is {}, not {}", d.algorithm, sum, d.checksum);
}

void start(Job& j, CURLM* multi, const DownloadLimits& limits) {
    const Download& d = *j.what;
    FilePlace at = place(j);
    const std::string& url = at.url;
    bool own = j.source >= d.before.size();
    make_dirs(std::filesystem::path(d.file).parent_path());
    j.fd = Fd(::open(part(d).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    if (!j.fd)
        throw system_error("cannot write '" + part(d) + "'");
    j.from = j.start_over || d.force ? 0 : size_of(part(d));
    if (d.size && j.from >= d.size)
        j.from = 0;
    if (ftruncate(j.fd.get(), off_t(j.from)) || lseek(j.fd.get(), off_t(j.from), SEEK_SET) < 0)
        throw system_error("cannot write '" + part(d) + "'");
    j.got = 0;
    j.error = 0;
    j.too_large = false;
    j.limit = d.size ? d.size : limits.max_size;
    j.detail[0] = 0;
    if (!j.easy)
        j.easy.reset(curl_easy_init());
    CURL* c = j.easy.get();
    if (!c)
        throw std::bad_alloc();
    curl_easy_reset(c);
    bool secure = url.starts_with("https://");
    curl_easy_setopt(c, CURLOPT_URL, url.c_str());
    curl_easy_setopt(c, CURLOPT_PRIVATE, &j);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, j.detail);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "weft-spma");
    curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(c, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, secure ? "https" : "http,https,ftp,file");
    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, long(limits.connect_timeout * 1000));
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 100L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, std::max(1L, long(limits.stall)));
    curl_easy_setopt(c, CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 1L << 17);
    if (!at.ca_file.empty()) {
        curl_easy_setopt(c, CURLOPT_CAINFO, at.ca_file.c_str());
        curl_easy_setopt(c, CURLOPT_CAPATH, nullptr);
    }
    if (!at.cert.empty())
        curl_easy_setopt(c, CURLOPT_SSLCERT, at.cert.c_str());
    if (!at.key.empty())
        curl_easy_setopt(c, CURLOPT_SSLKEY, at.key.c_str());
    if (own && !d.proxy.empty())
        curl_easy_setopt(c, CURLOPT_PROXY, d.proxy.c_str());
    if (j.from)
        curl_easy_setopt(c, CURLOPT_RESUME_FROM_LARGE, curl_off_t(j.from));
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &j);
    j.tries++;
    curl_multi_add_handle(multi, c);
}

/// Why it failed, in one sentence; `again` says whether another try may help.
std::string finish(Job& j, CURLcode code, bool& again) {
    const Download& d = *j.what;
    again = false;
    long status = 0;
    curl_easy_getinfo(j.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (j.error)
        return {};
    if (j.too_large) {
        unlink(part(d).c_str());
        return fmt::format("it is larger than {} bytes", j.limit);
    }
    if (code == CURLE_RANGE_ERROR || status == 416) {
        j.start_over = true;
        again = true;
        return "the server does not resume";
    }
    if (code != CURLE_OK) {
        again = !(status >= 400 && status < 500) && code != CURLE_FILE_COULDNT_READ_FILE &&
                code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CERTPROBLEM &&
                code != CURLE_REMOTE_FILE_NOT_FOUND;
        if (j.from + j.got == 0)
            unlink(part(d).c_str());
        return *j.detail ? j.detail : curl_easy_strerror(code);
    }
    // With a checksum, what a power failure left of it is noticed before it is used.
    if (d.checksum.empty() && fsync(j.fd.get())) {
        j.error = errno;
        return "";
    }
    j.fd.close();
    return {};
}

/// The file is whole: is it good? `why` is what wrong() said of it.
std::string accept(Job& j, std::string why, bool& again) {
    const Download& d = *j.what;
    again = false;
    if (!why.empty()) {
        // Resumed from something else? Once more from the beginning; a whole wrong file is the
        // server's.
        again = j.from > 0 && !j.start_over;
        j.start_over = true;
        unlink(part(d).c_str());
        return why;
    }
    if (rename(part(d).c_str(), d.file.c_str()))
        return fmt::format("cannot rename '{}': {}", part(d), strerror(errno));
    return {};
}

/// Checksums are computed beside the transfers, which would wait for them otherwise.
class Checks {
public:
    explicit Checks(CURLM* multi) : multi_(multi) {
        for (unsigned n = std::clamp(std::thread::hardware_concurrency(), 1u, 4u); n; n--)
            workers_.emplace_back([this](std::stop_token stop) { work(stop); });
    }
    ~Checks() {
        for (auto& w : workers_)
            w.request_stop();
        ready_.notify_all();
    }
    void add(Job* j) {
        std::lock_guard hold(lock_);
        todo_.push_back(j);
        pending_++;
        ready_.notify_one();
    }
    /// Files that were given and not taken yet.
    size_t pending() const { return pending_; }

    struct Result {
        Job* job;
        std::string why;  ///< empty: it is good
        std::exception_ptr error;
    };
    /// Those that are finished.
    std::vector<Result> take() {
        std::lock_guard hold(lock_);
        pending_ -= done_.size();
        return std::exchange(done_, {});
    }

private:
    void work(std::stop_token stop) {
        std::unique_lock hold(lock_);
        while (ready_.wait(hold, stop, [&] { return !todo_.empty(); })) {
            Result r{todo_.front(), {}, {}};
            todo_.pop_front();
            hold.unlock();
            try {
                r.why = wrong(*r.job->what, part(*r.job->what));
            } catch (...) {
                r.error = std::current_exception();
            }
            hold.lock();
            done_.push_back(std::move(r));
            curl_multi_wakeup(multi_);
        }
    }

    CURLM* multi_;
    std::mutex lock_;
    std::condition_variable_any ready_;
    std::deque<Job*> todo_;
    std::vector<Result> done_;
    size_t pending_ = 0;
    std::vector<std::jthread> workers_;
};

/// More files than this are not let wait for their checksums.
constexpr size_t most_unchecked = 64;

}  // namespace

std::vector<std::string> download(const std::vector<Download>& all, const DownloadLimits& limits,
                                  const std::function<void(size_t, uint64_t)>& progress) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    std::vector<std::string> failed;
    std::vector<Job> jobs(all.size());
    std::vector<Job*> waiting;
    std::set<std::string>
        dead;  // hosts that do not answer where there are others: not asked for every file again
    size_t files = 0;
    uint64_t bytes = 0;
    for (size_t i = all.size(); i-- > 0;) {
        jobs[i].what = &all[i];
        bool have = !all[i].force && size_of(all[i].file) && wrong(all[i], all[i].file).empty();
        if (have)
            files++;
        else
            waiting.push_back(&jobs[i]);
    }
    if (progress)
        progress(files, bytes);
    Multi multi(curl_multi_init());
    if (!multi)
        throw std::bad_alloc();
    curl_multi_setopt(multi.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, limits.connections);
    long running = 0;
    Checks checks(multi.get());
    auto over = [&](Job* j, CURLcode code, std::string why, bool again) {
        if (!why.empty() && !is_last(*j)) {
            if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
                code == CURLE_OPERATION_TIMEDOUT)
                dead.insert(host_of(place(*j).url));
            if (j->source >= j->what->before.size())
                j->trouble += fmt::format("{}; '{}': ", why,
                                          j->what->after[j->source - j->what->before.size()].url);
            j->source++;
            j->tries = 0;
            waiting.push_back(j);
            return;
        }
        if (!why.empty() && again && j->tries < limits.tries) {
            waiting.insert(waiting.begin(), j);
            return;
        }
        j->easy.reset();
        if (why.empty())
            files++;
        else
            failed.push_back(fmt::format("cannot get '{}': {}{}", j->what->url, j->trouble, why));
        if (progress)
            progress(files, bytes);
    };
    while (running || !waiting.empty() || checks.pending()) {
        while (running < limits.connections && checks.pending() < most_unchecked &&
               !waiting.empty()) {
            Job& next = *waiting.back();
            while (!is_last(next) && dead.count(host_of(place(next).url)))
                next.source++;
            start(next, multi.get(), limits);
            waiting.pop_back();
            running++;
        }
        int still = 0, queued = 0;
        curl_multi_perform(multi.get(), &still);
        while (CURLMsg* m = curl_multi_info_read(multi.get(), &queued)) {
            if (m->msg != CURLMSG_DONE)
                continue;
            Job* j = nullptr;
            CURLcode code = m->data.result;
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &j);
            curl_multi_remove_handle(multi.get(), m->easy_handle);
            running--;
            bool again = false;
            std::string why = finish(*j, code, again);
            bytes += j->got;
            j->fd.close();
            // A full disk is full for all of them; what is here already is resumed by the next run.
            if (j->error)
                throw Error(exit_io, fmt::format("cannot write '{}': {}", part(*j->what),
                                                 strerror(j->error)));
            if (!why.empty()) {
                over(j, code, std::move(why), again);
                continue;
            }
            checks.add(j);
        }
        for (auto& [j, why, error] : checks.take()) {
            if (error)
                std::rethrow_exception(error);
            bool again = false;
            why = accept(*j, std::move(why), again);
            over(j, CURLE_OK, std::move(why), again);
        }
        if (running || checks.pending())
            curl_multi_poll(multi.get(), nullptr, 0, 500, nullptr);
    }
    return failed;
}

}  // namespace weft::spm
