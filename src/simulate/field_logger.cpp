// SPDX-License-Identifier: Apache-2.0
// A data logger in the field: a battery under load, a small panel, a modem that may fail, and what
// the register of devices says of its silence.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { capacity, load, panel, cloud, charge, outage, days_overdue };

constexpr double kept = 0.85;       // of what the panel gives, by charging
constexpr double sunrise_hour = 6;  // the mean over a year
constexpr double day_hours = 12;
constexpr double cut_off = 5;     // %: the charge controller lets the load go
constexpr double reconnect = 12;  // %
constexpr double empty_v = 11.8;  // open circuit of six lead-acid cells
constexpr double full_v = 12.7;
constexpr double silent_intervals = 3;  // as the register of devices has it
constexpr double no_reading = std::numeric_limits<double>::quiet_NaN();

class FieldLogger final : public Model {
 public:
  explicit FieldLogger(std::span<const double> p) : charge_(p[charge]) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const double hours = now.dt_s / 3600;
    const double sun =
        std::max(0.0, std::sin(std::numbers::pi * (now.hour - sunrise_hour) / day_hours));
    const double in_w = p[panel] * sun * (1 - p[cloud]) * kept;
    on_ = on_ ? charge_ > cut_off : charge_ > reconnect;
    const double used_w = on_ ? p[load] : 0;
    charge_ = std::clamp(charge_ + (in_w - used_w) * hours / p[capacity] * 100, 0.0, 100.0);
    const bool speaks = on_ && p[outage] < 0.5;
    out[0] = speaks ? charge_ : no_reading;
    out[1] = speaks ? empty_v + (full_v - empty_v) * charge_ / 100 : no_reading;
    out[2] = speaks ? -85 + 4 * (random.uniform() - 0.5) : no_reading;
    out[3] = speaks ? 1 : no_reading;
    out[4] = missed(speaks);
    // Told once a day, at its first step.
    const double day = std::floor((now.elapsed_s + first_hour(now) * 3600) / 86'400);
    out[5] = now.index == 0 || day > day_ ? p[days_overdue] + day : no_reading;
    day_ = day;
  }

 private:
  double first_hour(const Step& now) {
    if (now.index == 0) first_hour_ = now.hour;
    return first_hour_;
  }

  // What the register tells: intervals without a word, from the third on, each time that they have
  // doubled; none again at the first word.
  double missed(bool speaks) {
    if (speaks) {
      const bool tells = told_ != 0;
      missed_ = told_ = 0;
      return tells ? 0 : no_reading;
    }
    ++missed_;
    if (missed_ < silent_intervals || (told_ > 0 && missed_ < 2 * told_)) return no_reading;
    return told_ = missed_;
  }

  double charge_;  // %
  bool on_ = true;
  double missed_ = 0;
  double told_ = -1;  // nothing yet
  double day_ = 0;
  double first_hour_ = 0;
};

}  // namespace

Kind field_logger_kind() {
  return {
      .id = "field_logger",
      .zh = "野外采集终端（电池—太阳能—通信）",
      .en = "Field logger: battery, panel, modem",
      .physics_zh =
          "电池能量平衡：日照按6—18时半正弦，乘以（1−云量）和充电效率0.85，减去恒定负载；开路电压"
          "随荷电由11.8伏至12.7伏线性变化；荷电低于5%断开负载，回到12%恢复。信号在−85 dBm上下2 dB内"
          "随机。失联按上报间隔计数，第3次起上报，之后每翻一番再报。不含温度、老化、自放电和昼长变"
          "化。",
      .physics_en =
          "Energy of the battery: sunlight as half a sine from 6 to 18 h, less cloud, 0.85 of it "
          "kept, less a constant load. Open-circuit voltage linear in the charge, 11.8 to 12.7 V. "
          "The load is let go below 5 % and comes back at 12 %. Signal at random within 2 dB of "
          "-85 dBm. Missed intervals are told from the third on and each time they have doubled. "
          "No "
          "temperature, ageing, self-discharge or change of the day's length.",
      .source =
          "D. Linden and T. B. Reddy, Handbook of Batteries, 3rd edition, 2002, chapter 23 "
          "(open-circuit voltage of lead-acid cells against charge); docs/devices.md (silence)",
      .parameters = {{"capacity", "W.h", 84, 1, 10'000, "电池容量", "Capacity"},
                     {"load", "W", 1, 0, 500, "负载", "Load"},
                     {"panel", "W", 10, 0, 1'000, "太阳能板峰值", "Panel at its peak"},
                     {"cloud", "1", 0.2, 0, 1, "云量", "Cloud"},
                     {"charge", "%", 90, 0, 100, "起始荷电", "Charge at the start"},
                     {"outage", "1", 0, 0, 1, "通信中断", "Modem off"},
                     {"days_overdue", "d", -30, -4'000, 4'000, "起始检定超期天数",
                      "Days past calibration at the start"}},
      .outputs = {{"battery", "%", "电池电量", "Battery"},
                  {"battery_voltage", "V", "电池电压", "Battery voltage"},
                  {"signal", "dBm", "信号强度", "Signal"},
                  {"heard", "1", "收到上报", "Heard"},
                  {"missed", "1", "连续缺报次数", "Intervals missed"},
                  {"calibration_overdue", "d", "检定超期", "Past calibration"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<FieldLogger>(given);
      }};
}

}  // namespace cairn::simulate
