// SPDX-License-Identifier: Apache-2.0
#include "server/guard.hpp"

#include "core/text.hpp"
#include "protect/audit.hpp"
#include "server/detail/json.hpp"
#include "server/problem.hpp"
#include "server/state.hpp"

namespace cairn::server {
namespace {

using model::Action;

// Pages ask for these all the time; only refusals are worth a row.
bool is_plain_reading(Action action) {
  return action == Action::read_incidents || action == Action::read_channels ||
         action == Action::read_audit || action == Action::read_devices;
}

protect::AuditRow row_of(const Call& call, Action action, protect::Outcome outcome,
                         std::string_view region) {
  protect::AuditRow row;
  row.at = call.asked_at;
  row.actor = call.actor.id;
  row.action = to_string(action);
  row.outcome = outcome;
  row.region = region;
  row.peer = call.request.peer;
  return row;
}

// The right that is missing, in both languages, for the console.
Response without_right(int status, std::string detail, Action action, std::string_view region) {
  Response out = problem(status, std::move(detail));
  Json document = Json::parse(out.body);
  document["right"] = {{"action", to_string(action)},
                       {"label", json_label(label_of(action))},
                       {"region", json_text_or_null(std::string(region))}};
  out.body = json_text(document);
  if (status == 401) {
    out.headers.push_back({"WWW-Authenticate", "Bearer realm=\"cairn\""});
  }
  return out;
}

Response refusal_of(const Call& call, Action action, std::string_view region,
                    std::string_view unit) {
  const std::string to = label_of(action).en;
  if (call.actor.kind == model::ActorKind::nobody) {
    if (!call.doubt.empty()) return without_right(403, call.doubt, action, region);
    return without_right(401, format("sign in to {}", to), action, region);
  }
  const std::string where = region.empty() ? "" : format(" in {}", region);
  const std::string whose = unit.empty() ? "" : format(" of the unit {}", unit);
  return without_right(403, format("you have no right to {}{}{}", to, whose, where), action,
                       region);
}

std::optional<Response> decide(const Call& call, Action action, std::string_view region,
                               std::string_view unit, std::string_view subject, bool allowed) {
  const auto outcome = allowed ? protect::Outcome::allowed : protect::Outcome::refused;
  protect::AuditRow row = row_of(call, action, outcome, region);
  row.unit = unit;
  row.subject = subject;
  if (call.audit != nullptr && !(allowed && is_plain_reading(action))) {
    row.detail = allowed ? "" : call.doubt;
    const Status written =
        allowed ? call.audit->append(std::move(row)) : call.audit->append_refusal(std::move(row));
    if (!written && allowed) {
      return problem(503, format("this cannot be written to the audit trail, so it is not done: {}",
                                 written.error().message));
    }
  }
  if (allowed) return std::nullopt;
  return refusal_of(call, action, region, unit);
}

}  // namespace

bool may(const Call& call, Action action, std::string_view region, std::string_view unit) {
  return model::may(call.actor, action, region, unit, *call.state->workspace->regions);
}

std::optional<Response> refuse(const Call& call, Action action, std::string_view region,
                               std::string_view unit, std::string_view subject) {
  return decide(call, action, region, unit, subject, may(call, action, region, unit));
}

std::optional<Response> refuse_anywhere(const Call& call, Action action) {
  return decide(call, action, {}, {}, {}, model::may_somewhere(call.actor, action));
}

void audited(const Call& call, Action action, std::string_view region, std::string_view subject,
             std::string_view detail) {
  if (call.audit == nullptr) return;
  protect::AuditRow row = row_of(call, action, protect::Outcome::done, region);
  row.subject = subject;
  row.detail = detail;
  // The attempt stands there already; what it led to is in the desk's own record too.
  (void)call.audit->append(std::move(row));
}

Response failed(const Call& call, Action action, std::string_view region, const Error& error,
                std::string_view subject) {
  if (call.audit != nullptr) {
    protect::AuditRow row = row_of(call, action, protect::Outcome::failed, region);
    row.subject = subject;
    row.detail = error.message;
    (void)call.audit->append(std::move(row));
  }
  return problem(error);
}

}  // namespace cairn::server
