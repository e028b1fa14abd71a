#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Estimates where the towns and villages of a region lie, and what its villages have.

    tools/estimate_positions.py REGION_DIR

No open source gives the positions of Chinese villages, so this derives them once, county by county,
from what is open: the county polygon, the relief (relief.asc), the rivers and the places that
GeoNames knows. It rewrites lon, lat, estimated and source of towns and villages in divisions.csv
and writes villages.csv.gz. Everything it derives is marked estimated.

 1. A town whose seat GeoNames knows (places.geojson, property `code`) keeps that real position.
 2. Other towns: of a low-discrepancy set of points inside the county, the one that lies farthest
    from the towns already placed, weighted towards low ground and rivers. Subdistricts sit in a
    spiral around the county seat.
 3. A point belongs to the town that is nearest in a weighted Voronoi sense (subdistricts count as
    small). A town's villages are spread over its cell in the same way, weighted towards the town;
    residents' committees sit in a spiral around the town.
 4. People: the census figure of the county is split by its urban share between residents'
    committees and villages, within each by a weight drawn from the code; sums are exact.
 5. Fibre and 4G: the plan says more than 96 % of administrative villages at the end of 2020;
    the highest and remotest go without. 5G: no administrative village (the plan: 0 %); residents'
    committees of the subdistricts where the plan says that 5G began.

All chance comes from a hash of the division code, so adding a region or a county changes nothing
elsewhere, and the same input gives the same bytes. Standard library only.
"""

import csv
import gzip
import hashlib
import io
import json
import math
import os
import sys

KM_PER_DEG = 111.195
FIBRE_SHARE, LTE_SHARE = 0.965, 0.963  # the plan: "more than 96 %"
FIRST_5G_COUNTIES = ('510402', '510403', '510411', '513401')


def chance(*key):
    """A number in [0, 1) that depends on the key only."""
    digest = hashlib.sha256('/'.join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:7], 'big') / 2 ** 56


def inside(x, y, polygons):
    odd = False
    for poly in polygons:
        for ring in poly:
            px, py = ring[-1]
            for qx, qy in ring:
                if (py > y) != (qy > y) and x < (qx - px) * (y - py) / (qy - py) + px:
                    odd = not odd
                px, py = qx, qy
    return odd


def distance_km(a, b):
    dx = (a[0] - b[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return KM_PER_DEG * math.hypot(dx, a[1] - b[1])


def segment_km(p, a, b):
    k = math.cos(math.radians(p[1]))
    ax, ay, bx, by = (a[0] - p[0]) * k, a[1] - p[1], (b[0] - p[0]) * k, b[1] - p[1]
    dx, dy = bx - ax, by - ay
    t = 0.0 if dx == dy == 0 else max(0.0, min(1.0, -(ax * dx + ay * dy) / (dx * dx + dy * dy)))
    return KM_PER_DEG * math.hypot(ax + t * dx, ay + t * dy)


class Relief:
    """An ESRI ASCII grid; heights in metres, bilinear between cell centres."""

    def __init__(self, path):
        with open(path, encoding='ascii') as f:
            lines = f.read().split('\n')
        head = {k.lower(): float(v) for k, v in (line.split() for line in lines[:6])}
        self.size = head['cellsize']
        self.x0 = head['xllcorner'] + self.size / 2
        self.rows = [[float(v) for v in line.split()] for line in lines[6:] if line.strip()][::-1]
        self.y0 = head['yllcorner'] + self.size / 2

    def height_m(self, lon, lat):
        x, y = (lon - self.x0) / self.size, (lat - self.y0) / self.size
        i = max(0, min(len(self.rows[0]) - 2, int(x)))
        j = max(0, min(len(self.rows) - 2, int(y)))
        fx, fy = x - i, y - j
        low, high = self.rows[j], self.rows[j + 1]
        return ((low[i] * (1 - fx) + low[i + 1] * fx) * (1 - fy) +
                (high[i] * (1 - fx) + high[i + 1] * fx) * fy)


class County:
    def __init__(self, code, polygons, relief, rivers, units):
        self.code, self.polygons, self.relief = code, polygons, relief
        xs, ys = zip(*[p for poly in polygons for p in poly[0]])
        self.box = min(xs), min(ys), max(xs), max(ys)
        near = [(a, b) for a, b in rivers if self.near_box(a) or self.near_box(b)]
        points = list(self.sequence(500 + 30 * units))
        heights = [relief.height_m(*p) for p in points]
        floor = sorted(heights)[len(heights) // 20]
        self.points = []
        for p, h in zip(points, heights):
            river = min((segment_km(p, a, b) for a, b in near), default=99.0)
            weight = math.exp(-max(0.0, h - floor) / 900) * (1 + 2 * math.exp(-river / 6))
            self.points.append((p, weight))

    def near_box(self, p):
        return (self.box[0] - 0.2 <= p[0] <= self.box[2] + 0.2 and
                self.box[1] - 0.2 <= p[1] <= self.box[3] + 0.2)

    def has(self, p):
        return inside(p[0], p[1], self.polygons)

    def sequence(self, count):
        """The R2 low-discrepancy sequence over the box, shifted by the code, cut to the county."""
        u, v = chance(self.code, 'u'), chance(self.code, 'v')
        while count:
            u, v = (u + 0.7548776662466927) % 1.0, (v + 0.5698402909980532) % 1.0
            p = (round(self.box[0] + u * (self.box[2] - self.box[0]), 5),
                 round(self.box[1] + v * (self.box[3] - self.box[1]), 5))
            if self.has(p):
                count -= 1
                yield p

    def spiral(self, centre, start, step_km, taken, key):
        """The next free point of a golden-angle spiral around the centre, inside the county."""
        turn = 2 * math.pi * chance(key, 'turn')
        for k in range(start, start + 4000):
            r, a = step_km * math.sqrt(k), turn + 2.399963229728653 * k
            p = (round(centre[0] + r * math.cos(a) /
                       (KM_PER_DEG * math.cos(math.radians(centre[1]))), 5),
                 round(centre[1] + r * math.sin(a) / KM_PER_DEG, 5))
            if p not in taken and self.has(p):
                return p
        sys.exit(f'{self.code}: no room around {centre}')

    def farthest(self, candidates, placed, taken):
        """The candidate with the greatest weighted distance from what is placed already."""
        best = None
        for p, weight in candidates:
            if p in taken:
                continue
            gap = min((distance_km(p, q) for q in placed), default=1.0)
            score = gap * math.sqrt(weight)
            if best is None or score > best[0]:
                best = (score, p)
        return best and best[1]


def is_subdistrict(code):
    return code[6] == '0'


def is_committee(row):
    return not row['name_zh'].endswith(('村委会', '村民委员会', '村'))


def place_towns(county, towns, known):
    """Positions of all towns of a county: {code: point}."""
    at = {t['code']: known[t['code']] for t in towns if t['code'] in known}
    taken = set(at.values())
    seat = next(iter(at.values()), None)
    if seat is None:
        seat = max(county.points, key=lambda q: q[1])[0]
    for k, t in enumerate(t for t in towns if t['code'] not in at and is_subdistrict(t['code'])):
        at[t['code']] = county.spiral(seat, k + 1, 1.6, taken, county.code)
        taken.add(at[t['code']])
    for t in towns:
        if t['code'] in at:
            continue
        p = county.farthest(county.points, list(at.values()), taken) if at else seat
        at[t['code']] = p
        taken.add(p)
    return at


def place_villages(county, towns, villages, town_at):
    size = {t['code']: (0.35 if is_subdistrict(t['code']) else 1.0) for t in towns}
    cells = {t['code']: [] for t in towns}
    for p, weight in county.points:
        reach, town = min((distance_km(p, town_at[c]) / size[c], c) for c in cells)
        cells[town].append((p, weight * math.exp(-reach / 12)))
    at, taken = {}, set(town_at.values())
    for t in towns:
        code, centre = t['code'], town_at[t['code']]
        mine = [v for v in villages if v['parent'] == code]
        step = 0.35 if is_subdistrict(code) else 0.25
        for k, v in enumerate(v for v in mine if is_committee(v)):
            at[v['code']] = county.spiral(centre, k + 1, step, taken, code)
            taken.add(at[v['code']])
        placed = [centre]
        for k, v in enumerate(v for v in mine if not is_committee(v)):
            p = county.farthest(cells[code], placed, taken)
            if p is None:  # a cell too small for its villages
                p = county.spiral(centre, k + 9, 0.6, taken, code)
            at[v['code']] = p
            placed.append(p)
            taken.add(p)
    return at


def split_exactly(total, weights):
    """Integers in proportion to the weights, at least 1 each, that sum to the total."""
    spare = total - len(weights)
    scale = spare / sum(weights)
    parts = [int(w * scale) for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - weights[i] * scale, i))
    for i in order[:spare - sum(parts)]:
        parts[i] += 1
    return [1 + p for p in parts]


def people(county_code, villages, population, urban_share):
    town_side = [v for v in villages if is_committee(v)]
    rural = [v for v in villages if not is_committee(v)]
    urban = round(population * urban_share) if rural and town_side else \
        (population if town_side else 0)
    # An all but urban district still has its villages: 300 people each at least.
    urban = min(urban, population - 300 * len(rural))
    out = {}
    for group, total in ((town_side, urban), (rural, population - urban)):
        if group:
            weights = [math.exp(1.2 * chance(v['code'], 'people')) *
                       (2.5 if is_subdistrict(v['code']) else 1.0) for v in group]
            out.update(zip((v['code'] for v in group), split_exactly(total, weights)))
    assert sum(out.values()) == population, county_code
    return out


def without(villages, hardship, share):
    """Codes of the villages that go without: the hardest to reach, as many as the share allows."""
    count = len(villages) - math.ceil(share * len(villages))
    return {v['code'] for v in sorted(villages, key=lambda v: -hardship[v['code']])[:count]}


def read_csv(path):
    with open(path, encoding='utf-8', newline='') as f:
        return list(csv.DictReader(f))


def write_gzip(path, header, rows):
    text = io.StringIO()
    w = csv.writer(text, lineterminator='\n')
    w.writerow(header)
    w.writerows(rows)
    with open(path, 'wb') as f:
        with gzip.GzipFile(filename='', mode='wb', fileobj=f, mtime=0, compresslevel=9) as z:
            z.write(text.getvalue().encode())


def load(region):
    rows = read_csv(os.path.join(region, 'divisions.csv'))
    with open(os.path.join(region, 'boundaries.geojson'), encoding='utf-8') as f:
        shapes = {x['properties']['code']: x['geometry']['coordinates']
                  for x in json.load(f)['features']}
    rivers = []
    with open(os.path.join(region, 'rivers.geojson'), encoding='utf-8') as f:
        for feature in json.load(f)['features']:
            for line in feature['geometry']['coordinates']:
                rivers += list(zip(line, line[1:]))
    with open(os.path.join(region, 'places.geojson'), encoding='utf-8') as f:
        known = {x['properties']['code']: tuple(x['geometry']['coordinates'])
                 for x in json.load(f)['features'] if 'code' in x['properties']}
    return rows, shapes, rivers, known


def village_rows(villages, at, population, relief, town_at):
    hardship, height = {}, {}
    for v in villages:
        height[v['code']] = relief.height_m(*at[v['code']])
        hardship[v['code']] = (height[v['code']] / 1000 +
                               distance_km(at[v['code']], town_at[v['parent']]) / 5 +
                               chance(v['code'], 'hardship'))
    rural = [v for v in villages if not is_committee(v)]
    no_fibre = without(rural, hardship, FIBRE_SHARE)
    no_lte = without(rural, {c: h + 0.5 * chance(c, 'lte') for c, h in hardship.items()},
                     LTE_SHARE)
    flag = lambda b: 'true' if b else 'false'
    rows = []
    for v in villages:
        code = v['code']
        first_5g = (is_committee(v) and is_subdistrict(code) and code[:6] in FIRST_5G_COUNTIES)
        rows.append([code, 'village', code, v['name_zh'], '', *at[code], 'live', '', '', 'true',
                     'positions', population[code], flag(not is_committee(v)),
                     flag(code not in no_fibre), flag(code not in no_lte), flag(first_5g),
                     round(height[code])])
    return rows


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    region = sys.argv[1]
    rows, shapes, rivers, known = load(region)
    relief = Relief(os.path.join(region, 'relief.asc'))
    stats = {(r['region'], r['property']): r['value']
             for r in read_csv(os.path.join(region, 'statistics.csv'))}
    town_at, village_at, population = {}, {}, {}
    for code in sorted(shapes):
        towns = [r for r in rows if r['level'] == 'town' and r['parent'] == code]
        villages = [r for r in rows if r['level'] == 'village' and r['parent'][:6] == code]
        county = County(code, shapes[code], relief, rivers, len(villages))
        mine = {t['code']: known[t['code']] for t in towns
                if t['code'] in known and county.has(known[t['code']])}
        town_at.update(place_towns(county, towns, mine))
        village_at.update(place_villages(county, towns, villages, town_at))
        population.update(people(code, villages, int(stats[code, 'population']),
                                 float(stats[code, 'urban_share'])))
        known = {c: p for c, p in known.items() if c[:6] != code or c in mine}
    for r in rows:
        at = town_at.get(r['code']) or village_at.get(r['code'])
        if at:
            real = r['code'] in known
            r.update(lon=at[0], lat=at[1], estimated='false' if real else 'true',
                     source='geonames' if real else 'positions')
    with open(os.path.join(region, 'divisions.csv'), 'w', encoding='utf-8', newline='') as f:
        w = csv.DictWriter(f, list(rows[0]), lineterminator='\n')
        w.writeheader()
        w.writerows(rows)
    header = ('id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source,'
              'population,administrative,has_fibre,has_4g,has_5g,elevation').split(',')
    villages = [r for r in rows if r['level'] == 'village']
    write_gzip(os.path.join(region, 'villages.csv.gz'), header,
               village_rows(villages, village_at, population, relief, town_at))
    print(f'{len(town_at)} towns ({len(known)} of them real positions), {len(village_at)} villages')


if __name__ == '__main__':
    main()
