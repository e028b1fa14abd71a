// SPDX-License-Identifier: Apache-2.0
#include "server/warning_config.hpp"

#include "codec/cap.hpp"
#include "core/text.hpp"
#include "model/yaml.hpp"

namespace cairn::server {
namespace {

constexpr double least_radius_km = 0.1;
constexpr double most_radius_km = 100;
constexpr double metres_per_km = 1000;

void read_sender(model::YamlMap& map, respond::WarningOptions& options, Problems& problems) {
  const std::string sender = map.text("sender");
  if (sender.empty()) return;
  if (codec::is_cap_identifier(sender)) {
    options.sender = sender;
  } else {
    problems.error(map.place(*map.get("sender")),
                   format("'sender' is '{}', but has neither blanks nor , < & (CAP 1.2): an "
                          "address like warnings@county.example",
                          sender));
  }
}

void read_second_person(model::YamlMap& map, respond::WarningOptions& options, Problems& problems) {
  const std::string word = map.text("second_person_from");
  if (word.empty()) return;
  options.second_person_from.reset();
  if (word == "never") return;
  options.second_person_from = codec::parse_level(word);
  if (options.second_person_from) return;
  problems.error(map.place(*map.get("second_person_from")),
                 format("'second_person_from' is '{}' but must be blue, yellow, orange, red or "
                        "never",
                        word));
}

}  // namespace

void read_warning_config(std::string_view yaml, std::string_view file,
                         respond::WarningOptions& options, Problems& problems) {
  const auto root = model::parse_yaml(yaml, file);
  if (!root) {
    problems.errors.push_back(root.error());
    return;
  }
  model::YamlMap map(*root, file, problems);
  if (!map.ok()) return;
  read_sender(map, options, problems);
  if (const Label name = map.label("sender_name"); !name.empty()) options.sender_name = name;
  options.contact = map.text("contact");
  if (const std::string base = map.text("base_url"); codec::is_absolute_uri(base)) {
    options.base_url = base.ends_with('/') ? base.substr(0, base.size() - 1) : base;
  } else if (!base.empty()) {
    problems.error(map.place(*map.get("base_url")),
                   format("'base_url' is '{}': write https://…", base));
  }
  read_second_person(map, options, problems);
  if (const auto radius_km = map.number("radius_km")) {
    if (*radius_km >= least_radius_km && *radius_km <= most_radius_km) {
      options.radius_m = *radius_km * metres_per_km;
    } else {
      problems.error(map.place(*map.get("radius_km")),
                     format("'radius_km' must be from {} to {}", least_radius_km, most_radius_km));
    }
  }
  map.finish();
}

}  // namespace cairn::server
