// SPDX-License-Identifier: Apache-2.0
#include "app/profile.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/coverage_setup.hpp"
#include "app/coverage_terrain.hpp"
#include "app/progress.hpp"
#include "app/radio_options.hpp"
#include "core/text.hpp"
#include "plan/link_svg.hpp"
#include "server/profile_json.hpp"

namespace cairn::app {
namespace {

const OptionSpec profile_options[] = {
    {"from", "<lon,lat[,m]>", "the transmitter, and its mast above ground (30 m)"},
    {"to", "<lon,lat[,m]>", "the receiver, and its mast above ground (1.5 m)"},
    dem_option,
    {"band", "<band>", "a band of packs/radio-coverage: frequency and link budget"},
    {"frequency", "<MHz>", "instead of a band: no received level then"},
    model_option,
    time_option,
    locations_option,
    polarisation_option,
    air_option,
    {"step", "<m>", "between points of the profile (the terrain's cell)"},
    terrain_cell_option,
    dtm_option,
    clutter_option,
    fill_option,
    {"json", "<file>", "write everything as JSON; - is standard output"},
    {"svg", "<file>", "draw it; - is standard output"},
    root_option,
    data_option,
    language_option,
};

const char* say(Language language, const char* zh, const char* en) {
  return language == Language::zh ? zh : en;
}

Result<plan::LinkQuestion> question_of(const Context& context, const Args& args) {
  plan::LinkQuestion out;
  if (!args.has("from") || !args.has("to")) {
    return fail(Code::invalid, "a link has two ends: --from lon,lat --to lon,lat");
  }
  for (auto [name, mast_m, end] : {std::tuple{"from", 30.0, &out.from}, {"to", 1.5, &out.to}}) {
    auto parsed = parse_end(args.get(name), mast_m);
    if (!parsed) return fail(Code::invalid, parsed.error().message, format("--{}", name));
    *end = std::move(*parsed);
  }
  auto propagation = propagation_of(args);
  if (!propagation) return fail(propagation.error());
  out.propagation = *propagation;
  const auto step = number_option(args, "step", 1, 10'000, 0);
  if (!step) return fail(step.error());
  out.step_m = *step;
  if (args.has("band") == args.has("frequency")) {
    return fail(Code::invalid, "a link has a band or a frequency: --band n28, or --frequency 763");
  }
  if (args.has("frequency")) {
    const auto mhz = number_option(args, "frequency", 20, 100'000, 0);
    if (!mhz) return fail(mhz.error());
    out.frequency_mhz = *mhz;
    return out;
  }
  const auto bands = read_bands(*context.files, context.root + "/packs");
  if (!bands) return fail(bands.error());
  const radio::LinkBudget* budget = bands->find(args.get("band"));
  if (budget == nullptr) {
    std::vector<std::string> names;
    for (const model::BandDef& band : bands->bands) names.push_back(band.id);
    return fail(
        Code::not_found,
        format("no pack declares the band '{}'; there are {}", args.get("band"), join(names, ", ")),
        "--band");
  }
  out.budget = *budget;
  out.frequency_mhz = budget->reference_mhz();
  return out;
}

// Corners on quarters of a degree, so that links near each other share a prepared terrain.
geo::TerrainArea area_of(const plan::LinkQuestion& q) {
  geo::TerrainArea out;
  double west = q.from.position.x;
  double east = q.to.position.x;
  if (west > east) std::swap(west, east);
  if (east - west > 180) std::swap(west, east);  // the short way, over the antimeridian
  const double margin = 0.02;
  const auto down = [](double value) { return std::floor(value * 4) / 4; };
  const auto up = [](double value) { return std::ceil(value * 4) / 4; };
  out.west_deg = down(west - margin);
  out.east_deg = up(east + margin);
  if (out.west_deg < -180) out.west_deg += 360;
  if (out.east_deg > 180) out.east_deg -= 360;
  out.south_deg = std::max(-90.0, down(std::min(q.from.position.y, q.to.position.y) - margin));
  out.north_deg = std::min(90.0, up(std::max(q.from.position.y, q.to.position.y) + margin));
  return out;
}

Status put(Context& context, const std::string& path, const std::string& text) {
  if (path != "-") return context.files->replace(path, text);
  print_out(text);
  return {};
}

std::string quantity_text(const plan::LinkQuantity& q) {
  if (q.value != 0 && (std::abs(q.value) < 1e-3 || std::abs(q.value) >= 1e7)) {
    return format("{:.4e}", q.value);
  }
  return format("{:.3f}", q.value);
}

void append_summary(const plan::LinkProfile& link, Language language, std::string& out) {
  const plan::LinkQuestion& q = link.question;
  const auto horizon = [&](const char* what, const plan::LinkHorizon& h) {
    out += format("{}: {:.3f} km, {:.1f} m, {:.5f},{:.5f}\n", what, h.distance_km, h.height_m,
                  h.position.x, h.position.y);
  };
  out += format("{:.3f} km, {:.2f}°, {} MHz, {}\n", link.distance_km, link.azimuth_deg,
                number_text(q.frequency_mhz), radio::to_string(q.propagation.model));
  out += format(
      "{} {:.2f} dB ({} {:.2f} dB){}\n", say(language, "损耗", "loss"), link.loss_db,
      say(language, "自由空间", "free space"), link.free_space_db,
      link.outside_range ? say(language, "，超出模型适用范围", ", outside the model's range") : "");
  if (link.quality) {
    out += format("{} {:.2f} dBm, {} {:.2f} dB, {} {:.2f} / {:.2f} Mb/s{}\n",
                  q.budget->technology == "nb-iot" ? "NRSRP" : "RSRP", link.quality->rsrp_dbm,
                  say(language, "余量", "margin"), link.quality->margin_db,
                  say(language, "下行/上行", "down / up"), link.quality->downlink_kbps / 1000,
                  link.quality->uplink_kbps / 1000,
                  link.quality->covered ? say(language, "，可覆盖", ", covered")
                                        : say(language, "，不可覆盖", ", not covered"));
  }
  out += link.line_of_sight ? say(language, "视距\n", "line of sight\n")
                            : say(language, "被地形遮挡\n", "blocked by terrain\n");
  if (link.tx_horizon)
    horizon(say(language, "发射端视界", "transmitter's horizon"), *link.tx_horizon);
  if (link.rx_horizon) horizon(say(language, "接收端视界", "receiver's horizon"), *link.rx_horizon);
  if (link.clearance) {
    out += format("{} {:.1f} m @ {:.3f} km, {:.0f} % {}\n",
                  say(language, "最小余隙", "least clearance"), link.clearance->clearance_m,
                  link.clearance->distance_km, 100 * link.clearance->part(),
                  say(language, "第一菲涅耳半径", "of the first Fresnel radius"));
  }
}

}  // namespace

const CommandSpec profile_command = {
    "profile",
    "",
    "One link over terrain: horizons, Fresnel zone, loss, and every number with its equation.",
    0,
    0,
    profile_options,
    "cairn profile --from 102.26,27.89,35 --to 102.35,27.80 --dem dem/ --band n28 --svg link.svg"};

Result<plan::LinkEnd> parse_end(std::string_view text, double mast_m) {
  const auto parts = split(text, ',');
  if (parts.size() < 2 || parts.size() > 3) {
    return fail(Code::invalid, format("'{}' is not lon,lat or lon,lat,mast", text));
  }
  const auto position = parse_position(parts[0], parts[1]);
  if (!position) return fail(position.error());
  plan::LinkEnd out = {*position, mast_m, {}};
  if (parts.size() == 3) {
    const auto mast = parse_number(trim(parts[2]));
    if (!mast) return fail(Code::invalid, format("mast '{}' is not a number of metres", parts[2]));
    out.mast_m = *mast;
  }
  return out;
}

std::string profile_text(const plan::LinkProfile& link, Language language) {
  std::string out;
  append_summary(link, language, out);
  TextTable table({say(language, "符号", "symbol"), say(language, "含义", "meaning"),
                   say(language, ">数值", ">value"), say(language, "单位", "unit"),
                   say(language, "公式", "equation")});
  for (const plan::LinkQuantity& q : link.quantities) {
    table.add({q.symbol, q.meaning.in(language), quantity_text(q), q.unit, q.equation});
  }
  out += table.text({});
  return out + format("{}{}{}\n", say(language, "地形：", "terrain: "), link.terrain_label,
                      link.terrain_estimated ? say(language, "（估计）", " (estimated)") : "");
}

int run_profile(const Args& args) {
  auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const auto question = question_of(*context, args);
  const auto wish = question ? terrain_wish(*context, args) : Result<TerrainWish>();
  if (!question || !wish) {
    print_error(*context, question ? wish.error() : question.error());
    return exit_usage;
  }
  const Interruption interruption;
  const auto workers = thread_workers(0);
  const auto terrain = open_terrain(*context, *wish, area_of(*question), *workers,
                                    [](double) { return !Interruption::asked(); });
  if (Interruption::asked()) return exit_interrupted;
  if (!terrain) return report(*context, terrain.error());
  const auto link = plan::link_profile(terrain->grid(), terrain->info(), *question);
  if (!link) return report(*context, link.error());
  for (const auto& [name, text] :
       {std::pair{"json", args.has("json") ? server::profile_json_text(*link) : std::string()},
        {"svg", args.has("svg") ? plan::link_svg(*link, context->language) : std::string()}}) {
    if (!args.has(name)) continue;
    if (Status ok = put(*context, args.get(name), text); !ok) return report(*context, ok.error());
  }
  if (args.get("json") != "-" && args.get("svg") != "-") {
    print_out(profile_text(*link, context->language));
  }
  return exit_ok;
}

}  // namespace cairn::app
