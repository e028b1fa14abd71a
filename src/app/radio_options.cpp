// SPDX-License-Identifier: Apache-2.0
#include "app/radio_options.hpp"

#include "core/text.hpp"

namespace cairn::app {

const OptionSpec model_option = {"model", "<name>", "p1812 (default), itm, p526, rma or free"};
const OptionSpec time_option = {"time", "<%>", "of time that the loss is not exceeded (50)"};
const OptionSpec locations_option = {"locations", "<%>",
                                     "of locations that the loss is not exceeded (50)"};
const OptionSpec polarisation_option = {"polarisation", "v|h", "vertical (default) or horizontal"};
const OptionSpec air_option = {"delta-n", "<N/km>", "mean lapse of refractivity (45)"};

Result<double> number_option(const Args& args, std::string_view name, double lowest, double highest,
                             double otherwise) {
  if (!args.has(name)) return otherwise;
  const auto value = parse_number(args.get(name));
  if (!value || *value < lowest || *value > highest) {
    return fail(Code::invalid,
                format("'{}' is not a number from {} to {}", args.get(name), number_text(lowest),
                       number_text(highest)),
                format("--{}", name));
  }
  return *value;
}

Result<radio::Propagation> propagation_of(const Args& args) {
  radio::Propagation out;
  const auto model = radio::parse_model(args.get("model", "p1812"));
  if (!model) {
    return fail(
        Code::invalid,
        format("'{}' is no model; there are p1812, itm, p526, rma and free", args.get("model")),
        "--model");
  }
  out.model = *model;
  const bool itu = out.model == radio::Model::p1812;
  const auto time = number_option(args, "time", 1, itu ? 50 : 99, 50);
  if (!time) return fail(time.error());
  out.time_percent = *time;
  const auto locations = number_option(args, "locations", 1, 99, 50);
  if (!locations) return fail(locations.error());
  out.location_percent = *locations;
  out.location_variability = out.location_percent != 50;
  const auto lapse = number_option(args, "delta-n", 0, 150, out.air.delta_n_per_km);
  if (!lapse) return fail(lapse.error());
  out.air.delta_n_per_km = *lapse;
  const std::string polarisation = args.get("polarisation", "v");
  if (polarisation == "h" || polarisation == "horizontal") {
    out.polarisation = radio::Polarisation::horizontal;
  } else if (polarisation != "v" && polarisation != "vertical") {
    return fail(Code::invalid, format("'{}' is neither v nor h", polarisation), "--polarisation");
  }
  return out;
}

}  // namespace cairn::app
