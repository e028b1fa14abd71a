// SPDX-License-Identifier: Apache-2.0
// One aggregate over all nodes, kept: what every place contributes, what every node adds up to, and
// when a place has to be looked at again although nobody touches it. 24 B a place, 16 more where
// time changes it; 133 B a node.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "core/time.hpp"
#include "formula/eval_partial.hpp"
#include "formula/program.hpp"
#include "stream/rollup_places.hpp"

namespace cairn::stream {

class Totals {
 public:
  // `places` must stay.
  Totals(std::shared_ptr<const formula::Aggregate> aggregate, const Places& places)
      : aggregate_(std::move(aggregate)), places_(&places) {}

  const formula::Aggregate& aggregate() const { return *aggregate_; }

  // The places were arranged anew: from here to add_up() everything is replaced once.
  void begin(Instant as_of);
  void replace(Place place, const formula::Contribution& now);
  void add_up(const std::function<void()>& pause = {});
  // Completes what replace() and inject() left open; then total() holds again. `pause` is called in
  // between, where nothing here may be changed.
  void settle(const std::function<void()>& pause = {});

  const formula::Partial& total(Node node) const { return totals_[node]; }
  // Nodes whose total is not as it was, since clear_changed().
  std::span<const Node> changed() const { return changed_; }
  void clear_changed();

  // When the place may contribute something else by itself; max(): never.
  void set_due(Place place, Instant due);
  // Appends the places whose time has come; each must be given a new one.
  void take_due(Instant as_of, std::vector<Place>& out);

  // What the region's own places add up to, here or where it was injected from.
  formula::Partial own(model::RegionIndex region) const;
  // From now on, and the first time with all, regions whose own() changed; rising.
  std::vector<model::RegionIndex> own_changes();
  // Stands for the region's own places after settle(), which needs a node there.
  void inject(model::RegionIndex region, formula::Partial own);
  // Regions of inject(), rising.
  std::vector<model::RegionIndex> injected() const;
  // A region of inject() has no node.
  bool lacks_node() const;

 private:
  // What came and went of a node's own places.
  struct Change {
    Node node;
    formula::Difference difference;
  };
  formula::Difference& change_of(Node node);
  void apply(const Change& change);
  void open(Node node, std::uint8_t how);
  void add_up(Node node);
  void look_through(Node node);
  void note_own(model::RegionIndex region);
  void note_all_own();
  void schedule(Place place);
  std::uint32_t tick_of(Instant due) const;
  const formula::Partial* foreign_of(Node node) const;

  std::shared_ptr<const formula::Aggregate> aggregate_;  // shared: with its program
  const Places* places_;
  bool beginning_ = true;
  std::vector<formula::Contribution> things_;  // by place
  std::vector<formula::Partial> totals_;       // by node
  std::vector<std::uint8_t> state_;            // by node
  std::vector<Node> changed_, open_;
  std::vector<Change> changes_;  // since settle(): the first `used_`
  std::size_t used_ = 0;
  std::vector<std::uint32_t> change_of_;  // by node; `none`

  Instant begun_;
  std::vector<Instant> due_;                              // by place; empty: none has one
  std::vector<std::uint32_t> tick_;                       // by place: where in the calendar
  std::map<std::uint32_t, std::vector<Place>> calendar_;  // may name a place too often
  std::vector<Place> later_;

  std::map<model::RegionIndex, formula::Partial> foreign_, pending_;
  bool sharing_ = false;
  std::vector<std::uint8_t> told_;  // by region, while sharing
  std::vector<model::RegionIndex> own_changed_;
};

}  // namespace cairn::stream
