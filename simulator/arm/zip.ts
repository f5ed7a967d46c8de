import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly text: string;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
// 1 January 1980, the earliest date the format knows: the same input gives the same archive.
const DATE = 0x0021;

/** What the local and the central header have in common, from the version to the length of extra fields. */
function common(name: Buffer, data: Buffer): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  // Names are UTF-8; the data are stored, not compressed.
  header.writeUInt16LE(0x0800, 2);
  header.writeUInt16LE(DATE, 8);
  header.writeUInt32LE(crc32(data), 10);
  header.writeUInt32LE(data.length, 14);
  header.writeUInt32LE(data.length, 18);
  header.writeUInt16LE(name.length, 22);
  return header;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A zip archive whose files are stored uncompressed (APPNOTE 6.3.9, sections 4.3.7, 4.3.12 and 4.3.16). */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text } of entries) {
    const [path, data] = [Buffer.from(name), Buffer.from(text)];
    const shared = common(path, data);
    const file = Buffer.concat([u32(LOCAL), shared, path, data]);
    // Comment, disk and attributes are empty; then where the file begins.
    const where = Buffer.concat([Buffer.alloc(10), u32(offset)]);
    directory.push(Buffer.concat([u32(CENTRAL), Buffer.from([20, 0]), shared, where, path]));
    files.push(file);
    offset += file.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, central, u32(END), end]);
}
