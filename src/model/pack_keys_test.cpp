// SPDX-License-Identifier: Apache-2.0
// The table of keys against the loaders: what a loader asks for is known from the message about a
// key that nobody knows, which lists them.
#include "model/pack_keys.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "model/memory_files.hpp"
#include "model/pack_load.hpp"

namespace cairn::model {
namespace {

constexpr const char* probe = "zzzzzzzzzzzz";

struct Case {
  const char* section;
  const char* yaml;  // of a pack; ZZ stands where the unknown key is put
};

const Case cases[] = {
    {"pack", "ZZ"},
    {"label", "summary: {zh: a, en: b, ZZ}"},
    {"answer", "answers: [{ZZ}]"},
    {"type", "types: {t: {ZZ}}"},
    {"extension", "extends: {t: {ZZ}}"},
    {"property", "types: {t: {label: a, properties: {p: {ZZ}}}}"},
    {"indicator", "indicators: {i: {ZZ}}"},
    {"rule", "rules: {r: {ZZ}}"},
    {"cause", "rules: {r: {caused_by: [{ZZ}]}}"},
    {"cap", "rules: {r: {cap: {ZZ}}}"},
    {"layer", "layers: [{ZZ}]"},
    {"inputs", "inputs: {ZZ}"},
    {"hj212", "inputs: {hj212: [{type: t, ZZ}]}"},
    {"names_input", "inputs: {names: [{type: t, ZZ}]}"},
    {"input_name", "inputs: {names: [{type: t, names: {x: {property: p, ZZ}}}]}"},
    {"modbus", "inputs: {modbus: [{model: m, label: a, type: t, ZZ}]}"},
    {"register", "inputs: {modbus: [{model: m, label: a, type: t, registers: [{at: 0, ZZ}]}]}"},
    {"file_series", "series: [{file: a, ZZ}]"},
    {"simulated_series", "series: [{simulate: slope_water, thing: g, ZZ}]"},
    {"column", "series: [{file: a, thing: g, time: t, columns: {c: {property: p, ZZ}}}]"},
    {"change",
     "series: [{simulate: slope_water, thing: g, from: 2024-01-01, to: 2024-01-02, every: 1h, "
     "changes: [{ZZ}]}]"},
    {"silence",
     "series: [{simulate: slope_water, thing: g, from: 2024-01-01, to: 2024-01-02, every: 1h, "
     "silences: [{ZZ}]}]"},
    {"response", "response: {ZZ}"},
    {"kind", "response: {kinds: {k: {ZZ}}}"},
    {"replay_value", "replay: [{formula: f, ZZ}]"},
    {"replay_rule", "replay: [{rule: r, ZZ}]"},
    {"firing", "replay: [{rule: r, firings: [{ZZ}]}]"},
    {"replay_incident", "replay: [{incident: k, ZZ}]"},
    {"band", "bands: {b: {ZZ}}"},
    {"number_of_band", "bands: {b: {numbers: {power_dbm: {ZZ}}}}"},
    {"coverage", "coverage: {ZZ}"},
    {"coverage_rule", "coverage: {rules: {p: {ZZ}}}"},
};

// Keys that the loader says it knows at the probe.
std::set<std::string> asked_for(const Case& one) {
  std::string yaml = one.yaml;
  yaml.replace(yaml.find("ZZ"), 2, std::string(probe) + ": 1");
  MemoryFiles files(FileMap{{"p/pack.yaml", "pack: p\nlabel: a\n" + yaml + "\n"}});
  Catalog catalog;
  Records records;
  Problems problems;
  load_pack(files, "p", catalog, records, problems);
  std::set<std::string> out;
  const std::string marker = std::string("unknown key '") + probe + "'; known here: ";
  for (const Error& error : problems.errors) {
    const std::size_t at = error.message.find(marker);
    if (at != 0) continue;
    std::istringstream list(error.message.substr(marker.size()));
    for (std::string word; list >> word;) {
      if (word.ends_with(',')) word.pop_back();
      out.insert(word);
    }
  }
  return out;
}

TEST(PackKeys, AreThoseThatTheLoadersAskFor) {
  std::set<std::string_view> covered;
  for (const Case& one : cases) {
    const PackSection* section = pack_section(one.section);
    ASSERT_NE(section, nullptr) << one.section;
    covered.insert(section->id);
    std::set<std::string> table;
    for (const PackKey& key : section->keys) table.emplace(key.key);
    EXPECT_EQ(asked_for(one), table) << one.section;
  }
  for (const PackSection& section : pack_sections()) {
    EXPECT_TRUE(covered.contains(section.id)) << "no case for " << section.id;
  }
}

TEST(PackKeys, EachSaysWhatItMeans) {
  for (const Case& one : cases) {
    if (std::string_view(one.section) == "label") continue;
    for (const PackKey& key : pack_section(one.section)->keys) {
      EXPECT_FALSE(key.zh.empty() || key.en.empty()) << one.section << "." << key.key;
    }
  }
}

}  // namespace
}  // namespace cairn::model
