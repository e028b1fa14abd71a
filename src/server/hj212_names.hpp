// SPDX-License-Identifier: Apache-2.0
// What names of HJ 212 mean, as packs declare it (`inputs.hj212`).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "codec/hj212.hpp"
#include "model/catalog.hpp"

namespace cairn::server {

// value * scale + offset, in `unit` (empty: the property's own). A mean lasts so long from its
// DataTime on; what is measured at once lasts 0.
struct Hj212Meaning {
  std::string property;
  double scale = 1;
  double offset = 0;
  std::string unit;
  std::int64_t lasts_ns = 0;
};

class Hj212Names {
 public:
  // Declarations that do not fit the catalog are left out: check_inputs has told them.
  explicit Hj212Names(const model::Catalog& catalog);

  const Hj212Meaning* find(std::string_view type, std::string_view system, codec::hj212::Kind kind,
                           std::string_view name) const;
  // Any one of that kind, to see how far readings have come.
  const Hj212Meaning* any(std::string_view type, std::string_view system,
                          codec::hj212::Kind kind) const;
  // Whether anything at all is said of a code ("w01018") for a type.
  bool knows(std::string_view type, std::string_view code) const;

 private:
  using Key = std::tuple<std::string, std::string, codec::hj212::Kind, std::string>;
  void add(const model::TypeDef& type, const model::Hj212Input& input, codec::hj212::Kind kind,
           const std::vector<model::InputName>& names);
  const Hj212Meaning* at(const Key& key) const;

  std::map<Key, Hj212Meaning> meanings_;
  std::set<std::pair<std::string, std::string>> codes_;  // type, code
};

// Where DataTime + `lasts_ns` would be more than two minutes after `said` (the sender's clock), the
// maker stamps ends, not beginnings as the standard does: then DataTime is the end.
Instant hj212_end(Instant data_time, std::int64_t lasts_ns, Instant said);

}  // namespace cairn::server
