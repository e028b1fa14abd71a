// SPDX-License-Identifier: Apache-2.0
// P.1812 against the results published with the ITU's reference software, every intermediate
// quantity included. See testdata/SOURCES.md.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "radio/p1812.hpp"
#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::fields_of;
using testing::lines_of;
using testing::number;
using testing::OwnedProfile;

const std::string data = CAIRN_SOURCE_DIR "/src/radio/testdata/p1812/";

struct Measurement {
  P1812Input input;
  Terminals terminals;
};

struct Case {
  OwnedProfile profile;
  Atmosphere air;
  std::vector<Measurement> measurements;
};

Measurement measurement(const std::vector<std::string>& fields) {
  Measurement m;
  m.input.frequency_ghz = number(fields[0]) / 1000;
  m.terminals.tx_mast_m = number(fields[1]);
  m.terminals.rx_mast_m = number(fields[3]);
  m.input.polarisation = number(fields[4]) == 2 ? Polarisation::vertical : Polarisation::horizontal;
  m.input.time_percent = number(fields[14]);
  return m;
}

Case read_case(const std::string& path) {
  Case out;
  enum { header, profile, measurements } part = header;
  for (const std::string& line : lines_of(path)) {
    std::vector<std::string> fields = fields_of(line);
    if (line.starts_with("{Begin of Profile")) part = profile;
    if (line.starts_with("{Begin of Measurements")) part = measurements;
    if (line.starts_with("{End")) part = header;
    if (line.starts_with("Average annual values dN")) out.air.delta_n_per_km = number(fields[1]);
    if (line.starts_with("Average annual sea-level")) out.air.sea_level_n0 = number(fields[1]);
    if (fields.empty() || !std::isdigit(static_cast<unsigned char>(line[0]))) continue;
    if (part == profile) {
      out.profile.distance_km.push_back(number(fields[0]));
      out.profile.terrain_m.push_back(number(fields[1]));
      out.profile.clutter_m.push_back(number(fields[3]));
      out.profile.zones.push_back(static_cast<Zone>(std::stoi(fields[4])));
    } else if (part == measurements) {
      out.measurements.push_back(measurement(fields));
    }
  }
  return out;
}

// "name,equation" -> value; the name alone is not enough (h_st stands for two quantities).
std::map<std::string, double> read_results(const std::string& path) {
  std::map<std::string, double> out;
  for (const std::string& line : lines_of(path)) {
    std::vector<std::string> fields = fields_of(line);
    if (fields.size() < 4 || fields[3].empty() || line[0] == '#') continue;
    std::string name = fields[0].substr(0, fields[0].find(" ("));
    while (!name.empty() && name.back() == ' ') name.pop_back();
    out[name + "," + fields[1]] = number(fields[3]);
  }
  return out;
}

std::map<std::string, double> computed(const P1812& r) {
  const PathGeometry& g = r.geometry;
  const P1812Loss& l = r.loss;
  return {{"d,", g.distance_km},
          {"dlt,Eq (78)", g.tx_horizon_km},
          {"dlr,Eq (81a)", g.rx_horizon_km},
          {"th_t,Eqs (76-78)", g.tx_horizon_mrad},
          {"th_r,Eqs (79-81)", g.rx_horizon_mrad},
          {"th,Eq (82)", g.angular_distance_mrad},
          {"hts,", g.tx_amsl_m},
          {"hrs,", g.rx_amsl_m},
          {"htc,Table 5", g.tx_amsl_m},
          {"hrc,Table 5", g.rx_amsl_m},
          {"w,Table 5", g.zones.sea_fraction},
          {"dtm,Sec 3.6", g.zones.longest_land_km},
          {"dlm,Sec 3.6", g.zones.longest_inland_km},
          {"b0,Eq (5)", l.ducting_percent},
          {"ae,Eq (7a)", g.radii.median_km},
          {"hst,Eq (85)", g.tx_smooth_fit_m},
          {"hsr,Eq (86)", g.rx_smooth_fit_m},
          {"hst,Eq (90a)", g.tx_smooth_m},
          {"hsr,Eq (90b)", g.rx_smooth_m},
          {"hstd,Eq (89)", g.tx_smooth_diffraction_m},
          {"hsrd,Eq (89)", g.rx_smooth_diffraction_m},
          {"htc',Eq (37a)", g.tx_over_smooth_m},
          {"hrc',Eq (37b)", g.rx_over_smooth_m},
          {"hte,Eq (92a)", g.tx_effective_m},
          {"hre,Eq (92b)", g.rx_effective_m},
          {"hm,Eq (93)", g.roughness_m},
          {"Fi,Eq (40)", l.time_interpolation},
          {"Fj,Eq (57)", l.angle_interpolation},
          {"Fk,Eq (58)", l.distance_interpolation},
          {"Lbfs,Eq (8)", l.free_space_db},
          {"Lb0p,Eq (10)", l.line_of_sight_p_db},
          {"Lb0b,Eq (11)", l.line_of_sight_beta_db},
          {"Lbulla,Eq (21)", l.diffraction_median.actual_db},
          {"Lbulls,Eq (21)", l.diffraction_median.smooth_db},
          {"Ldsph,Eq (27)", l.diffraction_median.spherical_db},
          {"Ld50,Eq (39)", l.diffraction_median.total_db},
          {"Ldb,Eq (39)", l.diffraction_beta.total_db},
          {"Ldp,Eq (41)", l.diffraction_p_db},
          {"Lbd50,Eq (42)", l.with_diffraction_median_db},
          {"Lbd,Eq (43)", l.with_diffraction_p_db},
          {"Lminb0p,Eq (59)", l.least_sight_db},
          {"Lba,Eq (46)", l.ducting_db},
          {"Lminbap,Eq (60)", l.least_ducting_db},
          {"Lbda,Eq (61)", l.with_ducting_db},
          {"Lbam,Eq (62)", l.modified_db},
          {"Lbs,Eq (44)", l.troposcatter_db},
          {"Lbc,Eq (63)", l.median_location_db},
          {"Lb,Eq (69)", l.basic_loss_db},
          {"Ep,Eq (70)", l.field_strength_dbuv_per_m}};
}

// The files print ten significant digits; half a unit of the last one, and a little more.
double printed(double value) {
  return 1e-8 + std::abs(value) * 1e-9;
}

TEST(P1812Reference, EveryPublishedQuantity) {
  int cases = 0;
  int values = 0;
  double worst_loss_db = 0;
  double worst_part = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data + "profiles")) {
    std::string stem = entry.path().stem().string();
    Case reference = read_case(entry.path().string());
    ASSERT_FALSE(reference.measurements.empty()) << stem;
    for (std::size_t k = 0; k < reference.measurements.size(); ++k) {
      SCOPED_TRACE(stem + " measurement " + std::to_string(k + 1));
      auto published =
          read_results(data + "results/" + stem + "_" + std::to_string(k + 1) + ".csv");
      ASSERT_GT(published.size(), 60U);
      Atmosphere air = reference.air;
      air.latitude_deg = published.at("phi,Eq (4)");
      const Measurement& m = reference.measurements[k];
      Result<P1812> result = p1812(reference.profile.view(), m.terminals, air, m.input);
      ASSERT_TRUE(result) << result.error().message;
      for (const auto& [name, value] : computed(*result)) {
        ASSERT_TRUE(published.contains(name)) << name;
        double expected = published.at(name);
        EXPECT_NEAR(value, expected, printed(expected)) << name;
        worst_part = std::max(worst_part, std::abs(value - expected) / printed(expected));
        ++values;
      }
      worst_loss_db = std::max(worst_loss_db,
                               std::abs(result->loss.basic_loss_db - published.at("Lb,Eq (69)")));
      ++cases;
    }
  }
  EXPECT_GE(cases, 45);
  EXPECT_LT(worst_loss_db, 1e-6);
  std::printf(
      "%d cases, %d values, greatest difference of L_b %.2g dB, of any value %.2g of "
      "what was printed\n",
      cases, values, worst_loss_db, worst_part);
}

// The same software over random relief: short and long, with clutter, sea, uneven steps, high
// masts, all frequencies and times.
TEST(P1812Reference, RandomPaths) {
  auto rows = testing::rows_of(data + "random_paths.csv");
  ASSERT_EQ(rows.size(), 240U);
  double worst = 0;
  for (const std::vector<double>& r : rows) {
    SCOPED_TRACE("seed " + std::to_string(r.at(0)));
    testing::Generator generator(static_cast<std::uint64_t>(r[0]));
    OwnedProfile profile =
        testing::random_profile(generator, static_cast<std::size_t>(r[1]), r[2], r[3],
                                {.clutter = r[4] == 1, .zones = r[5] == 1, .uneven = r[6] == 1});
    P1812Input input{r[7], r[8] == 1 ? Polarisation::vertical : Polarisation::horizontal, r[9],
                     r[10], r[11]};
    Result<P1812> link =
        p1812(profile.view(),
              {.tx_mast_m = r[12], .rx_mast_m = r[13], .tx_coast_km = r[14], .rx_coast_km = r[15]},
              {.delta_n_per_km = r[16], .sea_level_n0 = r[17], .latitude_deg = r[18]}, input);
    ASSERT_TRUE(link) << link.error().message;
    EXPECT_NEAR(link->loss.basic_loss_db, r.at(19), 1e-7);
    worst = std::max(worst, std::abs(link->loss.basic_loss_db - r[19]));
  }
  std::printf("greatest difference %.2g dB, printed to 1e-9 dB\n", worst);
}

}  // namespace
}  // namespace cairn::radio
