#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Estimates the base stations of Panxi at the end of 2020, and a proposal for 5G until 2025.

    tools/estimate_sites.py REGION_DIR PROPOSALS_DIR

There is no open register of sites. The plan prints totals for the end of 2020: more than 31,000
stations, 23,000 of them 4G and 1,617 of them 5G. This makes exactly that many and puts them where
people are; every row is marked estimated.

 * 2G and 3G (together 6,383) and 4G are shared out to counties by census population and, inside a
   county, to villages by people and a floor for every village that has 4G. 5G stands where the plan
   says that it began: the districts of Panzhihua and the city of Xichang, a little in county towns.
 * About four stations share a mast. Masts stand in a spiral around their village, inside the
   county. Operators, bands, heights and commissioning days are drawn from a hash of the id.
 * The proposal panxi-5g-2025 raises 1,617 to 17,000 (the plan: 1.7 万) year by year: first the
   towns, then the villages in order of people, until 60 % of administrative villages have 5G (the
   plan's target); each of these villages turns to has_5g on the day of its first station.

Standard library only; the same input gives the same bytes. Run after tools/estimate_positions.py.
"""

import csv
import datetime
import gzip
import json
import math
import os
import sys

import estimate_positions as positions
from estimate_positions import chance

TOTAL, LTE, NR = 31000, 23000, 1617          # end of 2020
THIRD_SHARE = 0.3                            # of the 2G and 3G stations
STEPS = {2021: 3600, 2022: 6600, 2023: 10000, 2024: 13600, 2025: 17000}  # 5G at year end
NR_SHARE_2020 = {'513401': 0.36, '510402': 0.24, '510411': 0.12, '510403': 0.08}
VILLAGE_5G_2025 = 0.60                       # of administrative villages
STATIONS_PER_MAST = 4

BANDS = {  # technology -> operator -> (share, [(band, MHz)])
    '2g': {'mobile': (.62, [('GSM900', 900), ('DCS1800', 1800)]), 'unicom': (.2, [('GSM900', 900)]),
           'telecom': (.18, [('CDMA800', 800)])},
    '3g': {'unicom': (.55, [('WCDMA2100', 2100)]), 'telecom': (.45, [('EVDO800', 800)])},
    '4g': {'mobile': (.47, [('B39', 1900), ('B41', 2600), ('B8', 900), ('B40', 2300)]),
           'telecom': (.3, [('B5', 850), ('B3', 1800), ('B1', 2100)]),
           'unicom': (.23, [('B3', 1800), ('B8', 900)])},
    '5g': {'mobile': (.52, [('n41', 2600)]), 'telecom': (.26, [('n78', 3500)]),
           'unicom': (.22, [('n78', 3500)])},
}
# First and last commissioning day, and the exponent that leans the draw to the early (> 1) side.
BUILT = {'2g': ('2010-01-01', '2014-12-31', 1.5), '3g': ('2010-01-01', '2015-12-31', 1.2),
         '4g': ('2014-01-01', '2020-12-31', 1.0), '5g': ('2019-10-01', '2020-12-31', 0.6)}
HEADER = ('id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source,'
          'tech,band,frequency,operator,site,height_m').split(',')


def largest_remainder(total, weights):
    scale = total / sum(weights)
    parts = [int(w * scale) for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - weights[i] * scale, i))
    for i in order[:total - sum(parts)]:
        parts[i] += 1
    return parts


def pick(options, draw):
    """The key of {key: (share, …)} that a number in [0, 1) falls on."""
    for key, (share, *_) in options.items():
        if draw < share:
            return key
        draw -= share
    return key


def day_between(first, last, draw):
    a, b = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    return (a + datetime.timedelta(days=int(draw * ((b - a).days + 1)))).isoformat()


class Masts:
    """Positions around villages, one spiral each, handed out station by station."""

    def __init__(self, shapes):
        self.shapes, self.used, self.taken = shapes, {}, set()

    def next(self, village, stations):
        """The mast and its number for the station that makes `stations` of them here."""
        masts = self.used.setdefault(village['id'], [])
        if stations > len(masts) * STATIONS_PER_MAST:
            code = village['id']
            centre = (float(village['lon']), float(village['lat']))
            step = 0.9 if village['administrative'] == 'true' else 0.45
            p = self.spiral(code, centre, len(masts) + 1, step)
            masts.append(p)
        k = (stations - 1) % len(masts)
        return masts[k], k + 1

    def spiral(self, code, centre, start, step_km):
        turn = 2 * math.pi * chance(code, 'mast')
        for k in range(start, start + 4000):
            r, a = step_km * math.sqrt(k - 0.7), turn + 2.399963229728653 * k
            p = (round(centre[0] + r * math.cos(a) / (111.195 * math.cos(math.radians(centre[1]))),
                       5), round(centre[1] + r * math.sin(a) / 111.195, 5))
            if p not in self.taken and positions.inside(*p, self.shapes[code[:6]]):
                self.taken.add(p)
                return p
        sys.exit(f'{code}: no room for a mast')


class Network:
    def __init__(self, villages, shapes):
        self.villages, self.masts = villages, Masts(shapes)
        self.count = {}   # village -> stations so far
        self.serial = {}  # county -> stations so far
        self.rows = []

    def add(self, village, tech, day, status='live'):
        code, county = village['id'], village['id'][:6]
        self.count[code] = self.count.get(code, 0) + 1
        self.serial[county] = self.serial.get(county, 0) + 1
        (lon, lat), mast = self.masts.next(village, self.count[code])
        key = f'bs:{county}-{self.serial[county]}'
        operator = pick(BANDS[tech], chance(key, 'operator'))
        bands = BANDS[tech][operator][1]
        band, mhz = bands[int(chance(key, 'band') * len(bands))]
        rural = village['administrative'] == 'true'
        mast_draw = chance(code, mast, 'height')
        height_m = round((25 if rural else 18) + mast_draw * (25 if rural else 17))
        self.rows.append([key, 'base_station', code, '', '', lon, lat, status, day, '', 'true',
                          'sites', tech, band, mhz, operator, f'{code}-{mast}', height_m])


def by_county(villages):
    groups = {}
    for v in villages:
        groups.setdefault(v['id'][:6], []).append(v)
    return dict(sorted(groups.items()))


def spread(total, villages, weight):
    """{village id: stations}, in proportion to weight(village), exact."""
    parts = largest_remainder(total, [weight(v) for v in villages])
    return {v['id']: n for v, n in zip(villages, parts)}


def build_2020(network):
    groups = by_county(network.villages)
    people = {c: sum(int(v['population']) for v in vs) for c, vs in groups.items()}
    urban = lambda c: sum(int(v['population']) for v in groups[c]
                          if v['administrative'] == 'false')
    third = round((TOTAL - LTE - NR) * THIRD_SHARE)
    totals = {'2g': TOTAL - LTE - NR - third, '3g': third, '4g': LTE}
    shares = {t: dict(zip(people, largest_remainder(n, list(people.values()))))
              for t, n in totals.items()}
    rest = 1 - sum(NR_SHARE_2020.values())
    others = [c for c in groups if c not in NR_SHARE_2020]
    all_urban = sum(urban(c) for c in others)
    nr = [NR_SHARE_2020.get(c) or rest * urban(c) / all_urban for c in groups]
    shares['5g'] = dict(zip(groups, largest_remainder(NR, nr)))
    for county, villages in groups.items():
        covered = [v for v in villages if v['has_4g'] == 'true']
        towns = [v for v in villages if v['administrative'] == 'false']
        core = [v for v in towns if positions.is_subdistrict(v['id'])] or towns
        size = lambda v: float(v['population']) ** 0.9
        plan = {'2g': spread(shares['2g'][county], villages, size),
                '3g': spread(shares['3g'][county], covered, size),
                # every village with 4G gets one station before people count
                '4g': {k: n + 1 for k, n in
                       spread(shares['4g'][county] - len(covered), covered, size).items()},
                '5g': spread(shares['5g'][county], core, size)}
        for v in villages:
            for tech in plan:
                first, last, lean = BUILT[tech]
                for k in range(plan[tech].get(v['id'], 0)):
                    draw = chance(v['id'], tech, k) ** lean
                    network.add(v, tech, day_between(first, last, draw))


def build_2025(network):
    """Adds the 5G stations of 2021-2025; returns {village: day of its first one}."""
    rural = [v for v in network.villages if v['administrative'] == 'true']
    towns = [v for v in network.villages if v['administrative'] == 'false']
    rural.sort(key=lambda v: (-int(v['population']) * (0.7 + 0.6 * chance(v['id'], 'rank')),
                              v['id']))
    chosen = rural[:math.ceil(VILLAGE_5G_2025 * len(rural))]
    total = STEPS[2025] - NR
    size = lambda v: float(v['population']) ** 0.9
    # One station per chosen village, the rest by people with towns counting three times.
    weight = lambda v: size(v) * (3 if v['administrative'] == 'false' else 1)
    parts = {k: n + 1 for k, n in
             spread(total - len(chosen) - len(towns), towns + chosen, weight).items()}
    jobs = []
    for rank, v in enumerate(towns + chosen):
        place = 0.0 if v['administrative'] == 'false' else (rank - len(towns)) / len(chosen)
        for k in range(parts[v['id']]):
            # Towns fill over all years, a village from its place in the order on.
            start = 0.35 * chance(v['id'], 'start') if place == 0.0 else 0.15 + 0.84 * place
            jobs.append((start + (1 - start) * (k / parts[v['id']]), v['id'], k, v))
    jobs.sort(key=lambda job: job[:3])
    first, done, before = {}, 0, NR
    for year, target in STEPS.items():
        batch = jobs[done:done + target - before]
        for k, (_, code, _, v) in enumerate(batch):
            day = day_between(f'{year}-01-01', f'{year}-12-31', k / len(batch))
            network.add(v, '5g', day, 'planned')
            first.setdefault(code, day)
        done += len(batch)
        before = target
    assert done == len(jobs) == total
    return first


def write_proposal(path, first, villages):
    known = {v['id'] for v in villages if v['has_5g'] == 'true'}
    with open(path, 'w', encoding='utf-8') as f:
        f.write('''# SPDX-License-Identifier: Apache-2.0
# Written by tools/estimate_sites.py.
proposal: panxi-5g-2025
label: {zh: 攀西5G建设方案（2021—2025年）, en: Panxi 5G build-out 2021-2025}
region: panxi
note:
  zh: 估计方案：按规划目标将5G基站由1617个逐年增至1.7万个，60%的行政村通5G。站点位置并非真实站址。
  en: >-
    An estimate: 5G base stations rise from 1,617 to the plan's 17,000 year by year, and 60 % of
    administrative villages are reached. The positions are not those of real sites.
things: [panxi-5g-2025.csv.gz]
changes:
''')
        for code, day in sorted(first.items()):
            if code not in known:
                f.write(f"  - {{thing: '{code}', from: {day}, set: {{has_5g: true}}}}\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    region, proposals = sys.argv[1:]
    with gzip.open(os.path.join(region, 'villages.csv.gz'), 'rt', encoding='utf-8') as f:
        villages = list(csv.DictReader(f))
    with open(os.path.join(region, 'boundaries.geojson'), encoding='utf-8') as f:
        shapes = {x['properties']['code']: x['geometry']['coordinates']
                  for x in json.load(f)['features']}
    network = Network(villages, shapes)
    build_2020(network)
    positions.write_gzip(os.path.join(region, 'sites.csv.gz'), HEADER, network.rows)
    built = len(network.rows)
    first = build_2025(network)
    os.makedirs(proposals, exist_ok=True)
    positions.write_gzip(os.path.join(proposals, 'panxi-5g-2025.csv.gz'), HEADER,
                         network.rows[built:])
    write_proposal(os.path.join(proposals, 'panxi-5g-2025.yaml'), first, villages)
    masts = len({row[16] for row in network.rows[:built]})
    print(f'{built} stations on {masts} masts, {len(network.rows) - built} proposed, '
          f'{len(first)} places with new 5G')


if __name__ == '__main__':
    main()
