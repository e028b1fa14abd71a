// SPDX-License-Identifier: Apache-2.0
// Pictures of a phone are larger than a weak network carries: made smaller before they wait.

const largest = 10 * 1024 * 1024; // Bytes that the server takes.
const worthIt = 1.5 * 1024 * 1024;
const longestSide = 2048; // Pixels; text on a sign is still read.

export const acceptedTypes = 'image/jpeg,image/png,image/webp,application/pdf,text/plain';

/** Width and height within the longest side, in proportion. */
export function fitted(width: number, height: number): [number, number] {
  const scale = Math.min(1, longestSide / Math.max(width, height, 1));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** A smaller JPEG of a large picture; anything else, and what cannot be read, as it is. */
export async function lighter(file: File): Promise<Blob> {
  if (!file.type.startsWith('image/') || file.size < worthIt) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const [width, height] = fitted(picture.width, picture.height);
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
    picture.close();
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
    return made !== null && made.size < file.size ? made : file;
  } catch {
    return file;
  }
}
export function tooLarge(blob: Blob): boolean {
  return blob.size > largest;
}

/** The name of what is sent: a picture that was made anew is a JPEG. */
export function nameOf(file: File, made: Blob): string {
  const name = file.name === '' ? 'picture' : file.name.slice(-120);
  return made === file ? name : `${name.replace(/\.[^.]*$/, '')}.jpg`;
}

export function sizeText(bytes: number): string {
  return bytes < 1024 * 1024
    ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
