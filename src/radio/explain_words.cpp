// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <utility>

#include "radio/explain.hpp"

namespace cairn::radio {
namespace {

using Word = std::pair<std::string_view, std::string_view>;

constexpr Word words[] = {
    {"length of the path", "路径长度"},
    {"ground under the transmitter", "发射端地面海拔"},
    {"ground under the receiver", "接收端地面海拔"},
    {"transmitter above sea level", "发射天线海拔"},
    {"receiver above sea level", "接收天线海拔"},
    {"transmitter's land to the sea", "发射端至海岸的陆地距离"},
    {"receiver's land to the sea", "接收端至海岸的陆地距离"},
    {"part of the path over sea", "海上路径所占比例"},
    {"longest land", "最长连续陆地段"},
    {"longest inland", "最长连续内陆段"},
    {"median effective Earth radius", "等效地球半径中值"},
    {"effective Earth radius for beta_0", "beta_0 时间的等效地球半径"},
    {"transmitter's horizon", "发射端视界仰角"},
    {"receiver's horizon", "接收端视界仰角"},
    {"transmitter to its horizon", "发射端至视界点距离"},
    {"receiver to its horizon", "接收端至视界点距离"},
    {"angular distance", "路径角距"},
    {"fitted surface, transmitter", "光滑地面拟合高，发射端"},
    {"fitted surface, receiver", "光滑地面拟合高，接收端"},
    {"highest obstruction", "最大障碍高度"},
    {"surface for diffraction, transmitter", "绕射用光滑地面高，发射端"},
    {"surface for diffraction, receiver", "绕射用光滑地面高，接收端"},
    {"surface not above ground, transmitter", "不高于地面的光滑面高，发射端"},
    {"surface not above ground, receiver", "不高于地面的光滑面高，接收端"},
    {"effective height for ducts, transmitter", "波导用天线有效高，发射端"},
    {"effective height for ducts, receiver", "波导用天线有效高，接收端"},
    {"roughness", "地形粗糙度"},
    {"transmitter above the smooth surface", "发射天线高出光滑地面"},
    {"receiver above the smooth surface", "接收天线高出光滑地面"},
    {"steepest slope from the transmitter", "自发射端的最大斜率"},
    {"steepest slope from the receiver", "自接收端的最大斜率"},
    {"the edge that stands for all", "等效刃峰位置"},
    {"Bullington, real path, median", "布林顿绕射，实际剖面，中值"},
    {"Bullington, smooth path, median", "布林顿绕射，光滑剖面，中值"},
    {"spherical Earth, median", "球面地球绕射，中值"},
    {"diffraction, median", "绕射损耗，中值"},
    {"Bullington, real path, beta_0", "布林顿绕射，实际剖面，beta_0"},
    {"Bullington, smooth path, beta_0", "布林顿绕射，光滑剖面，beta_0"},
    {"spherical Earth, beta_0", "球面地球绕射，beta_0"},
    {"diffraction, beta_0", "绕射损耗，beta_0"},
    {"interpolation in time", "时间插值系数"},
    {"diffraction, p", "绕射损耗，p % 时间"},
    {"with diffraction, median", "含绕射的损耗，中值"},
    {"with diffraction, p", "含绕射的损耗，p % 时间"},
    {"troposcatter", "对流层散射损耗"},
    {"ducting and layer reflection", "波导与层反射损耗"},
    {"interpolation in angle", "角度插值系数"},
    {"interpolation in distance", "距离插值系数"},
    {"least with line of sight", "视距与海上绕射的最小损耗"},
    {"least with ducting", "视距与波导的最小损耗"},
    {"diffraction with ducting", "绕射与波导合成损耗"},
    {"modified", "修正后的损耗"},
    {"50 % of locations", "50 % 地点不超过的损耗"},
    {"variability over locations", "地点变化修正"},
    {"basic transmission loss", "基本传输损耗"},
    {"field strength for 1 kW e.r.p.", "1 kW 有效辐射功率的场强"},
    {"time with ducting", "异常传播时间百分比"},
    {"free space", "自由空间损耗"},
    {"line of sight, p", "视距损耗，p % 时间"},
    {"line of sight, beta_0", "视距损耗，beta_0"},
    {"surface refractivity", "地面折射率"},
    {"curvature of the effective Earth", "等效地球曲率"},
    {"irregularity of the terrain", "地形不规则度"},
    {"effective height, transmitter", "天线有效高，发射端"},
    {"effective height, receiver", "天线有效高，接收端"},
    {"slope of diffraction", "绕射斜率"},
    {"start of diffraction", "绕射起点值"},
    {"reference attenuation", "参考衰减"},
    {"median of the climate", "气候中值修正"},
    {"attenuation with variability", "含变化的衰减"},
    {"break point", "折点距离"},
    {"probability of line of sight", "视距概率"},
    {"loss in line of sight", "视距损耗"},
    {"shadowing in line of sight", "视距阴影衰落标准差"},
    {"loss without line of sight", "非视距损耗"},
    {"shadowing without line of sight", "非视距阴影衰落标准差"},
};

}  // namespace

std::string_view chinese(std::string_view meaning) {
  const auto* at = std::find_if(std::begin(words), std::end(words),
                                [&](const Word& word) { return word.first == meaning; });
  return at == std::end(words) ? std::string_view{} : at->second;
}

}  // namespace cairn::radio
