// SPDX-License-Identifier: Apache-2.0
#include "model/pack_place.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "geo/geometry.hpp"
#include "model/yaml.hpp"

namespace cairn::model {
namespace {

// A boundary is generalised: a station on its line is not blamed. Degrees, about 2 km.
constexpr double boundary_slack = 0.02;

std::string meant(std::string_view word, const std::vector<std::string>& known) {
  const auto near = nearest(word, known);
  return near ? format("; did you mean '{}'?", *near) : std::string();
}

class Places {
 public:
  Places(const Workspace& workspace, Problems& problems)
      : workspace_(workspace), regions_(*workspace.regions), problems_(problems) {}

  void check_things() {
    for (const Thing& thing : workspace_.records.things) {
      if (thing.position && thing.place.find("packs/") != std::string::npos) check_thing(thing);
    }
  }

  // Where most of them are of regions that are not here, packs are used elsewhere than they were
  // made for: no slip.
  void check_replays() {
    std::vector<const ReplayExpectation*> strange;
    std::size_t known = 0;
    for (const PackDef& pack : workspace_.catalog->packs) {
      for (const ReplayExpectation& line : pack.replay) {
        if (line.region.empty()) continue;
        if (regions_.find(line.region) != no_region) {
          ++known;
        } else {
          strange.push_back(&line);
        }
      }
    }
    if (strange.size() > known) return;
    for (const ReplayExpectation* line : strange) {
      problems_.error(line->place, format("there is no region '{}'", line->region),
                      Code::not_found);
    }
  }

  void check_kinds() {
    std::set<std::string> seen;
    for (const UnitDef& unit : workspace_.response.units) seen.insert(unit.kind);
    const std::vector<std::string> known(seen.begin(), seen.end());
    const std::vector<std::string> workflows = workflow_ids();
    for (const IncidentKind& kind : workspace_.response.kinds) {
      for (const std::string& to : kind.to) {
        if (known.empty() || seen.contains(to)) continue;
        problems_.warning(kind.place,
                          format("'to': no unit is of the kind '{}'{}", to, meant(to, known)));
      }
      if (workflows.empty() || std::ranges::find(workflows, kind.workflow) != workflows.end()) {
        continue;
      }
      problems_.error(kind.place,
                      format("no pack brings the workflow '{}'{} (known: {})", kind.workflow,
                             meant(kind.workflow, workflows), join(workflows, ", ")),
                      Code::not_found);
    }
  }

 private:
  // Of the region's own boundary or of the nearest above it that has one.
  void check_thing(const Thing& thing) {
    RegionIndex index = regions_.find(thing.region);
    while (index != no_region && !workspace_.boundaries.contains(index)) {
      index = regions_[index].parent;
    }
    if (index == no_region) return;
    const geo::Geometry& area = workspace_.boundaries.at(index);
    for (const double dx : {0.0, -boundary_slack, boundary_slack}) {
      for (const double dy : {0.0, -boundary_slack, boundary_slack}) {
        if (geo::contains(area, {thing.position->x + dx, thing.position->y + dy})) return;
      }
    }
    if (++strays_ > limits::reported_errors) return;
    problems_.warning(thing.place, format("{} {} lies outside the boundary of {} {}", thing.type,
                                          thing.id, regions_[index].code, regions_[index].name.zh));
  }

  std::vector<std::string> workflow_ids() const {
    std::vector<std::string> out;
    for (const PackFile& file : workspace_.response.workflows) {
      const auto root = parse_yaml(file.text, file.path);
      const YamlNode* id = root ? root->find("workflow") : nullptr;
      if (id != nullptr) out.push_back(id->scalar);
    }
    return out;
  }

  const Workspace& workspace_;
  const RegionTree& regions_;
  Problems& problems_;
  std::size_t strays_ = 0;
};

}  // namespace

void check_pack_places(const Workspace& workspace, Problems& problems) {
  Places places(workspace, problems);
  places.check_things();
  places.check_replays();
  places.check_kinds();
}

}  // namespace cairn::model
