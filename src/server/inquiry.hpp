// SPDX-License-Identifier: Apache-2.0
// One request being read: the parameters that many operations share, and the state they ask about.
//
//   Inquiry in(call);
//   const auto region = in.region("region");
//   if (!in.ready()) return in.refusal();
//   … in.view() …
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/problem.hpp"
#include "server/router.hpp"
#include "server/state.hpp"

namespace cairn::server {

struct Page {
  std::size_t limit = 0;
  std::size_t offset = 0;
};

class Inquiry {
 public:
  explicit Inquiry(const Call& call) : params(call.query), call_(call), as_of_(call.today) {}

  Parameters params;

  void read_at();       // `at`
  void read_overlay();  // `overlay`
  std::optional<model::Level> level(std::string_view name);
  // A region by code, alias or folder id; without the parameter the home region.
  model::RegionIndex region(std::string_view name);
  model::RegionIndex region_or_none(std::string_view name);
  model::RegionIndex region_of(std::string_view code, std::string place);
  Page page(std::size_t standard, std::size_t most);
  // A date or period of a parameter; its beginning or its end.
  std::optional<Instant> moment(std::string_view name, bool end);

  // The same for inputs that come in a body.
  void set_at(std::string_view text, std::string_view place);
  void set_overlay(std::string overlay) { overlay_ = std::move(overlay); }
  void refuse(const Error& error);
  void refuse(Response response);

  // Ends the reading and opens the state; false when the request cannot be answered.
  bool ready();
  Response refusal();

  const watch::View& view() const { return reading_->view(); }
  const State& state() const { return *call_.state; }
  const std::string& overlay() const { return overlay_; }
  Instant as_of() const { return as_of_; }
  Zone zone() const { return call_.state->workspace->zone; }
  std::string at_text() const;
  // Names the state of things for caches.
  std::string state_key() const { return overlay_ + '@' + std::to_string(as_of_.ns); }
  // The same for the map, which follows the present from a little way behind where one is live.
  std::string map_key() const;

 private:
  const Call& call_;
  Instant as_of_;
  std::string overlay_;
  std::optional<Response> refusal_;
  std::unique_ptr<Reading> reading_;
};

// "2020-12-31" for a midnight, the day that ended then; otherwise with its time.
std::string date_text(Instant t, Zone zone);
// The complaint of a formula that does not compile, with its place in code points.
Response formula_problem(const Error& error, std::string_view formula);

}  // namespace cairn::server
