// A mask as PNG: one channel, of exactly the wanted size, written row by row.

const ROWS_AT_ONCE = 64;
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export const canWrite = typeof CompressionStream === "function";

export async function pngOf({ levels, width: across, height: down }, width, height) {
  // A copy: painting may go on while this is written.
  const mask = { levels: levels.slice(), width: across, height: down };
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 0, 0, 0, 0], 8); // 8 bits, grey, and the only ways there are
  const pixels = await deflated(mask, width, height);
  return new Blob(
    [new Uint8Array(SIGNATURE), chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", new Uint8Array())],
    { type: "image/png" },
  );
}

async function deflated(mask, width, height) {
  const squeeze = new CompressionStream("deflate");
  const squeezed = new Response(squeeze.readable).arrayBuffer();
  const writer = squeeze.writable.getWriter();
  for (let top = 0; top < height; top += ROWS_AT_ONCE) {
    // Waiting in between lets the page breathe.
    await writer.write(rows(mask, width, height, top, Math.min(height, top + ROWS_AT_ONCE)));
  }
  await writer.close();
  return new Uint8Array(await squeezed);
}

// Rows of the mask at the wanted size, each with the mark of "no filter" in front.
function rows(mask, width, height, top, bottom) {
  const out = new Uint8Array((width + 1) * (bottom - top));
  const across = places(width, mask.width);
  const down = places(height, mask.height);
  for (let y = top; y < bottom; y++) {
    const at = (y - top) * (width + 1) + 1;
    if (width === mask.width && height === mask.height) {
      out.set(mask.levels.subarray(y * width, (y + 1) * width), at);
      continue;
    }
    const upper = down.first[y] * mask.width;
    const lower = down.second[y] * mask.width;
    for (let x = 0; x < width; x++) {
      const left = across.first[x];
      const right = across.second[x];
      const share = across.share[x];
      const above = mix(mask.levels[upper + left], mask.levels[upper + right], share);
      const below = mix(mask.levels[lower + left], mask.levels[lower + right], share);
      out[at + x] = mix(above, below, down.share[y]) + 0.5;
    }
  }
  return out;
}

// For each of `length` pixels: between which two of `known` it lies, and how near to the second.
function places(length, known) {
  const first = new Uint32Array(length);
  const second = new Uint32Array(length);
  const share = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const at = Math.min(known - 1, Math.max(0, ((i + 0.5) * known) / length - 0.5));
    first[i] = Math.floor(at);
    second[i] = Math.min(known - 1, first[i] + 1);
    share[i] = at - first[i];
  }
  return { first, second, share };
}

function mix(one, other, share) {
  return one + (other - one) * share;
}

function chunk(name, bytes) {
  const out = new Uint8Array(bytes.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, bytes.length);
  out.set([...name].map((sign) => sign.charCodeAt(0)), 4);
  out.set(bytes, 8);
  view.setUint32(bytes.length + 8, crc(out.subarray(4, bytes.length + 8)));
  return out;
}

const CRCS = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = CRCS[(sum ^ byte) & 255] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
