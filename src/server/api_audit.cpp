// SPDX-License-Identifier: Apache-2.0
// The audit trail, for those who may read all of it.
#include <limits>

#include "server/access.hpp"
#include "server/api_access.hpp"
#include "server/detail/json.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"
#include "server/service.hpp"

namespace cairn::server {
namespace {

constexpr std::int64_t page_standard = 100;
constexpr std::int64_t page_most = 500;

// Names as they are today; a row holds the id only.
Json name_of(const std::string& actor, AccessDesk& desk) {
  if (actor == Service::token_actor().id) return json_label(Service::token_actor().name);
  const auto account = desk.accounts().find(actor);
  return account ? json_label(account->name) : Json(nullptr);
}

Json row_json(const protect::AuditRow& row, AccessDesk& desk, Zone zone) {
  return {{"number", row.number},
          {"at", to_string(row.at, zone)},
          {"actor", row.actor},
          {"name", name_of(row.actor, desk)},
          {"action", row.action},
          {"outcome", to_string(row.outcome)},
          {"region", json_text_or_null(row.region)},
          {"unit", json_text_or_null(row.unit)},
          {"subject", json_text_or_null(row.subject)},
          {"peer", json_text_or_null(row.peer)},
          {"detail", json_text_or_null(row.detail)},
          {"times", row.times}};
}

Response list_audit(const Call& call, AccessDesk& desk) {
  if (auto no = refuse(call, model::Action::read_audit, {})) return std::move(*no);
  Inquiry in(call);
  protect::AuditQuery query;
  query.before = static_cast<std::uint64_t>(
      in.params.integer("before", 1, std::numeric_limits<std::int64_t>::max()).value_or(0));
  query.limit =
      static_cast<std::size_t>(in.params.integer("limit", 1, page_most).value_or(page_standard));
  query.actor = in.params.text_or("actor", "");
  query.action = in.params.text_or("action", "");
  query.subject = in.params.text_or("subject", "");
  const auto outcome = in.params.word("outcome", {"allowed", "refused", "failed", "done"});
  if (outcome) query.outcome = protect::parse_outcome(*outcome);
  query.from = in.moment("from", false);
  query.to = in.moment("to", true);
  if (!in.ready()) return in.refusal();
  if (auto counted = desk.trail()->flush(); !counted) return problem(counted.error());
  const auto page = desk.trail()->find(query);
  if (!page) return problem(page.error());
  Json rows = Json::array();
  for (const protect::AuditRow& row : page->rows) rows.push_back(row_json(row, desk, in.zone()));
  Response out =
      json_response({{"rows", std::move(rows)},
                     {"next_before", page->more ? Json(page->rows.back().number) : Json(nullptr)}});
  out.headers.push_back({"Cache-Control", "no-store"});
  return out;
}

}  // namespace

void add_audit_routes(Router& router, AccessDesk& desk) {
  router.add({"GET", "/v1/audit", Access::actor, 0,
              [&desk](const Call& call) { return list_audit(call, desk); }});
}

}  // namespace cairn::server
