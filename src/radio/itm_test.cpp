// SPDX-License-Identifier: Apache-2.0
// Longley-Rice against values of NTIA and of the deck of 1982. See testdata/SOURCES.md.
#include "radio/itm.hpp"

#include <gtest/gtest.h>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::fields_of;
using testing::lines_of;
using testing::number;
using testing::rows_of;

const std::string data = CAIRN_SOURCE_DIR "/src/radio/testdata/itm/";

// NTIA's code of the joint variability: the mode, plus 10 without locations, 20 without
// situations.
ItmStatistics statistics(double code, double climate, double time, double location,
                         double situation) {
  int c = static_cast<int>(code);
  return {.mode = static_cast<ItmMode>(c % 10),
          .location_varies = c / 10 % 2 == 0,
          .situation_varies = c / 20 == 0,
          .climate = static_cast<ItmClimate>(static_cast<int>(climate)),
          .time_percent = time,
          .location_percent = location,
          .situation_percent = situation};
}

struct Heights {
  double step_m;
  std::vector<double> terrain_m;
  EvenProfile view() const { return {step_m, terrain_m}; }
};

Heights read_pfl(const std::string& line) {
  std::vector<std::string> fields = fields_of(line);
  Heights out{number(fields[1]), {}};
  for (std::size_t i = 2; i < fields.size(); ++i) out.terrain_m.push_back(number(fields[i]));
  return out;
}

TEST(Itm, PointToPointOfNtia) {
  std::vector<std::string> profiles = lines_of(data + "pfls.csv");
  auto rows = rows_of(data + "p2p.csv");
  ASSERT_EQ(rows.size(), 5U);
  double worst = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(i);
    const std::vector<double>& r = rows[i];
    Heights heights = read_pfl(profiles[i]);
    Result<ItmGeometry> path = itm_geometry(heights.view(), {.tx_mast_m = r[0], .rx_mast_m = r[1]},
                                            {.sea_level_n0 = r[4]});
    ASSERT_TRUE(path) << path.error().message;
    Result<ItmRadio> radio =
        itm_radio({r[5], r[6] == 0 ? Polarisation::horizontal : Polarisation::vertical, r[2], r[3]},
                  statistics(r[11], r[7], r[8], r[9], r[10]));
    ASSERT_TRUE(radio) << radio.error().message;
    double loss = itm_loss(*path, *radio).basic_loss_db;
    EXPECT_NEAR(loss, r[12], 0.005);
    worst = std::max(worst, std::abs(loss - r[12]));
  }
  std::printf("greatest difference %.4f dB, printed to 0.01 dB\n", worst);
}

TEST(Itm, AreaOfNtia) {
  auto rows = rows_of(data + "area.csv");
  ASSERT_EQ(rows.size(), 5U);
  double worst = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(i);
    const std::vector<double>& r = rows[i];
    auto siting = [](double code) { return static_cast<Siting>(static_cast<int>(code)); };
    Result<ItmGeometry> path =
        itm_area_geometry({.distance_km = r[4],
                           .irregularity_m = r[2],
                           .tx_siting = siting(r[5]),
                           .rx_siting = siting(r[6])},
                          {.tx_mast_m = r[0], .rx_mast_m = r[1]}, {.sea_level_n0 = r[9]});
    ASSERT_TRUE(path) << path.error().message;
    Result<ItmRadio> radio = itm_radio(
        {r[10], r[11] == 0 ? Polarisation::horizontal : Polarisation::vertical, r[7], r[8]},
        statistics(r[3], r[12], r[13], r[14], r[15]));
    ASSERT_TRUE(radio) << radio.error().message;
    double loss = itm_loss(*path, *radio).basic_loss_db;
    EXPECT_NEAR(loss, r[16], 0.05);  // printed to 0.1 dB
    worst = std::max(worst, std::abs(loss - r[16]));
  }
  std::printf("greatest difference %.4f dB, printed to 0.1 dB\n", worst);
}

// The deck of 1982: five-column cards, the first of which is "exit digit, field count".
Heights read_deck(const std::vector<std::string>& lines) {
  Heights out{};
  bool open = false;
  for (const std::string& line : lines) {
    if (line.starts_with(" 15") || line.starts_with("107")) {
      int fields = std::stoi(line.substr(1, 2));
      for (int k = 1; k <= fields; ++k) {
        out.terrain_m.push_back(number(line.substr(static_cast<std::size_t>(5 * k), 5)));
      }
      open = true;
    } else if (open) {
      break;
    }
  }
  out.step_m = 77'800.0 / static_cast<double>(out.terrain_m.size() - 1);
  return out;
}

// Rows "reliability loss loss loss" of the printed answers, for confidences 50, 90 and 10 %.
std::vector<std::array<double, 4>> read_answers(const std::vector<std::string>& lines) {
  std::vector<std::array<double, 4>> rows;
  for (const std::string& line : lines) {
    std::istringstream stream(line);
    std::array<double, 4> row{};
    std::string rest;
    if (stream >> row[0] >> row[1] >> row[2] >> row[3] && !(stream >> rest)) rows.push_back(row);
  }
  return rows;
}

TEST(Itm, CrystalPalaceToMursley1982) {
  Heights heights = read_deck(lines_of(data + "qkpfldat.txt"));
  ASSERT_EQ(heights.terrain_m.size(), 157U);
  auto answers = read_answers(lines_of(data + "qkpflanx.txt"));
  ASSERT_EQ(answers.size(), 10U);
  struct Link {
    double frequency_mhz, tx_mast_m, rx_mast_m, tx_effective_m, rx_effective_m, rough_m;
    double free_space_db;
  };
  const Link links[] = {{41.5, 143.9, 8.5, 240.5, 18.4, 89, 102.6},
                        {573.3, 194.0, 9.1, 292.5, 19.0, 91, 125.4}};
  double worst = 0;
  for (std::size_t k = 0; k < answers.size(); ++k) {
    const Link& link = links[k / 5];
    Terminals masts{.tx_mast_m = link.tx_mast_m, .rx_mast_m = link.rx_mast_m};
    Result<ItmGeometry> path = itm_geometry(heights.view(), masts, {.sea_level_n0 = 314});
    ASSERT_TRUE(path);
    // The deck gives 314 for the surface, in the column after that of the sea level.
    path = itm_geometry(heights.view(), masts,
                        {.sea_level_n0 = 314 * 314 / path->surface_refractivity});
    ASSERT_TRUE(path);
    EXPECT_NEAR(path->surface_refractivity, 314, 1e-9);
    EXPECT_NEAR(157e-9 / path->curvature_per_m, 1.368, 5e-4);
    EXPECT_NEAR(path->effective_m[0], link.tx_effective_m, 0.05);
    EXPECT_NEAR(path->effective_m[1], link.rx_effective_m, 0.05);
    EXPECT_NEAR(path->irregularity_m, link.rough_m, 0.5);
    constexpr double confidence[] = {50, 90, 10};
    for (std::size_t c = 0; c < 3; ++c) {
      Result<ItmRadio> radio =
          itm_radio({.frequency_mhz = link.frequency_mhz, .polarisation = Polarisation::horizontal},
                    {.mode = ItmMode::individual,
                     .location_varies = false,
                     .time_percent = answers[k][0],
                     .situation_percent = confidence[c]});
      ASSERT_TRUE(radio);
      ItmLoss loss = itm_loss(*path, *radio);
      EXPECT_EQ(loss.region, ItmRegion::diffraction);
      EXPECT_NEAR(loss.free_space_db, link.free_space_db, 0.05);
      EXPECT_NEAR(loss.basic_loss_db, answers[k][c + 1], 0.06) << k << ' ' << c;
      worst = std::max(worst, std::abs(loss.basic_loss_db - answers[k][c + 1]));
    }
  }
  std::printf("greatest difference %.4f dB, printed to 0.1 dB\n", worst);
}

TEST(Itm, ThousandsOfRandomPathsAreFinite) {
  testing::Generator generator(122);
  int regions[3] = {};
  for (int round = 0; round < 5000; ++round) {
    SCOPED_TRACE(round);
    std::size_t points = 3 + generator() % 300;
    double length_m = std::exp(testing::uniform(generator, std::log(5), std::log(1.5e6)));
    Heights heights{length_m / static_cast<double>(points - 1), {}};
    heights.terrain_m =
        testing::relief(generator, points, std::exp(testing::uniform(generator, 0, 7.5)));
    Result<ItmGeometry> path =
        itm_geometry(heights.view(),
                     {.tx_mast_m = std::exp(testing::uniform(generator, -0.6, 8)),
                      .rx_mast_m = std::exp(testing::uniform(generator, -0.6, 8))},
                     {.sea_level_n0 = testing::uniform(generator, 290, 400)});
    if (!path) {  // air too thin; nothing else is wrong with these
      ASSERT_NE(path.error().message.find("such air"), std::string::npos) << path.error().message;
      continue;
    }
    Result<ItmRadio> radio = itm_radio(
        {.frequency_mhz = std::exp(testing::uniform(generator, std::log(20), std::log(20e3))),
         .polarisation = static_cast<Polarisation>(round % 2)},
        statistics(static_cast<double>(generator() % 4), 1 + static_cast<double>(generator() % 7),
                   testing::uniform(generator, 0.1, 99.9), testing::uniform(generator, 0.1, 99.9),
                   testing::uniform(generator, 0.1, 99.9)));
    ASSERT_TRUE(radio) << radio.error().message;
    ItmLoss loss = itm_loss(*path, *radio);
    ASSERT_TRUE(std::isfinite(loss.basic_loss_db));
    EXPECT_GE(loss.reference_db, 0);
    EXPECT_LT(loss.basic_loss_db, 1000);
    EXPECT_EQ((loss.warnings & itm_warning::long_path) != 0, length_m > 1e6);
    if (length_m < 999) {
      EXPECT_TRUE(loss.warnings & itm_warning::short_path);
    }
    ++regions[static_cast<int>(loss.region)];
    if (::testing::Test::HasFailure()) break;
  }
  for (int count : regions) EXPECT_GT(count, 200);
}

// The shortest paths: a warning, and free space with the loss of two rays at most.
TEST(Itm, NearTheMast) {
  for (double length_m : {2.0, 10.0, 50.0, 249.0, 900.0}) {
    Heights heights{length_m / 8, std::vector<double>(9, 1500.0)};
    Result<ItmGeometry> path = itm_geometry(heights.view(), {.tx_mast_m = 30, .rx_mast_m = 2}, {});
    ASSERT_TRUE(path);
    ItmLoss loss = itm_loss(*path, *itm_radio({.frequency_mhz = 700}, {}));
    EXPECT_TRUE(loss.warnings & itm_warning::short_path);
    EXPECT_EQ(loss.region, ItmRegion::line_of_sight);
    EXPECT_NEAR(loss.basic_loss_db, loss.free_space_db, 15) << length_m;
  }
}

TEST(Itm, RefusesBadInput) {
  auto refused = [](const ItmInput& input, const ItmStatistics& s, const std::string& what) {
    Result<ItmRadio> radio = itm_radio(input, s);
    ASSERT_FALSE(radio) << what;
    EXPECT_NE(radio.error().message.find(what), std::string::npos) << radio.error().message;
  };
  refused({.frequency_mhz = 19}, {}, "frequency 19 MHz");
  refused({.frequency_mhz = NAN}, {}, "frequency nan MHz");
  refused({.frequency_mhz = 700, .permittivity = 0.5}, {}, "permittivity 0.5");
  refused({.frequency_mhz = 700, .conductivity_s_per_m = 0}, {}, "conductivity 0");
  refused({.frequency_mhz = 700}, {.time_percent = 100}, "time 100 %");
  refused({.frequency_mhz = 700}, {.location_percent = NAN}, "location nan %");
  refused({.frequency_mhz = 700}, {.situation_percent = -1}, "situation -1 %");
  refused({.frequency_mhz = 700}, {.climate = static_cast<ItmClimate>(8)}, "climate 8");
}

// NTIA's program over random relief: every climate, mode, region and a wide range of the rest.
TEST(Itm, RandomPathsOfNtia) {
  auto rows = rows_of(data + "random_paths.csv");
  ASSERT_EQ(rows.size(), 200U);
  double worst = 0;
  for (const std::vector<double>& r : rows) {
    SCOPED_TRACE("seed " + std::to_string(r.at(0)));
    testing::Generator generator(static_cast<std::uint64_t>(r[0]));
    auto points = static_cast<std::size_t>(r[1]);
    testing::OwnedProfile profile = testing::random_profile(generator, points, r[2], r[3]);
    double step_m = r[2] * 1000 / static_cast<double>(points - 1);
    Result<ItmGeometry> path =
        itm_geometry({step_m, profile.terrain_m}, {.tx_mast_m = r[4], .rx_mast_m = r[5]},
                     {.sea_level_n0 = r[6]});
    ASSERT_TRUE(path) << path.error().message;
    Result<ItmRadio> radio = itm_radio(
        {r[7], r[8] == 0 ? Polarisation::horizontal : Polarisation::vertical, r[9], r[10]},
        statistics(r[12], r[11], r[13], r[14], r[15]));
    ASSERT_TRUE(radio) << radio.error().message;
    double loss = itm_loss(*path, *radio).basic_loss_db;
    EXPECT_NEAR(loss, r.at(16), 2e-5);
    worst = std::max(worst, std::abs(loss - r[16]));
  }
  std::printf("greatest difference %.2g dB, printed to 1e-6 dB\n", worst);
}

}  // namespace
}  // namespace cairn::radio
