// SPDX-License-Identifier: Apache-2.0
// The few images of the map, drawn when the map first misses them.
import type { AlertSeverity } from '../api/types';
import { severityColours, shapes } from '../severity';

const size = 28;

function canvas(side = size): CanvasRenderingContext2D {
  const element = document.createElement('canvas');
  element.width = side;
  element.height = side;
  const context = element.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no 2D canvas');
  return context;
}

function outline(context: CanvasRenderingContext2D, shape: string): void {
  const middle = size / 2;
  const r = 9;
  context.beginPath();
  if (shape === 'circle') {
    context.arc(middle, middle, r, 0, 2 * Math.PI);
  } else {
    const corners =
      shape === 'square'
        ? [
            [-1, -1],
            [1, -1],
            [1, 1],
            [-1, 1],
          ]
        : shape === 'triangle'
          ? [
              [0, -1.1],
              [1.1, 0.9],
              [-1.1, 0.9],
            ]
          : [
              [0, -1.25],
              [1.1, 0],
              [0, 1.25],
              [-1.1, 0],
            ];
    for (const [x = 0, y = 0] of corners) context.lineTo(middle + x * r, middle + y * r);
  }
  context.closePath();
}

const alertSize = 48;

/** The same shapes as on the page, with a sign inside: `!`, or `?` in a hollow one for silence. */
function alertImage(severity: AlertSeverity, theme: 'light' | 'dark', silent: boolean): MapImage {
  const context = canvas(alertSize);
  const own = severityColours[severity];
  const paper = theme === 'light' ? '#ffffff' : '#14181a';
  context.scale(alertSize / 24, alertSize / 24);
  context.translate(2, 2);
  context.beginPath();
  const corners = shapes[severity];
  for (const [x, y] of corners) context.lineTo(x, y);
  if (corners.length === 0) context.arc(10, 10, 9, 0, 2 * Math.PI);
  context.closePath();
  context.lineJoin = 'round';
  context.strokeStyle = paper;
  context.lineWidth = 4;
  context.stroke();
  context.fillStyle = silent ? paper : own[theme];
  context.fill();
  context.strokeStyle = silent ? own[theme] : paper;
  context.lineWidth = silent ? 2.2 : 1;
  if (silent) context.setLineDash([3, 1.6]);
  context.stroke();
  context.fillStyle = silent ? own[theme] : theme === 'dark' ? '#14181a' : own.ink;
  context.font = 'bold 12px sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(silent ? '?' : '!', 10, severity === 'Severe' ? 12.4 : 10.6);
  return { data: context.getImageData(0, 0, alertSize, alertSize), sdf: false };
}

export interface MapImage {
  data: ImageData;
  sdf: boolean;
}

/** `circle-full`, `triangle-hollow`, `hatch-light` …; null for a name that is not ours. */
export function imageOf(name: string): MapImage | null {
  const alert = /^alert-(\w+)-(light|dark)-(full|silent)$/.exec(name);
  if (alert !== null && (alert[1] ?? '') in shapes) {
    return alertImage(
      alert[1] as AlertSeverity,
      alert[2] as 'light' | 'dark',
      alert[3] === 'silent',
    );
  }
  const context = canvas();
  const hatch = /^hatch-(light|dark)$/.exec(name);
  const symbol = /^(circle|square|triangle|diamond)-(full|hollow)$/.exec(name);
  if (hatch !== null) {
    context.strokeStyle = hatch[1] === 'light' ? 'rgb(255 255 255 / 38%)' : 'rgb(0 0 0 / 30%)';
    context.lineWidth = 2;
    for (let x = -size; x <= size; x += size / 2) {
      context.moveTo(x, size);
      context.lineTo(x + size, 0);
    }
    context.stroke();
  } else if (symbol !== null) {
    outline(context, symbol[1] ?? 'circle');
    context.lineWidth = 5;
    context.stroke();
    if (symbol[2] === 'full') context.fill();
  } else {
    return null;
  }
  return { data: context.getImageData(0, 0, size, size), sdf: symbol !== null };
}
