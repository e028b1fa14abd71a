// SPDX-License-Identifier: Apache-2.0
// Mail by a server of the house's choice. One message a recipient, so that each has a receipt of
// his own and nobody sees the others.
#include <algorithm>
#include <cstring>

#include "core/text.hpp"
#include "server/channel_kinds.hpp"
#include "server/channel_text.hpp"
#include "server/detail/curl.hpp"
#include "server/smtp_message.hpp"

namespace cairn::server {
namespace {

using respond::Attempt;
using respond::Delivery;

struct SmtpOptions {
  std::string host;
  std::int64_t port = 587;
  std::string security;  // starttls, tls, none
  std::string user;
  std::string password;
  std::string from;
  std::string from_name;
  std::string test_to;
  std::string ca_file;
  std::string helo;
  Reach reach = Reach::outside;
  std::int64_t timeout_ms = 60'000;
};

struct Upload {
  std::string_view rest;
  std::string reply;  // the last line that the server said
};

std::size_t give(char* to, std::size_t one, std::size_t count, void* from) {
  auto& upload = *static_cast<Upload*>(from);
  const std::size_t bytes = std::min(one * count, upload.rest.size());
  std::memcpy(to, upload.rest.data(), bytes);
  upload.rest.remove_prefix(bytes);
  return bytes;
}
std::size_t hear(char* data, std::size_t one, std::size_t count, void* to) {
  constexpr std::size_t line_bytes = 1'000;
  static_cast<Upload*>(to)->reply =
      std::string(trim(std::string_view(data, std::min(one * count, line_bytes))));
  return one * count;
}

class Smtp final : public respond::Channel {
 public:
  Smtp(SmtpOptions options, Recipients recipients, const ChannelHouse& house)
      : options_(std::move(options)), recipients_(std::move(recipients)), house_(house) {}

  Attempt deliver(const Delivery& delivery) override {
    CurlTransfer transfer({.reach = options_.reach,
                           .total_ms = options_.timeout_ms,
                           .ca_file = options_.ca_file,
                           .stopped = house_.stopped});
    if (!transfer.ok()) return {.trouble = "libcurl could not be started"};
    prepare(transfer.handle());
    std::vector<std::string> done = read_progress(delivery.progress);
    std::vector<std::string> refused;
    std::size_t taken = done.size();
    const auto people = whom(delivery.posting);
    if (!people) return {.trouble = to_string(people.error()), .hold = true};
    Attempt out;
    for (const std::string& person : *people) {
      if (std::ranges::find(done, person) != done.end()) continue;
      const Outcome one = send(transfer, delivery, person);
      if (one.kind == Outcome::taken) {
        ++taken;
        out.receipt = one.said;
        done.push_back(person);
      } else if (one.kind == Outcome::refused) {
        refused.push_back(format("{}: {}", person, one.said));
      } else {
        return {.trouble = one.said, .progress = write_progress(done)};
      }
    }
    return summed_up(std::move(out), people->size(), taken, refused, done);
  }
  std::string to() const override { return format("smtp://{}:{}", options_.host, options_.port); }

 private:
  struct Outcome {
    enum Kind : std::uint8_t { taken, refused, later } kind = later;
    std::string said;
  };

  // Who never takes mail must not keep it from the others; when that is everybody, a person looks.
  static Attempt summed_up(Attempt out, std::size_t people, std::size_t taken,
                           const std::vector<std::string>& refused,
                           const std::vector<std::string>& done) {
    out.progress = write_progress(done);
    if (people == 0) return {.taken = true, .receipt = "nobody is listed for this region"};
    if (taken == 0) {
      return {.trouble = "refused: " + join(refused, "; "), .hold = true};
    }
    out.taken = true;
    out.receipt = format("{} of {} recipients: {}", taken, people, out.receipt);
    if (!refused.empty()) out.receipt += "; refused: " + join(refused, "; ");
    return out;
  }

  Result<std::vector<std::string>> whom(const respond::Posting& posting) const {
    if (posting.topic == respond::Topic::test) return std::vector<std::string>{options_.test_to};
    if (posting.to.empty()) return recipients_.of(posting, house_);
    const bool address = posting.to.find('@') != std::string::npos;
    std::string to = address || !house_.contact ? posting.to : house_.contact(posting.to);
    if (to.empty()) return fail(Code::not_found, format("'{}' has no mail address", posting.to));
    if (!is_mail_address(to)) return fail(Code::invalid, "this is no mail address: " + to);
    return std::vector<std::string>{std::move(to)};
  }

  void prepare(CURL* h) const {
    const bool tls = options_.security == "tls";
    const std::string url = format("{}://{}:{}/{}", tls ? "smtps" : "smtp", options_.host,
                                   options_.port, options_.helo);
    curl_easy_setopt(h, CURLOPT_URL, url.c_str());
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(
        h, CURLOPT_USE_SSL,
        static_cast<long>(options_.security == "none" ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (!options_.user.empty()) {
      curl_easy_setopt(h, CURLOPT_USERNAME, options_.user.c_str());
      curl_easy_setopt(h, CURLOPT_PASSWORD, options_.password.c_str());
    }
    curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(h, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, hear);
    const std::string from = "<" + options_.from + ">";
    curl_easy_setopt(h, CURLOPT_MAIL_FROM, from.c_str());
  }

  Outcome send(CurlTransfer& transfer, const Delivery& delivery, const std::string& person) const {
    if (!is_mail_address(person)) return {Outcome::refused, "this is no mail address"};
    const respond::Posting& posting = delivery.posting;
    const std::string message =
        mail_message({.from = options_.from,
                      .from_name = options_.from_name,
                      .to = person,
                      .subject = status_mark(posting.status) + posting.title,
                      .text = plain_text(posting),
                      .cap_xml = posting.cap_xml,
                      .delivery = delivery.id,
                      .date = house_.clock->now(),
                      .zone = house_.zone,
                      .urgent = posting.urgent});
    Upload upload{message, {}};
    const CurlList to(curl_slist_append(nullptr, ("<" + person + ">").c_str()));
    CURL* const h = transfer.handle();
    curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to.get());
    curl_easy_setopt(h, CURLOPT_READDATA, &upload);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, &upload);
    const Status done = transfer.run();
    if (done) return {Outcome::taken, upload.reply};
    // "RCPT failed: 550": of this recipient, for ever.
    const bool never = done.error().message.starts_with("RCPT failed: 5");
    const std::string said = format("{} ({})", done.error().message, upload.reply);
    return {never ? Outcome::refused : Outcome::later, said};
  }

  const SmtpOptions options_;
  const Recipients recipients_;
  const ChannelHouse& house_;
};

void check_addresses(ChannelKeys& keys, const ChannelDef& def, const SmtpOptions& options) {
  if (!options.from.empty() && !is_mail_address(options.from)) {
    keys.complain("'from' is no mail address");
  }
  if (!options.test_to.empty() && !is_mail_address(options.test_to)) {
    keys.complain("'test_to' is no mail address");
  }
  for (const auto& [name, values] : def.keys) {
    if (name != "recipients" && !name.starts_with("recipients.")) continue;
    for (const std::string& address : values) {
      if (!is_mail_address(address)) keys.complain(format("'{}' is no mail address", address));
    }
  }
}

bool is_host(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

MadeChannel make_smtp(const ChannelDef& def, const ChannelHouse& house) {
  ChannelKeys keys(def);
  SmtpOptions options;
  options.host = keys.text("host", true);
  options.port = keys.integer("port", 587, 1, 65'535);
  options.security = keys.text("security");
  if (options.security.empty()) options.security = options.port == 465 ? "tls" : "starttls";
  options.user = keys.text("user");
  options.password = keys.text("password");
  options.from = keys.text("from", true);
  options.from_name = keys.text("from_name");
  options.test_to = keys.text("test_to");
  if (options.test_to.empty()) options.test_to = options.from;
  options.ca_file = keys.text("ca_file");
  options.helo = keys.text("helo");
  if (options.helo.empty()) options.helo = options.from.substr(options.from.find('@') + 1);
  options.reach = keys.flag("private") ? Reach::anyone : Reach::outside;
  options.timeout_ms = keys.integer("timeout_s", 60, 1, 600) * 1'000;
  Recipients recipients(keys);
  check_addresses(keys, def, options);
  if (!is_host(options.host) || !is_host(options.helo)) keys.complain("'host' is a host's name");
  if (options.security != "starttls" && options.security != "tls" && options.security != "none") {
    keys.complain("'security' is starttls, tls or none");
  }
  if (options.security == "none" && (options.reach != Reach::anyone || !options.user.empty())) {
    keys.complain("without TLS only a server of one's own, without a password: private: true");
  }
  if (auto done = keys.done(); !done) return fail(done.error());
  return std::unique_ptr<respond::Channel>(
      std::make_unique<Smtp>(std::move(options), std::move(recipients), house));
}

}  // namespace cairn::server
