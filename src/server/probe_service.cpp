// SPDX-License-Identifier: Apache-2.0
#include "server/probe_service.hpp"

#include <algorithm>
#include <chrono>

#include "core/text.hpp"
#include "server/probe_dns.hpp"
#include "server/probe_page.hpp"
#include "server/probe_tls.hpp"
#include "server/random.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t token_bytes = 16;
constexpr auto look = std::chrono::seconds(5);  // how often the schedule is looked at
constexpr std::size_t token_requests = 4;
constexpr std::uint64_t any_generation = 0;  // ends with the server only

std::string new_token() {
  std::string out;
  for (const char c : random_bytes(token_bytes)) {
    out += format("{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

// Under one generation: when that is over nothing more is sent, and what waits gives up.
class ProbeService::Live final : public probe::Means {
 public:
  Live(ProbeService& service, std::string id, std::uint64_t generation, bool verify)
      : service_(service), id_(std::move(id)), generation_(generation), verify_(verify) {}

  int requests() const { return requests_; }

  Result<probe::DnsMessage> ask(const probe::DnsAsk& ask) override {
    ++requests_;
    const ProbeConfig& config = service_.config_;
    return ask_dns(ask, {.resolvers = config.resolvers,
                         .server_port = config.name_server_port,
                         .reach = reach(),
                         .timeout_ms = config.timeout_ms,
                         .stopped = stopped()});
  }
  Result<probe::Page> fetch(const probe::PageAsk& ask) override {
    ++requests_;
    return fetch_page(ask, {.user_agent = service_.config_.user_agent(),
                            .reach = reach(),
                            .timeout_ms = service_.config_.timeout_ms,
                            .verify = verify_,
                            .ca_file = service_.config_.ca_file,
                            .stopped = stopped()});
  }
  Result<probe::TlsSeen> shake(const probe::ShakeAsk& ask) override {
    ++requests_;
    return shake_hands(ask, {.reach = reach(),
                             .timeout_ms = service_.config_.timeout_ms,
                             .ca_file = service_.config_.ca_file,
                             .stopped = stopped()});
  }
  Status may_go_on() override { return service_.may_go_on(id_, generation_); }

 private:
  Reach reach() const { return service_.config_.laboratory ? Reach::anyone : Reach::outside; }
  std::function<bool()> stopped() const {
    return [this] { return service_.cut(generation_); };
  }

  ProbeService& service_;
  const std::string id_;
  const std::uint64_t generation_;
  const bool verify_;
  int requests_ = 0;
};

ProbeService::ProbeService(const Clock& clock, ProbeConfig config, Hand hand)
    : clock_(clock),
      config_(std::move(config)),
      hand_(std::move(hand)),
      budget_(config_.requests_per_service, config_.requests) {}

Result<std::unique_ptr<ProbeService>> ProbeService::open(store::Ledger& ledger, const Clock& clock,
                                                         ProbeConfig config, Hand hand) {
  auto store = ProbeStore::open(ledger);
  if (!store) return fail(store.error());
  std::unique_ptr<ProbeService> out(new ProbeService(clock, std::move(config), std::move(hand)));
  out->store_ = std::move(*store);
  return out;
}

ProbeService::~ProbeService() {
  stop();
}

void ProbeService::run() {
  thread_ = std::thread([this] { work(); });
}

void ProbeService::stop() {
  stopping_ = true;
  {
    const std::lock_guard lock(mutex_);
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool ProbeService::cut(std::uint64_t generation) const {
  return stopping_ || (generation != any_generation && generation_ != generation);
}

Status ProbeService::may_go_on(const std::string& id, std::uint64_t generation) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::milliseconds(config_.pause_ms),
                 [&] { return cut(generation); });
  if (stopping_) return fail(Code::conflict, "the server stops");
  if (cut(generation)) return fail(Code::conflict, "the confirmation was withdrawn");
  if (!budget_.take(id, clock_.now())) {
    return fail(Code::too_large, "more was asked within the hour than is allowed");
  }
  ++requests_;
  return {};
}

std::size_t ProbeService::room(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return budget_.room(id, clock_.now());
}

void ProbeService::work() {
  while (!stopping_) {
    if (const auto id = next_service()) {
      measure(*id);
      const std::lock_guard lock(mutex_);
      current_.clear();
      idle_.notify_all();
      continue;
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, look, [&] { return stopping_ || !asked_.empty(); });
  }
}

// Those asked for by people, then those that are due.
std::optional<std::string> ProbeService::next_service() {
  const auto services = store_->list();
  if (!services) return std::nullopt;
  const Instant now = clock_.now();
  const auto needs = static_cast<std::size_t>(probe::requests_most(config_.settings));
  const std::lock_guard lock(mutex_);
  if (!asked_.empty()) {
    current_ = asked_.front();
    asked_.pop_front();
    return current_;
  }
  for (const WebService& service : *services) {
    if (service.state != ServiceState::confirmed) continue;
    // What was missed while the server was down is due at once.
    const Instant before = service.last ? service.last->at : service.confirmed_at.value_or(now);
    const Instant since = looked_.try_emplace(service.id, before).first->second;
    if (probe::next_due(service.id, config_.every_ns, since) > now) continue;
    if (budget_.room(service.id, now) < needs) continue;  // later
    looked_[service.id] = now;
    current_ = service.id;
    return current_;
  }
  return std::nullopt;
}

void ProbeService::measure(const std::string& id) {
  const std::uint64_t generation = generation_;
  const auto service = store_->find(id);
  // After the generation was read: a withdrawal between the two is seen by one of them.
  if (!service || service->state != ServiceState::confirmed) return;
  const auto target = probe::parse_target(service->url);
  if (!target) return;
  const Instant begun = clock_.now();
  const auto steady = std::chrono::steady_clock::now();
  Live means(*this, id, generation, false);
  const probe::Observation seen = probe::measure(*target, config_.settings, means, begun);
  if (!seen.cut_short.empty() || cut(generation)) {
    ++cut_short_;
    return;
  }
  const auto findings = probe::judge(seen, config_.limits);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - steady;
  Measured measured{begun, took.count(), means.requests(), kept(findings)};
  if (!store_->keep(id, measured)) return;
  ++measured_;
  if (hand_) hand_(service->thing, probe::readings_of(seen, findings, config_.limits));
}

Result<WebService> ProbeService::add(const NewService& wish, const std::string& actor) {
  const auto target = probe::parse_target(wish.url);
  if (!target) return fail(target.error());
  WebService service;
  service.id = wish.id;
  service.label = wish.label;
  service.url = target->url();
  service.owner = wish.owner;
  service.thing = wish.thing;
  service.region = wish.region;
  service.token = new_token();
  service.registered_by = actor;
  service.registered_at = clock_.now();
  if (auto added = store_->add(service); !added) return fail(added.error());
  return store_->find(wish.id);
}

Result<std::string> ProbeService::look_for_token(const WebService& service,
                                                 const probe::Target& target) {
  Live means(*this, service.id, any_generation, true);
  const auto ask = [&](const std::string& name, probe::DnsType type) -> Result<probe::DnsMessage> {
    if (auto may = means.may_go_on(); !may) return fail(may.error());
    return means.ask({{name, type, true, false}, {}});
  };
  const std::string record = probe::token_record(target);
  const auto texts = ask(record, probe::DnsType::txt);
  if (texts) {
    for (const std::string& text : probe::texts_of(texts->answers, probe::DnsType::txt)) {
      if (probe::says_token(text, service.token)) return std::string("dns");
    }
  }
  const probe::Target page = probe::token_page(target);
  std::string trouble = "the name has no address";
  for (const probe::DnsType type : {probe::DnsType::a, probe::DnsType::aaaa}) {
    const auto addresses = ask(target.host, type);
    if (!addresses) {
      trouble = addresses.error().message;
      continue;
    }
    const auto found = probe::texts_of(addresses->answers, type);
    if (found.empty()) continue;
    if (auto may = means.may_go_on(); !may) return fail(may.error());
    const auto answer = means.fetch({page, found.front()});
    if (answer && answer->status == 200 && probe::says_token(answer->body, service.token)) {
      return std::string("page");
    }
    trouble =
        answer ? format("status {}, without the token", answer->status) : answer.error().message;
    break;
  }
  return fail(Code::conflict,
              format("neither the TXT record {} nor {} says cairn-probe={} (page: {})", record,
                     page.url(), service.token, trouble));
}

Result<WebService> ProbeService::confirm_by_token(const std::string& id, const std::string& actor) {
  const auto service = store_->find(id);
  if (!service) return fail(service.error());
  const auto target = probe::parse_target(service->url);
  if (!target) return fail(target.error());
  if (room(id) < token_requests) {
    return fail(Code::too_large, "more was asked of this service within the hour than is allowed");
  }
  const auto how = look_for_token(*service, *target);
  if (!how) {
    (void)store_->note(id, {clock_.now(), actor, "refuse", how.error().message});
    return fail(how.error());
  }
  if (auto done = store_->confirm(*service, actor, *how, "", clock_.now()); !done) {
    return fail(done.error());
  }
  return store_->find(id);
}

Result<WebService> ProbeService::confirm_by_person(const std::string& id, const std::string& actor,
                                                   const std::string& note) {
  const auto service = store_->find(id);
  if (!service) return fail(service.error());
  if (service->registered_by == actor) {
    return fail(Code::denied, "who registered a service does not confirm it for its owner");
  }
  if (auto done = store_->confirm(*service, actor, "person", note, clock_.now()); !done) {
    return fail(done.error());
  }
  return store_->find(id);
}

Result<WebService> ProbeService::withdraw(const std::string& id, const std::string& actor,
                                          const std::string& reason) {
  auto done = store_->withdraw(id, actor, reason, new_token(), clock_.now());
  if (!done) return fail(done.error());
  std::unique_lock lock(mutex_);
  std::erase(asked_, id);
  if (current_ == id) {
    ++generation_;
    wake_.notify_all();
    idle_.wait(lock, [&] { return current_ != id || stopping_; });
  }
  lock.unlock();
  return store_->find(id);
}

Result<WebService> ProbeService::measure_soon(const std::string& id) {
  auto service = store_->find(id);
  if (!service) return fail(service.error());
  if (service->state != ServiceState::confirmed) {
    return fail(Code::conflict, "its owner has not confirmed that it may be measured");
  }
  const std::lock_guard lock(mutex_);
  if (current_ == id || std::ranges::find(asked_, id) != asked_.end()) return service;
  const auto needs = static_cast<std::size_t>(probe::requests_most(config_.settings));
  if (budget_.room(id, clock_.now()) < needs * (asked_.size() + 1)) {
    return fail(Code::too_large, "more was asked within the hour than is allowed: try again later");
  }
  asked_.push_back(id);
  wake_.notify_all();
  return service;
}

bool ProbeService::measuring(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return current_ == id || std::ranges::find(asked_, id) != asked_.end();
}

Instant ProbeService::next_due(const std::string& id) const {
  return probe::next_due(id, config_.every_ns, clock_.now());
}

void ProbeService::add_figures(std::vector<Gauge>& gauges) const {
  const auto add = [&](const char* name, const char* help, const std::atomic<std::uint64_t>& n) {
    gauges.push_back({name, help, "counter", static_cast<double>(n.load())});
  };
  add("cairn_probe_requests_total", "Requests that left for registered services.", requests_);
  add("cairn_probe_measurements_total", "Measurements that came to their end.", measured_);
  add("cairn_probe_cut_short_total",
      "Measurements that ended early: withdrawn, stopped, too many requests.", cut_short_);
}

}  // namespace cairn::server
