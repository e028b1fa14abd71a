// SPDX-License-Identifier: Apache-2.0
#include "stream/rollup_places.hpp"

#include <algorithm>

#include "formula/eval_row.hpp"

namespace cairn::stream {

using model::RegionIndex;

// Zones are not part of the tree, wherever they hang.
RegionIndex Places::up(RegionIndex region) const {
  const model::RegionTree& tree = *live_.regions;
  RegionIndex at = tree[region].parent;
  while (at != model::no_region && tree[at].level == model::Level::zone) at = tree[at].parent;
  return at;
}

RegionIndex Places::counts_in(RegionIndex region, Instant moment) const {
  const RegionIndex now = live_.regions->resolve(region, moment);
  return (*live_.regions)[now].level == model::Level::zone ? up(now) : now;
}

void Places::arrange(Instant as_of, const std::vector<RegionIndex>& also) {
  const std::size_t regions = live_.regions->size();
  std::vector<RegionIndex> counting(regions);
  for (RegionIndex region = 0; region < regions; ++region) {
    counting[region] = counts_in(region, as_of - 1);
  }
  std::vector<std::uint32_t> rows;
  std::vector<RegionIndex> where;
  std::vector<std::uint32_t> things_of(regions, 0);
  std::vector<std::uint8_t> on(regions, 0);
  const auto open = [&](RegionIndex region) {
    for (; region != model::no_region && on[region] == 0; region = up(region)) on[region] = 1;
  };
  if (live_.tables[type_]) {
    for (const std::uint32_t row : formula::rows_in_force(table(), as_of, any_status_)) {
      RegionIndex region = table().region[row];
      if (region != model::no_region) region = counting[region];
      if (region == model::no_region) continue;
      rows.push_back(row);
      where.push_back(region);
      ++things_of[region];
      open(region);
    }
  }
  for (const RegionIndex region : also) open(region);
  make_nodes(things_of, on);
  put_things(rows, where);
  make_buckets();
  link();
}

void Places::members_of(RegionIndex zone, std::vector<Node>& out) const {
  const model::RegionTree& tree = *live_.regions;
  for (const RegionIndex member : tree[zone].members) {
    if (tree[member].level == model::Level::zone) {
      members_of(member, out);
    } else if (node_of_region_[member] != none) {
      out.push_back(node_of_region_[member]);
    }
  }
}

// Zones first, then regions as in the tree, where a parent stands before its children.
void Places::make_nodes(const std::vector<std::uint32_t>& things_of,
                        const std::vector<std::uint8_t>& on) {
  const model::RegionTree& tree = *live_.regions;
  nodes_.clear();
  node_of_region_.assign(tree.size(), none);
  for (const bool zones : {true, false}) {
    if (!zones) first_region_ = nodes();
    for (RegionIndex region = 0; region < tree.size(); ++region) {
      const bool zone = tree[region].level == model::Level::zone;
      if (zone != zones || (!zone && on[region] == 0)) continue;
      node_of_region_[region] = nodes();
      nodes_.push_back({region, 0, zone ? 0 : things_of[region]});
    }
  }
  first_bucket_ = nodes();
}

void Places::put_things(const std::vector<std::uint32_t>& rows,
                        const std::vector<RegionIndex>& where) {
  Place next = 0;
  for (Item& item : nodes_) {
    item.first = next;
    next += item.count;
  }
  row_of_.resize(rows.size());
  node_of_place_.resize(rows.size());
  place_of_.assign(live_.tables[type_] ? table().size() : 0, none);
  std::vector<Place> free(nodes_.size());
  for (Node node = 0; node < nodes(); ++node) free[node] = nodes_[node].first;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Node node = node_of_region_[where[i]];
    const Place place = free[node]++;
    row_of_[place] = rows[i];
    place_of_[rows[i]] = place;
    node_of_place_[place] = node;
  }
}

void Places::make_buckets() {
  for (Node region = first_region_; region < first_bucket_; ++region) {
    const Item of = nodes_[region];
    if (of.count <= bucket_places) continue;
    for (std::uint32_t from = 0; from < of.count; from += bucket_places) {
      const std::uint32_t count = std::min(bucket_places, of.count - from);
      std::fill_n(node_of_place_.begin() + of.first + from, count, nodes());
      nodes_.push_back({of.region, of.first + from, count});
    }
  }
}

void Places::link() {
  std::vector<std::vector<Node>> parts(nodes_.size());
  std::vector<std::vector<Node>> zones(nodes_.size());
  for (Node zone = 0; zone < first_region_; ++zone) {
    members_of(nodes_[zone].region, parts[zone]);
    for (const Node member : parts[zone]) zones[member].push_back(zone);
  }
  for (Node node = first_region_; node < nodes(); ++node) {
    const RegionIndex region = nodes_[node].region;
    if (is_bucket(node)) {
      parts[node_of_region_[region]].push_back(node);
    } else if (const RegionIndex above = up(region); above != model::no_region) {
      parts[node_of_region_[above]].push_back(node);
    }
  }
  parts_.clear();
  paths_.clear();
  first_part_.assign(1, 0);
  first_step_.assign(1, 0);
  for (Node node = 0; node < nodes(); ++node) {
    put_path(node, zones);
    first_step_.push_back(static_cast<std::uint32_t>(paths_.size()));
    parts_.insert(parts_.end(), parts[node].begin(), parts[node].end());
    first_part_.push_back(static_cast<std::uint32_t>(parts_.size()));
  }
}

void Places::put_path(Node node, const std::vector<std::vector<Node>>& zones) {
  paths_.push_back(node);
  if (node < first_region_) return;
  const RegionIndex own = nodes_[node].region;
  if (is_bucket(node)) paths_.push_back(node_of_region_[own]);
  for (RegionIndex at = own; at != model::no_region; at = up(at)) {
    const Node above = node_of_region_[at];
    if (at != own) paths_.push_back(above);
    paths_.insert(paths_.end(), zones[above].begin(), zones[above].end());
  }
}

std::pair<Place, Place> Places::own(Node node) const {
  const Item& item = nodes_[node];
  return {item.first, item.first + item.count};
}

std::span<const Node> Places::parts(Node node) const {
  return {parts_.data() + first_part_[node], parts_.data() + first_part_[node + 1]};
}

std::span<const Node> Places::path(Node node) const {
  return {paths_.data() + first_step_[node], paths_.data() + first_step_[node + 1]};
}

}  // namespace cairn::stream
