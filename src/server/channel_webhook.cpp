// SPDX-License-Identifier: Apache-2.0
// Webhooks: each delivery is a signed POST that the receiver can verify and tell from its double.

#include "core/text.hpp"
#include "respond/webhook_signature.hpp"
#include "server/channel_kinds.hpp"
#include "server/channel_text.hpp"
#include "server/http_client.hpp"

namespace cairn::server {
namespace {

using respond::Attempt;
using respond::Delivery;

constexpr std::size_t answer_bytes = 16 * 1024;
constexpr std::size_t receipt_bytes = 200;
constexpr std::size_t secrets_most = 2;  // the new and the old one
constexpr int gone = 410;

struct WebhookOptions {
  std::string url;
  std::vector<std::string> secrets;
  std::vector<Header> headers;
  std::string ca_file;
  bool cap = false;  // CAP XML as the body where there is one
  Reach reach = Reach::outside;
  std::int64_t timeout_ms = 30'000;
};

// Neither name nor password nor query, which may hold a key.
std::string shown(std::string_view url) {
  std::string out(url.substr(0, url.find_first_of("?#")));
  const std::size_t host = out.find("://");
  const std::size_t at = out.find('@');
  const std::size_t path = host == std::string::npos ? host : out.find('/', host + 3);
  if (host != std::string::npos && at != std::string::npos &&
      (path == std::string::npos || at < path)) {
    out.erase(host + 3, at - host - 2);
  }
  return out;
}

class Webhook final : public respond::Channel {
 public:
  Webhook(WebhookOptions options, const ChannelHouse& house)
      : options_(std::move(options)), house_(house) {}

  Attempt deliver(const Delivery& delivery) override {
    const auto answer = client_.ask(ask_of(delivery));
    if (!answer) return {.trouble = to_string(answer.error())};
    const std::string said = format("HTTP {} {}", answer->status,
                                    std::string_view(answer->body).substr(0, receipt_bytes));
    if (answer->status >= 200 && answer->status < 300) return {.taken = true, .receipt = said};
    Attempt out{.trouble = said, .hold = answer->status == gone};
    if (answer->retry_after_s) out.retry_after_ns = *answer->retry_after_s * ns_per_second;
    return out;
  }
  std::string to() const override { return shown(options_.url); }

 private:
  HttpAsk ask_of(const Delivery& delivery) const {
    const bool cap = options_.cap && !delivery.posting.cap_xml.empty();
    HttpAsk ask;
    ask.method = "POST";
    ask.url = options_.url;
    ask.body = cap ? delivery.posting.cap_xml : delivery_document(delivery, house_.zone);
    ask.headers = options_.headers;
    ask.headers.push_back(
        {"Content-Type", cap ? "application/cap+xml" : "application/json; charset=utf-8"});
    const std::string timestamp = std::to_string(house_.clock->now().ns / ns_per_second);
    ask.headers.push_back({"Cairn-Delivery", delivery.id});
    ask.headers.push_back({"Cairn-Sequence", std::to_string(delivery.number)});
    ask.headers.push_back({"Cairn-Timestamp", timestamp});
    if (!options_.secrets.empty()) {
      ask.headers.push_back(
          {"Cairn-Signature",
           respond::webhook_signature(options_.secrets, timestamp, delivery.id, ask.body)});
    }
    ask.total_ms = options_.timeout_ms;
    ask.answer_bytes = answer_bytes;
    ask.cut = true;
    ask.reach = options_.reach;
    ask.ca_file = options_.ca_file;
    ask.stopped = house_.stopped;
    return ask;
  }

  const WebhookOptions options_;
  const ChannelHouse& house_;
  HttpClient client_;
};

}  // namespace

MadeChannel make_webhook(const ChannelDef& def, const ChannelHouse& house) {
  ChannelKeys keys(def);
  WebhookOptions options;
  options.url = keys.text("url", true);
  options.secrets = keys.texts("secret");
  for (std::string& more : keys.texts("secrets")) options.secrets.push_back(std::move(more));
  if (options.secrets.empty()) keys.complain("'secret' is missing: receivers verify with it");
  if (options.secrets.size() > secrets_most) keys.complain("at most two secrets: new and old");
  for (const auto& [name, values] : keys.below("headers")) {
    options.headers.push_back({name, values.empty() ? std::string() : values.front()});
  }
  const std::string body = keys.text("format");
  if (!body.empty() && body != "json" && body != "cap") keys.complain("'format' is json or cap");
  options.cap = body == "cap";
  options.ca_file = keys.text("ca_file");
  options.reach = keys.flag("private") ? Reach::anyone : Reach::outside;
  options.timeout_ms = keys.integer("timeout_s", 30, 1, 300) * 1'000;
  if (!options.url.empty() && !options.url.starts_with("https://") &&
      !options.url.starts_with("http://")) {
    keys.complain("'url' begins with https:// or http://");
  }
  if (auto done = keys.done(); !done) return fail(done.error());
  return std::unique_ptr<respond::Channel>(std::make_unique<Webhook>(std::move(options), house));
}

}  // namespace cairn::server
