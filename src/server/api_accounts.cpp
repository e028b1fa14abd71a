// SPDX-License-Identifier: Apache-2.0
// Accounts and tokens. Who manages accounts of a region gives rights in that region only, and
// nobody changes his own.
#include <algorithm>

#include "core/text.hpp"
#include "server/access.hpp"
#include "server/api_access.hpp"
#include "server/detail/access_json.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {
namespace {

using model::Action;
using model::Grant;

constexpr std::size_t body_bytes = 32 * 1024;
constexpr std::size_t label_bytes = 400;

// The regions that an account's rights lie in; without rights it is of everywhere.
std::vector<std::string> regions_of(const std::vector<Grant>& grants) {
  std::vector<std::string> out;
  for (const Grant& grant : grants) out.push_back(grant.region);
  if (out.empty()) out.emplace_back();
  return out;
}

bool manages(const Call& call, const std::vector<Grant>& grants) {
  const auto regions = regions_of(grants);
  return std::all_of(regions.begin(), regions.end(), [&](const std::string& region) {
    return may(call, Action::manage_accounts, region);
  });
}

// One row in the trail: of the region in which the right is missing, or of the first.
std::optional<Response> refuse_grants(const Call& call, const std::vector<Grant>& grants,
                                      std::string_view subject) {
  const auto regions = regions_of(grants);
  const auto missing = std::find_if(regions.begin(), regions.end(), [&](const std::string& r) {
    return !may(call, Action::manage_accounts, r);
  });
  return refuse(call, Action::manage_accounts,
                missing == regions.end() ? regions.front() : *missing, {}, subject);
}

// What an error says of the rights in it: in the trail with the region of the first.
Response failed_here(const Call& call, const Error& error, std::string_view subject) {
  return failed(call, Action::manage_accounts, {}, error, subject);
}

Json token_json(const protect::ApiToken& token, Zone zone) {
  return {{"id", token.id},
          {"label", token.label},
          {"grants", grants_json(token.grants)},
          {"created", to_string(token.created, zone)},
          {"expires", to_string(token.expires, zone)},
          {"used", token.used ? Json(to_string(*token.used, zone)) : Json(nullptr)}};
}

Json account_json(const protect::Account& account, AccessDesk& desk) {
  const Zone zone = desk.workspace()->zone;
  Json sessions = Json::array();
  for (const protect::Session& session : desk.accounts().sessions_of(account.id, desk.now())) {
    sessions.push_back({{"begun", to_string(session.begun, zone)},
                        {"used", to_string(session.used, zone)},
                        {"peer", session.peer}});
  }
  Json tokens = Json::array();
  for (const protect::ApiToken& token : desk.accounts().tokens_of(account.id)) {
    tokens.push_back(token_json(token, zone));
  }
  return {{"id", account.id},
          {"name", json_label(account.name)},
          {"grants", grants_json(account.grants)},
          {"disabled", account.disabled},
          {"must_change_password", account.must_change},
          {"oidc", !account.oidc.empty()},
          {"created", to_string(account.created, zone)},
          {"changed", to_string(account.changed, zone)},
          {"last_sign_in",
           account.signed_in ? Json(to_string(*account.signed_in, zone)) : Json(nullptr)},
          {"sessions", std::move(sessions)},
          {"tokens", std::move(tokens)}};
}

Json made_json(const protect::MadeAccount& made, AccessDesk& desk) {
  return {{"account", account_json(made.account, desk)},
          {"password", json_text_or_null(made.password)}};
}

Status known_grants(const std::vector<Grant>& grants, const AccessDesk& desk) {
  const auto workspace = desk.workspace();
  std::vector<std::string> units;
  for (const model::UnitDef& unit : workspace->response.units) units.push_back(unit.id);
  return protect::check_grants(grants, *workspace->regions, units);
}

std::string grants_text(const std::vector<Grant>& grants) {
  std::vector<std::string> out;
  for (const Grant& grant : grants) {
    out.push_back(format("{}@{}{}{}", to_string(grant.role),
                         grant.region.empty() ? "everywhere" : grant.region,
                         grant.unit.empty() ? "" : "/", grant.unit));
  }
  return out.empty() ? "no rights" : join(out, ", ");
}

Response list_accounts(const Call& call, AccessDesk& desk) {
  if (auto no = refuse_anywhere(call, Action::manage_accounts)) return std::move(*no);
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  Json list = Json::array();
  for (const protect::Account& account : desk.accounts().list()) {
    if (manages(call, account.grants)) list.push_back(account_json(account, desk));
  }
  return json_response({{"accounts", std::move(list)}});
}

Response add_account(const Call& call, AccessDesk& desk) {
  if (call.actor.kind == model::ActorKind::nobody) {
    return *refuse(call, Action::manage_accounts, {});
  }
  BodyReader body(call.request);
  protect::NewAccount wanted;
  wanted.id = body.text("id", 100);
  wanted.name = body.label("name").value_or(Label{});
  if (!body.has("grants")) body.complain("/grants", "'grants' is missing; a list, perhaps empty");
  wanted.grants = body.grants("grants").value_or(std::vector<Grant>{});
  if (body.has("password")) wanted.password = body.text("password", protect::password_bytes_most);
  if (auto refusal = body.done()) return std::move(*refusal);
  if (auto no = refuse_grants(call, wanted.grants, wanted.id)) return std::move(*no);
  if (auto known = known_grants(wanted.grants, desk); !known) {
    return failed_here(call, known.error(), wanted.id);
  }
  const auto made = desk.accounts().add(wanted, desk.now());
  if (!made) return failed_here(call, made.error(), wanted.id);
  audited(call, Action::manage_accounts, regions_of(wanted.grants).front(), wanted.id,
          "added with " + grants_text(wanted.grants));
  return json_response(made_json(*made, desk), 201);
}

// What of the change is told in the trail.
std::string change_text(const protect::AccountChange& change) {
  std::vector<std::string> out;
  if (change.name) out.emplace_back("name");
  if (change.grants) out.push_back(grants_text(*change.grants));
  if (change.disabled) out.emplace_back(*change.disabled ? "disabled" : "enabled");
  if (change.reset_password) out.emplace_back("new password");
  if (change.end_sessions) out.emplace_back("sessions ended");
  return out.empty() ? "nothing" : join(out, "; ");
}

Response change_account(const Call& call, AccessDesk& desk) {
  const std::string& id = call.path("id");
  const auto present = desk.accounts().find(id);
  // Whether there is such an account is only for those who manage accounts.
  if (!present) {
    if (auto no = refuse(call, Action::manage_accounts, {}, {}, id)) return std::move(*no);
    return problem({Code::not_found, format("there is no account '{}'", id), "path:id"});
  }
  std::vector<Grant> all = present->grants;
  BodyReader body(call.request);
  protect::AccountChange change;
  change.name = body.label("name");
  change.grants = body.grants("grants");
  change.disabled = body.flag("disabled");
  change.end_sessions = body.flag("end_sessions").value_or(false);
  change.reset_password = body.flag("reset_password").value_or(false);
  if (change.grants) all.insert(all.end(), change.grants->begin(), change.grants->end());
  if (auto no = refuse_grants(call, all, id)) return std::move(*no);
  if (auto refusal = body.done()) return std::move(*refusal);
  if (call.actor.id == id && (change.grants || change.disabled)) {
    return failed_here(
        call, {Code::denied, "nobody changes his own rights; let another administrator do it", ""},
        id);
  }
  if (change.reset_password && present->password.empty()) {
    return failed_here(
        call, {Code::conflict, "this account signs in at the provider and has no password", ""},
        id);
  }
  if (change.grants) {
    if (auto known = known_grants(*change.grants, desk); !known) {
      return failed_here(call, known.error(), id);
    }
  }
  const auto made = desk.accounts().change(id, change, desk.now());
  if (!made) return failed_here(call, made.error(), id);
  audited(call, Action::manage_accounts, regions_of(all).front(), id, change_text(change));
  return json_response(made_json(*made, desk));
}

// One's own tokens by a session of one's own; those of others with the right.
std::optional<Response> refuse_tokens(const Call& call, AccessDesk& desk, const std::string& id) {
  const auto present = desk.accounts().find(id);
  const auto held = desk.holder(call.request);
  const bool own = call.actor.kind == model::ActorKind::person && call.actor.id == id && held &&
                   held->account.id == id && !held->account.must_change;
  if (!own) {
    const std::vector<Grant> grants = present ? present->grants : std::vector<Grant>{};
    if (auto no = refuse_grants(call, grants, id)) return no;
  }
  if (present) return std::nullopt;
  return problem({Code::not_found, format("there is no account '{}'", id), "path:id"});
}

Response add_token(const Call& call, AccessDesk& desk) {
  const std::string& id = call.path("id");
  if (auto no = refuse_tokens(call, desk, id)) return std::move(*no);
  BodyReader body(call.request);
  protect::NewToken wanted;
  wanted.account = id;
  wanted.label = body.text("label", label_bytes);
  const std::string expires = body.text("expires", 64);
  const auto until = parse_instant(expires, desk.workspace()->zone);
  if (!expires.empty() && !until) body.complain("/expires", until.error().message);
  const auto grants = body.grants("grants");
  if (auto refusal = body.done()) return std::move(*refusal);
  wanted.expires = *until;
  wanted.grants = grants ? *grants : desk.accounts().find(id)->grants;
  const auto made = desk.accounts().add_token(wanted, *desk.workspace()->regions, desk.now());
  if (!made) return failed_here(call, made.error(), id);
  audited(call, Action::manage_accounts, {}, id,
          format("token {} added with {}", made->token.id, grants_text(wanted.grants)));
  return json_response(
      {{"token", token_json(made->token, desk.workspace()->zone)}, {"secret", made->secret}}, 201);
}

Response remove_token(const Call& call, AccessDesk& desk) {
  const std::string& id = call.path("id");
  if (auto no = refuse_tokens(call, desk, id)) return std::move(*no);
  const Status ended = desk.accounts().end_token(id, call.path("token"));
  if (!ended) return failed_here(call, ended.error(), id);
  audited(call, Action::manage_accounts, {}, id, format("token {} ended", call.path("token")));
  Response out;
  out.status = 204;
  return out;
}

}  // namespace

void add_account_routes(Router& router, AccessDesk& desk) {
  const auto add = [&](const char* method, const char* path, std::size_t bytes,
                       Response (*handle)(const Call&, AccessDesk&)) {
    router.add({method, path, Access::actor, bytes,
                [&desk, handle](const Call& call) { return handle(call, desk); }});
  };
  add("GET", "/v1/accounts", 0, list_accounts);
  add("POST", "/v1/accounts", body_bytes, add_account);
  add("PATCH", "/v1/accounts/{id}", body_bytes, change_account);
  add("POST", "/v1/accounts/{id}/tokens", body_bytes, add_token);
  add("DELETE", "/v1/accounts/{id}/tokens/{token}", 0, remove_token);
}

}  // namespace cairn::server
