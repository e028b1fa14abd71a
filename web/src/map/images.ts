// SPDX-License-Identifier: Apache-2.0
// The few images of the map, drawn when the map first misses them.

const size = 28;

function canvas(): CanvasRenderingContext2D {
  const element = document.createElement('canvas');
  element.width = size;
  element.height = size;
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

export interface MapImage {
  data: ImageData;
  sdf: boolean;
}

/** `circle-full`, `triangle-hollow`, `hatch-light` …; null for a name that is not ours. */
export function imageOf(name: string): MapImage | null {
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
