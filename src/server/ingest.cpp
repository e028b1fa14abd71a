// SPDX-License-Identifier: Apache-2.0
#include "server/ingest.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "server/detail/json.hpp"
#include "server/problem.hpp"
#include "server/service.hpp"

namespace cairn::server {
namespace {

constexpr std::string_view operator_name = "operator";  // who writes with the server's own token

// Media types that say little about the format; the bytes then tell it. Forms are what curl sends
// when nobody names a type.
constexpr std::array<std::string_view, 5> vague_types{"", "application/json", "text/plain",
                                                      "application/octet-stream",
                                                      "application/x-www-form-urlencoded"};

std::string_view media_type(std::string_view header) {
  return trim(header.substr(0, header.find(';')));
}

// The token of "Bearer x", or of "Token x" as Influx clients send it.
std::string_view token_of(std::string_view authorization) {
  for (const std::string_view scheme : {"bearer ", "token "}) {
    if (authorization.size() > scheme.size() &&
        iequals_ascii(authorization.substr(0, scheme.size()), scheme)) {
      return trim(authorization.substr(scheme.size()));
    }
  }
  return {};
}

// A page of this very server, by a name that no foreign name server can give: a door without
// tokens must not be open to whatever page a browser on this machine shows.
bool is_own_origin(std::string_view origin, std::string_view host) {
  const std::size_t at = origin.find("://");
  if (at == std::string_view::npos || !iequals_ascii(origin.substr(at + 3), host)) return false;
  std::string_view name = host;
  if (const std::size_t colon = name.rfind(':');
      colon != std::string_view::npos && name.find(']', colon) == std::string_view::npos) {
    name = name.substr(0, colon);
  }
  return iequals_ascii(name, "localhost") || name == "127.0.0.1" || name == "[::1]";
}

Response unauthorized(std::string detail) {
  Response out = problem(401, std::move(detail));
  out.headers.push_back({"WWW-Authenticate", "Bearer realm=\"cairn\""});
  return out;
}

// A full disk is emptied by people: a minute is soon enough.
Response disk_refuses(std::string detail) {
  Response out = problem(507, std::move(detail));
  out.headers.push_back({"Retry-After", "60"});
  return out;
}

std::vector<Complaint> complaints_of(const std::vector<model::Refusal>& refused) {
  std::vector<Complaint> out;
  for (const model::Refusal& r : refused) {
    if (out.size() == limits::reported_errors) break;
    const std::string record = format("record {}", r.record + 1);
    out.push_back({r.error.place.empty() ? record : r.error.place, r.error.message, {}, 1, {}});
  }
  return out;
}

}  // namespace

struct IngestDoor::Message {
  codec::Format format = codec::Format::unknown;
  std::string thing;  // from the address, as the next
  std::string property;
  std::int64_t influx_unit_ns = 1;
  std::string_view bytes;  // of the request's body, or of `unpacked`
  std::string unpacked;
};

struct IngestDoor::Workplace {
  codec::Decoder decoder;
  model::ReadingBatch batch;
};

// Knows of every position what became of it, from the moment it is submitted: a submission counts
// as under way before the intake sees it, and while one is, failures are remembered.
class IngestDoor::Pending {
 public:
  explicit Pending(std::shared_ptr<IngestCounters> counters) : counters_(std::move(counters)) {}

  void start_from(std::uint64_t durable) {
    const std::lock_guard lock(mutex_);
    settled_ = std::max(settled_, durable);
  }
  void begin() {
    const std::lock_guard lock(mutex_);
    ++under_way_;
  }
  void cancel() {
    const std::lock_guard lock(mutex_);
    end();
  }
  // Ends what begin() began. Position 0 needs no disk.
  void await(std::uint64_t position, Response success, Reply reply) {
    std::optional<Error> failure;
    {
      const std::lock_guard lock(mutex_);
      failure = failure_of(position);
      end();
      if (position > settled_) {
        waiting_.push_back({position, std::move(success), std::move(reply)});
        return;
      }
    }
    finish(std::move(success), std::move(reply), failure);
  }

  // On the log's thread, once a commit.
  void settle(const watch::Intake::Commit& commit) {
    std::vector<Waiter> done;
    {
      const std::lock_guard lock(mutex_);
      settled_ = std::max({settled_, commit.durable, commit.failed_to});
      if (commit.failed_to > commit.durable && under_way_ > 0) note_failure(commit);
      const auto rest = std::partition(waiting_.begin(), waiting_.end(),
                                       [this](const Waiter& w) { return w.position > settled_; });
      done.assign(std::make_move_iterator(rest), std::make_move_iterator(waiting_.end()));
      waiting_.erase(rest, waiting_.end());
    }
    for (Waiter& w : done) {
      std::optional<Error> failure;
      if (w.position > commit.durable) failure = commit.error;
      finish(std::move(w.success), std::move(w.reply), failure);
    }
  }

 private:
  struct Waiter {
    std::uint64_t position = 0;
    Response success;
    Reply reply;
  };
  struct Failure {
    std::uint64_t after = 0;
    std::uint64_t to = 0;
    Error error;
  };

  void end() {
    if (--under_way_ == 0) failures_.clear();
  }
  void note_failure(const watch::Intake::Commit& commit) {
    if (!failures_.empty() && failures_.back().after == commit.durable) {
      failures_.back().to = std::max(failures_.back().to, commit.failed_to);
    } else {
      failures_.push_back({commit.durable, commit.failed_to, commit.error});
    }
  }
  std::optional<Error> failure_of(std::uint64_t position) const {
    for (const Failure& f : failures_) {
      if (position > f.after && position <= f.to) return f.error;
    }
    return std::nullopt;
  }
  void finish(Response success, Reply reply, const std::optional<Error>& failure) {
    if (!failure) return reply.send(std::move(success));
    ++counters_->failed;
    reply.send(disk_refuses("the readings did not come to the disk; send them again later: " +
                            failure->message));
  }

  std::shared_ptr<IngestCounters> counters_;
  std::mutex mutex_;
  std::uint64_t settled_ = 0;  // whatever is not above it was written or failed
  std::size_t under_way_ = 0;
  std::vector<Failure> failures_;
  std::vector<Waiter> waiting_;
};

IngestDoor::IngestDoor(watch::Intake& intake, std::shared_ptr<const Identities> identities,
                       std::string token, const Clock& clock, Zone zone)
    : intake_(intake),
      identities_(std::move(identities)),
      token_(std::move(token)),
      clock_(clock),
      zone_(zone),
      counters_(std::make_shared<IngestCounters>()),
      pending_(std::make_shared<Pending>(counters_)) {
  intake_.listen([pending = pending_](const watch::Intake::Commit& c) { pending->settle(c); });
  pending_->start_from(intake_.durable());
}

IngestDoor::~IngestDoor() = default;

void IngestDoor::add_routes(Router& router) {
  const auto add = [&](std::string pattern, Kind kind) {
    Route route{"POST", std::move(pattern), Access::open, limits::ingest_message_bytes, {}, {}};
    route.deferred = [this, kind](const Call& call, Reply reply) {
      receive(kind, call.request, call.query, call.path("id"), std::move(reply));
    };
    router.add(std::move(route));
  };
  add("/v1/observations", Kind::any);
  add("/v1/things/{id}/observations", Kind::any);
  add("/write", Kind::influx);
  add("/api/v2/write", Kind::influx);
  add("/api/v1/write", Kind::remote_write);
}

bool IngestDoor::quick(std::string_view path) const {
  return path == "/v1/observations" || path == "/write" || path == "/api/v2/write" ||
         path == "/api/v1/write";
}

void IngestDoor::take(const Request& request, Reply reply) {
  const auto query = parse_query(request.query);
  if (!query) return reply.send(problem(query.error()));
  Kind kind = Kind::any;
  if (request.path == "/api/v1/write") kind = Kind::remote_write;
  if (request.path == "/write" || request.path == "/api/v2/write") kind = Kind::influx;
  receive(kind, request, *query, {}, std::move(reply));
}

std::optional<Response> IngestDoor::authorize(const Request& request, watch::Sender& sender) const {
  const std::string_view token = token_of(request.header("authorization"));
  if (!token.empty() && !token_.empty() && equal_in_constant_time(token, token_)) {
    sender.name = operator_name;
    sender.things = {"*"};
    return std::nullopt;
  }
  if (identities_->is_open()) {
    const std::string_view origin = request.header("origin");
    if (!origin.empty() && !is_own_origin(origin, request.header("host"))) {
      return problem(403, format("pages of {} may not write here", origin));
    }
  } else if (token.empty()) {
    return unauthorized("this needs the header 'Authorization: Bearer <token>'");
  }
  auto identity = identities_->authenticate({}, token);
  if (!identity) {
    // A device that is known hears why; of all others nothing is told.
    const std::string& why = identity.error().message;
    return unauthorized(why.starts_with("the device ") ? why : "the token is wrong");
  }
  if (!identity->publish) {
    return problem(403, format("'{}' has no right to publish", identity->name));
  }
  sender.name = std::move(identity->name);
  sender.things = std::move(identity->things);
  return std::nullopt;
}

std::optional<Response> IngestDoor::read_marks(const Request& request,
                                               watch::Sender& sender) const {
  const auto wrong = [](std::string_view header, std::string message) {
    return problem({{format("header:{}", header), std::move(message), std::nullopt, 1, {}}});
  };
  if (const std::string_view text = request.header("cairn-sequence"); !text.empty()) {
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, sender.sequence);
    if (error != std::errc() || at != end || sender.sequence == 0) {
      return wrong("Cairn-Sequence", "the number of the message is no whole number above 0");
    }
    // All who have no name would share one count, and lose what others have numbered.
    if (sender.name.empty()) {
      return wrong("Cairn-Sequence", "it counts the messages of one sender: send a token");
    }
  }
  const std::string_view historical = request.header("cairn-historical");
  if (!historical.empty() && historical != "true" && historical != "false") {
    return wrong("Cairn-Historical", "it is neither true nor false");
  }
  sender.historical = historical == "true";
  return std::nullopt;
}

std::optional<Response> IngestDoor::read_body(Kind kind, const Request& request,
                                              Message& message) const {
  const std::string_view coding = request.header("content-encoding");
  message.bytes = request.body;
  if (iequals_ascii(coding, "gzip")) {
    auto plain = gunzip(request.body, limits::ingest_message_bytes);
    if (!plain) {
      return problem(status_of(plain.error().code), "the body: " + plain.error().message);
    }
    message.unpacked = std::move(*plain);
    message.bytes = message.unpacked;
  } else if (!coding.empty() && !iequals_ascii(coding, "identity") &&
             !(kind == Kind::remote_write && iequals_ascii(coding, "snappy"))) {
    return problem(415, format("the content encoding {} is not read; gzip is", coding));
  }
  if (message.bytes.size() > limits::ingest_message_bytes) {
    return problem(413, format("the message has {} bytes; at most {} are read",
                               message.bytes.size(), limits::ingest_message_bytes));
  }
  const std::string_view header = request.header("content-type");
  if (kind == Kind::remote_write && header.find("proto=") != std::string_view::npos &&
      header.find("proto=prometheus.WriteRequest") == std::string_view::npos) {
    return problem(415, "remote write 1.0 is read: prometheus.WriteRequest");
  }
  if (message.format != codec::Format::unknown) return std::nullopt;
  const std::string_view type = media_type(header);
  if (message.bytes.empty()) return problem(400, "the body is empty");
  const bool vague = std::any_of(vague_types.begin(), vague_types.end(),
                                 [&](std::string_view v) { return iequals_ascii(type, v); });
  // Without bytes only the type speaks.
  if (vague || codec::sniff(type, {}, {}) != codec::Format::unknown) {
    message.format = codec::sniff(type, {}, message.bytes);
  }
  if (message.format == codec::Format::unknown) {
    return problem(415,
                   "the format is not known; send SenML (application/senml+json or +cbor), "
                   "SensorThings observations, Influx lines or a number, or name the format "
                   "(?format=influx)");
  }
  return std::nullopt;
}

Response IngestDoor::answer_to(Kind kind, const watch::Receipt& receipt) {
  counters_->accepted += receipt.accepted;
  counters_->refused += receipt.refused.size();
  Response out;
  const bool collector = kind == Kind::influx || kind == Kind::remote_write;
  if (receipt.refused.empty()) {
    if (receipt.accepted == 0 && !collector) return problem(400, "the message holds no reading");
    out.status = collector ? 204 : 200;
    if (collector) return out;
    out.type = "application/json";
    out.body = format("{{\"accepted\":{},\"refused\":[],\"refused_total\":0}}", receipt.accepted);
    return out;
  }
  if (receipt.accepted == 0) {
    const Error& first = receipt.refused.front().error;
    const bool denied =
        std::all_of(receipt.refused.begin(), receipt.refused.end(),
                    [](const model::Refusal& r) { return r.error.code == Code::denied; });
    return problem(denied ? 403 : 400, "nothing was taken: " + first.message,
                   complaints_of(receipt.refused));
  }
  Json refused = Json::array();
  for (const model::Refusal& r : receipt.refused) {
    if (refused.size() == limits::reported_errors) break;
    refused.push_back(
        {{"record", r.record}, {"place", r.error.place}, {"reason", r.error.message}});
  }
  return json_response({{"accepted", receipt.accepted},
                        {"refused", std::move(refused)},
                        {"refused_total", receipt.refused.size()}});
}

// The intake takes nothing of any message now.
Response IngestDoor::refusal_of(const Error& error) {
  if (error.code == Code::too_large) {
    ++counters_->throttled;
    Response out = problem(429, error.message);
    out.headers.push_back({"Retry-After", "1"});
    return out;
  }
  if (error.code != Code::io) return problem(error);
  ++counters_->failed;
  return disk_refuses(error.message);
}

std::unique_ptr<IngestDoor::Workplace> IngestDoor::borrow() {
  const std::lock_guard lock(workplaces_mutex_);
  if (workplaces_.empty()) return std::make_unique<Workplace>();
  auto out = std::move(workplaces_.back());
  workplaces_.pop_back();
  return out;
}

void IngestDoor::give_back(std::unique_ptr<Workplace> workplace) {
  workplace->batch.clear();
  const std::lock_guard lock(workplaces_mutex_);
  workplaces_.push_back(std::move(workplace));
}

std::optional<Response> IngestDoor::read_address(Kind kind, const QueryItems& query,
                                                 std::string_view thing, Message& message) const {
  Parameters parameters(query);
  if (kind == Kind::any) {
    message.thing = thing.empty() ? parameters.text_or("thing", "") : std::string(thing);
    message.property = parameters.text_or("property", "");
    if (!message.property.empty() && message.thing.empty()) {
      parameters.complain("property", "a property alone names nothing; name the thing too");
    }
    if (const auto name = parameters.text("format")) {
      const auto known = codec::find_format(*name);
      if (!known) parameters.complain("format", "there is no such format");
      message.format = known.value_or(codec::Format::unknown);
    }
  }
  if (const auto text = parameters.text("precision")) {
    const auto unit = codec::influx_precision(*text);
    if (!unit) parameters.complain("precision", "it is none of ns, us, ms, s, m, h");
    message.influx_unit_ns = unit.value_or(1);
  }
  if (kind == Kind::influx) message.format = codec::Format::influx;
  if (kind == Kind::remote_write) message.format = codec::Format::remote_write;
  if (kind != Kind::any) parameters.rest();  // collectors name databases, users and more
  if (auto wrong = parameters.done(); !wrong.empty()) return problem(std::move(wrong));
  return std::nullopt;
}

void IngestDoor::receive(Kind kind, const Request& request, const QueryItems& query,
                         std::string_view thing, Reply reply) {
  ++counters_->messages;
  counters_->bytes += request.body.size();
  watch::Sender sender;
  if (auto refusal = authorize(request, sender)) {
    ++counters_->denied;
    return reply.send(std::move(*refusal));
  }
  Message message;
  auto refusal = read_address(kind, query, thing, message);
  if (!refusal) refusal = read_marks(request, sender);
  if (!refusal) refusal = read_body(kind, request, message);
  if (refusal) {
    ++counters_->refused;
    return reply.send(std::move(*refusal));
  }
  Known known;
  known.format = message.format;
  known.thing = std::move(message.thing);
  known.property = std::move(message.property);
  known.answer = [this, kind](const model::ReadingBatch&, const watch::Receipt& receipt) {
    return answer_to(kind, receipt);
  };
  known.unreadable = [](const Error& error) {
    const int status = error.code == Code::unsupported ? 415 : status_of(error.code);
    const std::string place = error.place.empty() ? "" : error.place + ": ";
    return problem(status, "the message cannot be read: " + place + error.message);
  };
  submit(sender, message, known, std::move(reply));
}

void IngestDoor::take_known(const Request& request, const Known& known, Reply reply) {
  ++counters_->messages;
  counters_->bytes += request.body.size();
  watch::Sender sender;
  if (auto refusal = authorize(request, sender)) {
    ++counters_->denied;
    return reply.send(std::move(*refusal));
  }
  Message message;
  message.format = known.format;
  auto refusal = read_marks(request, sender);
  if (!refusal) refusal = read_body(Kind::any, request, message);
  if (refusal) {
    ++counters_->refused;
    return reply.send(std::move(*refusal));
  }
  submit(sender, message, known, std::move(reply));
}

void IngestDoor::submit(const watch::Sender& sender, const Message& message, const Known& known,
                        Reply reply) {
  auto workplace = borrow();
  const codec::DecodeContext context{.now = clock_.now(),
                                     .thing = known.thing,
                                     .property = known.property,
                                     .zone = zone_,
                                     .influx_unit_ns = message.influx_unit_ns,
                                     .datastreams = known.datastreams};
  model::ReadingBatch& batch = workplace->batch;
  const auto decoded = workplace->decoder.decode(known.format, message.bytes, context, batch);
  if (!decoded) {
    // Listed with what else was refused.
    batch.refused.push_back({0, codec::shown_message(message.bytes), decoded.error()});
  }
  pending_->begin();
  const auto receipt = intake_.submit(sender, batch);
  Response answer;
  if (decoded && receipt) answer = known.answer(batch, *receipt);
  give_back(std::move(workplace));
  if (decoded && receipt) {
    return pending_->await(receipt->position, std::move(answer), std::move(reply));
  }
  pending_->cancel();
  if (decoded) return reply.send(refusal_of(receipt.error()));
  ++counters_->refused;
  reply.send(known.unreadable(decoded.error()));
}

}  // namespace cairn::server
