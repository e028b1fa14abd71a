// SPDX-License-Identifier: Apache-2.0
#include "app/simulate_door.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/text.hpp"
#include "server/query.hpp"

namespace cairn::app {
namespace {

using nlohmann::json;

// What a problem document or any other answer says.
std::string said(const server::HttpAnswer& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  if (body.is_object()) {
    for (const char* key : {"detail", "title"}) {
      if (body.contains(key) && body[key].is_string()) return body[key].get<std::string>();
    }
  }
  return answer.body.substr(0, 200);
}

}  // namespace

SimulateDoor::SimulateDoor(std::string url, std::string token)
    : url_(std::move(url)), token_(std::move(token)) {
  while (url_.ends_with('/')) url_.pop_back();
}

server::HttpAsk SimulateDoor::ask(std::string method, std::string path) const {
  server::HttpAsk out{.method = std::move(method), .url = url_ + path};
  out.reach = server::Reach::anyone;
  out.headers.push_back({"User-Agent", "cairn-simulate"});
  if (!token_.empty()) out.headers.push_back({"Authorization", "Bearer " + token_});
  return out;
}

Status SimulateDoor::check_simulated(const std::string& thing) const {
  const auto answer = client_.ask(ask("GET", "/v1/things/" + server::percent_encode(thing)));
  if (!answer) return fail(answer.error());
  if (answer->status != 200) {
    return fail(Code::not_found, format("{} answers {} for the thing '{}': {}", url_,
                                        answer->status, thing, said(*answer)));
  }
  const json body = json::parse(answer->body, nullptr, false);
  if (body.is_object() && body.value("simulated", false)) return {};
  return fail(Code::denied,
              format("'{}' is not marked as simulated; register it with a source below "
                     "'simulated/', nothing is sent for a real one",
                     thing));
}

Result<SimulateDoor::Taken> SimulateDoor::post(const std::string& senml, int tries) const {
  server::HttpAsk question = ask("POST", "/v1/observations");
  question.headers.push_back({"Content-Type", "application/senml+json"});
  question.body = senml;
  for (int i = 1;; ++i) {
    const auto answer = client_.ask(question);
    const bool busy = answer && (answer->status == 429 || answer->status == 503);
    if ((!answer || busy) && i < tries) {
      const std::int64_t wait_s = busy ? answer->retry_after_s.value_or(1) : 1;
      std::this_thread::sleep_for(std::chrono::seconds(std::clamp<std::int64_t>(wait_s, 1, 10)));
      continue;
    }
    if (!answer) return fail(answer.error());
    const json body = json::parse(answer->body, nullptr, false);
    if (answer->status != 200 || !body.is_object()) {
      return fail(Code::denied, format("{} answers {}: {}", url_, answer->status, said(*answer)));
    }
    Taken taken{body.value("accepted", std::uint64_t{0}),
                body.value("refused_total", std::uint64_t{0}),
                {}};
    if (const auto list = body.find("refused"); list != body.end() && !list->empty()) {
      taken.reason = list->front().dump();
    }
    return taken;
  }
}

void append_record(std::string& out, std::string_view thing, std::string_view property,
                   std::string_view unit, double value) {
  if (out.size() > 1) out += ',';
  out += R"({"n":)" + json(format("{}/{}", thing, property)).dump();
  if (!unit.empty()) out += R"(,"u":)" + json(unit).dump();
  out += format(R"(,"v":{}}})", number_text(value));
}

}  // namespace cairn::app
