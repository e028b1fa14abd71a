// SPDX-License-Identifier: Apache-2.0
#include "server/service.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/text.hpp"
#include "server/api.hpp"
#include "server/compress.hpp"
#include "server/event_hub.hpp"
#include "server/guard.hpp"
#include "server/live_json.hpp"
#include "server/problem.hpp"
#include "watch/live.hpp"

namespace cairn::server {
namespace {

// The console brings everything itself; MapLibre makes its workers and pictures from blobs, and
// fetches the pictures that come as data addresses.
constexpr std::string_view console_policy =
    "default-src 'self'; connect-src 'self' data:; img-src 'self' data: blob:; worker-src 'self' "
    "blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr std::array<std::string_view, 5> interface_prefixes{"/v1", "/ogc", "/sta", "/healthz",
                                                             "/metrics"};
// Below this a compressed body is no smaller.
constexpr std::size_t smallest_compressed = 512;
// A body of an unknown sender that is read all the same.
constexpr std::size_t audited_body_bytes = 256 * 1024;

bool is_interface(std::string_view path) {
  return std::any_of(
      interface_prefixes.begin(), interface_prefixes.end(), [&](std::string_view prefix) {
        return path == prefix || (path.starts_with(prefix) && path[prefix.size()] == '/');
      });
}

// Resident memory of this process in bytes (Linux); 0 where it cannot be read.
double resident_bytes(const Files& files) {
  const auto status = files.read("/proc/self/status");
  if (!status) return 0;
  const std::size_t at = status->find("VmRSS:");
  if (at == std::string::npos) return 0;
  const std::string_view rest = trim(std::string_view(*status).substr(at + 6, 20));
  return parse_number(rest.substr(0, rest.find(' '))).value_or(0) * 1024;
}

// Of "Authorization: Bearer …"; empty: none.
std::string_view bearer_token(const Request& request) {
  const std::string_view given = request.header("authorization");
  if (given.size() <= 7 || !iequals_ascii(given.substr(0, 7), "bearer ")) return {};
  return trim(given.substr(7));
}

bool has_header(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const Header& h) { return iequals_ascii(h.name, name); });
}

void stamp(Response& response, const Clock& true_clock) {
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  response.headers.push_back({"Date", http_date(true_clock.now())});
}

// Adds to a late answer what finish() adds to all. It may outlive the service.
class Stamping final : public ReplySink {
 public:
  Stamping(Reply reply, const Clock& true_clock)
      : reply_(std::move(reply)), true_clock_(true_clock) {}
  void answer(std::uint64_t, Response response) override {
    response.headers.push_back({"Cache-Control", "no-store"});
    stamp(response, true_clock_);
    reply_.send(std::move(response));
  }
  void abandon(std::uint64_t) override { reply_ = {}; }

 private:
  Reply reply_;
  const Clock& true_clock_;
};

}  // namespace

std::string http_date(Instant t) {
  static constexpr std::array days{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Date date = date_of(t, {});
  const std::int64_t day = days_since_epoch(date);
  const std::int64_t second = t.ns / ns_per_second - day * 86'400;
  return format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                days[static_cast<std::size_t>(((day % 7) + 7) % 7)], date.day,
                months[static_cast<std::size_t>(date.month - 1)], date.year, second / 3600,
                second / 60 % 60, second % 60);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char other = b.empty() ? '\0' : b[i % b.size()];
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(other);
  }
  return difference == 0;
}

Service::Service(ServiceOptions options, const Clock& clock, const Files& files,
                 std::shared_ptr<const State> state)
    : options_(std::move(options)),
      clock_(clock),
      true_clock_(options_.true_clock == nullptr ? clock : *options_.true_clock),
      files_(files, options_.web_directory),
      started_at_(true_clock_.now()),
      state_(std::move(state)),
      // The start in milliseconds names the run: ids of an earlier one are known as such.
      events_(std::make_shared<EventHub>(std::to_string(started_at_.ns / 1'000'000))) {
  add_api_routes(router_, *this);
  router_.add({"GET", "/metrics", Access::read, 0, [this, &files](const Call&) {
                 Response out;
                 out.type = "text/plain; version=0.0.4; charset=utf-8";
                 out.body =
                     metrics_text() + format(
                                          "# HELP process_resident_memory_bytes Resident memory.\n"
                                          "# TYPE process_resident_memory_bytes gauge\n"
                                          "process_resident_memory_bytes {}\n",
                                          number_text(resident_bytes(files)));
                 return out;
               }});
}

Service::~Service() = default;

void Service::live(watch::Live* engine) {
  live_.store(engine);
  if (engine == nullptr) return;
  engine->watch([this](const watch::LiveUpdate& update) {
    std::vector<Event> events = live_events(update, *state());
    if (listener_) listener_(update, events);
    events_->publish(std::move(events));
  });
}

Instant Service::now() const {
  const watch::Live* engine = live();
  return engine == nullptr ? clock_.now() : engine->now();
}

std::shared_ptr<const State> Service::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Service::swap(std::shared_ptr<const State> state) {
  const std::lock_guard lock(mutex_);
  state_ = std::move(state);
}

model::Actor Service::token_actor() {
  using model::Role;
  model::Actor out{"token/server", {"服务器令牌", "Server token"}, model::ActorKind::token, {}};
  for (const Role role : {Role::administrator, Role::duty_officer, Role::checker, Role::unit}) {
    out.grants.push_back({role, "", ""});
  }
  return out;
}

bool Service::has_token(const Request& request) const {
  const std::string_view given = bearer_token(request);
  return !options_.token.empty() && !given.empty() && equal_in_constant_time(given, options_.token);
}

Known Service::identify(const Request& request) const {
  if (has_token(request)) return {token_actor(), {}};
  if (authenticator_ != nullptr) return authenticator_->identify(request);
  return {{}, bearer_token(request).empty() ? "" : "the token is wrong"};
}

// To a request that names nobody who is known.
std::optional<Response> Service::refuse_unknown(const Route& route, const Request& request,
                                                const std::string& doubt) const {
  if (route.access == Access::open || (route.access == Access::read && !options_.guard_reads)) {
    return std::nullopt;
  }
  if (!writable()) {
    return problem(403,
                   "this server was started without a token, so nothing can be written; "
                   "start it with one (cairn serve --token)");
  }
  const std::string_view given = request.header("authorization");
  const bool bearer = given.size() > 7 && iequals_ascii(given.substr(0, 7), "bearer ");
  if (bearer || !doubt.empty()) return problem(403, doubt.empty() ? "the token is wrong" : doubt);
  Response out = problem(401, "sign in, or send the header 'Authorization: Bearer <token>'");
  out.headers.push_back({"WWW-Authenticate", "Bearer realm=\"cairn\""});
  return out;
}

std::optional<Response> Service::refuse_head(const Route& route, const Request& head) const {
  if (has_token(head)) return std::nullopt;
  if (authenticator_ != nullptr && authenticator_->may_know(head)) return std::nullopt;
  // Small bodies are read, so that the attempt is in the audit trail.
  if (route.access == Access::actor && route.body_bytes <= audited_body_bytes) return std::nullopt;
  return refuse_unknown(route, head, {});
}

std::optional<Response> Service::refuse(const Route& route, const Call& call) const {
  if (call.actor.kind == model::ActorKind::nobody) {
    // Handlers of the last kind ask themselves, and their question is in the audit trail.
    if (route.access == Access::actor) return std::nullopt;
    return refuse_unknown(route, call.request, call.doubt);
  }
  if (route.access != Access::write) return std::nullopt;
  return server::refuse(call, route.right, {});
}

Admission Service::admit(const Request& head) const {
  const Match match = router_.find(head.method, head.path);
  if (match.route == nullptr) {
    if (head.method == "GET" || head.method == "HEAD") return std::size_t{0};
    return finish(head, unrouted(head, match));  // before anybody sends a body
  }
  if (auto refusal = refuse_head(*match.route, head)) {
    if (match.route->access == Access::actor && refused_unread_) refused_unread_(head);
    return finish(head, std::move(*refusal));
  }
  return match.route->body_bytes;
}

void Service::handle(Request request, Reply reply) {
  const Instant begin = true_clock_.now();
  std::string route_name = "other";
  auto answered = dispatch(request, reply, route_name);
  if (!answered) return;
  Response response = finish(request, std::move(*answered));
  const double seconds = static_cast<double>(true_clock_.now().ns - begin.ns) / 1e9;
  metrics_.record(route_name, response.status, std::max(0.0, seconds));
  reply.send(std::move(response));
}

// Nothing: the answer comes later, and the handler has the reply.
std::optional<Response> Service::dispatch(const Request& request, Reply& reply,
                                          std::string& route_name) {
  Match match = router_.find(request.method, request.path);
  if (match.route != nullptr) {
    route_name = match.route->method + " " + match.route->pattern;
    auto query = parse_query(request.query);
    if (!query) return problem(query.error());
    const auto now_state = state();
    const Zone zone = now_state->workspace->zone;
    // With an engine the present moment, so that its newest values count and no later ones.
    const watch::Live* engine = live();
    const Instant today = engine == nullptr
                              ? period_containing(clock_.now(), PeriodKind::day, zone).end
                              : engine->now();
    Known known = identify(request);
    const Call call{request,
                    std::move(match.captures),
                    std::move(*query),
                    now_state,
                    today,
                    std::move(known.actor),
                    std::move(known.doubt),
                    true_clock_.now(),
                    authenticator_ == nullptr ? nullptr : authenticator_->trail()};
    if (auto refusal = refuse(*match.route, call)) return std::move(*refusal);
    if (!match.route->deferred) return match.route->handler(call);
    match.route->deferred(call, finishing(std::move(reply)));
    return std::nullopt;
  }
  const bool read = request.method == "GET" || request.method == "HEAD";
  if (!read || !match.allow.empty() || !match.path_error.empty() || is_interface(request.path)) {
    return unrouted(request, match);
  }
  route_name = "GET files";
  return files_.get(request.path, request.query);
}

// What neither a route nor a file answers.
Response Service::unrouted(const Request& request, const Match& match) {
  if (!match.path_error.empty()) return problem(400, "the path: " + match.path_error);
  if (match.allow.empty() && is_interface(request.path)) {
    return problem(404, format("there is nothing at {}; see docs/api/openapi.yaml", request.path));
  }
  const std::string allow = match.allow.empty() ? "GET, HEAD" : match.allow;
  Response out = problem(405, format("{} is not offered here; {} is", request.method, allow));
  out.headers.push_back({"Allow", allow});
  return out;
}

Response Service::finish(const Request& request, Response response) const {
  const bool read = request.method == "GET" || request.method == "HEAD";
  if (read && response.status == 200 && !response.stream) {
    const std::string tag = entity_tag(response.content());
    // Sent plain or compressed: equal in meaning, not in bytes.
    const bool coded = is_compressible(response.type);
    if (matches_tag(request.header("if-none-match"), tag)) {
      response.status = 304;
      response.body.clear();
      response.shared_body.reset();
      response.type.clear();
    }
    response.headers.push_back({"ETag", coded ? "W/" + tag : tag});
  }
  if (!has_header(response, "Cache-Control")) {
    response.headers.push_back(
        {"Cache-Control", response.status < 400 && read ? "no-cache" : "no-store"});
  }
  if (!response.stream && is_compressible(response.type) &&
      response.content().size() >= smallest_compressed) {
    response.headers.push_back({"Vary", "Accept-Encoding"});
    if (accepts_gzip(request.header("accept-encoding"))) {
      response.body = gzip(response.content());
      response.shared_body.reset();
      response.headers.push_back({"Content-Encoding", "gzip"});
    }
  }
  if (response.type.starts_with("text/html") && !has_header(response, "Content-Security-Policy")) {
    response.headers.push_back({"Content-Security-Policy", std::string(console_policy)});
  }
  stamp(response, true_clock_);
  return response;
}

Reply Service::finishing(Reply reply) const {
  return {std::make_shared<Stamping>(std::move(reply), true_clock_), 0};
}

Response Service::transport_failure(int status, std::string message) const {
  return finish(Request{}, problem(status, std::move(message)));
}

std::string Service::metrics_text() const {
  const auto now_state = state();
  const double age = static_cast<double>(true_clock_.now().ns - now_state->built_at.ns) / 1e9;
  const auto n = [](auto value) { return static_cast<double>(value); };
  std::vector<Gauge> gauges{
      {"cairn_things", "Things in the registry, divisions not counted.", "gauge",
       n(now_state->counts.things)},
      {"cairn_observations", "Observations at hand.", "gauge", n(now_state->counts.observations)},
      {"cairn_statistics", "Statistics at hand.", "gauge", n(now_state->counts.statistics)},
      {"cairn_snapshot_age_seconds", "Time since the snapshot was built.", "gauge", age},
      {"cairn_uptime_seconds", "Time since the start.", "gauge",
       n(true_clock_.now().ns - started_at_.ns) / 1e9},
  };
  if (http_) {
    gauges.push_back(
        {"cairn_http_connections", "Open connections.", "gauge", n(http_->connections.load())});
    gauges.push_back({"cairn_http_connections_total", "Connections accepted.", "counter",
                      n(http_->accepted.load())});
    gauges.push_back({"cairn_http_connections_refused_total", "Connections over the limit.",
                      "counter", n(http_->refused.load())});
    gauges.push_back({"cairn_http_request_timeouts_total", "Requests that were not whole in time.",
                      "counter", n(http_->timeouts.load())});
    gauges.push_back({"cairn_http_requests_in_progress", "Requests being answered.", "gauge",
                      n(http_->in_progress.load())});
    gauges.push_back(
        {"cairn_http_sent_bytes_total", "Bytes sent.", "counter", n(http_->bytes_sent.load())});
  }
  if (const watch::Live* engine = live()) add_live_gauges(gauges, engine->stats());
  for (const Figures& figures : figures_) figures(gauges);
  return metrics_.render(gauges);
}

}  // namespace cairn::server
