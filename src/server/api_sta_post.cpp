// SPDX-License-Identifier: Apache-2.0
#include "server/api_sta_post.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "server/base_url.hpp"
#include "server/detail/json.hpp"
#include "server/sta_entities.hpp"
#include "server/sta_path.hpp"
#include "server/state.hpp"

namespace cairn::server {
namespace {

constexpr std::string_view mount = "/sta/v1.1";
using std::chrono::steady_clock;
// Numbers that name nothing must not have the entities built again and again.
constexpr std::chrono::seconds build_pause{1};

Response error_response(int status, const std::string& message) {
  return json_response({{"code", status}, {"type", "error"}, {"message", message}}, status);
}

// Datastreams by the numbers that reading gives them. The entities are built when the first
// number is asked for.
class Numbers {
 public:
  bool find(const std::shared_ptr<const State>& state, Instant today, std::int64_t number,
            std::string& thing, std::string& property) {
    const std::lock_guard lock(mutex_);
    if (look_up(number, thing, property) && state_ == state) return true;
    const auto now = steady_clock::now();
    if (state_ == state && now - built_ < build_pause) return false;
    state_ = state;
    built_ = now;
    entities_ = std::make_unique<sta::Entities>(state->base->snapshot(), today);
    return look_up(number, thing, property);
  }

 private:
  bool look_up(std::int64_t number, std::string& thing, std::string& property) const {
    if (!entities_) return false;
    const auto found = entities_->find(sta::Set::datastreams, number);
    if (!found) return false;
    const sta::Entities::Datastream& stream = entities_->datastream(found->index);
    thing = entities_->thing(stream.thing).id;
    property = entities_->property_def(entities_->procedure(stream.procedure)).name;
    return true;
  }

  std::mutex mutex_;
  std::shared_ptr<const State> state_;  // shared: the entities read its snapshot
  steady_clock::time_point built_;
  std::unique_ptr<const sta::Entities> entities_;
};

class Names final : public codec::DatastreamNames {
 public:
  Names(Numbers& numbers, const Call& call) : numbers_(numbers), call_(call) {}
  bool find(std::int64_t number, std::string& thing, std::string& property) const override {
    return numbers_.find(call_.state, call_.today, number, thing, property);
  }

 private:
  Numbers& numbers_;
  const Call& call_;
};

struct Target {
  bool array = false;  // CreateObservations
  std::string thing = {};
  std::string property = {};
};

// What a path names to write to; a response when that is nothing.
std::variant<Target, Response> target_of(const Call& call, const Names& names) {
  const auto path = sta::read_path(std::string_view(call.request.path).substr(mount.size()));
  if (!path) return error_response(400, path.error().message);
  const auto refuse = [] {
    Response out = error_response(
        405, "only Observations are created here; the registry's entities come by imports");
    out.headers.push_back({"Allow", "GET, HEAD"});
    return out;
  };
  if (path->empty() || path->back().id) return refuse();
  if (path->size() == 1 && path->back().name == "CreateObservations") return Target{.array = true};
  if (path->back().name != "Observations") return refuse();
  if (path->size() == 1) return Target{};
  const sta::PathSegment& stream = (*path)[path->size() - 2];
  if (stream.name != "Datastreams" || !stream.id) return refuse();
  Target out;
  if (const auto* number = std::get_if<std::int64_t>(&*stream.id)) {
    if (!names.find(*number, out.thing, out.property)) {
      return error_response(404, format("there is no Datastream with the identifier {}", *number));
    }
    return out;
  }
  const auto& text = std::get<std::string>(*stream.id);
  const codec::SeriesName name = codec::split_datastream_id(text);
  out.thing = name.thing;
  out.property = name.property;
  if (!out.thing.empty() && !out.property.empty()) return out;
  return error_response(404, format("there is no Datastream '{}'; it is thing:property", text));
}

std::string link_to(const std::string& base, const model::Reading& reading) {
  const std::string id =
      format("{}:{}|{}", reading.thing, reading.property, to_string(reading.time));
  std::string quoted;  // a quote within is doubled
  for (const char c : id) quoted.append(c == '\'' ? 2 : 1, c);
  return format("{}{}/Observations('{}')", base, mount, percent_encode(quoted));
}

int status_of_refusal(const Error& error) {
  return error.code == Code::denied ? 403 : 400;
}

Response refused(const model::Refusal& refusal) {
  return error_response(status_of_refusal(refusal.error), to_string(refusal.error));
}

// 201 with its place.
Response created_one(const std::string& base, const model::ReadingBatch& batch,
                     const watch::Receipt& receipt) {
  if (!receipt.refused.empty()) return refused(receipt.refused.front());
  const model::Reading& reading = batch.readings.front();
  const std::string link = link_to(base, reading);
  Response out = json_response({{"@iot.selfLink", link},
                                {"phenomenonTime", to_string(reading.time)},
                                {"resultTime", to_string(reading.time)},
                                {"result", json_number(reading.value)}},
                               201);
  out.headers.push_back({"Location", link});
  return out;
}

// A link for each in its order, "error" where it was not created (18-088, 13.2).
Response created_many(const std::string& base, const model::ReadingBatch& batch,
                      const watch::Receipt& receipt) {
  if (receipt.accepted == 0) {
    if (receipt.refused.empty()) return error_response(400, "the body holds no Observation");
    return refused(receipt.refused.front());
  }
  std::uint32_t count = 0;
  std::set<std::uint32_t> errors;
  for (const model::Refusal& refusal : receipt.refused) {
    errors.insert(refusal.record);
    count = std::max(count, refusal.record + 1);
  }
  for (const model::Reading& reading : batch.readings) count = std::max(count, reading.record + 1);
  Json links = Json::array();
  links.get_ref<Json::array_t&>().assign(count, "error");
  for (const model::Reading& reading : batch.readings) {
    if (errors.count(reading.record) == 0) links[reading.record] = link_to(base, reading);
  }
  return json_response(links, 201);
}

Response created(bool array, const std::string& base, const model::ReadingBatch& batch,
                 const watch::Receipt& receipt) {
  const bool one = batch.readings.size() + batch.refused.size() == 1;
  return (one && !array ? created_one : created_many)(base, batch, receipt);
}

}  // namespace

void add_sta_post_routes(Router& router, IngestDoor& door) {
  Route route{"POST", std::string(mount) + "/*", Access::open, limits::ingest_message_bytes, {},
              {}};
  const auto numbers = std::make_shared<Numbers>();  // shared: by copies of the handler
  route.deferred = [&door, numbers](const Call& call, Reply reply) {
    const Names names(*numbers, call);
    auto target = target_of(call, names);
    if (auto* refusal = std::get_if<Response>(&target)) return reply.send(std::move(*refusal));
    auto& at = std::get<Target>(target);
    IngestDoor::Known known;
    known.format = codec::Format::sta;
    known.thing = std::move(at.thing);
    known.property = std::move(at.property);
    known.datastreams = &names;
    known.answer = [base = base_url(call.request), array = at.array](
                       const model::ReadingBatch& batch, const watch::Receipt& receipt) {
      return created(array, base, batch, receipt);
    };
    known.unreadable = [](const Error& error) {
      return error_response(error.code == Code::too_large ? 413 : 400, to_string(error));
    };
    door.take_known(call.request, known, std::move(reply));
  };
  router.add_first(std::move(route));
}

}  // namespace cairn::server
