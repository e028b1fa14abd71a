// SPDX-License-Identifier: Apache-2.0
// Gateways that are asked over HTTP, by configuration alone: an SMS provider, a loudspeaker
// platform. Address, headers and body are templates; what counts as taken is said, too.
#include <algorithm>

#include "core/text.hpp"
#include "server/channel_kinds.hpp"
#include "server/channel_text.hpp"
#include "server/detail/json.hpp"
#include "server/http_client.hpp"
#include "server/query.hpp"

namespace cairn::server {
namespace {

using respond::Attempt;
using respond::Delivery;

constexpr std::size_t answer_bytes = 16 * 1024;
constexpr std::size_t receipt_bytes = 200;

enum class Escape : std::uint8_t { none, json, percent };

std::string escaped(const std::string& value, Escape how) {
  switch (how) {
    case Escape::none:
      return value;
    case Escape::percent:
      return percent_encode(value);
    case Escape::json: {
      const std::string quoted = json_text(value);
      return quoted.substr(1, quoted.size() - 2);
    }
  }
  return value;
}

using Values = std::map<std::string, std::string, std::less<>>;

// {name} by its value; a name that is none is left as it is (make() has refused those).
std::string filled(std::string_view text, const Values& values, Escape how) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    out += text.substr(0, open);
    const auto value = values.find(text.substr(open + 1, close - open - 1));
    if (value == values.end()) {
      out += '{';
      text.remove_prefix(open + 1);
      continue;
    }
    out += escaped(value->second, how);
    text.remove_prefix(close + 1);
  }
  return out += text;
}

Values values_of(const Delivery& delivery, const std::string& to, Zone zone) {
  const respond::Posting& posting = delivery.posting;
  return {{"id", delivery.id},
          {"sequence", std::to_string(delivery.number)},
          {"to", to},
          {"title", status_mark(posting.status) + posting.title},
          {"text", plain_text(posting)},
          {"status", posting.status},
          {"topic", respond::to_string(posting.topic)},
          {"subject", posting.subject},
          {"region", posting.region},
          {"cap", posting.cap_xml},
          {"posted", to_string(delivery.posted, zone)}};
}

// Placeholders that are none, in a template of words within braces.
std::vector<std::string> unknown_names(std::string_view text) {
  std::vector<std::string> out;
  const Values known = values_of({}, {}, {});
  for (std::size_t open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) break;
    const std::string name(text.substr(open + 1, close - open - 1));
    if (is_identifier(name) && !known.contains(name)) out.push_back(name);
  }
  return out;
}

struct GatewayOptions {
  std::string method;
  std::string url;
  std::string body;
  std::string type;
  Escape escape = Escape::json;
  std::vector<Header> headers;
  std::string wanted;  // in the answer, when not empty
  std::string ca_file;
  std::string test_to;
  Reach reach = Reach::outside;
  std::int64_t timeout_ms = 15'000;
};

class Gateway final : public respond::Channel {
 public:
  Gateway(GatewayOptions options, Recipients recipients, const ChannelHouse& house)
      : options_(std::move(options)), recipients_(std::move(recipients)), house_(house) {}

  Attempt deliver(const Delivery& delivery) override {
    std::vector<std::string> done = read_progress(delivery.progress);
    Attempt out{.taken = true};
    const std::vector<std::string> people = whom(delivery.posting);
    if (people.empty()) out.receipt = "nobody is listed for this region";
    for (const std::string& person : people) {
      if (std::ranges::find(done, person) != done.end()) continue;
      Attempt one = ask(delivery, person);
      if (!one.taken) {
        one.progress = write_progress(done);
        return one;
      }
      done.push_back(person);
      out.receipt = std::move(one.receipt);
    }
    out.progress = write_progress(done);
    return out;
  }
  std::string to() const override {
    return options_.url.substr(0, options_.url.find_first_of("?#{@"));
  }

 private:
  // Without any list the gateway is asked once and knows itself whom it serves.
  std::vector<std::string> whom(const respond::Posting& posting) const {
    if (posting.topic == respond::Topic::test) return {options_.test_to};
    if (!posting.to.empty()) return {posting.to};
    if (recipients_.empty()) return {""};
    return recipients_.of(posting, house_);
  }

  Attempt ask(const Delivery& delivery, const std::string& person) const {
    const Values values = values_of(delivery, person, house_.zone);
    HttpAsk ask;
    ask.method = options_.method;
    ask.url = filled(options_.url, values, Escape::percent);
    if (ask.method != "GET") {
      ask.body = filled(options_.body, values, options_.escape);
      ask.headers.push_back({"Content-Type", options_.type});
    }
    for (const Header& header : options_.headers) {
      // Percent-encoded: nothing from outside can end a line.
      ask.headers.push_back({header.name, filled(header.value, values, Escape::percent)});
    }
    ask.total_ms = options_.timeout_ms;
    ask.answer_bytes = answer_bytes;
    ask.cut = true;
    ask.reach = options_.reach;
    ask.ca_file = options_.ca_file;
    ask.stopped = house_.stopped;
    const auto answer = client_.ask(ask);
    if (!answer) return {.trouble = to_string(answer.error())};
    const std::string said = format("HTTP {} {}", answer->status,
                                    std::string_view(answer->body).substr(0, receipt_bytes));
    if (answer->status >= 200 && answer->status < 300) {
      if (options_.wanted.empty() || answer->body.find(options_.wanted) != std::string::npos) {
        return {.taken = true, .receipt = said};
      }
      return {.trouble = format("the answer lacks '{}': {}", options_.wanted, said)};
    }
    Attempt out{.trouble = said};
    if (answer->retry_after_s) out.retry_after_ns = *answer->retry_after_s * ns_per_second;
    return out;
  }

  const GatewayOptions options_;
  const Recipients recipients_;
  const ChannelHouse& house_;
  HttpClient client_;
};

}  // namespace

MadeChannel make_gateway(const ChannelDef& def, const ChannelHouse& house) {
  ChannelKeys keys(def);
  GatewayOptions options;
  options.url = keys.text("url", true);
  options.method = keys.text("method");
  if (options.method.empty()) options.method = "POST";
  if (options.method != "POST" && options.method != "PUT" && options.method != "GET") {
    keys.complain("'method' is POST, PUT or GET");
  }
  options.body = keys.text("body", options.method != "GET");
  options.type = keys.text("content_type");
  if (options.type.empty()) options.type = "application/json";
  if (options.type.starts_with("application/x-www-form-urlencoded")) {
    options.escape = Escape::percent;
  } else if (options.type.starts_with("text/plain")) {
    options.escape = Escape::none;
  } else if (!options.type.starts_with("application/json")) {
    keys.complain(
        "'content_type' is application/json, application/x-www-form-urlencoded or "
        "text/plain");
  }
  for (const auto& [name, values] : keys.below("headers")) {
    options.headers.push_back({name, values.empty() ? std::string() : values.front()});
  }
  options.wanted = keys.text("success");
  options.ca_file = keys.text("ca_file");
  options.test_to = keys.text("test_to");
  options.reach = keys.flag("private") ? Reach::anyone : Reach::outside;
  options.timeout_ms = keys.integer("timeout_s", 15, 1, 300) * 1'000;
  Recipients recipients(keys);
  if (!recipients.empty() && options.test_to.empty()) {
    keys.complain("'test_to' is missing: tests go there, not to everybody");
  }
  // The host must not come from a message.
  const std::size_t host = options.url.find("://");
  const std::size_t path = host == std::string::npos ? host : options.url.find('/', host + 3);
  if (options.url.substr(0, path).find('{') != std::string::npos) {
    keys.complain("placeholders of 'url' stand behind its host");
  }
  for (const std::string& name : unknown_names(options.url + " " + options.body)) {
    keys.complain(format("there is no placeholder {{{}}}", name));
  }
  if (auto done = keys.done(); !done) return fail(done.error());
  return std::unique_ptr<respond::Channel>(
      std::make_unique<Gateway>(std::move(options), std::move(recipients), house));
}

}  // namespace cairn::server
