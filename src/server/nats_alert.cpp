// SPDX-License-Identifier: Apache-2.0
#include "server/nats_alert.hpp"

#include "core/text.hpp"
#include "server/detail/json.hpp"
#include "server/nats_names.hpp"

namespace cairn::server {
namespace {

constexpr model::AlertState states[] = {model::AlertState::pending, model::AlertState::firing,
                                        model::AlertState::clearing, model::AlertState::resolved,
                                        model::AlertState::retracted};

Json time_or_null(const std::optional<Instant>& t) {
  return t ? Json(t->ns) : Json(nullptr);
}

std::optional<Instant> read_time(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  return Instant{value.get<std::int64_t>()};
}

tl::unexpected<Error> broken(std::string_view member) {
  return fail(Code::invalid, "this is no alert of a shard", format("/{}", member));
}

}  // namespace

std::string upward_id(const model::Alert& alert) {
  return format("{}-{}", alert.rule,
                subject_hash(format("{} {} {}", alert.type, alert.thing, alert.since.ns)));
}

std::string alert_text(const model::Alert& alert) {
  return json_text({{"id", alert.id},
                    {"rule", alert.rule},
                    {"pack", alert.pack},
                    {"thing", alert.thing},
                    {"type", alert.type},
                    {"region", alert.region},
                    {"state", model::to_string(alert.state)},
                    {"suppressed", alert.suppressed},
                    {"shelved", alert.shelved},
                    {"flapping", alert.flapping},
                    {"no_data", alert.no_data},
                    {"since", alert.since.ns},
                    {"began", time_or_null(alert.began)},
                    {"ended", time_or_null(alert.ended)},
                    {"known", alert.known.ns},
                    {"revision", alert.revision}});
}

Result<model::Alert> read_alert(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return broken("");
  model::Alert out;
  struct Text {
    const char* name;
    std::string* to;
  };
  for (const Text& member :
       {Text{"id", &out.id}, Text{"rule", &out.rule}, Text{"pack", &out.pack},
        Text{"thing", &out.thing}, Text{"type", &out.type}, Text{"region", &out.region}}) {
    const auto at = json.find(member.name);
    if (at == json.end() || !at->is_string()) return broken(member.name);
    *member.to = at->get<std::string>();
  }
  struct Mark {
    const char* name;
    bool* to;
  };
  for (const Mark& member : {Mark{"suppressed", &out.suppressed}, Mark{"shelved", &out.shelved},
                             Mark{"flapping", &out.flapping}, Mark{"no_data", &out.no_data}}) {
    const auto at = json.find(member.name);
    if (at == json.end() || !at->is_boolean()) return broken(member.name);
    *member.to = at->get<bool>();
  }
  const std::string state = json.value("state", Json()).is_string() ? json["state"] : Json("");
  bool known_state = false;
  for (const model::AlertState one : states) {
    if (state != model::to_string(one)) continue;
    out.state = one;
    known_state = true;
  }
  if (!known_state) return broken("state");
  const auto since = read_time(json.value("since", Json()));
  const auto known = read_time(json.value("known", Json()));
  const Json revision = json.value("revision", Json());
  if (!since) return broken("since");
  if (!known) return broken("known");
  if (!revision.is_number_integer()) return broken("revision");
  out.since = *since;
  out.known = *known;
  out.began = read_time(json.value("began", Json()));
  out.ended = read_time(json.value("ended", Json()));
  out.revision = revision.get<int>();
  return out;
}

}  // namespace cairn::server
