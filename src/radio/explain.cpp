// SPDX-License-Identifier: Apache-2.0
#include "radio/explain.hpp"

namespace cairn::radio {
namespace {

void append(std::vector<Quantity>& to, std::vector<Quantity> more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::vector<Quantity> place(const PathGeometry& g) {
  return {
      {"d", "length of the path", "Table 5", g.distance_km, "km"},
      {"h_1", "ground under the transmitter", "Table 5", g.tx_ground_m, "m"},
      {"h_n", "ground under the receiver", "Table 5", g.rx_ground_m, "m"},
      {"h_ts", "transmitter above sea level", "Table 5", g.tx_amsl_m, "m"},
      {"h_rs", "receiver above sea level", "Table 5", g.rx_amsl_m, "m"},
      {"d_ct", "transmitter's land to the sea", "Section 3.4", g.tx_coast_km, "km"},
      {"d_cr", "receiver's land to the sea", "Section 3.4", g.rx_coast_km, "km"},
      {"omega", "part of the path over sea", "Table 5", g.zones.sea_fraction, ""},
      {"d_tm", "longest land", "Section 3.6", g.zones.longest_land_km, "km"},
      {"d_lm", "longest inland", "Section 3.6", g.zones.longest_inland_km, "km"},
      {"a_e", "median effective Earth radius", "Eq. (7a)", g.radii.median_km, "km"},
      {"a_beta", "effective Earth radius for beta_0", "Eq. (7b)", g.radii.beta_km, "km"},
  };
}

std::vector<Quantity> horizons(const PathGeometry& g) {
  return {
      {"theta_t", "transmitter's horizon", "Eqs (74)-(77)", g.tx_horizon_mrad, "mrad"},
      {"theta_r", "receiver's horizon", "Eqs (79)-(80)", g.rx_horizon_mrad, "mrad"},
      {"d_lt", "transmitter to its horizon", "Eq. (78)", g.tx_horizon_km, "km"},
      {"d_lr", "receiver to its horizon", "Eq. (81a)", g.rx_horizon_km, "km"},
      {"theta", "angular distance", "Eq. (82)", g.angular_distance_mrad, "mrad"},
      {"h_st", "fitted surface, transmitter", "Eq. (85)", g.tx_smooth_fit_m, "m"},
      {"h_sr", "fitted surface, receiver", "Eq. (86)", g.rx_smooth_fit_m, "m"},
      {"H_obs", "highest obstruction", "Eq. (87a)", g.obstruction_m, "m"},
      {"h_std", "surface for diffraction, transmitter", "Eq. (89)", g.tx_smooth_diffraction_m, "m"},
      {"h_srd", "surface for diffraction, receiver", "Eq. (89)", g.rx_smooth_diffraction_m, "m"},
      {"h_st", "surface not above ground, transmitter", "Eq. (90a)", g.tx_smooth_m, "m"},
      {"h_sr", "surface not above ground, receiver", "Eq. (90b)", g.rx_smooth_m, "m"},
      {"h_te", "effective height for ducts, transmitter", "Eq. (92a)", g.tx_effective_m, "m"},
      {"h_re", "effective height for ducts, receiver", "Eq. (92b)", g.rx_effective_m, "m"},
      {"h_m", "roughness", "Eq. (93)", g.roughness_m, "m"},
      {"h'_tc", "transmitter above the smooth surface", "Eq. (37a)", g.tx_over_smooth_m, "m"},
      {"h'_rc", "receiver above the smooth surface", "Eq. (37b)", g.rx_over_smooth_m, "m"},
  };
}

std::vector<Quantity> edges(const PathGeometry& g) {
  return {
      {"S_tim", "steepest slope from the transmitter", "Eq. (13)",
       g.actual_median.slope_tx_m_per_km, "m/km"},
      {"S_rim", "steepest slope from the receiver", "Eq. (17)", g.actual_median.slope_rx_m_per_km,
       "m/km"},
      {"d_b", "the edge that stands for all", "Eqs (15), (18)", g.actual_median.edge_km, "km"},
  };
}

std::vector<Quantity> diffraction(const P1812Loss& l) {
  const DeltaBullington& median = l.diffraction_median;
  const DeltaBullington& beta = l.diffraction_beta;
  return {
      {"L_bulla50", "Bullington, real path, median", "Eq. (21)", median.actual_db, "dB"},
      {"L_bulls50", "Bullington, smooth path, median", "Eq. (21)", median.smooth_db, "dB"},
      {"L_dsph50", "spherical Earth, median", "Eq. (27)", median.spherical_db, "dB"},
      {"L_d50", "diffraction, median", "Eq. (39)", median.total_db, "dB"},
      {"L_bullabeta", "Bullington, real path, beta_0", "Eq. (21)", beta.actual_db, "dB"},
      {"L_bullsbeta", "Bullington, smooth path, beta_0", "Eq. (21)", beta.smooth_db, "dB"},
      {"L_dsphbeta", "spherical Earth, beta_0", "Eq. (27)", beta.spherical_db, "dB"},
      {"L_dbeta", "diffraction, beta_0", "Eq. (39)", beta.total_db, "dB"},
      {"F_i", "interpolation in time", "Eq. (40)", l.time_interpolation, ""},
      {"L_dp", "diffraction, p", "Eq. (41)", l.diffraction_p_db, "dB"},
      {"L_bd50", "with diffraction, median", "Eq. (42)", l.with_diffraction_median_db, "dB"},
      {"L_bd", "with diffraction, p", "Eq. (43)", l.with_diffraction_p_db, "dB"},
  };
}

std::vector<Quantity> mechanisms(const P1812Loss& l) {
  return {
      {"L_bs", "troposcatter", "Eq. (44)", l.troposcatter_db, "dB"},
      {"L_ba", "ducting and layer reflection", "Eq. (46)", l.ducting_db, "dB"},
      {"F_j", "interpolation in angle", "Eq. (57)", l.angle_interpolation, ""},
      {"F_k", "interpolation in distance", "Eq. (58)", l.distance_interpolation, ""},
      {"L_minb0p", "least with line of sight", "Eq. (59)", l.least_sight_db, "dB"},
      {"L_minbap", "least with ducting", "Eq. (60)", l.least_ducting_db, "dB"},
      {"L_bda", "diffraction with ducting", "Eq. (61)", l.with_ducting_db, "dB"},
      {"L_bam", "modified", "Eq. (62)", l.modified_db, "dB"},
      {"L_bc", "50 % of locations", "Eq. (63)", l.median_location_db, "dB"},
      {"L_loc", "variability over locations", "Eq. (67)", l.location_db, "dB"},
      {"L_b", "basic transmission loss", "Eq. (69)", l.basic_loss_db, "dB"},
      {"E_p", "field strength for 1 kW e.r.p.", "Eq. (70)", l.field_strength_dbuv_per_m,
       "dB(uV/m)"},
  };
}

}  // namespace

std::vector<Quantity> quantities(const PathGeometry& path) {
  std::vector<Quantity> out = place(path);
  append(out, horizons(path));
  append(out, edges(path));
  return out;
}

std::vector<Quantity> quantities(const PathGeometry& path, const P1812Loss& loss) {
  std::vector<Quantity> out = quantities(path);
  append(out,
         {{"beta_0", "time with ducting", "Eq. (5)", loss.ducting_percent, "%"},
          {"L_bfs", "free space", "Eq. (8)", loss.free_space_db, "dB"},
          {"L_b0p", "line of sight, p", "Eq. (10)", loss.line_of_sight_p_db, "dB"},
          {"L_b0beta", "line of sight, beta_0", "Eq. (11)", loss.line_of_sight_beta_db, "dB"}});
  append(out, diffraction(loss));
  append(out, mechanisms(loss));
  return out;
}

std::vector<Quantity> quantities(const ItmGeometry& path, const ItmLoss& loss) {
  return {
      {"d", "length of the path", "input", path.distance_m, "m"},
      {"N_s", "surface refractivity", "[1.2]", path.surface_refractivity, "N-units"},
      {"gamma_e", "curvature of the effective Earth", "[1.3]", path.curvature_per_m, "1/m"},
      {"Delta h", "irregularity of the terrain", "profile", path.irregularity_m, "m"},
      {"h_e1", "effective height, transmitter", "[3.1]-[3.2]", path.effective_m[0], "m"},
      {"h_e2", "effective height, receiver", "[3.1]-[3.2]", path.effective_m[1], "m"},
      {"d_L1", "transmitter to its horizon", "[3.3]", path.horizon_m[0], "m"},
      {"d_L2", "receiver to its horizon", "[3.3]", path.horizon_m[1], "m"},
      {"theta_e1", "transmitter's horizon", "[3.4]", path.horizon_rad[0], "rad"},
      {"theta_e2", "receiver's horizon", "[3.4]", path.horizon_rad[1], "rad"},
      {"m_d", "slope of diffraction", "[4.7]", loss.diffraction_slope_db_per_m, "dB/m"},
      {"A_ed", "start of diffraction", "[4.8]", loss.diffraction_start_db, "dB"},
      {"A_ref", "reference attenuation", "[4.1]", loss.reference_db, "dB"},
      {"V_med", "median of the climate", "[5.5]", loss.climate_median_db, "dB"},
      {"A", "attenuation with variability", "[5.1]", loss.attenuation_db, "dB"},
      {"L_bf", "free space", "P.525", loss.free_space_db, "dB"},
      {"L_b", "basic transmission loss", "A + L_bf", loss.basic_loss_db, "dB"},
  };
}

std::vector<Quantity> quantities(const P526Loss& link, double free_space_db) {
  const PathGeometry& g = link.geometry;
  const DeltaBullington& l = link.loss;
  std::vector<Quantity> out = {
      {"d", "length of the path", "Table 5", g.distance_km, "km"},
      {"h_1", "ground under the transmitter", "Table 5", g.tx_ground_m, "m"},
      {"h_n", "ground under the receiver", "Table 5", g.rx_ground_m, "m"},
      {"h_ts", "transmitter above sea level", "Table 5", g.tx_amsl_m, "m"},
      {"h_rs", "receiver above sea level", "Table 5", g.rx_amsl_m, "m"},
      {"a_e", "median effective Earth radius", "Eq. (7a)", g.radii.median_km, "km"},
      {"h_std", "surface for diffraction, transmitter", "Eq. (89)", g.tx_smooth_diffraction_m, "m"},
      {"h_srd", "surface for diffraction, receiver", "Eq. (89)", g.rx_smooth_diffraction_m, "m"},
      {"h'_tc", "transmitter above the smooth surface", "Eq. (37a)", g.tx_over_smooth_m, "m"},
      {"h'_rc", "receiver above the smooth surface", "Eq. (37b)", g.rx_over_smooth_m, "m"},
  };
  append(out, edges(g));
  append(out, {{"L_bulla", "Bullington, real path, median", "Eq. (21)", l.actual_db, "dB"},
               {"L_bulls", "Bullington, smooth path, median", "Eq. (21)", l.smooth_db, "dB"},
               {"L_dsph", "spherical Earth, median", "Eq. (27)", l.spherical_db, "dB"},
               {"L_d", "diffraction, median", "Eq. (39)", l.total_db, "dB"},
               {"L_bf", "free space", "P.525", free_space_db, "dB"},
               {"L_b", "basic transmission loss", "L_d + L_bf", l.total_db + free_space_db, "dB"}});
  return out;
}

std::vector<Quantity> quantities(const RuralMacroLoss& loss, double ground_distance_m) {
  const char* table = "Table 7.4.1-1";
  return {
      {"d_2D", "length of the path", "input", ground_distance_m, "m"},
      {"d_BP", "break point", table, loss.break_point_m, "m"},
      {"Pr_LOS", "probability of line of sight", "Table 7.4.2-1", loss.sight_probability, ""},
      {"PL_LOS", "loss in line of sight", table, loss.line_of_sight_db, "dB"},
      {"sigma_LOS", "shadowing in line of sight", table, loss.line_of_sight_sigma_db, "dB"},
      {"PL_NLOS", "loss without line of sight", table, loss.hidden_db, "dB"},
      {"sigma_NLOS", "shadowing without line of sight", table, loss.hidden_sigma_db, "dB"},
      {"PL", "basic transmission loss", "mean by Pr_LOS", loss.mean_db, "dB"},
  };
}

}  // namespace cairn::radio
