// SPDX-License-Identifier: Apache-2.0
// Which open alerts are the cause of which: rules name the rules they follow from and what the two
// must share (RuleResponse::caused_by). An index, so that finding them does not look at all.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "model/workspace.hpp"

namespace cairn::respond {

struct CauseAlert {
  std::string_view id;
  std::string_view rule;
  std::string_view thing;
  std::string_view region;  // code
  Instant began;
};

class CauseIndex {
 public:
  // A text property of a thing; empty: it has none.
  using TextProperty = std::function<std::string(std::string_view, std::string_view)>;
  CauseIndex(const model::Workspace& workspace, TextProperty text_property);

  bool concerns(std::string_view rule) const { return kinds_.contains(std::string(rule)); }
  // An alert that is open, and that it is no more; of rules that nothing depends on a no-op.
  void put(const CauseAlert& alert);
  void drop(const CauseAlert& alert);
  // Ids of open alerts that may be its cause, in the order of its rule's list, the oldest first.
  std::vector<std::string> causes(const CauseAlert& alert) const;
  // Ids of open alerts that it may be the cause of.
  std::vector<std::string> consequences(const CauseAlert& alert) const;

 private:
  std::string shared(const CauseAlert& alert, const std::string& same) const;
  void each_key(const CauseAlert& alert, const std::function<void(std::string)>& use) const;

  const model::RegionTree& regions_;
  using Links = std::unordered_map<std::string, std::vector<std::pair<std::string, std::string>>>;
  // Those open that an alert is linked to.
  std::vector<std::string> open_of(const Links& links, const CauseAlert& alert) const;

  TextProperty text_property_;
  // By rule: what it follows from, and what follows from it, each with what they share.
  Links above_;
  Links below_;
  std::unordered_map<std::string, std::set<std::string>> kinds_;  // by rule: all `same`
  std::unordered_map<std::string, std::set<std::pair<Instant, std::string>>> open_;  // by key
};

}  // namespace cairn::respond
