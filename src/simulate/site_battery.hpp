// SPDX-License-Identifier: Apache-2.0
// The battery of a base station: 24 lead-acid cells behind a rectifier, with a contactor that lets
// the load go before they are harmed. Shared by `site_power` and `town_sites`.
//
// Discharge: Peukert's law, t = 10 h * (C10 / (10 h * I))^k, so that a share of (I / I10)^k / 10
// goes in an hour; k = 1.15 is usual for valve-regulated cells. Voltage: linear in the state of
// charge, a knee near its end, and the drop over the string's resistance. Charge: at 0.1 C10 up to
// the float voltage, 90 % of it is kept. Left out: ageing, single cells, the effect of temperature.
#pragma once

#include <algorithm>
#include <cmath>

namespace cairn::simulate {

class SiteBattery {
 public:
  static constexpr double cells = 24;
  static constexpr double float_v = 53.5;       // 2.23 V a cell
  static constexpr double disconnect_v = 43.2;  // 1.80 V a cell: the end of a ten-hour discharge
  static constexpr double peukert = 1.15;

  // Goes on by `hours`. `fed`: the rectifier has mains or a generator.
  void step(bool fed, double load_a, double capacity_ah, double hours) {
    const double resistance_ohm = 5.0 / capacity_ah;
    if (fed) {
      connected_ = true;
      const double taken = std::min(1 - charge_, 0.09 * hours);
      charge_ += taken;
      current_a_ = hours > 0 ? taken / 0.9 * capacity_ah / hours : 0;
      voltage_v_ =
          taken > 0 ? std::min(float_v, rest_v() + 1.5 + current_a_ * resistance_ohm) : float_v;
      return;
    }
    if (connected_) {
      charge_ = std::max(0.0, charge_ - share_an_hour(load_a, capacity_ah) * hours);
      connected_ = charge_ > 0 && rest_v() - load_a * resistance_ohm > disconnect_v;
    }
    current_a_ = connected_ ? -load_a : 0;
    voltage_v_ = rest_v() - (connected_ ? load_a * resistance_ohm : 0);
  }

  // What part of the full charge a load takes in an hour.
  static double share_an_hour(double load_a, double capacity_ah) {
    return std::pow(load_a * 10 / capacity_ah, peukert) / 10;
  }
  double charge() const { return charge_; }  // 0 to 1
  double current_a() const { return current_a_; }
  double voltage_v() const { return voltage_v_; }
  bool connected() const { return connected_; }

 private:
  double rest_v() const {
    return cells * (1.90 + 0.22 * charge_ - 0.10 * std::exp(-charge_ / 0.05));
  }

  double charge_ = 1;
  double current_a_ = 0;
  double voltage_v_ = float_v;
  bool connected_ = true;
};

}  // namespace cairn::simulate
