/**
 * The rows of a picture of a timeline.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";
import { intervalText } from "./lines.ts";
import type { KeepAliveTimeline } from "./timeline.ts";
import { MOST_PROBES } from "./timer.ts";
import type { Interval } from "./wheel.ts";

/** A row of a picture. */
export interface Row {
  readonly kind: "silence" | "probe" | "group" | "death" | "words";
  /** What stands before it. */
  readonly name: string;
  /** When it is; absent where it is only words. */
  readonly at?: Interval;
  /** Whether it happens in any case. */
  readonly certain: boolean;
  /** When it is, in words. */
  readonly times: string;
  /** What is said of it besides. */
  readonly words?: string;
}

/** As many probes have rows of their own; of more, so many of the first and of the last. */
const [MOST_ROWS, FIRST, LAST] = [8, 3, 2];

/** What happens, in order; of many probes the middle ones are one row. */
export function rowsOf({ death, error, inForce, known, probes }: KeepAliveTimeline): Row[] {
  const times = (at: Interval) => `${known === "rule" ? "ideally " : ""}${intervalText(at)}`;
  const rows: Row[] = [];
  const words = (words: string) => rows.push({ kind: "words", name: "", certain: true, times: "", words });
  if (probes.length > 0) {
    const at = { earliest: 0, latest: probes[0].earliest };
    const length = { earliest: at.latest, latest: at.latest };
    rows.push({ kind: "silence", name: "silence", at, certain: true, times: times(length) });
  } else if (death) words("no probe is sent: the retransmissions of the data decide");
  const grouped = probes.length > MOST_ROWS;
  probes.forEach((at, index) => {
    const { certain } = at;
    if (!grouped || index < FIRST || index >= probes.length - LAST) {
      const name = `probe ${index + 1}${certain ? "" : ", maybe"}`;
      rows.push({ kind: "probe", name, at, certain, times: times(at) });
    } else if (index === FIRST) {
      const hidden = probes.slice(FIRST, -LAST);
      const doubtful = hidden.filter((probe) => !probe.certain).length;
      const apart = `${hidden.length} probes like these, ${formatDuration(inForce.interval)} apart but for lateness`;
      const whole = { earliest: at.earliest, latest: hidden[hidden.length - 1].latest };
      const doubt = doubtful > 0 ? `; the last ${doubtful} of them, maybe` : "";
      const name = `${FIRST + 1} to ${probes.length - LAST}`;
      rows.push({ kind: "group", name, at: whole, certain: true, times: times(whole), words: apart + doubt });
    }
  });
  if (probes.length >= MOST_PROBES) words(`only ${MOST_PROBES} probes are listed: more may follow`);
  if (death) {
    rows.push({
      kind: "death",
      name: "given up",
      at: death,
      certain: true,
      times: times(death),
      words: error ?? undefined,
    });
  } else if (probes.length > 0) words("and so on, for as long as the peer answers");
  return rows;
}
