// SPDX-License-Identifier: Apache-2.0
// A service with what is open to the public and to partners, over the repository's own packs.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "respond/test_report.hpp"
#include "server/api_open311.hpp"
#include "server/api_reports.hpp"
#include "server/detail/json.hpp"
#include "server/detail/test_service.hpp"
#include "server/http.hpp"
#include "server/open311_desk.hpp"
#include "server/service.hpp"
#include "server/test_world.hpp"

namespace cairn::server::detail {

// One token: a partner who may open incidents in the prefecture.
class OneToken final : public Authenticator {
 public:
  Known identify(const Request& request) override {
    if (request.header("authorization") != "Bearer partner-key") {
      return {{}, request.header("authorization").empty() ? "" : "the token is wrong"};
    }
    return {{"token/partner",
             {"合作方", "Partner"},
             model::ActorKind::token,
             {{model::Role::duty_officer, "5134", ""}}},
            {}};
  }
  bool may_know(const Request& head) const override {
    return !head.header("authorization").empty();
  }
  protect::AuditTrail* trail() override { return nullptr; }
};

class TestPublic {
 public:
  explicit TestPublic(std::string name, Open311Options options = {})
      : reports(std::move(name)),
        clock(parse_instant("2026-11-20T12:00:00+08:00").value()),
        files_(system_files()),
        service_({"", false, ""}, clock, *files_,
                 build_state(shared_test_world(), {}, clock.now())),
        open311(std::move(Open311Desk::open(*reports.ledger, *reports.incidents, *reports.desk,
                                            std::move(options))
                              .value())) {
    add_report_routes(service_.router(), *reports.desk, *reports.incidents, doors);
    add_open311_routes(service_.router(), *open311, who_, doors);
    service_.authenticate_with(&who_);
  }

  Response ask(Request request) {
    if (const std::size_t mark = request.path.find('?'); mark != std::string::npos) {
      request.query = request.path.substr(mark + 1);
      request.path.resize(mark);
    }
    if (request.peer.empty()) request.peer = "192.0.2.1";
    const Admission admission = service_.admit(request);
    if (const auto* refusal = std::get_if<Response>(&admission)) return *refusal;
    const auto answers = std::make_shared<Answers>();  // shared: as replies hold it
    service_.handle(std::move(request), Reply(answers, 1));
    return answers->of(1).value_or(Response{.status = 0});
  }
  Response get(std::string path, std::vector<Header> headers = {}) {
    return ask({.method = "GET", .path = std::move(path), .headers = std::move(headers)});
  }
  Response send(std::string method, std::string path, std::vector<Header> headers,
                std::string body) {
    return ask({.method = std::move(method),
                .path = std::move(path),
                .headers = std::move(headers),
                .body = std::move(body)});
  }
  Response form(std::string path, std::string body, std::vector<Header> headers = {}) {
    headers.push_back({"content-type", "application/x-www-form-urlencoded"});
    return send("POST", std::move(path), std::move(headers), std::move(body));
  }
  Service& service() { return service_; }

  respond::TestReports reports;
  FixedClock clock;
  ReportDoors doors;

 private:
  std::unique_ptr<Files> files_;
  OneToken who_;
  Service service_;

 public:
  std::unique_ptr<Open311Desk> open311;
};

}  // namespace cairn::server::detail
