/**
 * The commands: a file each, and a row here.
 *
 * @module
 */
import type { Command } from "./command.ts";
import { defaults } from "./defaults.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { list } from "./list.ts";
import { plan } from "./plan.ts";
import { set } from "./set.ts";

/** The commands, in the order in which the help lists them. */
export const COMMANDS: readonly Command[] = [list, set, doctor, plan, defaults, demo];
