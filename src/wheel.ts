/**
 * How late Linux's timers are: kernel/time/timer.c, a wheel of levels that grow coarser.
 *
 * @module
 */

/** What CONFIG_HZ may be: kernel/Kconfig.hz. It is a build setting, and nothing that a program can ask tells it. */
export const KNOWN_HZ: readonly number[] = [100, 250, 300, 1000];

/** An event that happens at some time within bounds, in milliseconds. */
export interface Interval {
  /** Not before this. */
  readonly earliest: number;
  /** Not after this. */
  readonly latest: number;
}

/** How much longer than asked a timer may take, by the wheel alone: one step of the level that its delay falls in. */
export function lateness(delay: number, hz: number): number {
  const ticks = Math.ceil(delay * hz / 1000);
  let step = 1;
  // Level n begins at 63 x 8^(n-1) ticks, and its steps are 8^n ticks (LVL_START, LVL_GRAN).
  while (ticks >= 63 * step) step *= 8;
  return step * 1000 / hz;
}

/** The same for each of several clock rates: the worst. */
export const worstLateness = (delay: number, rates: readonly number[]): number =>
  Math.max(...rates.map((hz) => lateness(delay, hz)));

/** The longest tick of several clock rates, in milliseconds. */
export const longestTick = (rates: readonly number[]): number => 1000 / Math.min(...rates);
