// SPDX-License-Identifier: Apache-2.0
// Where the things of a type count at a date: a tree of nodes over places. A place is a thing in
// force; a node is a region with things in or below it, a zone over such regions, or a bucket of at
// most `bucket_places` of the things directly in one region. What a node adds up to is the sum of
// its own places and of its parts.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "model/snapshot.hpp"
#include "stream/binding.hpp"

namespace cairn::stream {

using Node = std::uint32_t;
using Place = std::uint32_t;

// What is looked through again when the largest of its values goes.
inline constexpr std::uint32_t bucket_places = 256;

class Places {
 public:
  // `live` must stay.
  Places(const model::Snapshot& live, std::uint32_t type, bool any_status)
      : live_(live), type_(type), any_status_(any_status) {}

  // As of a date. Of the regions `also` there are nodes even where nothing lies.
  void arrange(Instant as_of, const std::vector<model::RegionIndex>& also);

  std::uint32_t type() const { return type_; }
  bool any_status() const { return any_status_; }
  const model::Table& table() const { return *live_.tables[type_]; }

  std::uint32_t size() const { return static_cast<std::uint32_t>(row_of_.size()); }
  std::uint32_t row(Place place) const { return row_of_[place]; }
  // `none`: the row does not count at the date.
  Place place(std::uint32_t row) const { return row < place_of_.size() ? place_of_[row] : none; }
  // The bucket, or the region itself.
  Node node_of(Place place) const { return node_of_place_[place]; }

  // Parts come after what they are part of.
  std::uint32_t nodes() const { return static_cast<std::uint32_t>(nodes_.size()); }
  Node node(model::RegionIndex region) const { return node_of_region_[region]; }  // or `none`
  std::size_t regions() const { return node_of_region_.size(); }                  // of the tree
  model::RegionIndex region(Node node) const { return nodes_[node].region; }  // of a bucket, too
  bool is_bucket(Node node) const { return node >= first_bucket_; }
  // Places directly in the region or bucket, [first, second).
  std::pair<Place, Place> own(Node node) const;
  // They are those of its buckets.
  bool has_buckets(Node node) const {
    return !is_bucket(node) && nodes_[node].count > bucket_places;
  }
  std::span<const Node> parts(Node node) const;
  // The node, all above it and the zones that contain one of these.
  std::span<const Node> path(Node node) const;

 private:
  struct Item {
    model::RegionIndex region = 0;
    Place first = 0;
    std::uint32_t count = 0;
  };
  model::RegionIndex up(model::RegionIndex region) const;
  model::RegionIndex counts_in(model::RegionIndex region, Instant moment) const;
  void make_nodes(const std::vector<std::uint32_t>& things_of, const std::vector<std::uint8_t>& on);
  void put_things(const std::vector<std::uint32_t>& rows,
                  const std::vector<model::RegionIndex>& where);
  void make_buckets();
  void members_of(model::RegionIndex zone, std::vector<Node>& out) const;
  void link();
  void put_path(Node node, const std::vector<std::vector<Node>>& zones);

  const model::Snapshot& live_;
  std::uint32_t type_;
  bool any_status_;
  std::vector<std::uint32_t> row_of_;  // by place
  std::vector<Place> place_of_;        // by row
  std::vector<Node> node_of_place_;    // by place
  std::vector<Node> node_of_region_;   // by region
  std::vector<Item> nodes_;            // zones, regions, buckets
  // Of all nodes, in their order; where each one's begin, and where the last one's end.
  std::vector<Node> parts_, paths_;
  std::vector<std::uint32_t> first_part_, first_step_;
  Node first_region_ = 0;
  Node first_bucket_ = 0;
};

}  // namespace cairn::stream
