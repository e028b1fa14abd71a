// SPDX-License-Identifier: Apache-2.0
// What the map draws: background layers and things as vector tiles, made when they are asked for
// and kept.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "codec/mvt.hpp"
#include "codec/point_index.hpp"
#include "model/workspace.hpp"
#include "server/answer_shelf.hpp"
#include "watch/things.hpp"

namespace cairn::server {

// The points of one type at one date under one overlay.
struct ThingSet {
  std::vector<watch::ThingRef> things;
  std::vector<std::optional<double>> values;  // of colour_by; empty without
  codec::PointIndex index;
  std::size_t estimated = 0;
  std::optional<std::pair<double, double>> domain;  // least and greatest value
};

struct BackgroundLayer {
  std::string id;
  std::vector<std::string> source_layers;
  std::string geometry;  // point, line, polygon
  std::size_t count = 0;
  std::size_t estimated = 0;
};

class MapData {
 public:
  // `generation` counts the changes of the live history; none: nothing is live.
  explicit MapData(const model::Workspace& workspace,
                   std::function<std::uint64_t()> generation = {});

  // Slow answers about the present, beside the map's.
  AnswerShelf& answers() const { return answers_; }

  const std::vector<BackgroundLayer>& background() const { return background_; }
  // shared: tiles are kept here and sent from there. Empty when nothing lies in the tile; nothing
  // when there is no such layer.
  std::shared_ptr<const std::string> background_tile(std::string_view layer,
                                                     codec::TileId id) const;

  // Names the state of things at present, which is not computed anew for every tile: see things().
  static constexpr std::string_view present_key = "@present";

  // `key` names the state of things: overlay and date. Of the present the newest there is, unless
  // computing it takes a moment only or nobody has kept it new for a minute.
  std::shared_ptr<const ThingSet> things(const watch::View& view, const std::string& type,
                                         const std::string& key) const;
  // The same, of the present as it was in the last seconds: for what tells of many types.
  std::shared_ptr<const ThingSet> recent(const watch::View& view, const std::string& type,
                                         const std::string& key) const;
  std::shared_ptr<const std::string> thing_tile(const watch::View& view, const std::string& type,
                                                const std::string& key, codec::TileId id) const;

  // Types with layers whose present has changed and that nobody has computed yet or somebody asked
  // for in the last minutes, the former first.
  std::vector<std::string> wanted(const model::Catalog& catalog) const;
  // Computes the present of a type.
  void refresh(const watch::View& view, const std::string& type) const;

 private:
  mutable AnswerShelf answers_;
  using Steady = std::chrono::steady_clock;
  struct Present {
    std::shared_ptr<const ThingSet> set;  // shared: tiles are made of it while it is replaced
    std::uint64_t generation = 0;
    std::uint64_t serial = 0;  // of the set among those of this type
    Steady::time_point made;
    Steady::duration took{};
    Steady::time_point asked;
  };

  struct Area {
    std::string code, prefecture;
    Label name;
  };
  struct Zoomed {
    std::vector<geo::Geometry> counties;                             // as areas_
    std::vector<std::pair<std::size_t, geo::Geometry>> prefectures;  // index into prefectures_
  };
  struct Feature {
    geo::Geometry mercator;
    geo::Box box;
    codec::TileProperties properties;
  };

  void add_areas(const model::Workspace& workspace);
  void add_features(const model::Workspace& workspace);
  std::shared_ptr<const Zoomed> zoomed(int z) const;
  std::string boundary_tile(codec::TileId id) const;
  std::string feature_tile(const std::string& layer, codec::TileId id) const;
  std::shared_ptr<const ThingSet> compute(const watch::View& view, const std::string& type) const;
  // The present of a type and its serial.
  std::pair<std::shared_ptr<const ThingSet>, std::uint64_t> present(const watch::View& view,
                                                                    const std::string& type) const;
  std::pair<std::shared_ptr<const ThingSet>, std::uint64_t> renew(const watch::View& view,
                                                                  const std::string& type) const;
  std::shared_ptr<const std::string> kept(const std::string& key) const;
  std::shared_ptr<const std::string> keep(const std::string& key, std::string tile) const;

  std::function<std::uint64_t()> generation_;
  std::vector<Area> areas_;
  std::vector<geo::MultiPolygon> polygons_;  // mercator, as areas_
  std::vector<Area> prefectures_;
  std::map<std::string, std::vector<Feature>> features_;  // rivers, places …
  std::vector<BackgroundLayer> background_;

  mutable std::mutex mutex_;
  mutable std::array<std::shared_ptr<const Zoomed>, codec::tile_max_zoom + 1> zoomed_;
  mutable std::list<std::pair<std::string, std::shared_ptr<const std::string>>>
      tiles_;  // new first
  mutable std::unordered_map<std::string, decltype(tiles_)::iterator> tile_index_;
  mutable std::size_t tile_bytes_ = 0;
  mutable std::list<std::pair<std::string, std::shared_ptr<const ThingSet>>> sets_;  // new first
  mutable std::unordered_map<std::string, Present> present_;  // by type; under the mutex
};

}  // namespace cairn::server
