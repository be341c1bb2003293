/**
 * Tables in text.
 *
 * @module
 */
import { plain, wrap } from "../lines.ts";
import type { Terminal } from "./terminal.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Where its cells stand; left, if it is absent. */
  readonly align?: "right";
  /**
   * To how many columns of text it may shrink, and in which turn: the first turn shrinks first, columns of the same turn
   * together. If it is absent, it keeps its width.
   */
  readonly shrinks?: { readonly turn: number; readonly least: number };
  /** Whether what is too long goes on in the next line; else it is cut, which "…" shows. */
  readonly wraps?: boolean;
  /** Paints a cell, of which this is the text, in the row of this number. */
  paint?(drawn: string, text: string, row: number): string;
}

/** Between two columns. */
const GAP = "  ";

function widthsOf(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map(({ title }, at) =>
    rows.reduce((most, row) => Math.max(most, row[at].length), title.length)
  );
  let over = widths.reduce((sum, one) => sum + one, GAP.length * (columns.length - 1)) - width;
  const turns = [...new Set(columns.flatMap(({ shrinks }) => shrinks ? [shrinks.turn] : []))].sort((a, b) => a - b);
  for (const turn of turns) {
    while (over > 0) {
      const [widest] = [...columns.keys()]
        .filter((at) => columns[at].shrinks?.turn === turn && widths[at] > (columns[at].shrinks?.least ?? Infinity))
        .sort((a, b) => widths[b] - widths[a]);
      if (widest === undefined) break;
      widths[widest] -= 1;
      over -= 1;
    }
  }
  return widths;
}

const cut = (text: string, width: number): string => text.length > width ? `${text.slice(0, width - 1)}…` : text;

/**
 * Writes a table.
 *
 * @param columns The columns.
 * @param rows The cells of each row, of which control characters are left out.
 * @param terminal What paints the titles.
 * @param width How wide it may be, where its columns shrink so far; Infinity, if nothing is to be cut.
 * @returns The lines.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Pick<Terminal, "columns" | "paint">,
  width: number = terminal.columns,
): string {
  const cells = rows.map((row) => row.map(plain));
  const widths = widthsOf(columns, cells, width);
  const line = (texts: readonly string[], paint: (drawn: string, at: number) => string) => {
    const drawn = texts.map((text, at) => {
      const padded = columns[at].align === "right" ? text.padStart(widths[at]) : text.padEnd(widths[at]);
      // What ends the line needs no blanks.
      const isLast = texts.slice(at + 1).every((text) => text === "");
      return paint(isLast ? padded.trimEnd() : padded, at);
    });
    return `${drawn.join(GAP).trimEnd()}\n`;
  };
  const titles = columns.map(({ title }, at) => cut(title, widths[at]));
  const head = line(titles, (drawn) => drawn.trim() === "" ? drawn : terminal.paint("bold", drawn));
  const body = cells.map((row, number) => {
    const parts = row.map((text, at) => columns[at].wraps ? wrap(text, widths[at]) : [cut(text, widths[at])]);
    const height = Math.max(...parts.map(({ length }) => length));
    return Array.from(
      { length: height },
      (_, at) =>
        line(
          parts.map((part) => part[at] ?? ""),
          (drawn, column) => columns[column].paint?.(drawn, row[column], number) ?? drawn,
        ),
    ).join("");
  });
  return head + body.join("");
}
