// SPDX-License-Identifier: Apache-2.0
#include "server/probe_config.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "model/yaml.hpp"

namespace cairn::server {
namespace {

class Reader {
 public:
  Reader(model::YamlMap& map, Problems& problems) : map_(map), problems_(problems) {}

  template <class T>
  void number(const char* key, T& out, double least, double most) {
    const auto value = map_.number(key);
    if (!value) return;
    if (*value < least || *value > most) {
      problems_.error(map_.place(*map_.get(key)),
                      format("'{}' is {} but must be from {} to {}", key, number_text(*value),
                             number_text(least), number_text(most)));
      return;
    }
    out = static_cast<T>(*value);
  }
  void span(const char* key, std::int64_t& out, std::int64_t least, std::int64_t most) {
    const std::string text = map_.text(key);
    if (text.empty()) return;
    const auto value = parse_span(text);
    if (!value || value->months != 0 || value->ns < least || value->ns > most) {
      problems_.error(map_.place(*map_.get(key)),
                      format("'{}' is '{}' but must be a time from {} to {}", key, text,
                             to_string(Span{least, 0}), to_string(Span{most, 0})));
      return;
    }
    out = value->ns;
  }

 private:
  model::YamlMap& map_;
  Problems& problems_;
};

// What stands in a header must be plain.
bool is_contact(std::string_view text) {
  return text.size() <= 200 && std::ranges::all_of(text, [](char c) {
           return c > 0x20 && c < 0x7F && c != '(' && c != ')';
         });
}

void read_limits(model::YamlMap& map, Reader& in, ProbeConfig& config) {
  in.number("success", config.limits.success, 0, 1);
  in.number("similar", config.limits.similar, 0, 1);
  in.number("degradation", config.limits.degradation, 0, 10);
  in.number("same_within_ms", config.limits.same_within_ms, 0, 1'000);
  in.number("links_share", config.limits.links, 0, 1);
  in.number("days_left", config.limits.days_left, 1, 365);
  in.number("days_left_serious", config.limits.days_left_serious, 1, 365);
  config.limits.resolver_validates = map.flag("resolver_validates");
}

}  // namespace

std::string ProbeConfig::user_agent() const {
  return contact.empty() ? "cairn-probe/1" : "cairn-probe/1 (+" + contact + ")";
}

void read_probe_config(std::string_view yaml, std::string_view file, ProbeConfig& config,
                       Problems& problems) {
  const auto root = model::parse_yaml(yaml, file);
  if (!root) {
    problems.errors.push_back(root.error());
    return;
  }
  model::YamlMap map(*root, file, problems);
  if (!map.ok()) return;
  Reader in(map, problems);
  constexpr std::int64_t minute_ns = 60 * ns_per_second;
  config.laboratory = map.flag("laboratory");
  in.span("every", config.every_ns, 15 * minute_ns, 7 * ns_per_day);
  in.number("requests_per_service", config.requests_per_service, 1, 10'000);
  in.number("requests", config.requests, 1, 100'000);
  in.number("pause_ms", config.pause_ms, config.laboratory ? 0 : 20, 60'000);
  in.number("timeout_ms", config.timeout_ms, 100, 60'000);
  config.resolvers = map.texts("resolvers");
  config.contact = map.text("contact");
  if (!is_contact(config.contact)) {
    problems.error(map.place(*map.get("contact")),
                   "'contact' is a page or mail address of at most 200 characters, without blanks "
                   "and brackets");
  }
  in.number("tries", config.settings.tries, 1, 20);
  in.number("links", config.settings.links, 0, 50);
  in.number("links_beyond", config.settings.links_beyond, 0, 50);
  read_limits(map, in, config);
  in.number("name_server_port", config.name_server_port, 1, 65'535);
  config.ca_file = map.text("ca_file");
  if (config.name_server_port != 53 && !config.laboratory) {
    problems.error(map.place(*map.get("name_server_port")),
                   "'name_server_port' is of laboratories only: name servers listen at 53");
  }
  map.finish();
  const int needs = probe::requests_most(config.settings);
  if (problems.ok() && static_cast<int>(config.requests_per_service) < needs) {
    problems.error(map.place(), format("one measurement may need {} requests, but "
                                       "'requests_per_service' allows {} an hour",
                                       needs, config.requests_per_service));
  }
}

}  // namespace cairn::server
