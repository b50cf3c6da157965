// cdbd.conf(5) as a table.
#include "cdb/server.hh"

namespace weft::cdb {

const std::vector<Setting>& settings() {
    static const std::vector<Setting> table = {
        {"store", Setting::path, "/var/lib/weft/cdb", "the folder of the database"},
        {"backup_dir", Setting::path, "/var/lib/weft/cdb-backup",
         "where backups are put, a folder each"},
        {"backup_rate", Setting::bytes, "0", "a second, read for a backup; 0: as fast as it goes"},
        {"listen", Setting::text, ":8443", "address and port of the HTTPS service"},
        {"certificate", Setting::path, "/etc/weft/pki/server.crt",
         "of the server, its chain may follow"},
        {"key", Setting::path, "/etc/weft/pki/server.key", "of the server"},
        {"ca", Setting::path, "/etc/weft/pki/ca.crt",
         "who signs the certificates of nodes and people"},
        {"crl", Setting::path, default_crl, "revoked certificates, read again when they change"},
        {"sign_certificate", Setting::path, "", "who signs profiles; none are signed when empty"},
        {"sign_key", Setting::path, "", "its key"},
        {"access", Setting::path, "/etc/weft/cdbd.acl", "who may do what"},
        {"listen_plain", Setting::text, "",
         "address and port of an HTTP service for profiles; off when empty"},
        {"anonymous_read", Setting::yes_no, "no",
         "may anybody who reaches the plain service read profiles?"},
        {"profile_prefix", Setting::text, "profile_",
         "what may stand before a node's name in a profile's name"},
        {"profile_memory", Setting::bytes, "128M", "of ready-made representations of profiles"},
        {"store_memory", Setting::bytes, "64M", "of the database's pages"},
        {"store_reserve", Setting::bytes, "32M", "no commit is taken with less free on the disk"},
        {"max_commit", Setting::bytes, "256M", "the largest request of an administrator"},
        {"session_expiry", Setting::seconds, "30d",
         "until a session nobody touches is closed; 0: never"},
        {"commits", Setting::number, "2", "commits and checks that compile at once"},
        {"jobs", Setting::number, "0", "compiling threads of each; 0: one a core"},
        {"checkpoint", Setting::seconds, "15", "between checkpoints of the store"},
        {"notify", Setting::yes_no, "yes", "tell nodes that their profile changed?"},
        {"notify_port", Setting::number, "7777", "where nodes listen"},
        {"notify_map", Setting::path, "", "nodes whose address is not that of their name"},
        {"notify_source", Setting::text, ":0", "address and port our datagrams come from"},
        {"notify_rate", Setting::number, "500", "datagrams a second"},
        {"notify_tries", Setting::number, "3",
         "datagrams for one change, until the node has fetched it"},
        {"notify_retry", Setting::seconds, "30", "between two of them"},
        {"notify_key", Setting::path, "", "a file with the key of version 2 datagrams"},
    };
    return table;
}

}  // namespace weft::cdb
