// SPDX-License-Identifier: Apache-2.0
// A connection to a NATS server with JetStream. It comes back by itself when it breaks; what was
// not confirmed meanwhile is an error that the caller resolves (docs/shards.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace cairn::server {

struct NatsMessage {
  std::string subject;
  std::string data;
  std::uint64_t sequence = 0;  // in the stream
  std::uint64_t pending = 0;   // of the same consumer behind it
  std::string reply;           // where it is acknowledged
};

struct NatsStream {
  std::string name;
  std::string subjects;                // "cairn.obs.>"
  std::int64_t keep_per_subject = -1;  // -1: all
  std::int64_t keep_ns = 0;            // 0: for ever
  std::int64_t duplicates_ns = 0;      // window in which message ids are told apart
};
struct NatsStreamState {
  std::uint64_t messages = 0;
  std::uint64_t first = 0;  // sequence
  std::uint64_t last = 0;
};

struct NatsPublication {
  std::string subject;
  std::string data;
  std::string id;                      // of the message; the same one is stored once
  std::optional<std::uint64_t> after;  // only if the subject's newest has this sequence; 0: none
};

// Messages of a stream in order, each once. Not thread-safe; its link outlives it.
class NatsPull {
 public:
  struct Impl;
  explicit NatsPull(std::unique_ptr<Impl> impl);
  ~NatsPull();
  // At most `most`; waits for the first up to `wait_ms`. None within it is no error. An error when
  // one may be missing, because the connection is away, was renewed, or messages were lost: open
  // another then.
  Result<std::vector<NatsMessage>> fetch(int most, int wait_ms);

 private:
  std::unique_ptr<Impl> impl_;
};

class NatsLink {
 public:
  // Waits up to `wait_ms` for the server to be there.
  static Result<std::unique_ptr<NatsLink>> connect(const std::string& url, const std::string& name,
                                                   int wait_ms);
  ~NatsLink();
  NatsLink(const NatsLink&) = delete;
  NatsLink& operator=(const NatsLink&) = delete;

  bool connected() const;
  // How often the connection came back: what the server has may have changed.
  std::uint64_t reconnects() const;

  // Makes it unless it is there; one that is there stays as it is.
  Status make_stream(const NatsStream& stream);
  Result<NatsStreamState> stream_state(const std::string& stream);
  // Sends all, then waits for the confirmations up to `wait_ms`. Sequences, in order.
  std::vector<Result<std::uint64_t>> publish(const std::vector<NatsPublication>& messages,
                                             int wait_ms);
  // The one with a sequence; nothing when the stream does not have it (any more).
  Result<std::optional<NatsMessage>> message(const std::string& stream, std::uint64_t sequence);
  // The newest message of a subject, or of all that a pattern names ("cairn.alerts.5104.>").
  Result<std::optional<NatsMessage>> newest(const std::string& stream, const std::string& subject);

  struct PullOptions {
    std::string stream;
    std::string subject;         // filter
    std::string durable;         // name of the consumer; one that is there is replaced
    std::uint64_t sequence = 1;  // the first that is wanted
  };
  // A stream that keeps one message of each subject gives the newest of each, in order. (The
  // delivery policy for that, last_per_subject, passes over messages in nats-server 2.9 when a
  // subject gets another one meanwhile.)
  Result<std::unique_ptr<NatsPull>> pull(const PullOptions& options);
  // This one and all before it, of its consumer. So many may wait for it, then none comes.
  static constexpr int unacknowledged = 256;
  Status acknowledge(const NatsMessage& message);

 private:
  struct Impl;
  explicit NatsLink(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::server
