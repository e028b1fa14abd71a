// SPDX-License-Identifier: Apache-2.0
#include "server/access.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "server/api_access.hpp"
#include "server/detail/access_json.hpp"
#include "server/problem.hpp"
#include "server/proxy.hpp"
#include "server/random.hpp"
#include "server/service.hpp"

namespace cairn::server {
namespace {

using protect::Outcome;

constexpr const char* session_cookie = "cairn_session";
constexpr const char* oidc_cookie = "cairn_oidc";
constexpr std::int64_t session_seconds = 7 * 86'400;
constexpr std::int64_t oidc_seconds = 600;
constexpr int busy_retry_s = 2;
constexpr std::size_t name_bytes = 64;

bool is_unsafe(const Request& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

// "a header that stands there twice" could be read in two ways: such a request names nobody.
bool stands_twice(const Request& request, std::string_view name) {
  return std::count_if(request.headers.begin(), request.headers.end(),
                       [&](const Header& h) { return h.name == name; }) > 1;
}

std::string_view bearer_of(const Request& request) {
  const std::string_view given = request.header("authorization");
  if (given.size() <= 7 || !iequals_ascii(given.substr(0, 7), "bearer ")) return {};
  return trim(given.substr(7));
}

Response wait(int status, std::string message, std::int64_t seconds) {
  Response out = problem(status, std::move(message));
  out.headers.push_back({"Retry-After", std::to_string(seconds)});
  return out;
}

// A page of another site sends it: browsers say so.
bool is_of_elsewhere(const Request& request) {
  const std::string_view site = request.header("sec-fetch-site");
  return !site.empty() && site != "same-origin" && site != "none";
}

model::Actor actor_of(const protect::Holder& holder) {
  model::Actor out{holder.account.id, holder.account.name, model::ActorKind::person, holder.grants};
  if (holder.token.empty()) return out;
  out.kind = model::ActorKind::token;
  out.name.zh += format("（令牌 {}）", holder.token);
  out.name.en += format(" (token {})", holder.token);
  return out;
}

}  // namespace

std::string cookie_of(const Request& request, std::string_view name) {
  std::string out;
  int found = 0;
  for (const Header& header : request.headers) {
    if (header.name != "cookie") continue;
    for (const std::string_view part : split(header.value, ';')) {
      const std::string_view item = trim(part);
      const std::size_t equals = item.find('=');
      if (equals == std::string_view::npos || item.substr(0, equals) != name) continue;
      out = item.substr(equals + 1);
      ++found;
    }
  }
  return found == 1 ? out : std::string();
}

Result<std::unique_ptr<AccessDesk>> AccessDesk::open(
    store::Ledger& ledger, Files& files, const Clock& clock,
    std::shared_ptr<const model::Workspace> workspace, AccessOptions options) {
  std::unique_ptr<AccessDesk> out(new AccessDesk(clock, std::move(workspace), std::move(options)));
  if (auto opened = out->open_parts(ledger, files); !opened) return fail(opened.error());
  return out;
}

AccessDesk::~AccessDesk() {
  stop();
}

Status AccessDesk::open_parts(store::Ledger& ledger, Files& files) {
  protect::AccountOptions needs;
  needs.random = random_bytes;
  needs.cost = options_.cost;
  auto accounts = protect::Accounts::open(ledger, std::move(needs));
  if (!accounts) return fail(accounts.error());
  accounts_ = std::move(*accounts);
  auto trail = protect::AuditTrail::open(ledger);
  if (!trail) return fail(trail.error());
  trail_ = std::move(*trail);
  if (options_.demonstration) {
    const auto present = workspace();
    auto demo = protect::ensure_demo_accounts(*accounts_, options_.directory, present->home,
                                              present->response, now());
    if (!demo) return fail(demo.error());
    demo_ = std::move(*demo);
  } else if (auto ended = protect::disable_demo_accounts(*accounts_, options_.directory, now());
             !ended) {
    return ended;
  }
  const std::string path = options_.directory + "/oidc.yaml";
  if (!options_.http || !files.exists(path)) return {};
  auto config = protect::load_oidc(files, path, options_.base_url);
  if (!config) {
    trouble_ = to_string(config.error());
    return {};
  }
  oidc_ = std::make_unique<protect::Oidc>(std::move(*config), options_.http, random_bytes);
  return {};
}

void AccessDesk::rebind(std::shared_ptr<const model::Workspace> workspace) {
  const std::lock_guard lock(mutex_);
  workspace_ = std::move(workspace);
}

std::shared_ptr<const model::Workspace> AccessDesk::workspace() const {
  const std::lock_guard lock(mutex_);
  return workspace_;
}

void AccessDesk::stop() {
  passwords_.stop();
  providers_.stop();
}

void AccessDesk::add_routes(Router& router) {
  add_session_routes(router, *this);
  add_account_routes(router, *this);
  add_audit_routes(router, *this);
}

Known AccessDesk::identify(const Request& request) {
  if (!request.header("authorization").empty()) {
    if (stands_twice(request, "authorization")) return {{}, "two headers say who asks"};
    const std::string_view bearer = bearer_of(request);
    if (bearer.empty()) return {};
    const auto held = accounts_->by_token(bearer, *workspace()->regions, now());
    if (!held) return {{}, "the token is wrong or has ended"};
    return {actor_of(*held), {}};
  }
  const auto held = holder(request);
  if (!held) return {};
  if (is_unsafe(request) && (stands_twice(request, "x-cairn-csrf") ||
                             !protect::same_secret(request.header("x-cairn-csrf"), held->csrf))) {
    return {{}, "the header X-Cairn-CSRF is missing or not that of this session"};
  }
  return {actor_of(*held), {}};
}

bool AccessDesk::may_know(const Request& head) const {
  const std::string_view bearer = bearer_of(head);
  return accounts_->knows(bearer.empty() ? cookie_of(head, session_cookie) : std::string(bearer));
}

std::optional<protect::Holder> AccessDesk::holder(const Request& request) {
  const std::string secret = cookie_of(request, session_cookie);
  if (secret.empty()) return std::nullopt;
  return accounts_->by_session(secret, now());
}

std::string AccessDesk::cookie(const Request& request, std::string_view name,
                               std::string_view value, std::int64_t seconds, bool strict) const {
  const bool tls =
      options_.behind_proxy && iequals_ascii(request.header("x-forwarded-proto"), "https");
  return format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite={}{}", name, value, seconds,
                strict ? "Strict" : "Lax", tls ? "; Secure" : "");
}

Status AccessDesk::note(const Request& request, const std::string& actor, const char* action,
                        Outcome outcome, std::string subject, std::string detail) {
  protect::AuditRow row;
  row.at = now();
  row.actor = actor;
  row.action = action;
  row.outcome = outcome;
  row.subject = std::move(subject);
  row.peer = request.peer;
  row.detail = std::move(detail);
  if (outcome == Outcome::refused) return trail_->append_refusal(std::move(row));
  return trail_->append(std::move(row));
}

Response AccessDesk::session_answer(const Call& call) {
  Json out{{"signed_in", call.actor.kind != model::ActorKind::nobody},
           {"account", nullptr},
           {"csrf", nullptr},
           {"oidc", nullptr}};
  const auto held = holder(call.request);
  const bool by_cookie = held && held->account.id == call.actor.id;
  if (call.actor.kind != model::ActorKind::nobody) {
    out["account"] = actor_json(call.actor, by_cookie && held->account.must_change);
    if (by_cookie) out["csrf"] = held->csrf;
  }
  if (oidc_) out["oidc"] = {{"label", json_label(oidc_->config().label)}};
  if (options_.demonstration && is_of_this_machine(call.request)) {
    Json list = Json::array();
    for (const protect::DemoAccount& each : demo_) {
      list.push_back(
          {{"name", each.id}, {"label", json_label(each.label)}, {"password", each.password}});
    }
    out["demo_accounts"] = std::move(list);
  }
  Response response = json_response(out);
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Response AccessDesk::begun(const protect::NewSession& session, const Request& request) {
  model::Actor actor{
      session.account.id, session.account.name, model::ActorKind::person,
      session.account.must_change ? std::vector<model::Grant>{} : session.account.grants};
  Response out = json_response(
      {{"signed_in", true},
       {"account", actor_json(actor, session.account.must_change)},
       {"csrf", session.csrf},
       {"oidc", oidc_ ? Json{{"label", json_label(oidc_->config().label)}} : Json(nullptr)}});
  out.headers.push_back(
      {"Set-Cookie", cookie(request, session_cookie, session.secret, session_seconds, true)});
  return out;
}

Response AccessDesk::answer_of(const Result<protect::SignIn>& done, const Request& request,
                               const std::string& account, const char* action) {
  if (!done) {
    if (done.error().code == Code::invalid) return problem(done.error());
    return wait(503, "signing in does not work at the moment; try again", busy_retry_s);
  }
  // A name that is none may be a password typed in the wrong place: it is not written down.
  const std::string subject = accounts_->find(account) ? account : "";
  if (done->wait_s > 0) {
    (void)note(request, "", action, Outcome::refused, subject, "after several wrong passwords");
    return wait(429, "there were several wrong passwords from here; wait before the next one",
                done->wait_s);
  }
  if (!done->session) {
    (void)note(request, "", action, Outcome::refused, subject,
               subject.empty() ? "no such account" : "wrong password, or disabled");
    return problem(403, "the name or the password is wrong");
  }
  if (auto noted = note(request, subject, action, Outcome::done, subject, ""); !noted) {
    (void)accounts_->end_session(done->session->secret, now());
    return wait(503, "the audit trail takes nothing, so nobody can sign in", busy_retry_s);
  }
  return begun(*done->session, request);
}

// Answers from another thread, or at once that too many wait.
void AccessDesk::later(WorkQueue& queue, Reply reply, std::function<Response()> work) {
  const auto held = std::make_shared<Reply>(std::move(reply));  // shared: work is copyable
  const bool taken = queue.post([held, work = std::move(work)] { held->send(work()); });
  if (!taken) held->send(wait(503, "many are signing in at this moment; try again", busy_retry_s));
}

void AccessDesk::sign_in(const Call& call, Reply reply) {
  if (is_of_elsewhere(call.request)) return reply.send(problem(403, "sign in on our own page"));
  BodyReader body(call.request);
  const std::string name = body.text("name", name_bytes);
  const std::string password = body.text("password", protect::password_bytes_most);
  if (auto refusal = body.done()) return reply.send(std::move(*refusal));
  const std::string old = cookie_of(call.request, session_cookie);
  Request head = call.request;
  head.body.clear();
  later(passwords_, std::move(reply), [this, name, password, old, head = std::move(head)] {
    const auto done = accounts_->sign_in(name, password, head.peer, now());
    if (done && done->session && !old.empty()) (void)accounts_->end_session(old, now());
    return answer_of(done, head, name, "sign_in");
  });
}

void AccessDesk::change_password(const Call& call, Reply reply) {
  const auto held = holder(call.request);
  if (!held || call.actor.id != held->account.id) {
    return reply.send(call.doubt.empty() ? problem(401, "sign in to change your password")
                                         : problem(403, call.doubt));
  }
  BodyReader body(call.request);
  const std::string before = body.text("old", protect::password_bytes_most);
  const std::string after = body.text("new", protect::password_bytes_most);
  if (auto refusal = body.done()) return reply.send(std::move(*refusal));
  Request head = call.request;
  head.body.clear();
  later(passwords_, std::move(reply), [this, held = *held, before, after, head = std::move(head)] {
    const auto done = accounts_->change_password(held, before, after, head.peer, now());
    return answer_of(done, head, held.account.id, "change_password");
  });
}

Response AccessDesk::sign_out(const Call& call) {
  const auto held = holder(call.request);
  if (held && call.actor.id != held->account.id) return problem(403, call.doubt);
  Response out;
  out.status = 204;
  out.headers.push_back({"Set-Cookie", cookie(call.request, session_cookie, "", 0, true)});
  if (!held) return out;
  const Status ended = accounts_->end_session(cookie_of(call.request, session_cookie), now());
  if (!ended) return problem(ended.error());
  (void)note(call.request, held->account.id, "sign_out", Outcome::done, held->account.id, "");
  return out;
}

void AccessDesk::begin_oidc(const Call& call, Reply reply) {
  Parameters params(call.query);
  const std::string then = params.text_or("then", "/");
  if (auto complaints = params.done(); !complaints.empty()) return reply.send(problem(complaints));
  if (!oidc_) return reply.send(problem(404, "this server knows no sign-in provider"));
  Request head = call.request;
  later(providers_, std::move(reply), [this, then, head = std::move(head)] {
    const auto started = oidc_->begin(then, now());
    if (!started) return problem(started.error());
    Response out;
    out.status = 302;
    out.headers.push_back({"Location", started->url});
    out.headers.push_back(
        {"Set-Cookie", cookie(head, oidc_cookie, started->cookie, oidc_seconds, false)});
    return out;
  });
}

void AccessDesk::end_oidc(const Call& call, Reply reply) {
  Parameters params(call.query);
  protect::Oidc::Return back;
  back.state = params.text_or("state", "");
  back.code = params.text_or("code", "");
  back.issuer = params.text_or("iss", "");
  back.error = params.text_or("error", "");
  (void)params.rest();  // what else providers send
  if (auto complaints = params.done(); !complaints.empty()) return reply.send(problem(complaints));
  if (!oidc_) return reply.send(problem(404, "this server knows no sign-in provider"));
  back.cookie = cookie_of(call.request, oidc_cookie);
  Request head = call.request;
  later(providers_, std::move(reply),
        [this, back, head = std::move(head)] { return came(head, back); });
}

Response AccessDesk::came(const Request& request, const protect::Oidc::Return& back) {
  const auto done = oidc_->finish(back, now());
  Result<protect::NewSession> session = fail(Code::denied, "");
  if (done) session = accounts_->welcome(done->visitor, request.peer, now());
  if (!done || !session) {
    const Error& error = done ? session.error() : done.error();
    (void)note(request, "", "sign_in", Outcome::refused, "", "provider: " + error.message);
    return problem(error);
  }
  const std::string& id = session->account.id;
  if (auto noted = note(request, id, "sign_in", Outcome::done, id, "by the provider"); !noted) {
    (void)accounts_->end_session(session->secret, now());
    return wait(503, "the audit trail takes nothing, so nobody can sign in", busy_retry_s);
  }
  Response out;
  out.type = "text/html; charset=utf-8";
  // A redirect would still count as coming from the provider's site, and the cookie stay behind.
  out.body = format(
      "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\">"
      "<meta http-equiv=\"refresh\" content=\"0;url={0}\"><title>Cairn</title>"
      "<p><a href=\"{0}\">继续 Continue</a></p></html>",
      done->then);
  out.headers.push_back({"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"});
  out.headers.push_back(
      {"Set-Cookie", cookie(request, session_cookie, session->secret, session_seconds, true)});
  out.headers.push_back({"Set-Cookie", cookie(request, oidc_cookie, "", 0, false)});
  return out;
}

}  // namespace cairn::server
