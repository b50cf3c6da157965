// All that one commit writes, on its way from the pipeline into the store.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cdb/contents.hh"
#include "cdb/leaves.hh"
#include "cdb/records.hh"

namespace weft::cdb {

/// A profile that a commit made.
struct Built {
    std::string object;
    Packed xml, origins;
    std::vector<uint32_t>
        needs;              ///< each as need_key() has it, among the landing's words; ascending
    bool compared = false;  ///< the landing's `values` say how it differs from the one below
    Hash values_from;       ///< what was published when it compiled
    uint32_t number = 0;    ///< ... under this number
};

struct Landing {
    std::string author, comment, by, origin;
    int64_t time = 0;        ///< 0: now
    std::vector<Past> past;  ///< recorded before it, oldest first
    uint64_t base = 0, reverts = 0;
    std::vector<Edit> edits;  ///< against the head
    std::vector<Built> built;
    std::vector<Packed> contents;        ///< of these; others are in the store, or with their own
    std::vector<std::string> withdrawn;  ///< objects whose template went
    std::string once;                    ///< the caller's key for this commit, or empty
    std::string session;                 ///< closed with it, or empty
    int64_t touched = 0;                 ///< Session::touched as these edits were read; 0: whenever
    std::shared_ptr<Words> words = std::make_shared<Words>();
    std::shared_ptr<LeafChanges> values = std::make_shared<LeafChanges>();
};

}  // namespace weft::cdb
