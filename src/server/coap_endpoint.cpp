// SPDX-License-Identifier: Apache-2.0
// The sockets, DTLS and the datagrams' form are libcoap's; when and what is answered is decided
// here: libcoap acknowledges a request at the latest when its handler returns, so its own answer
// is suppressed and ours is sent when the disk has the readings.
#include "server/coap_endpoint.hpp"

#include <arpa/inet.h>
#include <coap3/coap.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "server/coap_blocks.hpp"
#include "server/coap_exchanges.hpp"
#include "server/serve.hpp"

namespace cairn::server {
namespace {

constexpr int tick_ms = 100;
constexpr std::size_t datagrams_between_looks = 256;
constexpr std::int64_t notify_ms = 200;  // between two notifications of the same alerts
constexpr std::size_t most_observers = 1'000;
constexpr std::uint16_t option_request_tag = 292;  // RFC 9175

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}
const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// What other threads have for the door's: of the log, and of the register of devices.
class Commits {
 public:
  Commits() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~Commits() { ::close(wake_); }
  Commits(const Commits&) = delete;
  Commits& operator=(const Commits&) = delete;
  int fd() const { return wake_; }
  void wake() const {
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) < 0) return;  // full: it is awake already
  }
  void put(const watch::Intake::Commit& commit) {
    {
      const std::lock_guard lock(mutex_);
      const bool both_good =
          commit.failed_to == 0 && !commits_.empty() && commits_.back().failed_to == 0;
      if (both_good) commits_.pop_back();
      commits_.push_back(commit);
    }
    wake();
  }
  std::deque<watch::Intake::Commit> take() {
    std::uint64_t count = 0;
    if (::read(wake_, &count, sizeof count) < 0) count = 0;
    const std::lock_guard lock(mutex_);
    return std::exchange(commits_, {});
  }
  void revoke(std::span<const device::Revocation> revoked) {
    {
      const std::lock_guard lock(mutex_);
      for (const device::Revocation& one : revoked) revoked_.insert(one.identity);
    }
    wake();
  }
  std::set<std::string> take_revoked() {
    const std::lock_guard lock(mutex_);
    return std::exchange(revoked_, {});
  }

 private:
  int wake_;
  std::mutex mutex_;
  std::deque<watch::Intake::Commit> commits_;
  std::set<std::string> revoked_;  // names
};

Result<coap_address_t> address_of(const std::string& text, std::uint16_t port) {
  coap_address_t out;
  coap_address_init(&out);
  if (::inet_pton(AF_INET, text.c_str(), &out.addr.sin.sin_addr) == 1) {
    out.size = sizeof out.addr.sin;
    out.addr.sin.sin_family = AF_INET;
    out.addr.sin.sin_port = htons(port);
  } else if (::inet_pton(AF_INET6, text.c_str(), &out.addr.sin6.sin6_addr) == 1) {
    out.size = sizeof out.addr.sin6;
    out.addr.sin6.sin6_family = AF_INET6;
    out.addr.sin6.sin6_port = htons(port);
  } else {
    return fail(Code::invalid, "this is no IPv4 or IPv6 address", text);
  }
  return out;
}

// libcoap tells the port only in words: "127.0.0.1:5683 UDP".
std::uint16_t port_of(const coap_endpoint_t* endpoint) {
  const std::string_view text = coap_endpoint_str(endpoint);
  const std::string_view front = text.substr(0, text.find(' '));
  const auto port = parse_integer(front.substr(front.rfind(':') + 1));
  return static_cast<std::uint16_t>(port.value_or(0));
}

std::optional<std::uint32_t> number_option(const coap_pdu_t* pdu, std::uint16_t option) {
  coap_opt_iterator_t at;
  const coap_opt_t* found = coap_check_option(pdu, option, &at);
  if (found == nullptr || coap_opt_length(found) > 4) return std::nullopt;
  return coap_decode_var_bytes(coap_opt_value(found), coap_opt_length(found));
}

void add_number(coap_pdu_t* pdu, std::uint16_t option, std::optional<std::uint32_t> value) {
  if (!value) return;
  std::array<std::uint8_t, 4> bytes{};
  const auto size = coap_encode_var_safe(bytes.data(), bytes.size(), *value);
  coap_add_option(pdu, option, size, bytes.data());
}

// The sender: a datagram's address is part of what makes it the same one (RFC 7252, 4.4).
std::string peer_of(const coap_session_t* session) {
  const coap_address_t* remote = coap_session_get_addr_remote(session);
  std::string out(1, static_cast<char>(coap_session_get_proto(session)));
  return out.append(reinterpret_cast<const char*>(&remote->addr), remote->size);
}

CoapRequest request_of(const coap_session_t* session, const coap_pdu_t* pdu) {
  CoapRequest out;
  out.peer = peer_of(session);
  coap_opt_iterator_t at;
  coap_option_iterator_init(pdu, &at, COAP_OPT_ALL);
  while (const coap_opt_t* option = coap_option_next(&at)) {
    const std::string_view value = text_of(coap_opt_value(option), coap_opt_length(option));
    if (at.number == COAP_OPTION_URI_PATH) {
      if (!out.path.empty()) out.path += '/';
      out.path += value;
    } else if (at.number == COAP_OPTION_URI_QUERY) {
      out.queries.emplace_back(value);
    } else if (at.number == option_request_tag) {
      out.tag = value;
    }
  }
  if (const auto format = number_option(pdu, COAP_OPTION_CONTENT_FORMAT)) {
    out.format = static_cast<std::uint16_t>(*format);
  }
  out.size1 = number_option(pdu, COAP_OPTION_SIZE1);
  coap_block_t block{};
  if (coap_get_block(pdu, COAP_OPTION_BLOCK1, &block) != 0) {
    out.block = {block.num, block.m != 0, static_cast<std::uint8_t>(block.szx)};
  }
  if (coap_session_get_proto(session) == COAP_PROTO_DTLS) {
    const coap_bin_const_t* name = coap_session_get_psk_identity(session);
    out.identity = name == nullptr ? std::string() : std::string(text_of(name->s, name->length));
  }
  std::size_t size = 0;
  const std::uint8_t* data = nullptr;
  if (coap_get_data(pdu, &size, &data) != 0) out.payload = text_of(data, size);
  return out;
}

class Endpoint final : public CoapEndpoint {
 public:
  Endpoint(const CoapOptions& options, watch::Intake& intake,
           std::shared_ptr<const Identities> identities, CoapKeys keys, const Clock& clock)
      : options_(options),
        identities_(std::move(identities)),
        keys_(std::move(keys)),
        counters_(std::make_shared<CoapCounters>()),
        commits_(std::make_shared<Commits>()),
        ingest_(intake, *identities_, options_.token, clock, options_.zone, *counters_) {
    intake.listen([commits = commits_](const watch::Intake::Commit& c) { commits->put(c); });
  }
  ~Endpoint() override { stop(); }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  Status open();
  std::uint16_t port() const override { return port_; }
  std::uint16_t dtls_port() const override { return dtls_port_; }
  std::shared_ptr<const CoapCounters> counters() const override { return counters_; }
  void alerts_changed() override {
    alerts_changed_ = true;
    commits_->wake();
  }
  void revoke(std::span<const device::Revocation> revoked) override { commits_->revoke(revoked); }
  void stop() override {
    stopping_ = true;
    commits_->wake();
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct FreeContext {
    void operator()(coap_context_t* context) const { coap_free_context(context); }
  };

  Result<std::uint16_t> bind(std::uint16_t port, coap_proto_t protocol);
  Status use_keys();
  void add_ingest(const char* path);
  void add_alerts();
  void run();
  void look_at_commits(std::int64_t now_ms);
  void end_sessions_of(const std::string& name);
  static std::shared_ptr<void> hold(coap_session_t* session);
  static bool is_over(const coap_session_t* session);
  static void send_answer(CoapExchange& exchange);
  static void send_empty(CoapExchange& exchange);

  // Called by libcoap, on the door's thread.
  static const coap_bin_const_t* find_key(coap_bin_const_t* name, coap_session_t* session,
                                          void* self);
  static int on_event(coap_session_t* session, coap_event_t event);
  static void on_post(coap_resource_t* resource, coap_session_t* session, const coap_pdu_t* request,
                      const coap_string_t*, coap_pdu_t* response);
  static void on_get(coap_resource_t* resource, coap_session_t* session, const coap_pdu_t* request,
                     const coap_string_t*, coap_pdu_t* response);
  void post(coap_session_t* session, const coap_pdu_t* request);
  void get_alerts(coap_session_t* session, const coap_pdu_t* request, coap_pdu_t* response);

  const CoapOptions options_;
  std::shared_ptr<const Identities> identities_;  // shared: the doors use one
  const CoapKeys keys_;
  struct GivenKey {
    std::string bytes;
    coap_bin_const_t shown{};
  };
  std::map<std::string, GivenKey, std::less<>> given_keys_;  // as libcoap wants them
  struct Peer {
    coap_address_t address{};
    int interface = 0;
  };
  // Who shook hands under a name, by what peer_of() makes of its address. Not the sessions
  // themselves: these are libcoap's, and go when it likes.
  std::map<std::string, std::map<std::string, Peer>, std::less<>> peers_;
  std::shared_ptr<CoapCounters> counters_;  // shared: /metrics reads it
  std::shared_ptr<Commits> commits_;        // shared: the intake's listener outlives us
  std::uint16_t port_ = 0, dtls_port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> alerts_changed_{false};

  // Of the door's thread.
  std::unique_ptr<coap_context_t, FreeContext> context_;
  CoapIngest ingest_;
  CoapBlocks blocks_{{.body_bytes = limits::ingest_message_bytes}};
  CoapExchanges exchanges_{{}, send_answer, send_empty};  // before the context goes, with sessions
  coap_resource_t* alerts_ = nullptr;
  std::set<std::string> observers_;  // since the newest notification
  std::int64_t notified_ms_ = 0;
  std::string rendered_;  // the alerts
  std::int64_t rendered_ms_ = 0;
  std::thread thread_;
};

Status Endpoint::open() {
  coap_startup();
  coap_set_log_handler([](coap_log_t, const char*) {});  // any sender could fill the log
  context_.reset(coap_new_context(nullptr));
  if (!context_) return fail(Code::io, "libcoap gives no context");
  coap_context_set_max_idle_sessions(context_.get(), options_.sessions);
  coap_context_set_max_handshake_sessions(context_.get(), options_.handshakes);
  coap_context_set_session_timeout(context_.get(), options_.session_seconds);
  coap_set_app_data(context_.get(), this);
  coap_register_event_handler(context_.get(), on_event);
  if (coap_context_get_coap_fd(context_.get()) < 0) {
    return fail(Code::unsupported, "this libcoap was built without epoll");
  }
  if (options_.port) {
    if (!options_.insecure && !is_loopback(options_.address)) {
      return fail(Code::denied,
                  format("other machines reach {}: use the DTLS port, or say that plain CoAP is "
                         "meant (--coap-insecure)",
                         options_.address));
    }
    const auto port = bind(*options_.port, COAP_PROTO_UDP);
    if (!port) return fail(port.error());
    port_ = *port;
  }
  if (options_.dtls_port) {
    if (auto used = use_keys(); !used) return used;
    const auto port = bind(*options_.dtls_port, COAP_PROTO_DTLS);
    if (!port) return fail(port.error());
    dtls_port_ = *port;
  }
  add_ingest("senml");
  add_ingest("v1/observations");
  if (options_.alerts) add_alerts();
  thread_ = std::thread([this] { run(); });
  return {};
}

Result<std::uint16_t> Endpoint::bind(std::uint16_t port, coap_proto_t protocol) {
  const auto address = address_of(options_.address, port);
  if (!address) return fail(address.error());
  const coap_endpoint_t* made = coap_new_endpoint(context_.get(), &*address, protocol);
  if (made == nullptr) {
    return fail(Code::io, format("cannot listen on {} UDP port {}", options_.address, port));
  }
  return port_of(made);
}

Status Endpoint::use_keys() {
  if (keys_.empty()) {
    return fail(Code::invalid, "DTLS needs the keys of the devices, and there are none");
  }
  coap_dtls_spsk_t setup{};
  setup.version = COAP_DTLS_SPSK_SETUP_VERSION;
  setup.validate_id_call_back = find_key;
  setup.id_call_back_arg = this;
  setup.psk_info.hint = {5, bytes_of("cairn")};
  if (coap_context_set_psk2(context_.get(), &setup) == 0) {
    return fail(Code::unsupported, "this libcoap was built without DTLS keys");
  }
  return {};
}

const coap_bin_const_t* Endpoint::find_key(coap_bin_const_t* name, coap_session_t* session,
                                           void* self) {
  auto& endpoint = *static_cast<Endpoint*>(self);
  const std::string_view text = text_of(name->s, name->length);
  auto key = endpoint.keys_.find(text);
  if (!key) return nullptr;
  GivenKey& given = endpoint.given_keys_[std::string(text)];
  given.bytes = std::move(*key);
  given.shown = {given.bytes.size(), bytes_of(given.bytes)};
  endpoint.peers_[std::string(text)][peer_of(session)] = {*coap_session_get_addr_remote(session),
                                                          coap_session_get_ifindex(session)};
  return &given.shown;
}

int Endpoint::on_event(coap_session_t* session, coap_event_t event) {
  if (event != COAP_EVENT_SERVER_SESSION_DEL) return 0;
  auto* endpoint = static_cast<Endpoint*>(coap_get_app_data(coap_session_get_context(session)));
  const std::string peer = peer_of(session);
  for (auto at = endpoint->peers_.begin(); at != endpoint->peers_.end();) {
    at->second.erase(peer);
    at = at->second.empty() ? endpoint->peers_.erase(at) : std::next(at);
  }
  return 0;
}

// The next datagram of such a peer begins a new handshake, with the key that holds then.
void Endpoint::end_sessions_of(const std::string& name) {
  const auto at = peers_.find(name);
  if (at == peers_.end()) return;
  const auto peers = std::move(at->second);
  peers_.erase(at);
  for (const auto& [key, peer] : peers) {
    coap_session_t* session =
        coap_session_get_by_peer(context_.get(), &peer.address, peer.interface);
    if (session == nullptr || coap_session_get_proto(session) != COAP_PROTO_DTLS) continue;
    const coap_bin_const_t* shown = coap_session_get_psk_identity(session);
    if (shown != nullptr && text_of(shown->s, shown->length) != name) continue;  // another by now
    ++counters_->revoked;
    coap_session_disconnected(session, COAP_NACK_TLS_FAILED);
  }
}

void Endpoint::add_ingest(const char* path) {
  coap_resource_t* resource = coap_resource_init(coap_make_str_const(path), 0);
  coap_resource_set_userdata(resource, this);
  coap_register_request_handler(resource, COAP_REQUEST_POST, on_post);
  coap_add_attr(resource, coap_make_str_const("ct"), coap_make_str_const("\"110 112\""), 0);
  coap_add_attr(resource, coap_make_str_const("rt"), coap_make_str_const("\"cairn.readings\""), 0);
  coap_add_resource(context_.get(), resource);
}

void Endpoint::add_alerts() {
  alerts_ = coap_resource_init(coap_make_str_const("alerts"), COAP_RESOURCE_FLAGS_NOTIFY_CON);
  coap_resource_set_userdata(alerts_, this);
  coap_register_request_handler(alerts_, COAP_REQUEST_GET, on_get);
  coap_resource_set_get_observable(alerts_, 1);
  coap_add_attr(alerts_, coap_make_str_const("ct"), coap_make_str_const("50"), 0);
  coap_add_attr(alerts_, coap_make_str_const("rt"), coap_make_str_const("\"cairn.alerts\""), 0);
  coap_add_resource(context_.get(), alerts_);
}

void Endpoint::run() {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  for (const int fd : {coap_context_get_coap_fd(context_.get()), commits_->fd()}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
  }
  while (!stopping_) {
    coap_tick_t now = 0;
    coap_ticks(&now);
    const unsigned next_ms = coap_io_prepare_epoll(context_.get(), now);
    const int wait_ms = next_ms == 0 ? tick_ms : std::min<int>(static_cast<int>(next_ms), tick_ms);
    std::array<epoll_event, 2> events{};
    ::epoll_wait(poll, events.data(), events.size(), wait_ms);
    // libcoap reads one datagram a call.
    for (std::size_t i = 0; i < datagrams_between_looks; ++i) {
      const std::uint64_t before = counters_->messages.load(std::memory_order_relaxed);
      coap_io_process(context_.get(), COAP_IO_NO_WAIT);
      if (counters_->messages.load(std::memory_order_relaxed) == before) break;
    }
    look_at_commits(steady_ms());
  }
  ::close(poll);
}

void Endpoint::look_at_commits(std::int64_t now_ms) {
  for (const watch::Intake::Commit& commit : commits_->take()) exchanges_.settle(commit);
  for (const std::string& name : commits_->take_revoked()) end_sessions_of(name);
  exchanges_.tick(now_ms);
  counters_->waiting = static_cast<std::int64_t>(exchanges_.waiting());
  if (alerts_ == nullptr || now_ms - notified_ms_ < notify_ms || !alerts_changed_.exchange(false)) {
    return;
  }
  notified_ms_ = now_ms;
  counters_->observers = static_cast<std::int64_t>(observers_.size());
  rendered_ms_ = 0;
  observers_.clear();  // each that is still there is heard of again when it is notified
  coap_resource_notify_observers(alerts_, nullptr);
}

std::shared_ptr<void> Endpoint::hold(coap_session_t* session) {
  return {coap_session_reference(session),
          [](void* held) { coap_session_release(static_cast<coap_session_t*>(held)); }};
}

// Ended meanwhile: to send would begin a handshake of our own.
bool Endpoint::is_over(const coap_session_t* session) {
  return coap_session_get_proto(session) == COAP_PROTO_DTLS &&
         coap_session_get_state(session) == COAP_SESSION_STATE_NONE;
}

void Endpoint::send_answer(CoapExchange& exchange) {
  auto* session = static_cast<coap_session_t*>(exchange.session.get());
  if (is_over(session)) return;
  const CoapAnswer& answer = exchange.answer;
  const bool piggybacked = exchange.confirmable && !exchange.acknowledged;
  coap_pdu_type_t type = piggybacked ? COAP_MESSAGE_ACK : COAP_MESSAGE_CON;
  if (!exchange.confirmable) type = COAP_MESSAGE_NON;
  const std::uint16_t id = piggybacked ? exchange.message_id : coap_new_message_id(session);
  coap_pdu_t* pdu = coap_pdu_init(type, static_cast<coap_pdu_code_t>(answer.code), id,
                                  coap_session_max_pdu_size(session));
  if (pdu == nullptr) return;
  coap_add_token(pdu, exchange.token.size(), bytes_of(exchange.token));
  add_number(pdu, COAP_OPTION_CONTENT_FORMAT, answer.format);
  add_number(pdu, COAP_OPTION_MAXAGE, answer.max_age_s);
  if (answer.block) {
    add_number(
        pdu, COAP_OPTION_BLOCK1,
        answer.block->number << 4 | (answer.block->more ? 8U : 0U) | answer.block->size_exponent);
  }
  add_number(pdu, COAP_OPTION_SIZE1, answer.size1);
  if (!answer.payload.empty()) {
    coap_add_data(pdu, answer.payload.size(), bytes_of(answer.payload));
  }
  coap_send(session, pdu);
}

void Endpoint::send_empty(CoapExchange& exchange) {
  auto* session = static_cast<coap_session_t*>(exchange.session.get());
  if (is_over(session)) return;
  coap_pdu_t* pdu = coap_pdu_init(COAP_MESSAGE_ACK, COAP_EMPTY_CODE, exchange.message_id, 4);
  if (pdu != nullptr) coap_send(session, pdu);
}

void Endpoint::on_post(coap_resource_t* resource, coap_session_t* session,
                       const coap_pdu_t* request, const coap_string_t*, coap_pdu_t* response) {
  // An empty message of this kind is not sent at all.
  coap_pdu_set_type(response, COAP_MESSAGE_NON);
  static_cast<Endpoint*>(coap_resource_get_userdata(resource))->post(session, request);
}

void Endpoint::post(coap_session_t* session, const coap_pdu_t* pdu) {
  ++counters_->messages;
  CoapRequest request = request_of(session, pdu);
  counters_->bytes_received += request.payload.size();
  CoapExchange exchange;
  exchange.message_id = static_cast<std::uint16_t>(coap_pdu_get_mid(pdu));
  exchange.key = format("{}#{}", request.peer, exchange.message_id);
  exchange.session = hold(session);
  if (exchanges_.repeated(exchange.key, exchange.session)) {
    ++counters_->repeated;
    return;
  }
  const coap_bin_const_t token = coap_pdu_get_token(pdu);
  exchange.token = text_of(token.s, token.length);
  exchange.confirmable = coap_pdu_get_type(pdu) == COAP_MESSAGE_CON;
  const std::int64_t now_ms = steady_ms();
  std::optional<CoapAnswer> answer;
  if (exchanges_.full()) {
    answer = coap_error(coap_unavailable, "too many messages wait for the disk; send it again");
    answer->max_age_s = 1;
    ++counters_->unavailable;
  } else {
    answer = blocks_.take(request, now_ms);
  }
  if (!answer) {
    answer = ingest_.take(request);
    answer->block = request.block;  // the answer to the last block names it
  }
  exchanges_.begin(std::move(exchange), std::move(*answer), now_ms);
}

void Endpoint::on_get(coap_resource_t* resource, coap_session_t* session, const coap_pdu_t* request,
                      const coap_string_t*, coap_pdu_t* response) {
  static_cast<Endpoint*>(coap_resource_get_userdata(resource))
      ->get_alerts(session, request, response);
}

void Endpoint::get_alerts(coap_session_t* session, const coap_pdu_t* pdu, coap_pdu_t* response) {
  ++counters_->messages;
  const CoapRequest request = request_of(session, pdu);
  auto refusal = ingest_.may_read(request);
  if (!refusal && number_option(pdu, COAP_OPTION_OBSERVE) == std::uint32_t{0}) {
    const coap_bin_const_t token = coap_pdu_get_token(pdu);
    const std::string name = request.peer + std::string(text_of(token.s, token.length));
    if (observers_.size() >= most_observers && observers_.count(name) == 0) {
      refusal = coap_error(coap_unavailable, "too many observe the alerts");
    } else {
      observers_.insert(name);
      counters_->observers = static_cast<std::int64_t>(observers_.size());
    }
  }
  if (refusal) {  // libcoap ends the observation
    coap_pdu_set_code(response, static_cast<coap_pdu_code_t>(refusal->code));
    coap_add_data(response, refusal->payload.size(), bytes_of(refusal->payload));
    return;
  }
  // Many observers hear of one change.
  if (const std::int64_t now_ms = steady_ms(); now_ms - rendered_ms_ >= notify_ms) {
    rendered_ms_ = now_ms;
    rendered_ = options_.alerts();
  }
  coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTENT);
  coap_add_data_blocked_response(pdu, response, coap_json, 10, rendered_.size(),
                                 bytes_of(rendered_));
}

}  // namespace

Result<std::unique_ptr<CoapEndpoint>> CoapEndpoint::start(
    const CoapOptions& options, watch::Intake& intake, std::shared_ptr<const Identities> identities,
    CoapKeys keys, const Clock& clock) {
  auto endpoint =
      std::make_unique<Endpoint>(options, intake, std::move(identities), std::move(keys), clock);
  if (auto opened = endpoint->open(); !opened) return fail(opened.error());
  return std::unique_ptr<CoapEndpoint>(std::move(endpoint));
}

}  // namespace cairn::server
