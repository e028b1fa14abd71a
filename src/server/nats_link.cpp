// SPDX-License-Identifier: Apache-2.0
#include "server/nats_link.hpp"

#include <nats/nats.h>

#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "core/text.hpp"

namespace cairn::server {
namespace {

constexpr std::int64_t request_ms = 5'000;            // of a question to the server
constexpr std::int64_t reconnect_ms = 250;            // between two tries
constexpr std::int64_t ping_ms = 5'000;               // a dead peer is noticed after two of them
constexpr std::int64_t ack_wait_ns = 60'000'000'000;  // then it is delivered again

template <auto Destroy>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Destroy(object);
  }
};
using Options = std::unique_ptr<natsOptions, Deleter<natsOptions_Destroy>>;
using Connection = std::unique_ptr<natsConnection, Deleter<natsConnection_Destroy>>;
using Context = std::unique_ptr<jsCtx, Deleter<jsCtx_Destroy>>;
using Subscription = std::unique_ptr<natsSubscription, Deleter<natsSubscription_Destroy>>;
using Message = std::unique_ptr<natsMsg, Deleter<natsMsg_Destroy>>;
using MetaData = std::unique_ptr<jsMsgMetaData, Deleter<jsMsgMetaData_Destroy>>;
using StreamInfo = std::unique_ptr<jsStreamInfo, Deleter<jsStreamInfo_Destroy>>;

tl::unexpected<Error> failed(natsStatus status, std::string_view what, int code = 0) {
  std::string message = format("{}: NATS says: {}", what, natsStatus_GetText(status));
  if (code != 0) message += format(" (JetStream error {})", code);
  const Code kind = status == NATS_NOT_FOUND ? Code::not_found : Code::io;
  return fail(kind, std::move(message));
}

// Errors of the connection show in what is asked next.
void ignore_error(natsConnection*, natsSubscription*, natsStatus, void*) {}

// `delivered`: its number among those that its consumer got; 0 when it came to none.
NatsMessage taken(natsMsg* message, std::uint64_t& delivered) {
  NatsMessage out;
  out.subject = natsMsg_GetSubject(message);
  out.data.assign(natsMsg_GetData(message),
                  static_cast<std::size_t>(natsMsg_GetDataLength(message)));
  if (const char* reply = natsMsg_GetReply(message)) out.reply = reply;
  jsMsgMetaData* raw = nullptr;
  if (natsMsg_GetMetaData(&raw, message) == NATS_OK) {
    const MetaData meta(raw);
    out.sequence = meta->Sequence.Stream;
    delivered = meta->Sequence.Consumer;
    out.pending = meta->NumPending;
  } else {
    out.sequence = natsMsg_GetSequence(message);
  }
  return out;
}

// What a question for one message brought.
template <class What>
Result<std::optional<NatsMessage>> found(natsMsg* raw, natsStatus status, jsErrCode code,
                                         const What& what) {
  const Message message(raw);
  if (status == NATS_NOT_FOUND && code != JSStreamNotFoundErr) return std::optional<NatsMessage>{};
  if (status != NATS_OK) return failed(status, what(), code);
  std::uint64_t delivered = 0;
  return std::optional<NatsMessage>(taken(raw, delivered));
}

}  // namespace

struct NatsLink::Impl {
  Connection connection;
  Context context;

  // Confirmations come on a thread of the library.
  std::mutex mutex;
  std::map<std::string, Result<std::uint64_t>> answers;  // by message id

  static void answered(jsCtx*, natsMsg* message, jsPubAck* ack, jsPubAckErr* error, void* closure) {
    auto* self = static_cast<Impl*>(closure);
    const char* id = nullptr;
    if (natsMsgHeader_Get(message, "Nats-Msg-Id", &id) == NATS_OK && id != nullptr) {
      const std::lock_guard lock(self->mutex);
      const auto at = self->answers.find(id);
      if (at != self->answers.end()) {
        if (error != nullptr) {
          at->second = failed(error->Err, error->ErrText == nullptr ? "publishing" : error->ErrText,
                              error->ErrCode);
        } else {
          at->second = ack->Sequence;
        }
      }
    }
    natsMsg_Destroy(message);
  }
};

NatsLink::NatsLink(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

NatsLink::~NatsLink() {
  // The library's threads may still answer: the connection ends first.
  natsConnection_Close(impl_->connection.get());
  impl_->context.reset();
  impl_->connection.reset();
}

Result<std::unique_ptr<NatsLink>> NatsLink::connect(const std::string& url, const std::string& name,
                                                    int wait_ms) {
  natsOptions* raw = nullptr;
  if (const natsStatus s = natsOptions_Create(&raw); s != NATS_OK) return failed(s, "starting");
  const Options options(raw);
  natsStatus s = natsOptions_SetURL(raw, url.c_str());
  if (s == NATS_OK) s = natsOptions_SetName(raw, name.c_str());
  if (s == NATS_OK) s = natsOptions_SetTimeout(raw, 2'000);
  if (s == NATS_OK) s = natsOptions_SetMaxReconnect(raw, -1);
  if (s == NATS_OK) s = natsOptions_SetReconnectWait(raw, reconnect_ms);
  if (s == NATS_OK) s = natsOptions_SetPingInterval(raw, ping_ms);
  if (s == NATS_OK) s = natsOptions_SetMaxPingsOut(raw, 2);
  if (s == NATS_OK) s = natsOptions_SetErrorHandler(raw, ignore_error, nullptr);
  if (s != NATS_OK) return failed(s, format("the address '{}'", url));
  auto impl = std::make_unique<Impl>();
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  for (;;) {
    natsConnection* connection = nullptr;
    s = natsConnection_Connect(&connection, raw);
    impl->connection.reset(connection);
    if (s == NATS_OK) break;
    if (std::chrono::steady_clock::now() >= end) {
      return failed(s, format("cannot reach the NATS server at {}", url));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(reconnect_ms));
  }
  jsOptions js;
  jsOptions_Init(&js);
  js.Wait = request_ms;
  js.PublishAsync.AckHandler = Impl::answered;
  js.PublishAsync.AckHandlerClosure = impl.get();
  jsCtx* context = nullptr;
  s = natsConnection_JetStream(&context, impl->connection.get(), &js);
  if (s != NATS_OK) return failed(s, "JetStream");
  impl->context.reset(context);
  return std::unique_ptr<NatsLink>(new NatsLink(std::move(impl)));
}

bool NatsLink::connected() const {
  return natsConnection_Status(impl_->connection.get()) == NATS_CONN_STATUS_CONNECTED;
}

std::uint64_t NatsLink::reconnects() const {
  natsStatistics* raw = nullptr;
  if (natsStatistics_Create(&raw) != NATS_OK) return 0;
  const std::unique_ptr<natsStatistics, Deleter<natsStatistics_Destroy>> statistics(raw);
  std::uint64_t counts[5] = {};
  if (natsConnection_GetStats(impl_->connection.get(), raw) != NATS_OK) return 0;
  natsStatistics_GetCounts(raw, &counts[0], &counts[1], &counts[2], &counts[3], &counts[4]);
  return counts[4];
}

Status NatsLink::make_stream(const NatsStream& stream) {
  jsStreamInfo* info = nullptr;
  jsErrCode code{};
  natsStatus s = js_GetStreamInfo(&info, impl_->context.get(), stream.name.c_str(), nullptr, &code);
  const StreamInfo owned(info);
  if (s == NATS_OK) return {};
  if (s != NATS_NOT_FOUND) {
    return failed(s, format("the stream {} (is JetStream switched on?)", stream.name), code);
  }
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  const char* subjects[] = {stream.subjects.c_str()};
  config.Name = stream.name.c_str();
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.Storage = js_FileStorage;
  config.MaxMsgsPerSubject = stream.keep_per_subject;
  config.MaxAge = stream.keep_ns;
  config.Duplicates = stream.duplicates_ns;
  s = js_AddStream(nullptr, impl_->context.get(), &config, nullptr, &code);
  if (s != NATS_OK) return failed(s, format("making the stream {}", stream.name), code);
  return {};
}

Result<NatsStreamState> NatsLink::stream_state(const std::string& stream) {
  jsStreamInfo* info = nullptr;
  jsErrCode code{};
  const natsStatus s =
      js_GetStreamInfo(&info, impl_->context.get(), stream.c_str(), nullptr, &code);
  const StreamInfo owned(info);
  if (s != NATS_OK) return failed(s, format("the stream {}", stream), code);
  return NatsStreamState{info->State.Msgs, info->State.FirstSeq, info->State.LastSeq};
}

std::vector<Result<std::uint64_t>> NatsLink::publish(const std::vector<NatsPublication>& messages,
                                                     int wait_ms) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->answers.clear();
    for (const NatsPublication& message : messages) {
      impl_->answers.emplace(message.id, fail(Code::io, "the stream did not confirm in time"));
    }
  }
  for (const NatsPublication& message : messages) {
    jsPubOptions options;
    jsPubOptions_Init(&options);
    options.MsgId = message.id.c_str();
    if (message.after && *message.after == 0) options.ExpectNoMessage = true;
    if (message.after && *message.after != 0) options.ExpectLastSubjectSeq = *message.after;
    natsMsg* raw = nullptr;
    natsStatus s = natsMsg_Create(&raw, message.subject.c_str(), nullptr, message.data.data(),
                                  static_cast<int>(message.data.size()));
    if (s == NATS_OK) s = js_PublishMsgAsync(impl_->context.get(), &raw, &options);
    if (s == NATS_OK) continue;
    natsMsg_Destroy(raw);
    const std::lock_guard lock(impl_->mutex);
    impl_->answers[message.id] = failed(s, "publishing");
  }
  jsPubOptions wait;
  jsPubOptions_Init(&wait);
  wait.MaxWait = wait_ms;
  if (js_PublishAsyncComplete(impl_->context.get(), &wait) != NATS_OK) {
    // What is still under way is given up: the caller asks the stream how far it came.
    natsMsgList late{};
    if (js_PublishAsyncGetPendingList(&late, impl_->context.get()) == NATS_OK) {
      natsMsgList_Destroy(&late);
    }
  }
  std::vector<Result<std::uint64_t>> out;
  const std::lock_guard lock(impl_->mutex);
  for (const NatsPublication& message : messages) out.push_back(impl_->answers.at(message.id));
  impl_->answers.clear();
  return out;
}

Result<std::optional<NatsMessage>> NatsLink::message(const std::string& stream,
                                                     std::uint64_t sequence) {
  natsMsg* raw = nullptr;
  jsErrCode code{};
  const natsStatus s =
      js_GetMsg(&raw, impl_->context.get(), stream.c_str(), sequence, nullptr, &code);
  return found(raw, s, code, [&] { return format("message {} of {}", sequence, stream); });
}

Result<std::optional<NatsMessage>> NatsLink::newest(const std::string& stream,
                                                    const std::string& subject) {
  natsMsg* raw = nullptr;
  jsErrCode code{};
  const natsStatus s =
      js_GetLastMsg(&raw, impl_->context.get(), stream.c_str(), subject.c_str(), nullptr, &code);
  return found(raw, s, code, [&] { return format("the newest message of {}", subject); });
}

struct NatsPull::Impl {
  const NatsLink* link = nullptr;
  std::uint64_t reconnects = 0;
  Subscription subscription;
  std::uint64_t delivered = 0;  // number of the newest, among those of the consumer
  std::uint64_t sequence = 0;   // of the newest, in the stream
};

NatsPull::NatsPull(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NatsPull::~NatsPull() = default;

Result<std::unique_ptr<NatsPull>> NatsLink::pull(const PullOptions& options) {
  auto impl = std::make_unique<NatsPull::Impl>();
  impl->link = this;
  impl->reconnects = reconnects();
  jsErrCode code{};
  jsCtx* context = impl_->context.get();
  natsStatus s =
      js_DeleteConsumer(context, options.stream.c_str(), options.durable.c_str(), nullptr, &code);
  if (s != NATS_OK && s != NATS_NOT_FOUND) {
    return failed(s, format("the consumer {}", options.durable), code);
  }
  jsSubOptions sub;
  jsSubOptions_Init(&sub);
  sub.Stream = options.stream.c_str();
  sub.ManualAck = true;
  jsConsumerConfig& config = sub.Config;
  config.Durable = options.durable.c_str();
  config.AckPolicy = js_AckAll;
  config.AckWait = ack_wait_ns;
  config.MaxAckPending = unacknowledged;
  if (options.sequence > 1) {
    config.DeliverPolicy = js_DeliverByStartSequence;
    config.OptStartSeq = options.sequence;
  } else {
    config.DeliverPolicy = js_DeliverAll;
  }
  natsSubscription* raw = nullptr;
  s = js_SubscribeSync(&raw, context, options.subject.c_str(), nullptr, &sub, &code);
  if (s != NATS_OK) return failed(s, format("reading {}", options.subject), code);
  impl->subscription.reset(raw);
  return std::make_unique<NatsPull>(std::move(impl));
}

Result<std::vector<NatsMessage>> NatsPull::fetch(int most, int wait_ms) {
  std::vector<NatsMessage> out;
  while (static_cast<int>(out.size()) < most) {
    natsMsg* raw = nullptr;
    int waiting = 0;
    if (!out.empty()) natsSubscription_GetPending(impl_->subscription.get(), &waiting, nullptr);
    if (!out.empty() && waiting == 0) break;
    const natsStatus s =
        natsSubscription_NextMsg(&raw, impl_->subscription.get(), out.empty() ? wait_ms : 1);
    if (s == NATS_TIMEOUT) break;
    if (s != NATS_OK) return failed(s, "waiting for messages");
    const Message message(raw);
    std::uint64_t delivered = 0;
    out.push_back(taken(raw, delivered));
    if (delivered != impl_->delivered + 1 || out.back().sequence <= impl_->sequence) {
      return fail(Code::io, "messages of the stream came in another order than they were sent");
    }
    impl_->delivered = delivered;
    impl_->sequence = out.back().sequence;
  }
  if (impl_->reconnects != impl_->link->reconnects()) {
    return fail(Code::io, "the connection to the NATS server was renewed");
  }
  if (out.empty() && !impl_->link->connected()) {
    return fail(Code::io, "the NATS server is away");
  }
  return out;
}

Status NatsLink::acknowledge(const NatsMessage& message) {
  if (message.reply.empty()) return {};
  const natsStatus s =
      natsConnection_PublishString(impl_->connection.get(), message.reply.c_str(), "+ACK");
  if (s != NATS_OK) return failed(s, "acknowledging a message");
  return {};
}

}  // namespace cairn::server
