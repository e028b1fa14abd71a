// SPDX-License-Identifier: Apache-2.0
// The door before an intake whose disk is moved by hand.
#include "server/ingest.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "server/compress.hpp"
#include "server/detail/json.hpp"
#include "server/router.hpp"

namespace cairn::server {
namespace {

using std::string_literals::operator""s;

constexpr Instant now{1'700'000'000'000'000'000};
// The digests are those of "token-7" and "token-8".
constexpr const char* identities_csv =
    "name,sha256,things,rights\n"
    "gateway-7,e7c9583f202a49ecd684b04f6435a3cfa6788f8f541e9c09965a857802757b17,meter-*,publish\n"
    "board,fe1e004b2f1cd6bade61f13fc301ff4f8c5aea1b7b19fe9075a0be3b5706655c,*,subscribe\n";

// Takes everything but what the things "gone…" say; positions are written when the test says so.
class FakeIntake final : public watch::Intake {
 public:
  Result<watch::Receipt> submit(const watch::Sender& sender,
                                const model::ReadingBatch& batch) override {
    if (error) return fail(*error);
    senders.push_back(sender);
    watch::Receipt out;
    out.refused = batch.refused;
    for (const model::Reading& r : batch.readings) {
      if (r.thing.starts_with("gone")) {
        out.refused.push_back(
            {r.record, std::string(r.thing), {Code::not_found, "no such thing", "record 2"}});
        continue;
      }
      ++out.accepted;
      taken.push_back(format("{} {} {}{}{} @{}", r.thing, r.property, number_text(r.value),
                             r.unit.empty() ? "" : " ", r.unit,
                             number_text(static_cast<double>(r.time.ns - now.ns) / 1e9)));
    }
    if (out.accepted > 0) out.position = ++last;
    if (commit_within) commit_within();
    return out;
  }
  std::uint64_t durable() const override { return durable_; }
  void listen(Listener listener) override { listeners_.push_back(std::move(listener)); }

  void commit(std::uint64_t to) {
    durable_ = to;
    for (const Listener& l : listeners_) l({durable_, 0, {}});
  }
  void fail_to(std::uint64_t to) {
    for (const Listener& l : listeners_) l({durable_, to, {Code::io, "the disk is full", ""}});
  }

  std::optional<Error> error;
  std::function<void()> commit_within;  // at the end of a submission, before it returns
  std::vector<watch::Sender> senders;
  std::vector<std::string> taken;
  std::uint64_t last = 0;

 private:
  std::uint64_t durable_ = 0;
  std::vector<Listener> listeners_;
};

// Keeps the answers by ticket.
class Answers final : public ReplySink {
 public:
  void answer(std::uint64_t ticket, Response response) override {
    by_ticket.emplace(ticket, std::move(response));
  }
  void abandon(std::uint64_t ticket) override { by_ticket.emplace(ticket, Response{500}); }
  std::map<std::uint64_t, Response> by_ticket;
};

std::string header(const Response& response, std::string_view name) {
  for (const Header& h : response.headers) {
    if (h.name == name) return h.value;
  }
  return {};
}

Json body_of(const Response& response) {
  return Json::parse(response.body, nullptr, false);
}

constexpr const char* one = "/v1/things/meter-7/observations";
constexpr const char* energy = R"({"energy": 1})";

class IngestTest : public ::testing::Test {
 protected:
  IngestTest() { open(Identities::open()); }
  void open(std::shared_ptr<const Identities> identities, std::string token = "") {
    door = std::make_unique<IngestDoor>(intake, std::move(identities), std::move(token), clock,
                                        Zone{8 * 3600});
    router = {};
    door->add_routes(router);
  }
  // Sends through the router, as the service does; the ticket.
  std::uint64_t send(std::string path, std::string body, std::vector<Header> headers = {},
                     std::string query = "") {
    const Request request{"POST", std::move(path), std::move(query), std::move(headers),
                          std::move(body)};
    Match match = router.find(request.method, request.path);
    if (match.route == nullptr) {
      answers->answer(++ticket, {.status = 404});
      return ticket;
    }
    auto items = parse_query(request.query);
    const Call call{request, std::move(match.captures), std::move(*items), nullptr, now};
    match.route->deferred(call, Reply(answers, ++ticket));
    return ticket;
  }
  // The answer that there is already; status 0: none.
  Response answer(std::uint64_t of) const {
    const auto at = answers->by_ticket.find(of);
    return at == answers->by_ticket.end() ? Response{.status = 0} : at->second;
  }
  Response now_sent(std::string path, std::string body, std::vector<Header> headers = {},
                    std::string query = "") {
    const auto of = send(std::move(path), std::move(body), std::move(headers), std::move(query));
    if (answer(of).status == 0) intake.commit(intake.last);
    return answer(of);
  }
  Response send_one(std::vector<Header> headers) {
    return now_sent(one, energy, std::move(headers));
  }

  FixedClock clock{now};
  FakeIntake intake;
  std::shared_ptr<Answers> answers = std::make_shared<Answers>();
  std::unique_ptr<IngestDoor> door;
  Router router;
  std::uint64_t ticket = 0;
};

TEST_F(IngestTest, NoSuccessBeforeTheDiskHasIt) {
  const auto first = send(one, energy);
  const auto second = send(one, energy);
  EXPECT_EQ(answer(first).status, 0);
  intake.commit(1);
  EXPECT_EQ(answer(first).status, 200);
  EXPECT_EQ(answer(first).body, R"({"accepted":1,"refused":[],"refused_total":0})");
  EXPECT_EQ(answer(second).status, 0);
  intake.commit(2);
  EXPECT_EQ(answer(second).status, 200);
  EXPECT_EQ(door->counters().accepted, 2U);
}

TEST_F(IngestTest, WhatTheDiskDidNotTakeIs507AlsoWhenLaterOnesAreWritten) {
  const auto first = send(one, energy);
  const auto second = send(one, energy);
  const auto third = send(one, energy);
  intake.commit(1);
  intake.fail_to(2);
  EXPECT_EQ(answer(second).status, 507);
  EXPECT_NE(answer(second).body.find("the disk is full"), std::string::npos);
  EXPECT_EQ(answer(third).status, 0);
  intake.commit(3);
  EXPECT_EQ(answer(first).status, 200);
  EXPECT_EQ(answer(second).status, 507);
  EXPECT_EQ(answer(third).status, 200);
  EXPECT_EQ(door->counters().failed, 1U);
}

TEST_F(IngestTest, ACommitBeforeTheSubmissionReturnsCountsForIt) {
  intake.commit_within = [this] { intake.commit(intake.last); };
  EXPECT_EQ(answer(send(one, energy)).status, 200);
  // It fails and the next one is written, all before the door knows its position.
  intake.commit_within = [this] {
    intake.fail_to(intake.last);
    intake.commit(++intake.last);
  };
  EXPECT_EQ(answer(send(one, energy)).status, 507);
  // What failed is forgotten: positions of later messages have nothing to do with it.
  intake.commit_within = [this] { intake.commit(intake.last); };
  EXPECT_EQ(answer(send(one, energy)).status, 200);
}

TEST_F(IngestTest, ANumberThatWasTakenBeforeNeedsNoDisk) {
  intake.commit(5);
  intake.last = 3;  // the next gets 4: an old position
  EXPECT_EQ(answer(send(one, energy)).status, 200) << "known to the intake only";
}

TEST_F(IngestTest, WhatStandsOnDiskWhenTheDoorOpensIsKnown) {
  intake.commit(5);
  open(Identities::open());
  intake.last = 3;
  EXPECT_EQ(answer(send(one, energy)).status, 200);
}

TEST_F(IngestTest, APartIsTakenAndTheRestTold) {
  const Response got =
      now_sent("/v1/observations",
               R"([{"bn":"meter-7:","n":"energy","v":1},{"bn":"gone-1:","n":"energy","v":2}])");
  ASSERT_EQ(got.status, 200) << got.body;
  const Json body = body_of(got);
  EXPECT_EQ(body["accepted"], 1);
  EXPECT_EQ(body["refused_total"], 1);
  ASSERT_EQ(body["refused"].size(), 1U);
  EXPECT_EQ(body["refused"][0]["record"], 1);
  EXPECT_EQ(body["refused"][0]["place"], "record 2");
  EXPECT_EQ(body["refused"][0]["reason"], "no such thing");
}

TEST_F(IngestTest, NothingTakenIs400AndSaysWhy) {
  const Response gone = now_sent("/v1/things/gone-1/observations", energy);
  EXPECT_EQ(gone.status, 400);
  EXPECT_EQ(body_of(gone)["errors"][0]["message"], "no such thing");
  EXPECT_EQ(now_sent(one, "[{]", {{"content-type", "application/senml+json"}}).status, 400);
  EXPECT_EQ(now_sent(one, "").status, 400);
  EXPECT_EQ(intake.last, 0U);
  EXPECT_EQ(intake.senders.size(), 2U) << "what cannot be read is listed by the intake";
}

TEST_F(IngestTest, AFullQueueIs429AndABrokenLog507) {
  intake.error = Error{Code::too_large, "the queue is full", ""};
  const Response full = send_one({});
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(header(full, "Retry-After"), "1");
  intake.error = Error{Code::io, "the log does not take anything", ""};
  const Response broken = send_one({});
  EXPECT_EQ(broken.status, 507);
  EXPECT_EQ(header(broken, "Retry-After"), "60");
  intake.error.reset();
  EXPECT_EQ(send_one({}).status, 200);
  EXPECT_EQ(door->counters().throttled, 1U);
}

TEST_F(IngestTest, SequenceAndHistoricalArePassedOn) {
  const Header token{"authorization", "Bearer secret"};
  open(Identities::open(), "secret");
  EXPECT_EQ(send_one({token, {"cairn-sequence", "41"}, {"cairn-historical", "true"}}).status, 200);
  ASSERT_EQ(intake.senders.size(), 1U);
  EXPECT_EQ(intake.senders[0].sequence, 41U);
  EXPECT_TRUE(intake.senders[0].historical);
  EXPECT_EQ(send_one({{"cairn-historical", "false"}}).status, 200);
  EXPECT_EQ(intake.senders[1].sequence, 0U);
  EXPECT_FALSE(intake.senders[1].historical);
  for (const char* wrong : {"0", "-1", "1x", "18446744073709551616"}) {
    EXPECT_EQ(send_one({token, {"cairn-sequence", wrong}}).status, 400) << wrong;
  }
  // Nobody's count: messages of others would be lost.
  EXPECT_EQ(send_one({{"cairn-sequence", "42"}}).status, 400);
  EXPECT_EQ(send_one({{"cairn-historical", "yes"}}).status, 400);
  EXPECT_EQ(intake.senders.size(), 2U);
}

TEST_F(IngestTest, WithoutTokensOnlyOwnPagesMayWrite) {
  const auto from = [this](std::string origin, std::string host) {
    return send_one({{"host", std::move(host)}, {"origin", std::move(origin)}}).status;
  };
  EXPECT_EQ(from("http://127.0.0.1:8080", "127.0.0.1:8080"), 200);
  EXPECT_EQ(from("http://[::1]:8080", "[::1]:8080"), 200);
  EXPECT_EQ(from("http://localhost", "localhost"), 200);
  EXPECT_EQ(from("https://example.org", "127.0.0.1:8080"), 403);
  EXPECT_EQ(from("http://localhost:5173", "localhost:8080"), 403);
  EXPECT_EQ(from("null", "localhost:8080"), 403);
  // Its name server says 127.0.0.1: still a foreign page.
  EXPECT_EQ(from("http://example.org:8080", "example.org:8080"), 403);
  EXPECT_EQ(from("http://127.0.0.1.example.org", "127.0.0.1.example.org"), 403);
  EXPECT_EQ(door->counters().denied, 5U);
}

TEST_F(IngestTest, WithTokensOnlyWhoMayPublishWrites) {
  const model::MemoryFiles files(model::FileMap{{"identities.csv", identities_csv}});
  auto identities = Identities::load(files, "identities.csv", "0.0.0.0");
  ASSERT_TRUE(identities) << to_string(identities.error());
  open(*identities, "of-the-server");
  const Response none = send_one({});
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(header(none, "WWW-Authenticate"), "Bearer realm=\"cairn\"");
  EXPECT_EQ(send_one({{"authorization", "Bearer token-9"}}).status, 401);
  EXPECT_EQ(send_one({{"authorization", "Basic token-7"}}).status, 401);
  EXPECT_EQ(send_one({{"authorization", "Bearer token-8"}}).status, 403);
  EXPECT_TRUE(intake.senders.empty());
  EXPECT_EQ(send_one({{"authorization", "Bearer token-7"}}).status, 200);
  EXPECT_EQ(send_one({{"authorization", "Token token-7"}}).status, 200);
  EXPECT_EQ(send_one({{"authorization", "bearer of-the-server"}}).status, 200);
  ASSERT_EQ(intake.senders.size(), 3U);
  EXPECT_EQ(intake.senders[0].name, "gateway-7");
  EXPECT_EQ(intake.senders[0].things, std::vector<std::string>{"meter-*"});
  EXPECT_EQ(intake.senders[2].name, "operator");
  EXPECT_EQ(intake.senders[2].things, std::vector<std::string>{"*"});
}

TEST_F(IngestTest, AServerWithoutTokenTakesNoEmptyOne) {
  const model::MemoryFiles files(model::FileMap{{"identities.csv", identities_csv}});
  open(*Identities::load(files, "identities.csv", "0.0.0.0"), "");
  EXPECT_EQ(send_one({{"authorization", "Bearer "}}).status, 401);
}

TEST_F(IngestTest, PackedBodiesAreReadWithinTheLimit) {
  const std::vector<Header> coded{{"content-encoding", "gzip"}};
  EXPECT_EQ(now_sent(one, gzip(energy), coded).status, 200);
  EXPECT_EQ(intake.taken.back(), "meter-7 energy 1 @0");
  EXPECT_EQ(now_sent(one, energy, coded).status, 400);
  const std::string bomb(limits::ingest_message_bytes + 1, ' ');
  EXPECT_EQ(now_sent(one, gzip(bomb), coded).status, 413);
  EXPECT_EQ(now_sent(one, bomb).status, 413);
  EXPECT_EQ(now_sent(one, energy, {{"content-encoding", "br"}}).status, 415);
  EXPECT_EQ(now_sent(one, energy, {{"content-encoding", "identity"}}).status, 200);
}

TEST_F(IngestTest, EveryFormatIsRead) {
  const auto taken = [this](std::string body, std::string type, std::string query = "") {
    intake.taken.clear();
    const Response got = now_sent("/v1/observations", std::move(body),
                                  {{"content-type", std::move(type)}}, std::move(query));
    return intake.taken.empty() ? format("{} {}", got.status, got.body) : intake.taken.front();
  };
  EXPECT_EQ(taken(R"([{"n":"meter-7:energy","v":2,"u":"kWh"}])", "application/senml+json"),
            "meter-7 energy 2 kWh @0");
  // [{0: "meter-7:energy", 2: 3}]
  EXPECT_EQ(taken("\x81\xa2\x00\x6emeter-7:energy\x02\x03"s, "application/senml+cbor"),
            "meter-7 energy 3 @0");
  EXPECT_EQ(taken(R"({"phenomenonTime":"2023-11-14T22:13:20Z","result":4,)"
                  R"("Datastream":{"@iot.id":"meter-7:energy"}})",
                  "application/json"),
            "meter-7 energy 4 @0");
  EXPECT_EQ(taken("m,thing=meter-7 energy=5 1700000001", "text/plain", "precision=s"),
            "meter-7 energy 5 @1");
  EXPECT_EQ(taken("6.5 kWh", "text/plain", "thing=meter-7&property=energy"),
            "meter-7 energy 6.5 kWh @0");
  EXPECT_EQ(taken("7", "", "thing=meter-7&property=energy&format=plain"), "meter-7 energy 7 @0");
}

TEST_F(IngestTest, WhatTheAddressSaysWrongIsTold) {
  const auto status = [this](std::string query, std::string type = "") {
    return now_sent("/v1/observations", "1", {{"content-type", std::move(type)}}, std::move(query))
        .status;
  };
  EXPECT_EQ(status("thing=meter-7&property=energy"), 200);
  EXPECT_EQ(status("thing=meter-7&property=energy", "image/png"), 415);
  EXPECT_EQ(status("property=energy"), 400);
  EXPECT_EQ(status("thing=meter-7&property=energy&format=xml"), 400);
  EXPECT_EQ(status("thing=meter-7&property=energy&precision=d"), 400);
  EXPECT_EQ(status("thing=meter-7&property=energy&colour=red"), 400);
  EXPECT_EQ(now_sent("/v1/observations", "?!").status, 415);
  EXPECT_EQ(now_sent(one, energy, {}, "thing=meter-8").status, 400) << "the path names it";
}

TEST_F(IngestTest, InfluxClientsFindTheirDoors) {
  for (const char* path : {"/write", "/api/v2/write"}) {
    const Response got = now_sent(path, "m,thing=meter-7 energy=5 1700000002000", {},
                                  "db=x&org=y&bucket=z&precision=ms");
    EXPECT_EQ(got.status, 204) << got.body;
    EXPECT_EQ(got.body, "");
    EXPECT_EQ(intake.taken.back(), "meter-7 energy 5 @2");
  }
  EXPECT_EQ(now_sent("/write", "m,thing=meter-7 energy=5 1", {}, "precision=d").status, 400);
  EXPECT_EQ(now_sent("/write", "m,thing=gone-7 energy=5").status, 400);
  EXPECT_EQ(now_sent("/write", "m,thing=gone-7 energy=5\nm,thing=meter-7 energy=5").status, 200);
}

// A field of a protobuf message with bytes in it; everything here is shorter than 128.
std::string field(int number, const std::string& bytes) {
  std::string out;
  out += static_cast<char>(number << 3 | 2);
  out += static_cast<char>(bytes.size());
  return out + bytes;
}

TEST_F(IngestTest, CollectorsWriteRemotely) {
  const auto label = [](const std::string& name, const std::string& value) {
    return field(1, field(1, name) + field(2, value));
  };
  // A double 8.0 and the time 0 ms, which the decoder leaves to the intake.
  const std::string sample = field(2, "\x09\x00\x00\x00\x00\x00\x00\x20\x40\x10\x00"s);
  const std::string plain =
      field(1, label("__name__", "energy") + label("thing", "meter-7") + sample);
  ASSERT_LT(plain.size(), 61U + 60U);
  // A snappy block of one or two literals.
  std::string block(1, static_cast<char>(plain.size()));
  for (std::size_t at = 0; at < plain.size(); at += 60) {
    const std::string part = plain.substr(at, 60);
    block += static_cast<char>((part.size() - 1) << 2);
    block += part;
  }
  const std::vector<Header> headers{{"content-type", "application/x-protobuf"},
                                    {"content-encoding", "snappy"}};
  const Response got = now_sent("/api/v1/write", block, headers);
  EXPECT_EQ(got.status, 204) << got.body;
  ASSERT_EQ(intake.taken.size(), 1U);
  EXPECT_EQ(intake.taken[0], "meter-7 energy 8 @-1700000000");
  EXPECT_EQ(now_sent("/api/v1/write", "no snappy", headers).status, 400);
  // The second version is another message; senders then fall back to the first.
  EXPECT_EQ(
      now_sent("/api/v1/write", block,
               {{"content-type", "application/x-protobuf;proto=io.prometheus.write.v2.Request"},
                {"content-encoding", "snappy"}})
          .status,
      415);
}

TEST_F(IngestTest, TheQuickWayAnswersTheSame) {
  EXPECT_TRUE(door->quick("/v1/observations"));
  EXPECT_TRUE(door->quick("/api/v1/write"));
  EXPECT_FALSE(door->quick("/v1/things/meter-7/observations"));
  EXPECT_FALSE(door->quick("/v1/imports"));
  door->take({"POST", "/v1/observations", "thing=meter-7&property=energy", {}, "9"},
             Reply(answers, 100));
  door->take({"POST", "/write", "", {}, "m,thing=meter-7 energy=5"}, Reply(answers, 101));
  door->take({"POST", "/v1/observations", "thing=%zz", {}, "9"}, Reply(answers, 102));
  EXPECT_EQ(answer(100).status, 0);
  EXPECT_EQ(answer(102).status, 400);
  intake.commit(intake.last);
  EXPECT_EQ(answer(100).status, 200);
  EXPECT_EQ(answer(101).status, 204);
}

// Writes and fails positions on a thread of its own, as the log does, and knows of each which.
class BusyIntake final : public watch::Intake {
 public:
  Result<watch::Receipt> submit(const watch::Sender& sender, const model::ReadingBatch&) override {
    watch::Receipt out;
    out.accepted = 1;
    const std::lock_guard lock(mutex_);
    out.position = ++last_;
    sequences_.push_back(sender.sequence);
    return out;
  }
  std::uint64_t durable() const override { return durable_; }
  void listen(Listener listener) override { listener_ = std::move(listener); }

  // What came in since the last time is one group; every third of them fails.
  void turn() {
    std::uint64_t to = 0;
    {
      const std::lock_guard lock(mutex_);
      to = last_;
    }
    if (to == done_) return;
    const bool fails = ++groups_ % 3 == 0;
    for (std::uint64_t at = done_; at < to && fails; ++at) failed_.push_back(at);
    done_ = to;
    settled = to;
    if (!fails) durable_ = to;
    listener_({durable_, fails ? to : 0, {Code::io, "the disk is full", ""}});
  }
  std::atomic<std::uint64_t> settled{0};
  // By sequence: did it fail? After the end.
  std::map<std::uint64_t, bool> outcomes() const {
    std::map<std::uint64_t, bool> out;
    for (const std::uint64_t sequence : sequences_) out[sequence] = false;
    for (const std::uint64_t at : failed_) out[sequences_[at]] = true;
    return out;
  }

 private:
  std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::vector<std::uint64_t> sequences_;  // by position - 1
  std::vector<std::uint64_t> failed_;     // positions - 1
  std::uint64_t done_ = 0;
  std::uint64_t groups_ = 0;
  std::atomic<std::uint64_t> durable_{0};
  Listener listener_;
};

class LockedAnswers final : public ReplySink {
 public:
  void answer(std::uint64_t ticket, Response response) override {
    const std::lock_guard lock(mutex_);
    by_ticket[ticket].push_back(response.status);
  }
  void abandon(std::uint64_t ticket) override { answer(ticket, {.status = 500}); }
  std::mutex mutex_;
  std::map<std::uint64_t, std::vector<int>> by_ticket;
};

TEST(IngestThreads, EveryMessageLearnsWhatBecameOfIt) {
  constexpr std::uint64_t threads = 3;
  constexpr std::uint64_t each = 1'500;
  FixedClock clock(now);
  BusyIntake intake;
  const auto answers = std::make_shared<LockedAnswers>();
  IngestDoor door(intake, Identities::open(), "secret", clock, Zone{});
  std::vector<std::thread> senders;
  std::atomic<std::uint64_t> running{threads};
  std::atomic<std::uint64_t> begun{0};
  for (std::uint64_t t = 0; t < threads; ++t) {
    senders.emplace_back([&, t] {
      for (std::uint64_t k = 1; k <= each; ++k) {
        const std::uint64_t number = t * each + k;
        // Many small groups: nobody runs far ahead of the log.
        while (begun++ > intake.settled + 50) {
          --begun;
          std::this_thread::yield();
        }
        door.take({"POST",
                   "/write",
                   "",
                   {{"authorization", "Bearer secret"}, {"cairn-sequence", std::to_string(number)}},
                   "m x=1"},
                  Reply(answers, number));
      }
      --running;
    });
  }
  while (running > 0) intake.turn();
  for (std::thread& t : senders) t.join();
  intake.turn();
  std::size_t failures = 0;
  const auto outcomes = intake.outcomes();
  ASSERT_EQ(outcomes.size(), threads * each);
  for (const auto& [sequence, failed] : outcomes) {
    ASSERT_EQ(answers->by_ticket[sequence], std::vector<int>{failed ? 507 : 204}) << sequence;
    failures += failed ? 1 : 0;
  }
  EXPECT_GT(failures, 0U);
  EXPECT_EQ(door.counters().failed, failures);
}

}  // namespace
}  // namespace cairn::server
