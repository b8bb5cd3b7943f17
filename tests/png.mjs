// Writes small PNG files for tests.
import {crc32, deflateSync} from 'node:zlib';

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** Returns a PNG file of 8-bit grey `pixels`, row by row. */
export function greyPng(width, height, pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Array.from({length: height}, (_, y) =>
    Buffer.concat([Buffer.of(0), Buffer.from(pixels.subarray(y * width, (y + 1) * width))]));
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', header),
                        chunk('IDAT', deflateSync(Buffer.concat(rows))), chunk('IEND', Buffer.alloc(0))]);
}

/** Returns {width, height} of a PNG file; throws for another file. */
export function pngSize(bytes) {
  if (bytes.toString('latin1', 1, 4) !== 'PNG') throw new Error('not a PNG file');
  return {width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20)};
}
