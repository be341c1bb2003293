/**
 * What setting would leave in force. Pure.
 *
 * @module
 */
import type { KeepAliveState } from "./options.ts";
import type { Platform, Setting } from "./platforms.ts";
import { type Request, toState, toSteps } from "./settings.ts";
import { unitOf } from "./values.ts";

/**
 * What a state would be after a request.
 *
 * @param state The state before.
 * @param request The checked options.
 * @param platform The system's row.
 * @returns The state after.
 */
export function stateAfter(state: KeepAliveState, request: Request, platform: Platform): KeepAliveState {
  const current = (setting: Setting): number => {
    const [value, option] = [state[setting], platform.options[setting]];
    if (value === undefined || !option) {
      throw new TypeError(`Cannot compute userTimeout "auto": neither the options nor the state have ${setting}`);
    }
    return Number(value) / unitOf(option);
  };
  const steps = toSteps(request, platform, current).map(({ setting, value }) => [setting, value]);
  return { ...state, ...toState(Object.fromEntries(steps), platform) };
}
