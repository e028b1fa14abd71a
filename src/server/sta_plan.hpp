// SPDX-License-Identifier: Apache-2.0
// Query options bound to an entity set, and lists of entities made by them.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "server/sta_eval.hpp"

namespace cairn::server::sta {

struct BoundExpand;
struct BoundOptions {
  std::optional<Bound> filter;
  struct Key {
    Bound by;
    bool descending = false;
  };
  std::vector<Key> order;
  std::vector<const PropDef*> properties;  // to be shown, in the set's order
  std::vector<const NavDef*> links;        // of navigations that are not expanded
  std::vector<BoundExpand> expand;
  std::size_t top = 0;
  std::size_t skip = 0;
  bool count = false;
  const Options* options = nullptr;  // what it was made of
};
struct BoundExpand {
  const NavDef* navigation = nullptr;
  BoundOptions options;
};

// `options` must outlive the result. Unknown names are errors with the place "query:$select" ….
Result<BoundOptions> bind_options(const Options& options, Set set);

struct Page {
  std::vector<Ref> refs;
  std::optional<std::size_t> count;  // of all that pass the filter, when it was asked for
  bool more = false;
};

// The page of a list of entities that are no observations.
Page page_of(const Evaluator& evaluator, std::vector<Ref> refs, const BoundOptions& options);

// The page of the observations of some datastreams. Reads no more of the history than it needs:
// bounds of time in the filter narrow what is read, conditions on the datastream drop whole
// series, and in order of time reading ends with the page.
Page observations_page(const Entities& entities, const Evaluator& evaluator,
                       std::span<const std::uint32_t> streams, const BoundOptions& options);

}  // namespace cairn::server::sta
