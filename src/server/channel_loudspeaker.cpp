// SPDX-License-Identifier: Apache-2.0
// Village loudspeakers and an SMS gateway, simulated: what would be spoken and sent goes into a
// play log, and everywhere it is said that nothing has left the house.
#include <set>

#include "core/text.hpp"
#include "server/channel_kinds.hpp"
#include "server/channel_speech.hpp"
#include "server/channel_text.hpp"
#include "server/detail/json.hpp"

namespace cairn::server {
namespace {

using respond::Attempt;
using respond::Delivery;

constexpr std::size_t villages_named = 50;  // in a line of the log; the rest is counted
constexpr std::int64_t rounds = 3;          // a loudspeaker says it so often

struct SpeakerOptions {
  std::size_t sms_segments = 4;
  double longest_s = 120;  // of speech
};

class Loudspeaker final : public respond::Channel {
 public:
  Loudspeaker(SpeakerOptions options, std::string directory, const ChannelHouse& house)
      : options_(options), directory_(std::move(directory)), house_(house) {}

  Attempt deliver(const Delivery& delivery) override {
    if (auto ready = open(); !ready) return {.trouble = to_string(ready.error())};
    // Told to fail: a file with the reason, so that what follows can be tried.
    if (const std::string told = directory_ + "/fail"; house_.files->exists(told)) {
      const auto why = house_.files->read(told);
      return {.trouble = "simulated failure: " + std::string(trim(why.value_or("")))};
    }
    const std::vector<std::string> villages = house_.villages(area_of(delivery.posting));
    const std::string receipt =
        format("simulated: {} villages, {} SMS segments, {:.0f} s of speech", villages.size(),
               sms_size(sms_of(delivery.posting)).segments, speech_s(speech_of(delivery.posting)));
    if (played_.contains(delivery.id)) return {.taken = true, .receipt = receipt + " (again)"};
    const std::string line = json_text(line_of(delivery, villages)) + "\n";
    auto done = log_->append(line);
    if (done) done = log_->sync();
    if (!done) {
      log_.reset();  // opened again, and cut, at the next attempt
      return {.trouble = to_string(done.error())};
    }
    played_.insert(delivery.id);
    return {.taken = true, .receipt = receipt};
  }
  bool simulated() const override { return true; }
  std::string to() const override { return "simulated"; }

 private:
  std::string sms_of(const respond::Posting& posting) const {
    return sms_cut(plain_text(posting), options_.sms_segments);
  }
  // Whole sentences, as many as may be said.
  std::string speech_of(const respond::Posting& posting) const {
    const std::string text = plain_text(posting);
    std::string out;
    std::size_t begin = 0;
    while (begin < text.size()) {
      std::size_t end = text.find("。", begin);
      end = end == std::string::npos ? text.size() : end + std::string_view("。").size();
      const std::string longer = out + text.substr(begin, end - begin);
      if (!out.empty() && speech_s(longer) > options_.longest_s) break;
      out = longer;
      begin = end;
    }
    return out;
  }
  Json line_of(const Delivery& delivery, const std::vector<std::string>& villages) const {
    const respond::Posting& posting = delivery.posting;
    const std::string sms = sms_of(posting);
    const std::string speech = speech_of(posting);
    Json named = Json::array();
    for (std::size_t i = 0; i < villages.size() && i < villages_named; ++i) {
      named.push_back(villages[i]);
    }
    return {{"simulated", true},
            {"at", to_string(house_.clock->now(), house_.zone)},
            {"delivery", delivery.id},
            {"sequence", delivery.number},
            {"status", posting.status},
            {"subject", posting.subject},
            {"villages", villages.size()},
            {"named", std::move(named)},
            {"speech",
             {{"text", speech}, {"seconds", json_number(speech_s(speech))}, {"rounds", rounds}}},
            {"sms",
             {{"text", sms},
              {"characters", sms_size(sms).characters},
              {"segments", sms_size(sms).segments}}}};
  }
  // What the log has already tells doubles; a half line at its end is of a kill.
  Status open() {
    if (log_) return {};
    if (auto made = house_.files->make_directory(directory_); !made) return made;
    const std::string path = directory_ + "/play.jsonl";
    played_.clear();
    if (house_.files->exists(path)) {
      const auto text = house_.files->read(path);
      if (!text) return fail(text.error());
      const std::size_t whole = text->rfind('\n') == std::string::npos ? 0 : text->rfind('\n') + 1;
      if (whole < text->size()) {
        if (auto cut = house_.files->truncate(path, whole); !cut) return cut;
      }
      for (const std::string_view line : split(std::string_view(*text).substr(0, whole), '\n')) {
        const Json entry = Json::parse(line, nullptr, false);
        if (entry.is_object()) played_.insert(entry.value("delivery", ""));
      }
    }
    auto log = house_.files->append_to(path);
    if (!log) return fail(log.error());
    log_ = std::move(*log);
    return {};
  }

  const SpeakerOptions options_;
  const std::string directory_;
  const ChannelHouse& house_;
  std::unique_ptr<AppendFile> log_;  // none: not opened yet
  std::set<std::string> played_;     // ids of deliveries
};

}  // namespace

MadeChannel make_loudspeaker(const ChannelDef& def, const ChannelHouse& house) {
  ChannelKeys keys(def);
  SpeakerOptions options;
  options.sms_segments = static_cast<std::size_t>(keys.integer("sms_segments", 4, 1, 20));
  options.longest_s = static_cast<double>(keys.integer("speech_s", 120, 10, 600));
  if (auto done = keys.done(); !done) return fail(done.error());
  return std::unique_ptr<respond::Channel>(
      std::make_unique<Loudspeaker>(options, house.directory + "/" + def.id, house));
}

}  // namespace cairn::server
