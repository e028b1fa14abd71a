// SPDX-License-Identifier: Apache-2.0
// The probe with real sockets against the laboratory of tools/e2e/probe_lab.py, on loopback
// addresses only: each service has one thing wrong, and gives exactly those findings.
#include "server/probe_service.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "core/text.hpp"
#include "server/detail/json.hpp"
#include "server/http_client.hpp"
#include "server/probe_dns.hpp"
#include "server/probe_page.hpp"
#include "server/probe_tls.hpp"

namespace cairn::server {
namespace {

// The laboratory as a process of its own; it ends with the end of its input.
class Laboratory {
 public:
  Laboratory() {
    int in[2];
    int out[2];
    if (::pipe(in) != 0 || ::pipe(out) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      for (const int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
      ::execlp("python3", "python3", CAIRN_SOURCE_DIR "/tools/e2e/probe_lab.py", nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    std::string line;
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    ::close(out[0]);
    about_ = Json::parse(line, nullptr, false);
  }
  ~Laboratory() {
    ::close(input_);
    int status = 0;
    if (pid_ > 0) ::waitpid(pid_, &status, 0);
  }
  const Json& about() const { return about_; }
  std::string skipped() const {
    if (!about_.is_object()) return "the laboratory did not start";
    return about_.value("skip", "");
  }
  // What each host was asked; with a token set before, when there is a query.
  Json ask(const std::string& path) const {
    const auto answer = HttpClient().ask(
        {.url = about_["control"].get<std::string>() + path, .reach = Reach::anyone});
    return answer ? Json::parse(answer->body, nullptr, false) : Json();
  }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  Json about_;
};

class ProbeLab : public testing::Test {
 protected:
  static void SetUpTestSuite() { lab_ = new Laboratory; }
  static void TearDownTestSuite() {
    delete lab_;
    lab_ = nullptr;
  }
  void SetUp() override {
    if (const std::string why = lab_->skipped(); !why.empty()) {
      ASSERT_NE(why, "the laboratory did not start");
      GTEST_SKIP() << why;
    }
    directory_ = testing::TempDir() + "/probe-" + std::to_string(::getpid()) + "-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    ledger_ = *store::Ledger::open(directory_);
    open(config());
  }
  void TearDown() override {
    if (probe_) probe_->stop();
    probe_.reset();
    std::filesystem::remove_all(directory_);
  }

  static ProbeConfig config() {
    const Json& about = lab_->about();
    ProbeConfig out;
    out.laboratory = true;
    out.resolvers = {about["resolver"].get<std::string>()};
    out.name_server_port = about["name_server_port"].get<std::uint16_t>();
    out.ca_file = about["ca_file"].get<std::string>();
    out.pause_ms = 0;
    out.timeout_ms = 5'000;
    out.limits.same_within_ms = 1'000;  // a busy machine adds some
    out.requests = 100'000;
    out.requests_per_service = 1'000;
    return out;
  }
  void open(ProbeConfig config) {
    probe_ = *ProbeService::open(*ledger_, *clock_, std::move(config),
                                 [this](const std::string& thing, const auto& readings) {
                                   const std::lock_guard lock(mutex_);
                                   for (const auto& [property, value] : readings) {
                                     readings_[thing][std::string(property)] = value;
                                   }
                                 });
    probe_->run();
  }
  static const Json& find(const std::string& id) {
    for (const Json& service : lab_->about()["services"]) {
      if (service["id"] == id) return service;
    }
    ADD_FAILURE() << id;
    return lab_->about()["services"][0];
  }
  WebService add(const std::string& id) {
    const auto added =
        probe_->add({id, {id, id}, find(id)["url"], "owner", "svc:" + id, "513401"}, "li");
    EXPECT_TRUE(added) << (added ? "" : to_string(added.error()));
    return added ? *added : WebService{};
  }
  void publish(const WebService& service, const char* how) {
    lab_->ask("/token?host=" + find(service.id)["host"].get<std::string>() + "&how=" + how +
              "&token=" + service.token);
  }
  Measured measure(const std::string& id) {
    const auto asked = probe_->measure_soon(id);
    EXPECT_TRUE(asked) << (asked ? "" : to_string(asked.error()));
    for (int i = 0; i < 1'200 && probe_->measuring(id); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    const auto service = probe_->store().find(id);
    EXPECT_TRUE(service && service->last) << id;
    return service && service->last ? *service->last : Measured{};
  }
  // Everything that this host was asked.
  static std::int64_t count(const std::string& host) {
    std::int64_t out = 0;
    const Json counts = lab_->ask("/counts");
    for (const auto& [key, number] : counts.items()) {
      if (key.starts_with(host + " ")) out += number.get<std::int64_t>();
    }
    return out;
  }

  static Laboratory* lab_;
  const std::unique_ptr<Clock> clock_ = system_clock();
  std::string directory_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<ProbeService> probe_;
  std::mutex mutex_;
  std::map<std::string, std::map<std::string, double>> readings_;
};
Laboratory* ProbeLab::lab_ = nullptr;

std::set<std::string> texts(const Json& list) {
  return {list.begin(), list.end()};
}

TEST_F(ProbeLab, EachServiceGivesExactlyItsFindings) {
  std::size_t services = 0;
  for (const Json& expected : lab_->about()["services"]) {
    const std::string id = expected["id"];
    const WebService service = add(id);
    if (id == "unconfirmed") continue;
    publish(service, "dns");
    ASSERT_TRUE(probe_->confirm_by_token(id, "li")) << id;
    const Measured measured = measure(id);
    std::set<std::string> failed;
    std::set<std::string> open;
    std::string words;
    for (const KeptFinding& finding : measured.findings) {
      if (finding.passed == true) continue;
      (finding.passed ? failed : open).insert(finding.check);
      words += finding.check + ": " + finding.text.en + "\n";
    }
    EXPECT_EQ(failed, texts(expected["fails"])) << id << "\n" << words;
    EXPECT_EQ(open, texts(expected["open"])) << id << "\n" << words;
    EXPECT_LE(measured.requests, probe::requests_most({}));
    ++services;
  }
  EXPECT_GE(services, 20u);
  EXPECT_EQ(count("unconfirmed.lab.example"), 0);
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(readings_["svc:good"]["page_v6"], 1);
  EXPECT_EQ(readings_["svc:good"]["tls_days_left"], 90);
  EXPECT_EQ(readings_["svc:good"]["consistency"], 1);
  EXPECT_EQ(readings_["svc:expired"]["tls_days_left"], -3);
  EXPECT_EQ(readings_["svc:expired"]["tls_ok"], 0);
  EXPECT_EQ(readings_["svc:lame"]["ns_lame"], 1);
  EXPECT_EQ(readings_["svc:lame"]["dns_ok"], 0);
  EXPECT_GT(readings_["svc:slow"]["degradation"], 10);
  EXPECT_FALSE(readings_.contains("svc:unconfirmed"));
}

TEST_F(ProbeLab, NothingIsSentBeforeConsent) {
  add("unconfirmed");
  const auto refused = probe_->measure_soon("unconfirmed");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(count("unconfirmed.lab.example"), 0);
}

TEST_F(ProbeLab, ATokenInTheZoneOrOnThePage) {
  const WebService service = add("good");
  const auto none = probe_->confirm_by_token("good", "li");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::conflict);
  publish({.id = "good", .token = "something else"}, "page");
  EXPECT_FALSE(probe_->confirm_by_token("good", "li"));
  publish(service, "page");
  auto found = probe_->confirm_by_token("good", "li");
  ASSERT_TRUE(found) << to_string(found.error());
  EXPECT_EQ(found->confirmed_how, "page");
  publish(service, "dns");
  found = probe_->confirm_by_token("good", "li");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->confirmed_how, "dns");
  // Not from a page whose certificate is wrong.
  publish(add("self-signed"), "page");
  EXPECT_FALSE(probe_->confirm_by_token("self-signed", "li"));
}

TEST_F(ProbeLab, APersonConfirmsWhatAnotherRegistered) {
  add("good");
  EXPECT_EQ(probe_->confirm_by_person("good", "li", "letter").error().code, Code::denied);
  const auto done = probe_->confirm_by_person("good", "wang", "letter of 3 March");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->confirmed_how, "person");
  EXPECT_EQ(probe_->store().events("good")->front().note, "person: letter of 3 March");
}

TEST_F(ProbeLab, WithdrawnConsentEndsItAtOnce) {
  const WebService service = add("slow");
  publish(service, "dns");
  ASSERT_TRUE(probe_->confirm_by_token("slow", "li"));
  const std::int64_t before = count("slow.lab.example");
  ASSERT_TRUE(probe_->measure_soon("slow"));
  for (int i = 0; i < 1'000 && count("slow.lab.example") < before + 12; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_TRUE(probe_->measuring("slow"));
  const auto begun = std::chrono::steady_clock::now();
  const auto after = probe_->withdraw("slow", "li", "no more");
  ASSERT_TRUE(after);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
  EXPECT_FALSE(probe_->measuring("slow"));
  EXPECT_NE(after->token, service.token);
  std::this_thread::sleep_for(std::chrono::milliseconds(900));  // what had arrived is counted
  const std::int64_t then = count("slow.lab.example");
  std::this_thread::sleep_for(std::chrono::milliseconds(1'000));
  EXPECT_EQ(count("slow.lab.example"), then);
  EXPECT_FALSE(probe_->store().find("slow")->last.has_value());
  EXPECT_FALSE(probe_->confirm_by_token("slow", "li"));  // the old token is void
  EXPECT_FALSE(probe_->measure_soon("slow"));
}

TEST_F(ProbeLab, TheBudgetHolds) {
  probe_->stop();
  ProbeConfig few = config();
  few.requests_per_service = 60;
  open(few);
  publish(add("good"), "dns");
  ASSERT_TRUE(probe_->confirm_by_token("good", "li"));
  const auto refused = probe_->measure_soon("good");  // a measurement may need more
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::too_large);
}

TEST_F(ProbeLab, OutsideALaboratoryLoopbackIsRefused) {
  probe_->stop();
  ProbeConfig real = config();
  real.laboratory = false;
  open(real);
  publish(add("good"), "page");
  const auto connections = [] {
    return lab_->ask("/counts").value("good.lab.example connection", 0);
  };
  const int before = connections();
  EXPECT_FALSE(probe_->confirm_by_token("good", "li"));
  ASSERT_TRUE(probe_->confirm_by_person("good", "wang", "letter"));
  const Measured measured = measure("good");
  for (const KeptFinding& finding : measured.findings) {
    EXPECT_NE(finding.check == "page_v6" && finding.passed == true, true);
  }
  EXPECT_EQ(connections(), before);
  probe::ShakeAsk shake{
      *probe::parse_target(find("good")["url"].get<std::string>()), "127.0.0.1", {}};
  EXPECT_EQ(shake_hands(shake, {}).error().code, Code::denied);
  EXPECT_EQ(fetch_page({shake.target, "::1"}, {}).error().code, Code::denied);
  EXPECT_EQ(ask_dns({{"good.lab.example", probe::DnsType::soa, false, false}, "127.0.0.1"}, {})
                .error()
                .code,
            Code::denied);
}

TEST_F(ProbeLab, StopsSoonWhileItMeasures) {
  publish(add("slow"), "dns");
  ASSERT_TRUE(probe_->confirm_by_token("slow", "li"));
  ASSERT_TRUE(probe_->measure_soon("slow"));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto begun = std::chrono::steady_clock::now();
  probe_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
  EXPECT_FALSE(probe_->store().find("slow")->last.has_value());
}

TEST_F(ProbeLab, SilentServersAreGivenUp) {
  const auto begun = std::chrono::steady_clock::now();
  const auto answer = ask_dns(
      {{"good.lab.example", probe::DnsType::soa, false, false}, "127.0.0.5"},
      {.server_port = config().name_server_port, .reach = Reach::anyone, .timeout_ms = 600});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::io);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
}

}  // namespace
}  // namespace cairn::server
