#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the open-data part of regions/<id>/ from a folder of downloaded source files.

    tools/build_regions.py SOURCE_DIR [REGIONS_DIR]

SOURCE_DIR holds the upstream files under the names that each region's SOURCES.md lists:
admin/, boundaries/, population/, places/, power/, hazards/, vector/, dem/. Nothing is estimated
here except what the output marks so; positions below county level are filled in afterwards by
tools/estimate_positions.py, base stations by tools/estimate_sites.py. Standard library only.
The same input gives the same bytes.
"""

import csv
import json
import math
import os
import sys

# Folder, member codes, deepest level of divisions, what else must be loaded.
REGIONS = [
    dict(id='panxi', zh='攀西经济区', en='Panxi economic zone', members=['5104', '5134'],
         own=['5104', '5134'], deep=True, requires=[], province='51'),
    dict(id='northwest-sichuan', zh='川西北生态示范区',
         en='North-west Sichuan ecological demonstration zone', members=['5132', '5133'],
         own=['5132'], deep=False, requires=['ganzi'], province='51'),
    dict(id='ganzi', zh='甘孜藏族自治州', en='Ganzi Tibetan Autonomous Prefecture',
         members=['5133'], own=['5133'], deep=False, requires=[], province='51'),
    dict(id='guizhou', zh='贵州省', en='Guizhou province', members=['52'], own=['52'],
         deep=False, requires=[], province='52'),
    dict(id='chengdu', zh='成都市', en='Chengdu', members=['5101'], own=['5101'], deep=False,
         requires=[], province='51'),
]

# GB/T 2260 codes that older sets use for the same place, newest code first. Upgrades of a county
# to a district or a city; the territory did not change (Jianyang moved from Ziyang to Chengdu).
ALIASES = {
    '510115': ['510123'], '510116': ['510122'], '510117': ['510124'], '510118': ['510132'],
    '510185': ['512081'], '513201': ['513229'], '513301': ['513321'], '513402': ['513425'],
    '520204': ['520221'], '520281': ['520222'], '520304': ['520321'], '520403': ['520421'],
    '520581': ['520522'], '522302': ['522322'],
}

PROVINCES = {'51': ('四川省', 'Sichuan', 104.06667, 30.66667),
             '52': ('贵州省', 'Guizhou', 106.71667, 26.58333)}

PREFECTURE_EN = {
    '5101': 'Chengdu', '5104': 'Panzhihua',
    '5132': 'Ngawa (Aba) Tibetan and Qiang Autonomous Prefecture',
    '5133': 'Ganzi Tibetan Autonomous Prefecture', '5134': 'Liangshan Yi Autonomous Prefecture',
    '5201': 'Guiyang', '5202': 'Liupanshui', '5203': 'Zunyi', '5204': 'Anshun',
    '5205': 'Bijie', '5206': 'Tongren',
    '5223': 'Qianxinan Buyi and Miao Autonomous Prefecture',
    '5226': 'Qiandongnan Miao and Dong Autonomous Prefecture',
    '5227': 'Qiannan Buyi and Miao Autonomous Prefecture'}

# Names that a plain "pinyin + County" would get wrong.
COUNTY_EN = {
    '513422': 'Muli Tibetan Autonomous County', '513222': 'Li County', '513223': 'Mao County',
    '513201': "Ma'erkang City", '513232': "Ruo'ergai County", '510402': 'Dong District',
    '510403': 'Xi District', '520203': 'Liuzhi Special District', '520324': "Zheng'an County",
    '520325': 'Daozhen Gelao and Miao Autonomous County',
    '520326': 'Wuchuan Gelao and Miao Autonomous County',
    '520423': 'Zhenning Buyi and Miao Autonomous County',
    '520424': 'Guanling Buyi and Miao Autonomous County',
    '520425': 'Ziyun Miao and Buyi Autonomous County',
    '520526': 'Weining Yi, Hui and Miao Autonomous County',
    '520622': 'Yuping Dong Autonomous County',
    '520625': 'Yinjiang Tujia and Miao Autonomous County',
    '520627': 'Yanhe Tujia Autonomous County', '520628': 'Songtao Miao Autonomous County',
    '522323': "Pu'an County", '522725': "Weng'an County",
    '522732': 'Sandu Shui Autonomous County'}

# Township seats of Panxi that GeoNames knows, matched by hand: GeoNames name -> division code.
TOWN_OF_PLACE = {
    'Yuecheng': '513434100', 'Yanjing': '513423001', 'Xinshiba': '513435100',
    'Xincheng': '513431100', 'Xichang': '513401001', 'Tiandiba': '513430100',
    'Temuli': '513429100', 'Renhe': '510411100', 'Qiaowa': '513422100', 'Puji': '513428100',
    'Pisha': '513427116', 'Dadukou': '510402001', 'Panlian': '510421100',
    'Jincheng': '513437100', 'Tongzilin': '510422100', 'Huili Chengguanzhen': '513402003',
    'Huidong': '513426100', 'Guangming': '513432100', 'Dezhou': '513424001'}

SEATS = {'Chengdu': '成都', 'Panzhihua': '攀枝花', 'Xichang': '西昌', 'Kangding': '康定',
         'Barkam': '马尔康', 'Guiyang': '贵阳', 'Liupanshui': '六盘水', 'Zunyi': '遵义',
         'Anshun': '安顺', 'Bijie': '毕节', 'Tongren': '铜仁', 'Xingyi': '兴义',
         'Kaili': '凯里', 'Duyun': '都匀'}

RIVER_ZH = {'Jinsha': '金沙江', 'Yalong': '雅砻江', 'Dadu': '大渡河', 'Anning': '安宁河',
            'Min': '岷江', 'Wu': '乌江', 'Jialing': '嘉陵江', 'Chang Jiang (Yangtze)': '长江',
            'Chang Jiang': '长江', 'Yangtze': '长江', 'Tuo': '沱江', 'Lancang': '澜沧江',
            'Mekong': '澜沧江', 'Salween': '怒江', 'Nu': '怒江', 'Hongshui': '红水河',
            'Nanpan': '南盘江', 'Beipan': '北盘江', 'Qingshui': '清水江', 'Chishui': '赤水河',
            'Fu': '涪江', 'Yuan': '沅江', 'Huang': '黄河', 'Bailong': '白龙江'}

EARTH_RADIUS_KM = 6371.0088


def read_csv(path):
    with open(path, encoding='utf-8-sig', newline='') as f:
        return list(csv.DictReader(f))


def write_csv(path, header, rows):
    with open(path, 'w', encoding='utf-8', newline='') as f:
        w = csv.writer(f, lineterminator='\n')
        w.writerow(header)
        w.writerows(rows)


def ring_area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1])) / 2


def polygons_of(geometry):
    return [geometry['coordinates']] if geometry['type'] == 'Polygon' else geometry['coordinates']


def sphere_area_km2(polygons):
    """Area on the authalic-like sphere; rings are lon/lat degrees, holes subtract."""
    def ring_km2(ring):
        total = 0.0
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1]):
            total += math.radians(x2 - x1) * (2 + math.sin(math.radians(y1)) +
                                              math.sin(math.radians(y2)))
        return abs(total) * EARTH_RADIUS_KM ** 2 / 2
    return sum(ring_km2(p[0]) - sum(ring_km2(h) for h in p[1:]) for p in polygons)


def inside(x, y, polygons):
    """Even-odd rule over all rings of all polygons."""
    odd = False
    for poly in polygons:
        for ring in poly:
            px, py = ring[-1]
            for qx, qy in ring:
                if (py > y) != (qy > y) and x < (qx - px) * (y - py) / (qy - py) + px:
                    odd = not odd
                px, py = qx, qy
    return odd


def representative_point(polygons):
    """A point inside: the middle of the widest span on the best of 31 horizontal cuts."""
    ys = [p[1] for poly in polygons for p in poly[0]]
    best = (-1.0, 0.0, 0.0)
    for k in range(1, 32):
        y = min(ys) + (max(ys) - min(ys)) * k / 32 + 1e-7
        cuts = []
        for poly in polygons:
            for ring in poly:
                px, py = ring[-1]
                for qx, qy in ring:
                    if (py > y) != (qy > y):
                        cuts.append((qx - px) * (y - py) / (qy - py) + px)
                    px, py = qx, qy
        cuts.sort()
        for a, b in zip(cuts[::2], cuts[1::2]):
            middle = 1 - abs(k - 16) / 32  # prefer cuts near the middle
            if (b - a) * middle > best[0]:
                best = ((b - a) * middle, (a + b) / 2, y)
    return round(best[1], 5), round(best[2], 5)


class Source:
    def __init__(self, root):
        path = lambda *p: os.path.join(root, *p)
        self.root = root
        self.cities = {r['code']: r for r in read_csv(path('admin', 'cities_sw.csv'))}
        self.counties = {r['code']: r for r in read_csv(path('admin', 'areas_sw.csv'))}
        self.towns = read_csv(path('admin', 'streets_sw.csv'))
        self.villages = read_csv(path('admin', 'villages_sw.csv'))
        self.now = {old: new for new, olds in ALIASES.items() for old in olds}
        with open(path('boundaries', 'counties_sw_ctamap_wgs84.geojson'), encoding='utf-8') as f:
            self.shapes = {}
            for feature in json.load(f)['features']:
                code = self.current(feature['properties']['code'])
                if code in self.shapes:
                    sys.exit(f'two polygons for {code}')
                self.shapes[code] = feature
        self.census = {}
        for name in ('population', 'ages', 'education', 'households'):
            for row in read_csv(path('population', f'census2020_{name}_sw.csv')):
                self.census.setdefault(self.current(row['CODE']), {}).update(row)
        for name, have in (('polygon', self.shapes), ('census row', self.census)):
            for code in self.counties:
                if code not in have:
                    sys.exit(f'county {code} has no {name}')

    def current(self, code):
        return self.now.get(code, code)

    def county_name_en(self, code):
        if code in COUNTY_EN:
            return COUNTY_EN[code]
        suffix = {'县': ' County', '区': ' District', '市': ' City'}
        return (self.shapes[code]['properties']['name_en'] +
                suffix[self.counties[code]['name'][-1]])

    def geometry(self, code):
        return polygons_of(self.shapes[code]['geometry'])


def divisions(src, region):
    own = tuple(region['own'])
    rows = []

    def add(code, zh, en, level, parent, lon='', lat='', estimated='false', source='divisions'):
        rows.append([code, zh, en, level, parent, '', '', '', ';'.join(ALIASES.get(code, [])),
                     lon, lat, estimated, source])

    p = region['province']
    add(p, PROVINCES[p][0], PROVINCES[p][1], 'province', '', *PROVINCES[p][2:])
    for code, row in sorted(src.cities.items()):
        if not code.startswith(own):
            continue
        mine = [c for c in src.counties if c[:4] == code]
        lon, lat = representative_point([q for c in mine for q in src.geometry(c)])
        add(code, row['name'], PREFECTURE_EN[code], 'prefecture', p, lon, lat)
    for code, row in sorted(src.counties.items()):
        if code.startswith(own):
            lon, lat = representative_point(src.geometry(code))
            assert inside(lon, lat, src.geometry(code))
            add(code, row['name'], src.county_name_en(code), 'county', code[:4], lon, lat)
    if region['deep']:
        for level, table, parent in (('town', src.towns, 'areaCode'),
                                     ('village', src.villages, 'streetCode')):
            for row in sorted(table, key=lambda r: r['code']):
                if row['code'].startswith(own):
                    add(row['code'], row['name'], '', level, row[parent], estimated='true')
    header = ('code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,'
              'lon,lat,estimated,source').split(',')
    return header, rows


def write_boundaries(src, codes, path):
    with open(path, 'w', encoding='utf-8') as f:
        f.write('{"type":"FeatureCollection","features":[\n')
        for k, code in enumerate(codes):
            shape = src.shapes[code]
            props = {'code': code, 'name': src.counties[code]['name'],
                     'name_en': src.county_name_en(code), 'year': shape['properties']['year']}
            if shape['properties']['code'] != code:
                props['source_code'] = shape['properties']['code']
            coords = [[[[round(x, 5), round(y, 5)] for x, y in ring] for ring in poly]
                      for poly in polygons_of(shape['geometry'])]
            feature = {'type': 'Feature', 'properties': props,
                       'geometry': {'type': 'MultiPolygon', 'coordinates': coords}}
            f.write(json.dumps(feature, ensure_ascii=False, separators=(',', ':')))
            f.write(',\n' if k + 1 < len(codes) else '\n')
        f.write(']}\n')


def statistics(src, region, codes):
    rows = []
    add = lambda *r: rows.append(list(r))
    total = {}
    for code in codes:
        c = src.census[code]
        for parent in (code[:4], code[:2]):
            total[parent] = total.get(parent, 0) + int(c['POPU'])
        add(code, 'population', '2020', c['POPU'], '{person}', 'census2020', 'false')
        for prop, column in (('urban_share', 'POPU_URB'), ('ethnic_share', 'POPU_ETHNIC'),
                             ('age0_14_share', 'AGES_0-14'), ('age65_share', 'AGES_65P')):
            add(code, prop, '2020', c[column], '1', 'census2020', 'false')
        add(code, 'household_size', '2020', c['HHLD_S'], '{person}', 'census2020', 'false')
        add(code, 'schooling', '2020', c['EDUC_AVGY'], 'a', 'census2020', 'false')
        add(code, 'area', '2020', round(sphere_area_km2(src.geometry(code)), 1), 'km2',
            'boundaries', 'true')
    # Sums over prefectures (and Guizhou, which is whole here) equal the published totals.
    for parent, people in total.items():
        if parent != '51':
            add(parent, 'population', '2020', people, '{person}', 'census2020', 'false')
    rows.sort(key=lambda r: (len(r[0]), r[0]))
    return 'region,property,period,value,unit,source,estimated'.split(','), rows


def bounding_box(src, codes, margin_deg):
    xs, ys = zip(*[p for c in codes for poly in src.geometry(c) for p in poly[0]])
    return min(xs) - margin_deg, min(ys) - margin_deg, max(xs) + margin_deg, max(ys) + margin_deg


def clip_line(line, box):
    """Runs of a line that touch the box, each with one neighbour outside on either end."""
    hit = [box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in line]
    keep = [any(hit[max(0, i - 1):i + 2]) for i in range(len(line))]
    runs, run = [], []
    for point, k in zip(line, keep):
        if k:
            run.append([round(point[0], 5), round(point[1], 5)])
        elif run:
            runs.append(run)
            run = []
    if run:
        runs.append(run)
    return [r for r in runs if len(r) > 1]


def dump_features(path, features):
    with open(path, 'w', encoding='utf-8') as f:
        f.write('{"type":"FeatureCollection","features":[\n')
        f.write(',\n'.join(json.dumps(x, ensure_ascii=False, separators=(',', ':'))
                           for x in features))
        f.write('\n]}\n')


def write_rivers(src, box, path):
    with open(os.path.join(src.root, 'vector', 'ne10m_rivers_sw.geojson'), encoding='utf-8') as f:
        features = json.load(f)['features']
    out = []
    for feature in features:
        g = feature['geometry']
        lines = [g['coordinates']] if g['type'] == 'LineString' else g['coordinates']
        runs = [r for line in lines for r in clip_line(line, box)]
        if not runs:
            continue
        p = feature['properties']
        props = {'name': p.get('name') or '', 'rank': int(p['scalerank'])}
        if props['name'] in RIVER_ZH:
            props['name_zh'] = RIVER_ZH[props['name']]
        out.append({'type': 'Feature', 'properties': props,
                    'geometry': {'type': 'MultiLineString', 'coordinates': runs}})
    dump_features(path, out)


def write_places(src, box, path):
    town_zh = {r['code']: r['name'] for r in src.towns}
    out = []
    for row in read_csv(os.path.join(src.root, 'places', 'geonames_cities1000_sw.csv')):
        lon, lat = float(row['lon']), float(row['lat'])
        if not (box[0] <= lon <= box[2] and box[1] <= lat <= box[3]):
            continue
        props = {'name': row['name'], 'rank': 3}
        town = TOWN_OF_PLACE.get(row['name']) if row['prefecture_code'] in ('5104', '5134') else None
        if town:
            props.update(rank=2, name_zh=town_zh[town], code=town)
        if row['name'] in SEATS:
            props.update(rank=1, name_zh=SEATS[row['name']])
        out.append({'type': 'Feature', 'properties': props,
                    'geometry': {'type': 'Point',
                                 'coordinates': [round(lon, 5), round(lat, 5)]}})
    out.sort(key=lambda x: (x['properties']['rank'], x['properties']['name'],
                            x['geometry']['coordinates']))
    dump_features(path, out)


def write_relief(src, box, path):
    """The cells of the ETOPO5 grid (ESRI ASCII) that the box needs; heights in metres."""
    with open(os.path.join(src.root, 'dem', 'etopo5_swchina.asc'), encoding='ascii') as f:
        lines = f.read().split('\n')
    head = {k.lower(): float(v) for k, v in (line.split() for line in lines[:6])}
    rows = [line.split() for line in lines[6:] if line.strip()]
    size, x0, y0 = head['cellsize'], head['xllcorner'], head['yllcorner']
    c0, c1 = int((box[0] - x0) / size), int((box[2] - x0) / size) + 1
    r0, r1 = int((box[1] - y0) / size), int((box[3] - y0) / size) + 1  # counted from the south
    cut = rows[len(rows) - r1:len(rows) - r0]
    with open(path, 'w', encoding='ascii') as f:
        f.write(f'ncols {c1 - c0}\nnrows {r1 - r0}\nxllcorner {x0 + c0 * size:.8f}\n'
                f'yllcorner {y0 + r0 * size:.8f}\ncellsize {size:.10f}\nNODATA_value -9999\n')
        for row in cut:
            f.write(' '.join(row[c0:c1]) + '\n')


THING_HEADER = ('id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,'
                'estimated,source').split(',')


def county_at(src, codes, lon, lat):
    return next((c for c in codes if inside(lon, lat, src.geometry(c))), '')


def write_power(src, codes, path):
    rows, kept = [], []
    for r in read_csv(os.path.join(src.root, 'power', 'wri_powerplants_sw.csv')):
        lon, lat = float(r['Longitude']), float(r['Latitude'])
        county = county_at(src, codes, lon, lat)
        capacity = float(r['Capacity (MW)'])
        # Listed twice, some kilometres apart, with one capacity; or put on another plant's dam.
        double = any(c == capacity and math.hypot((x - lon) * 0.88, y - lat) < 0.05
                     for x, y, c in kept)
        if not county or double or r['Name'].startswith('Baihetan'):
            continue
        kept.append((lon, lat, capacity))
        year = r['Commissioning Date'].strip()[:4]
        rows.append([f"wri:{r['Power Plant ID']}", 'power_plant', county, '', r['Name'],
                     round(lon, 5), round(lat, 5), 'live', f'{year}-01-01' if year else '', '',
                     'false', 'powerplants', r['Fuel'].lower(), f'{capacity:g}'])
    write_csv(path, THING_HEADER + ['fuel', 'capacity'], sorted(rows))
    return len(rows)


def write_hazards(src, codes, box, path):
    rows = []
    quakes = read_csv(os.path.join(src.root, 'hazards', 'usgs_quakes_m5.5_1965_2016_sw.csv'))
    for r in quakes:
        m, d, y = r['date'].split('/')
        lon, lat = float(r['lon']), float(r['lat'])
        county = county_at(src, codes, lon, lat)
        if county:
            day = f'{y}-{m}-{d}'
            rows.append([f'quake:{day}-{county}', 'earthquake_event', county, '',
                         f"M{float(r['mag']):.1f} {day}", round(lon, 5), round(lat, 5), 'live',
                         day, '', 'false', 'quakes', f"{float(r['mag']):.1f}", '', '', ''])
    slides = read_csv(os.path.join(src.root, 'hazards', 'nasa_glc_landslides_sw.csv'))
    for r in slides:
        m, d, y = r['event_date'].split(' ')[0].split('/')
        lon, lat = float(r['longitude']), float(r['latitude'])
        county = county_at(src, codes, lon, lat)
        if county:
            rows.append([f"slide:{r['event_id']}", 'landslide_event', county, '',
                         r['location_description'], round(lon, 5), round(lat, 5), 'live',
                         f'{y}-{int(m):02d}-{int(d):02d}', '', 'false', 'landslides', '',
                         r['landslide_trigger'], r['landslide_size'], r['fatality_count']])
    seen = {}
    for row in rows:  # two shocks of one county and day get a number
        seen[row[0]] = seen.get(row[0], 0) + 1
        if seen[row[0]] > 1:
            row[0] += f'-{seen[row[0]]}'
    write_csv(path, THING_HEADER + ['magnitude', 'trigger', 'size', 'fatalities'], sorted(rows))
    return len(rows)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    src = Source(sys.argv[1])
    out_root = sys.argv[2] if len(sys.argv) == 3 else 'regions'
    for region in REGIONS:
        out = os.path.join(out_root, region['id'])
        os.makedirs(out, exist_ok=True)
        codes = sorted(c for c in src.counties if c.startswith(tuple(region['own'])))
        path = lambda name: os.path.join(out, name)
        header, rows = divisions(src, region)
        write_csv(path('divisions.csv'), header, rows)
        write_boundaries(src, codes, path('boundaries.geojson'))
        write_csv(path('statistics.csv'), *statistics(src, region, codes))
        box = bounding_box(src, codes, 0.5)
        write_rivers(src, box, path('rivers.geojson'))
        write_places(src, box, path('places.geojson'))
        plants = write_power(src, codes, path('power_plants.csv'))
        hazards = write_hazards(src, codes, box, path('hazards.csv'))
        if region['deep']:
            write_relief(src, box, path('relief.asc'))
        print(f"{region['id']}: {len(rows)} divisions, {len(codes)} counties, "
              f'{plants} power plants, {hazards} hazard events')


if __name__ == '__main__':
    main()
