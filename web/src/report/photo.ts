// SPDX-License-Identifier: Apache-2.0
// A picture of the camera made small enough for a weak network. Drawing it anew also leaves behind
// what the camera wrote into it: place, device, time.
const longestSide = 1600; // Pixels: a crack in a wall can still be seen.
const quality = 0.82;

async function decoded(file: Blob): Promise<CanvasImageSource & { width: number; height: number }> {
  if ('createImageBitmap' in window) {
    try {
      return await createImageBitmap(file, { imageOrientation: 'from-image' });
    } catch {
      // Older browsers do not know the option; an element reads what they can show.
    }
  }
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Width and height after scaling; never larger than it was. */
export function fitted(width: number, height: number): [number, number] {
  const factor = Math.min(1, longestSide / Math.max(width, height, 1));
  return [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))];
}

/** A JPEG. Fails when the browser cannot read the picture. */
export async function smaller(file: Blob): Promise<Blob> {
  const picture = await decoded(file);
  const [width, height] = fitted(picture.width, picture.height);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('canvas');
  pen.fillStyle = '#fff'; // Behind what is transparent: JPEG would make it black.
  pen.fillRect(0, 0, width, height);
  pen.drawImage(picture, 0, 0, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('canvas')) : resolve(blob)),
      'image/jpeg',
      quality,
    );
  });
}
