'use strict';

const { PNG } = require('pngjs');

const SIDE = 128;
const MOST_PIXELS = 16_000_000;

/** Width and height of a PNG, read from its head: a small file may hold more pixels than fit into memory. */
function sizeOf(picture) {
  const head = picture.toString('latin1', 0, 16);
  if (picture.length < 24 || !head.startsWith('\x89PNG\r\n\x1a\n') || !head.endsWith('IHDR')) throw new Error('not a PNG');
  return { width: picture.readUInt32BE(16), height: picture.readUInt32BE(20) };
}

/** Mean colour of a box of pixels. Transparent pixels have no colour, so the weight of each is its opacity. */
function meanColour({ data, width }, { left, top, right, bottom }) {
  const sum = [0, 0, 0];
  let opacity = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) {
      const alpha = data[at + 3];
      for (let channel = 0; channel < 3; channel += 1) sum[channel] += data[at + channel] * alpha;
      opacity += alpha;
    }
  }
  const pixels = (right - left) * (bottom - top);
  return [...sum.map((total) => (opacity === 0 ? 0 : Math.round(total / opacity))), Math.round(opacity / pixels)];
}

/** Reduces a PNG to at most 128 pixels on its longer side. Throws for more than 16 million pixels and other formats. */
exports.makeThumbnail = (picture) => {
  const { width, height } = sizeOf(picture);
  if (width * height > MOST_PIXELS) throw new Error(`${width} x ${height} pixels; at most ${MOST_PIXELS} are read`);
  const source = PNG.sync.read(picture);
  const scale = Math.max(1, Math.max(width, height) / SIDE);
  const small = new PNG({ width: Math.max(1, Math.round(width / scale)), height: Math.max(1, Math.round(height / scale)) });
  const edge = (index, count, length) => Math.floor((index * length) / count);
  for (let y = 0; y < small.height; y += 1) {
    for (let x = 0; x < small.width; x += 1) {
      const box = {
        left: edge(x, small.width, width),
        right: edge(x + 1, small.width, width),
        top: edge(y, small.height, height),
        bottom: edge(y + 1, small.height, height),
      };
      small.data.set(meanColour(source, box), (y * small.width + x) * 4);
    }
  }
  return { png: PNG.sync.write(small), width: small.width, height: small.height };
};
