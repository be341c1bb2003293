/**
 * What the kernel tells of a connection, taken out of its bytes. Pure.
 *
 * @module
 */
import type { Fact, Field, Platform } from "./platforms.ts";

/** As much as any system's answer is read of; Linux 6.18 has 280 bytes. */
export const INFO_SIZE = 512;

/** The facts that were answered; one that the system does not tell is absent. */
export type Facts = Readonly<Partial<Record<Fact, number>>>;

function fieldOf(view: DataView, [offset, size]: Field, isLittle: boolean): number {
  if (size === 1) return view.getUint8(offset);
  return size === 4 ? view.getUint32(offset, isLittle) : Number(view.getBigUint64(offset, isLittle));
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Takes the facts out of an answer.
 *
 * @param bytes What the kernel filled.
 * @param length How much of it the kernel says that it has filled: an older kernel knows less.
 * @param platform The system's row.
 * @returns The facts.
 */
export function decodeInfo(bytes: Uint8Array, length: number, { info = {} }: Pick<Platform, "info">): Facts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, Math.min(length, bytes.byteLength));
  const known = Object.entries(info).filter(([, [offset, size]]) => offset + size <= view.byteLength);
  // Microseconds as milliseconds, without what binary fractions would add to them.
  const inUnits = (count: number, unit: number) => Math.round(count * unit * 1000) / 1000;
  return Object.fromEntries(
    known.map(([fact, field]) => [fact, inUnits(fieldOf(view, field, isLittleEndian), field[2])]),
  );
}

/** Whether data is on its way, or waits to be. */
export const isBusy = ({ retransmits = 0, unacked = 0, unsent = 0 }: Facts): boolean =>
  unacked + unsent + retransmits > 0;
