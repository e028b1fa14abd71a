#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns SCXML test scripts into the form that statechart_script_test.cpp reads.

  convert.py <package>/test group... > scripts.txt      what is left out goes to stderr

A script: `== group/name`, the workflow in YAML, `-- states` that are active first, then a line an
event: `name -> states`, with `@milliseconds` before it when time passes first.
"""
import collections
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

NS = '{http://www.w3.org/2005/07/scxml}'


# These two expect that a transition inside a parallel state leaves only its region. By SCXML 1.0, appendix
# D, its domain is a compound state, so the parallel is left and entered again; that is the scripts' other
# answer, "legacySemantics".
OTHER_ANSWER = {'more-parallel/test10', 'more-parallel/test10b'}


class LeftOut(Exception):
    pass


def tag(e):
    return e.tag.replace(NS, '')


def expression(text):
    text = text.strip()
    for a, b in (('!==', '<>'), ('!=', '<>'), ('===', '='), ('==', '='), ('&&', ' and '), ('||', ' or ')):
        text = text.replace(a, b)
    text = re.sub(r'Math\.pow\((\w+), *3\)', r'\1 * \1 * \1', text)
    text = re.sub(r'!(?=In|\()', 'not ', text)
    text = re.sub(r'\bIn\(', 'in(', text).replace('_event.name', 'event.event').replace('"', "'")
    text = re.sub(r'\s+', ' ', text)
    if re.search(r"[\[\]{};/?%]|_event|_name|_session|Math|typeof|undefined|\.\w+\(", text):
        raise LeftOut('expression ' + text)
    return text


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def flow(value):
    if isinstance(value, dict):
        return '{' + ', '.join(f'{k}: {flow(v)}' for k, v in value.items()) + '}'
    if isinstance(value, list):
        return '[' + ', '.join(flow(v) for v in value) + ']'
    return quoted(str(value))


def actions(e):
    out = []
    for child in e:
        kind = tag(child)
        known = {'raise': {'event'}, 'assign': {'location', 'expr'}, 'log': None,
                 'send': {'event', 'delay', 'id', 'target'}}
        if kind == 'log':
            continue
        if kind not in known or set(child.attrib) - known[kind] or len(child):
            raise LeftOut(f'<{kind} {" ".join(child.attrib)}>' + (' with content' if len(child) else ''))
        if kind == 'raise':
            out.append({'raise': child.get('event')})
        elif kind == 'assign':
            out.append({'assign': child.get('location'), 'value': expression(child.get('expr') or '')})
        elif child.get('target') == '#_internal':
            out.append({'raise': child.get('event')})
        elif child.get('target'):
            raise LeftOut('send to ' + child.get('target'))
        else:
            action = {'send': child.get('event')}
            if child.get('id'):
                action['id'] = child.get('id')
            if child.get('delay'):
                action['after'] = child.get('delay')
            out.append(action)
    return out


class Converter:
    def __init__(self):
        self.unnamed = 0

    def transition(self, e):
        extra = set(e.attrib) - {'event', 'cond', 'target', 'type'}
        if extra:
            raise LeftOut('transition ' + ' '.join(extra))
        out = {}
        if e.get('event') is not None:
            out['event'] = ' '.join(e.get('event').split())
        if e.get('cond'):
            out['if'] = expression(e.get('cond'))
        if e.get('target'):
            out['to'] = e.get('target').split()
        if e.get('type') == 'internal':
            out['internal'] = 'true'
        done = actions(e)
        if done:
            out['do'] = done
        return out

    def initial(self, e):
        inner = e.find(NS + 'initial')
        if inner is not None:
            t = self.transition(inner.find(NS + 'transition'))
            return t if 'do' in t else t['to']
        return e.get('initial').split() if e.get('initial') else None

    def state(self, e, pad, lines):
        kind = tag(e)
        name = e.get('id')
        if not name:
            self.unnamed += 1
            name = f'unnamed.{self.unnamed}'
        lines.append(f'{pad}{quoted(name)}:')
        pad += ' '
        children = [c for c in e if tag(c) in ('state', 'parallel', 'final', 'history')]
        if kind == 'history':
            lines.append(f'{pad}kind: {"deep_history" if e.get("type") == "deep" else "history"}')
            t = self.transition(e.find(NS + 'transition'))
            lines.append(f'{pad}initial: {flow(t if "do" in t else t["to"])}')
            return
        if kind in ('parallel', 'final') and (children or kind == 'final'):
            lines.append(f'{pad}kind: {kind}')
        for c in e:
            if tag(c) not in ('state', 'parallel', 'final', 'history', 'transition', 'onentry', 'onexit',
                              'initial', 'datamodel'):
                raise LeftOut(f'<{tag(c)}>')
        if kind == 'state' and children:
            initial = self.initial(e)
            if initial:
                lines.append(f'{pad}initial: {flow(initial)}')
        for part, key in (('onentry', 'entry'), ('onexit', 'exit')):
            done = [a for block in e.findall(NS + part) for a in actions(block)]
            if done:
                lines.append(f'{pad}{key}: {flow(done)}')
        transitions = [self.transition(t) for t in e.findall(NS + 'transition')]
        if transitions:
            lines.append(f'{pad}on:')
            lines += [f'{pad}- {flow(t)}' for t in transitions]
        if children:
            lines.append(f'{pad}states:')
            for c in children:
                self.state(c, pad + ' ', lines)

    def chart(self, root):
        lines = ['workflow: test']
        for c in root:
            if tag(c) not in ('state', 'parallel', 'final', 'history', 'datamodel', 'initial'):
                raise LeftOut(f'<{tag(c)}>')
        variables = {}
        for data in root.iter(NS + 'data'):
            if data.get('src') or len(data) or (data.text or '').strip():
                raise LeftOut('<data> with content')
            variables[data.get('id')] = expression(data.get('expr') or '')
        if variables:
            lines.append(f'variables: {flow(variables)}')
        initial = self.initial(root)
        if initial:
            lines.append(f'initial: {flow(initial)}')
        lines.append('states:')
        for c in root:
            if tag(c) in ('state', 'parallel', 'final', 'history'):
                self.state(c, ' ', lines)
        return lines


def script(document, steps):
    lines = Converter().chart(xml.parse(document).getroot())
    lines.append('-- ' + ' '.join(steps['initialConfiguration']))
    for step in steps['events']:
        if set(step) - {'event', 'nextConfiguration', 'after'} or set(step['event']) - {'name'}:
            raise LeftOut('events with data')
        after = f'@{step["after"]} ' if step.get('after') else ''
        lines.append(f'{after}{step["event"]["name"]} -> {" ".join(step["nextConfiguration"])}')
    return lines


def main():
    base = pathlib.Path(sys.argv[1])
    kept = collections.Counter()
    for group in sys.argv[2:]:
        for document in sorted((base / group).glob('*.scxml')):
            steps = document.with_suffix('.json')
            try:
                if not steps.exists():
                    raise LeftOut('no script')
                answers = json.loads(steps.read_text())
                if f'{group}/{document.stem}' in OTHER_ANSWER:
                    answers = answers['legacySemantics']
                lines = script(document, answers)
                print('\n'.join([f'== {group}/{document.stem}', *lines]))
                kept[group] += 1
            except LeftOut as reason:
                print(f'left out: {group}/{document.stem}: {reason}', file=sys.stderr)
    print(dict(kept), file=sys.stderr)


main()
