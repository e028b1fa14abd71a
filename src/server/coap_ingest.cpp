// SPDX-License-Identifier: Apache-2.0
#include "server/coap_ingest.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "server/coap_exchanges.hpp"
#include "server/detail/json.hpp"
#include "server/service.hpp"

namespace cairn::server {
namespace {

constexpr std::uint32_t queue_again_s = 1;
// Refused records that an answer names: more would not fit a datagram.
constexpr std::size_t named_refusals = 4;
constexpr std::size_t reason_bytes = 160;

// The beginning of a text, not cut within a character.
std::string_view beginning(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

codec::Format format_of(const CoapRequest& request) {
  switch (request.format.value_or(coap_text)) {
    case coap_senml_json:
      return codec::Format::senml_json;
    case coap_senml_cbor:
    case coap_cbor:
      return codec::Format::senml_cbor;
    case coap_text:
    case coap_json:
      return codec::sniff({}, {}, request.payload);
    default:
      return codec::Format::unknown;
  }
}

CoapAnswer later(std::string why, std::uint32_t after_s) {
  CoapAnswer out = coap_error(coap_unavailable, std::move(why));
  out.max_age_s = after_s;
  return out;
}

// Which record was refused, and why: what a device's log shows.
std::string sentence(const model::Refusal& refusal) {
  const std::string record = format("record {}", refusal.record + 1);
  const std::string& place = refusal.error.place.empty() ? record : refusal.error.place;
  return format("{}: {}", place, beginning(refusal.error.message, 4 * reason_bytes));
}

}  // namespace

struct CoapIngest::Query {
  std::string token;
  std::string thing;
  std::string property;
  bool historical = false;
  std::uint64_t sequence = 0;
};

Result<CoapIngest::Query> CoapIngest::read_query(const CoapRequest& request) const {
  Query out;
  for (const std::string_view item : request.queries) {
    const std::size_t at = item.find('=');
    const std::string_view name = item.substr(0, at);
    const std::string_view value = at == std::string_view::npos ? "" : item.substr(at + 1);
    if (name == "token") {
      out.token = value;
    } else if (name == "thing") {
      out.thing = value;
    } else if (name == "property") {
      out.property = value;
    } else if (name == "historical" && (value == "true" || value == "false")) {
      out.historical = value == "true";
    } else if (name == "sequence") {
      const char* end = value.data() + value.size();
      const auto [stop, error] = std::from_chars(value.data(), end, out.sequence);
      if (error != std::errc() || stop != end || out.sequence == 0) {
        return fail(Code::invalid, "the sequence is no whole number above 0");
      }
    } else {
      return fail(Code::invalid,
                  format("the query '{}' means nothing here; token, thing, property, "
                         "historical=true and sequence do",
                         beginning(item, 60)));
    }
  }
  if (!out.property.empty() && out.thing.empty()) {
    return fail(Code::invalid, "a property alone names nothing; name the thing too");
  }
  return out;
}

Result<Identity> CoapIngest::identify(const CoapRequest& request, std::string_view token) const {
  if (request.identity) return identities_.by_certificate(*request.identity);
  if (!token.empty() && !token_.empty() && equal_in_constant_time(token, token_)) {
    return Identity{.name = "operator", .things = {"*"}, .publish = true, .subscribe = true};
  }
  if (!identities_.is_open() && token.empty()) {
    return fail(Code::denied, "this needs DTLS with a key, or the query token=…");
  }
  return identities_.authenticate({}, token);
}

std::optional<CoapAnswer> CoapIngest::may_read(const CoapRequest& request) const {
  const auto query = read_query(request);
  if (!query) return coap_error(coap_bad_request, query.error().message);
  const auto identity = identify(request, query->token);
  if (!identity) return coap_error(coap_unauthorized, identity.error().message);
  if (identity->subscribe) return std::nullopt;
  return coap_error(coap_forbidden, format("'{}' has no right to subscribe", identity->name));
}

CoapAnswer CoapIngest::take(const CoapRequest& request) {
  const auto query = read_query(request);
  if (!query) {
    ++counters_.refused;
    return coap_error(coap_bad_request, query.error().message);
  }
  auto identity = identify(request, query->token);
  if (!identity || !identity->publish) {
    ++counters_.denied;
    if (!identity) return coap_error(coap_unauthorized, identity.error().message);
    return coap_error(coap_forbidden, format("'{}' has no right to publish", identity->name));
  }
  if (query->sequence > 0 && identity->name.empty()) {
    ++counters_.refused;
    return coap_error(coap_bad_request,
                      "a sequence counts the messages of one sender: it needs an identity");
  }
  watch::Sender sender{.name = std::move(identity->name),
                       .sequence = query->sequence,
                       .historical = query->historical,
                       .things = std::move(identity->things)};
  return submit(*query, request, sender);
}

CoapAnswer CoapIngest::submit(const Query& query, const CoapRequest& request,
                              watch::Sender& sender) {
  const codec::Format format = format_of(request);
  if (format == codec::Format::unknown) {
    ++counters_.refused;
    return coap_error(coap_unknown_format,
                      "the content format is not read; 110 (SenML JSON) and 112 (SenML CBOR) are");
  }
  batch_.clear();
  const codec::DecodeContext context{
      .now = clock_.now(), .thing = query.thing, .property = query.property, .zone = zone_};
  const auto decoded = decoder_.decode(format, request.payload, context, batch_);
  if (!decoded) {
    // Listed with what else was refused.
    batch_.refused.push_back({0, codec::shown_message(request.payload), decoded.error()});
  }
  const auto receipt = intake_.submit(sender, batch_);
  if (!decoded) {
    ++counters_.refused;
    const std::string place = decoded.error().place.empty() ? "" : decoded.error().place + ": ";
    return coap_error(coap_bad_request,
                      "the message cannot be read: " + place + decoded.error().message);
  }
  if (receipt) return answer_to(*receipt);
  ++counters_.unavailable;
  if (receipt.error().code == Code::io) return coap_disk_refuses(receipt.error());
  return later(receipt.error().message, queue_again_s);
}

CoapAnswer CoapIngest::answer_to(const watch::Receipt& receipt) {
  counters_.accepted += receipt.accepted;
  counters_.refused += receipt.refused.size();
  CoapAnswer out;
  out.position = receipt.position;
  const auto& refused = receipt.refused;
  if (refused.empty()) {
    if (receipt.accepted == 0) out = coap_error(coap_bad_request, "the message holds no reading");
    return out;
  }
  if (receipt.accepted == 0) {
    const bool denied = std::all_of(refused.begin(), refused.end(), [](const model::Refusal& r) {
      return r.error.code == Code::denied;
    });
    return coap_error(denied ? coap_forbidden : coap_bad_request,
                      "nothing was taken: " + sentence(refused.front()));
  }
  Json list = Json::array();
  for (const model::Refusal& r : refused) {
    if (list.size() == named_refusals) break;
    list.push_back({{"record", r.record},
                    {"place", std::string(beginning(r.error.place, 40))},
                    {"reason", std::string(beginning(r.error.message, reason_bytes))}});
  }
  out.format = coap_json;
  for (;; list.erase(list.size() - 1)) {
    out.payload = json_text(
        {{"accepted", receipt.accepted}, {"refused", list}, {"refused_total", refused.size()}});
    if (out.payload.size() <= coap_answer_bytes || list.empty()) return out;
  }
}

}  // namespace cairn::server
