// SPDX-License-Identifier: Apache-2.0
// A synthetic province: counties, villages, sites and five years of yearly statistics.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/records.hpp"
#include "model/snapshot.hpp"

namespace cairn::bench {

struct Size {
  std::size_t counties = 150;
  std::size_t villages = 30'000;
  std::size_t sites = 300'000;
  int years = 5;
};

struct Synthetic {
  std::shared_ptr<const model::Catalog> catalog;     // shared with the snapshot
  std::shared_ptr<const model::RegionTree> regions;  // likewise
  model::Records records;
  model::Snapshot snapshot;
};

// The same size gives the same bytes.
Synthetic make_synthetic(const Size& size);

// A question asked of both contenders: a formula by county, and SQL that gives (county, value).
struct Question {
  std::string name;
  std::string formula;
  std::string sql;
};
std::vector<Question> questions();

}  // namespace cairn::bench
