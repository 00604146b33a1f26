const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const UNIX = 3;

function endOf(view: DataView): number | undefined {
  for (let at = view.byteLength - END_BYTES; at >= 0; at--) if (view.getUint32(at, true) === END) return at;
  return undefined;
}

interface Entry {
  readonly path: string;
  /** Kind and permissions, of zips that were made on Unix. */
  readonly attributes: number | undefined;
}

function entriesOf(zip: Uint8Array): readonly Entry[] {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = endOf(view);
  if (end === undefined) return [];
  const found: Entry[] = [];
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  for (let n = 0; n < count && at + ENTRY_BYTES <= zip.length && view.getUint32(at, true) === ENTRY; n++) {
    const nameBytes = view.getUint16(at + 28, true);
    const path = new TextDecoder().decode(zip.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes));
    const attributes = view.getUint8(at + 5) === UNIX ? view.getUint32(at + 38, true) : undefined;
    found.push({ path, attributes });
    at += ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return found;
}

/** The paths in a zip, without unpacking it; none of what is no zip. */
export const pathsOf = (zip: Uint8Array): readonly string[] => entriesOf(zip).map(({ path }) => path);

/** Kind and permissions of the files of a zip that was made on Unix, which `fflate` does not read. */
export const externalAttributes = (zip: Uint8Array): ReadonlyMap<string, number> =>
  new Map(
    entriesOf(zip).flatMap(({ path, attributes }) => (attributes === undefined ? [] : [[path, attributes] as const])),
  );
