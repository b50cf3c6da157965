// Keys are fetched like packages; signatures are checked by gpgv, which knows no keys but those it
// is given.
#include "spm/keys.hh"

#include <fmt/core.h>

#include "base/base64.hh"
#include "base/error.hh"
#include "base/file.hh"
#include "base/process.hh"
#include "base/wrap/digest.hh"
#include "spm/fetcher.hh"

namespace weft::spm {

/// The packets of every armoured block; a file without armour is as it should be.
static std::string without_armour(std::string_view text, const std::string& url) {
    static constexpr std::string_view begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----",
                                      end = "-----END PGP PUBLIC KEY BLOCK-----";
    // An OpenPGP packet begins with its highest bit set.
    if (!text.empty() && (text[0] & 0x80))
        return std::string(text);
    std::string out;
    for (size_t at = 0; (at = text.find(begin, at)) != text.npos;) {
        at += begin.size();
        size_t stop = text.find(end, at);
        std::string body;
        bool headers = true;
        for (std::string_view line : lines(text.substr(at, stop == text.npos ? stop : stop - at))) {
            while (line.ends_with('\r') || line.ends_with(' '))
                line.remove_suffix(1);
            if (line.find(": ") != line.npos && headers)
                continue;
            if (line.starts_with('='))
                break;  // the checksum
            headers = headers && line.empty();
            body += line;
        }
        auto packets = base64_decode(body);
        if (stop == text.npos || !packets || packets->empty())
            throw Error(exit_data, fmt::format("'{}' holds a damaged public key", url));
        out += *packets;
        at = stop;
    }
    if (out.empty())
        throw Error(exit_data, fmt::format("'{}' holds no public key", url));
    return out;
}

std::vector<std::string> obtain_keys(const std::vector<std::string>& urls, const std::string& dir,
                                     const Download& like, Proxies& proxies) {
    std::vector<std::string> out;
    for (const std::string& url : urls) {
        if (!url.starts_with("file://") && !url.starts_with("https://"))
            throw Error(
                exit_data,
                fmt::format(
                    "the key '{}' is not used: whoever is on the way could send another one", url),
                {}, "name it by https, or by file when it is on the node already");
        std::string kept = fmt::format("{}/{}.gpg", dir, digest_hex("SHA256", url));
        ScratchDir scratch;  // several programs may want the same key at once
        Download d{.url = url,
                   .file = scratch.path() + "/key",
                   .ca_file = like.ca_file,
                   .cert = like.cert,
                   .key = like.key,
                   .proxy = like.proxy};
        Download by_proxy = d;
        proxies.apply(by_proxy);
        d.proxy = by_proxy.proxy;  // the URL stays: a reverse proxy is not the host that its
                                   // certificate proves
        auto failed = fetch_files({d}, {.connections = 1, .max_size = 4 << 20});
        if (failed.empty()) {
            make_dirs(dir);
            write_file(kept, without_armour(read_file(d.file), url));
        } else if (!read_if_exists(kept))
            throw Error(exit_unavailable, failed[0]);
        out.push_back(kept);
    }
    return out;
}

/// gpgv fails when one of several signatures is of an unknown key, which is how keys are replaced;
/// so its reports decide: one good signature, and no bad one.
static void run_gpgv(const std::vector<std::string>& keys, std::vector<std::string> words,
                     const std::string& name) {
    std::vector<std::string> argv = {"gpgv", "--status-fd", "1", "--weak-digest", "SHA1"};
    for (auto& k : keys)
        argv.insert(argv.end(), {"--keyring", k});
    argv.insert(argv.end(), words.begin(), words.end());
    ProcessResult r = run_process(argv, {.timeout = 60, .env = {{"LC_ALL", "C"}}});
    bool good = false, bad = false, unknown = false, expired = false;
    for (std::string_view line : lines(r.out)) {
        good |= line.starts_with("[GNUPG:] GOODSIG ");
        bad |= line.starts_with("[GNUPG:] BADSIG ");
        unknown |= line.starts_with("[GNUPG:] NO_PUBKEY ");
        expired |= line.starts_with("[GNUPG:] EXPKEYSIG ") ||
                   line.starts_with("[GNUPG:] EXPSIG ") || line.starts_with("[GNUPG:] REVKEYSIG ");
    }
    if (good && !bad)
        return;
    throw Error(exit_data,
                fmt::format("'{}' cannot be trusted: {}", name,
                            bad       ? "it is not what was signed"
                            : expired ? "its signature or key is expired or revoked"
                            : unknown ? "it is signed with another key than the repository's"
                                      : "it has no good signature"));
}

void check_detached(const std::vector<std::string>& keys, const std::string& file,
                    const std::string& signature, const std::string& name) {
    run_gpgv(keys, {signature, file}, name);
}

std::string check_clear(const std::vector<std::string>& keys, const std::string& file,
                        const std::string& name) {
    ScratchDir dir;
    run_gpgv(keys, {"--output", dir.path() + "/text", file}, name);
    return read_file(dir.path() + "/text");
}

}  // namespace weft::spm
