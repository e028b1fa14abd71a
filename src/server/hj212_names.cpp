// SPDX-License-Identifier: Apache-2.0
#include "server/hj212_names.hpp"

#include <utility>

namespace cairn::server {
namespace {

namespace hj212 = codec::hj212;

constexpr std::int64_t minute_ns = 60 * ns_per_second;
constexpr std::int64_t usual_minutes_ns = 10 * minute_ns;  // MinInterval of annex C
constexpr std::int64_t clocks_differ_ns = 2 * minute_ns;

std::int64_t lasting(hj212::Kind kind, const model::PropertyDef& property) {
  switch (kind) {
    case hj212::Kind::minute:
      return property.every && property.every->ns > 0 ? property.every->ns : usual_minutes_ns;
    case hj212::Kind::hour:
      return 60 * minute_ns;
    case hj212::Kind::day:
      return ns_per_day;
    default:
      return 0;
  }
}

}  // namespace

Hj212Names::Hj212Names(const model::Catalog& catalog) {
  for (const model::Hj212Input& input : catalog.inputs.hj212) {
    const model::TypeDef* type = catalog.type(input.type);
    if (type == nullptr) continue;
    add(*type, input, hj212::Kind::realtime, input.realtime);
    add(*type, input, hj212::Kind::minute, input.minute);
    add(*type, input, hj212::Kind::hour, input.hour);
    add(*type, input, hj212::Kind::day, input.day);
  }
}

void Hj212Names::add(const model::TypeDef& type, const model::Hj212Input& input, hj212::Kind kind,
                     const std::vector<model::InputName>& names) {
  std::vector<std::string> systems = input.systems;
  if (systems.empty()) systems.emplace_back();
  for (const model::InputName& name : names) {
    const model::PropertyDef* property = type.property(name.property);
    if (property == nullptr) continue;
    const Hj212Meaning meaning{name.property, name.scale, name.offset,
                               name.unit ? name.unit->text : std::string(),
                               lasting(kind, *property)};
    codes_.emplace(type.name, name.name.substr(0, name.name.rfind('-')));
    for (const std::string& system : systems) {
      meanings_.try_emplace({type.name, system, kind, name.name}, meaning);
    }
  }
}

const Hj212Meaning* Hj212Names::at(const Key& key) const {
  const auto found = meanings_.find(key);
  return found == meanings_.end() ? nullptr : &found->second;
}

const Hj212Meaning* Hj212Names::find(std::string_view type, std::string_view system,
                                     hj212::Kind kind, std::string_view name) const {
  Key key{std::string(type), std::string(system), kind, std::string(name)};
  if (const Hj212Meaning* own = at(key)) return own;
  std::get<1>(key).clear();
  return at(key);
}

const Hj212Meaning* Hj212Names::any(std::string_view type, std::string_view system,
                                    hj212::Kind kind) const {
  for (const std::string_view one : {system, std::string_view()}) {
    const Key from{std::string(type), std::string(one), kind, ""};
    const auto found = meanings_.lower_bound(from);
    if (found != meanings_.end() && std::get<0>(found->first) == type &&
        std::get<1>(found->first) == one && std::get<2>(found->first) == kind) {
      return &found->second;
    }
  }
  return nullptr;
}

bool Hj212Names::knows(std::string_view type, std::string_view code) const {
  return codes_.contains({std::string(type), std::string(code)});
}

Instant hj212_end(Instant data_time, std::int64_t lasts_ns, Instant said) {
  const Instant end = data_time + lasts_ns;
  return end > said + clocks_differ_ns ? data_time : end;
}

}  // namespace cairn::server
