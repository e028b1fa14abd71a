// SPDX-License-Identifier: Apache-2.0
// The configured ways out: <data>/channels.yaml (docs/channels.md). A channel whose lines are wrong
// is kept as broken, with what is wrong: the others work, and it is seen.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/seams.hpp"
#include "model/region.hpp"
#include "respond/outbox_store.hpp"

namespace cairn::server {

struct ChannelDef {
  std::string id;
  std::string kind;
  Label label;
  std::vector<respond::Topic> topics;
  std::vector<std::string> regions;  // codes or zones; empty: everywhere
  bool enabled = true;
  double heartbeat_h = 24;       // a test of its own so often; 0: none
  double trouble_after_min = 5;  // failing so long with something waiting is told to those on duty
  std::optional<respond::DigestRule> digest;
  // The kind's own keys: {url: x} is "url", {headers: {A: x}} is "headers.A"; one value or a list.
  // Secrets stand here in plain: nothing of it may be shown or logged.
  std::map<std::string, std::vector<std::string>> keys;
  std::string broken;  // what is wrong with it; empty: nothing
  std::string place;   // file:line
};

// Reads the keys of a kind; done() tells what is missing, wrong or unknown.
class ChannelKeys {
 public:
  explicit ChannelKeys(const ChannelDef& def) : def_(def) {}
  std::string text(const std::string& key, bool needed = false);
  std::vector<std::string> texts(const std::string& key, bool needed = false);
  bool flag(const std::string& key);
  std::int64_t integer(const std::string& key, std::int64_t otherwise, std::int64_t least,
                       std::int64_t greatest);
  // Everything below `key`, by what comes after the dot.
  std::map<std::string, std::vector<std::string>> below(const std::string& key);
  void complain(std::string message);
  Status done();

 private:
  const ChannelDef& def_;
  std::vector<std::string> asked_;
  std::string complaints_;
};

// Where secrets come from: `env:NAME` and `file:path` (relative to the data directory).
struct SecretSources {
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::string directory;
};

// Without a file the built-in ones. Error: the file as a whole cannot be read.
Result<std::vector<ChannelDef>> load_channels(const Files& files, const std::string& path,
                                              const model::RegionTree& regions,
                                              const SecretSources& secrets);
std::vector<ChannelDef> built_in_channels();
respond::ChannelRoute route_of(const ChannelDef& def);

}  // namespace cairn::server
