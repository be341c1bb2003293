/**
 * Reads what tcpdump wrote: TCP segments with their times, from a pcap file of an Ethernet device.
 *
 * @module
 */

/** A captured TCP segment. */
export interface Segment {
  /** Milliseconds since 1970, with fractions. */
  readonly time: number;
  readonly family: 4 | 6;
  readonly source: number;
  readonly target: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  /** Whether `acknowledged` means something. */
  readonly ack: boolean;
  /** Bytes of data. */
  readonly data: number;
}

/** The first four bytes of a file, read little-endian, and how many units of its fractions make a millisecond. */
const MAGIC: Record<number, [littleEndian: boolean, perMillisecond: number]> = {
  0xa1b2c3d4: [true, 1e3],
  0xa1b23c4d: [true, 1e6],
  0xd4c3b2a1: [false, 1e3],
  0x4d3cb2a1: [false, 1e6],
};
const ETHERNET = 1;
const [IPV4, IPV6] = [0x0800, 0x86dd];
const TCP = 6;

/** The TCP segment in an Ethernet frame; undefined where it holds something else. */
function segment(frame: DataView, time: number): Segment | undefined {
  let [at, length] = [14, 0];
  const type = frame.getUint16(12);
  if (type === IPV4 && frame.getUint8(at + 9) === TCP) {
    const header = (frame.getUint8(at) & 15) * 4;
    length = frame.getUint16(at + 2) - header;
    at += header;
  } else if (type === IPV6 && frame.getUint8(at + 6) === TCP) {
    length = frame.getUint16(at + 4);
    at += 40;
  } else return undefined;
  const flags = frame.getUint8(at + 13);
  return {
    time,
    family: type === IPV4 ? 4 : 6,
    source: frame.getUint16(at),
    target: frame.getUint16(at + 2),
    sequence: frame.getUint32(at + 4),
    acknowledged: frame.getUint32(at + 8),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
    ack: (flags & 16) !== 0,
    data: length - (frame.getUint8(at + 12) >> 4) * 4,
  };
}

/** All TCP segments of a capture, in its order. */
export function readPcap(bytes: Uint8Array): Segment[] {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = bytes.length >= 24 ? MAGIC[file.getUint32(0, true)] : undefined;
  if (!kind) throw new Error("Cannot read the capture: it is not a pcap file");
  const [little, perMillisecond] = kind;
  const link = file.getUint32(20, little) & 0xffff;
  if (link !== ETHERNET) {
    throw new Error(
      `Cannot read the capture: its link type is ${link}, expected ${ETHERNET}`,
    );
  }
  const segments: Segment[] = [];
  for (let at = 24; at + 16 <= bytes.length;) {
    const kept = file.getUint32(at + 8, little);
    // The last record of a capture that was stopped may be cut off.
    if (at + 16 + kept > bytes.length) break;
    const time = file.getUint32(at, little) * 1000 +
      file.getUint32(at + 4, little) / perMillisecond;
    const found = segment(
      new DataView(bytes.buffer, bytes.byteOffset + at + 16, kept),
      time,
    );
    if (found) segments.push(found);
    at += 16 + kept;
  }
  return segments;
}

/** A connection of the side that connected: IPv4 and IPv6 may use the same port. */
export interface Flow {
  readonly family: 4 | 6;
  readonly port: number;
}

/** What went over one connection, seen from the side that connected. */
export interface Story {
  /** When the last segment of the peer arrived before `cut`; t = 0 of a prediction. */
  readonly heard: number;
  /** Keep-alive probes after that: no data, and one below what the peer has acknowledged. */
  readonly probes: number[];
  /** Segments with data after that, retransmissions included. */
  readonly data: number[];
  /** Resets that this side sent after that. */
  readonly resets: number[];
  /** Segments of the peer after `cut`. */
  readonly arrived: number[];
  /** What is none of these and no acknowledgement. */
  readonly others: number[];
}

/**
 * Sorts the segments of one connection.
 *
 * @param segments The capture.
 * @param flow Which.
 * @param cut What counts as heard came before; what the peer said last, if it is absent.
 */
export function storyOf(
  segments: readonly Segment[],
  { family, port }: Flow,
  cut = Infinity,
): Story {
  const own = segments.filter((one) => one.family === family && (one.source === port || one.target === port));
  const heard = Math.max(
    ...own.filter(({ target, time }) => target === port && time <= cut).map((
      { time },
    ) => time),
  );
  const story: Story = {
    heard,
    probes: [],
    data: [],
    resets: [],
    arrived: [],
    others: [],
  };
  let unacknowledged = 0;
  for (
    const { time, source, sequence, acknowledged, syn, fin, rst, ack, data } of own
  ) {
    if (source !== port) {
      if (ack) unacknowledged = acknowledged;
      if (time > cut) story.arrived.push(time);
    } else if (time > heard) {
      if (rst) story.resets.push(time);
      else if (data > 0) story.data.push(time);
      else if (syn || fin) story.others.push(time);
      else if (sequence === (unacknowledged - 1) >>> 0) story.probes.push(time);
      else if (sequence !== unacknowledged) story.others.push(time);
    }
  }
  return story;
}
