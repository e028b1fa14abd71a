// SPDX-License-Identifier: Apache-2.0
// What a library holds.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "formula/formula.hpp"
#include "formula/typecheck.hpp"

namespace cairn::formula {

struct Library::Impl final : Environment {
  const model::Catalog& catalog() const override { return *catalog_; }
  std::shared_ptr<const Program> indicator(std::uint32_t index) const override;
  std::shared_ptr<const Program> derived(std::uint32_t type, std::uint32_t index) const override;
  std::shared_ptr<const Aggregate> known(const std::string& text) const override;

  std::shared_ptr<const model::Catalog> catalog_;  // shared with the snapshots
  std::vector<Compiled> indicators_;               // as the catalog's; no program: has an error
  // shared: held by the programs that name them, too
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::shared_ptr<const Program>> derived_;
  std::unordered_map<std::string, std::shared_ptr<const Aggregate>> known_;
};

}  // namespace cairn::formula
