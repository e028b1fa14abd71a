// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/text.hpp"
#include "plan/link_profile.hpp"
#include "plan/radio_bands.hpp"
#include "server/api.hpp"
#include "server/coverage_desk.hpp"
#include "server/detail/coverage_json.hpp"
#include "server/inquiry.hpp"
#include "server/profile_json.hpp"

namespace cairn::server {
namespace {

constexpr double least_mast_m = 1;
constexpr double greatest_mast_m = 300;
constexpr double standard_tx_mast_m = 30;
constexpr double standard_rx_mast_m = 1.5;

Json figures_json(const model::BandDef& band) {
  Json out = Json::array();
  for (const model::BandKey& key : model::band_keys()) {
    const model::BandNumber* number = band.number(key.key);
    if (number == nullptr && !key.required) continue;
    out.push_back({{"name", key.key},
                   {"value", number ? json_number(number->value) : Json(nullptr)},
                   {"unit", key.unit},
                   {"source", number ? json_text_or_null(number->source) : Json(nullptr)},
                   {"recalled", number != nullptr && number->recalled}});
  }
  return out;
}

Response list_bands(const Call& call) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  Json bands = Json::array();
  for (const model::BandDef& band : in.view().catalog().bands) {
    const radio::LinkBudget budget = plan::budget_of(band);
    bands.push_back({{"id", band.id},
                     {"technology", band.technology},
                     {"label", json_label(band.label)},
                     {"downlink_mhz", json_number(budget.downlink_mhz)},
                     {"uplink_mhz", json_number(budget.uplink_mhz)},
                     {"bandwidth_mhz", json_number(budget.bandwidth_mhz)},
                     {"rsrp_threshold_dbm", json_number(budget.rsrp_threshold_dbm)},
                     {"eirp_per_re_dbm", json_rounded(radio::eirp_per_re_dbm(budget), 100)},
                     {"greatest_loss_db", json_rounded(radio::greatest_loss_db(budget), 100)},
                     {"figures", figures_json(band)}});
  }
  return json_response({{"bands", std::move(bands)}});
}

Response get_terrain(const Call& call) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const auto terrain = terrain_of(in.state());
  if (terrain == nullptr) {
    return json_response({{"terrain", nullptr}, {"reason", no_terrain_reason(in.state())}});
  }
  return json_response({{"terrain", terrain_json(*terrain)}, {"reason", nullptr}});
}

// "102.26,27.89"
geo::Point read_point(Inquiry& in, std::string_view name) {
  const std::string text = in.params.required(name);
  if (text.empty()) return {};
  const auto parts = split(text, ',');
  const auto lon = parse_number(trim(parts.front()));
  const auto lat = parts.size() == 2 ? parse_number(trim(parts.back())) : std::nullopt;
  if (!lon || !lat || std::fabs(*lon) > 180) {
    in.params.complain(name, "a place is longitude,latitude in degrees: 102.26,27.89");
    return {};
  }
  if (std::fabs(*lat) > 90) {
    in.params.complain(name, "a latitude has at most 90 degrees; longitude comes first");
    return {};
  }
  return {*lon, *lat};
}

double read_mast(Inquiry& in, std::string_view name, double otherwise) {
  const double mast_m = in.params.number(name).value_or(otherwise);
  if (!(mast_m >= least_mast_m && mast_m <= greatest_mast_m)) {
    in.params.complain(name, format("an antenna stands {} to {} metres above ground", least_mast_m,
                                    greatest_mast_m));
  }
  return mast_m;
}

// The one that is named, otherwise the first of 5G, otherwise the first.
const model::BandDef* read_band(Inquiry& in, const model::Catalog& catalog) {
  const auto name = in.params.text("band");
  if (name) {
    if (const model::BandDef* band = catalog.band(*name)) return band;
    std::vector<std::string> names;
    for (const model::BandDef& band : catalog.bands) names.push_back(band.id);
    in.params.complain(
        "band", format("no pack declares the band '{}'; there are {}", *name, join(names, ", ")));
    return nullptr;
  }
  for (const model::BandDef& band : catalog.bands) {
    if (band.technology == "5g") return &band;
  }
  return catalog.bands.empty() ? nullptr : &catalog.bands.front();
}

Response get_profile(const Call& call) {
  Inquiry in(call);
  plan::LinkQuestion question;
  question.from.position = read_point(in, "from");
  question.to.position = read_point(in, "to");
  question.from.mast_m = read_mast(in, "tx_mast", standard_tx_mast_m);
  question.to.mast_m = read_mast(in, "rx_mast", standard_rx_mast_m);
  const model::BandDef* band = read_band(in, *call.state->workspace->catalog);
  if (const auto model = in.params.word("model", {"p1812", "itm", "p526", "rma", "free"})) {
    question.propagation.model = *radio::parse_model(*model);
  }
  if (!in.ready()) return in.refusal();
  const auto terrain = terrain_of(in.state());
  if (terrain == nullptr) return problem(404, no_terrain_reason(in.state()));
  if (band == nullptr) return problem(404, "no pack that is loaded declares a radio band");
  radio::LinkBudget budget = plan::budget_of(*band);
  question.frequency_mhz = budget.reference_mhz();
  question.budget = std::move(budget);
  const auto link = plan::link_profile(terrain->grid, terrain->info, question);
  if (!link) return problem(link.error());
  return json_response(profile_json(*link));
}

}  // namespace

void add_radio_routes(Router& router) {
  router.add({"GET", "/v1/radio/bands", Access::read, 0, list_bands});
  router.add({"GET", "/v1/radio/terrain", Access::read, 0, get_terrain});
  router.add({"GET", "/v1/radio/profile", Access::read, 0, get_profile});
}

}  // namespace cairn::server
